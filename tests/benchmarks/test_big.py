"""The large source: deterministic, with a truth for every line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.generator.big import COLUMNS, write_big


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("big")
    write_big(folder / "base.csv", 3000, 7, truth=folder / "truth.csv")
    return folder / "base.csv", folder / "truth.csv"


def ask(sql: str, path: Path) -> list[tuple[object, ...]]:
    source = "from read_csv($path, all_varchar = true, header = true)"
    return duckdb.connect().execute(sql.replace("from file", source), {"path": str(path)}).fetchall()


def test_the_same_seed_gives_the_same_bytes(made: tuple[Path, Path], tmp_path: Path) -> None:
    write_big(tmp_path / "base.csv", 3000, 7)
    assert (tmp_path / "base.csv").read_bytes() == made[0].read_bytes()


def test_lines_do_not_depend_on_the_stretch_they_are_written_in(made: tuple[Path, Path], tmp_path: Path) -> None:
    write_big(tmp_path / "base.csv", 3000, 7, truth=tmp_path / "truth.csv", at_once=1300)
    assert (tmp_path / "base.csv").read_bytes() == made[0].read_bytes()
    assert (tmp_path / "truth.csv").read_bytes() == made[1].read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"base.csv", "truth.csv"}


def test_it_has_as_many_rows_as_asked_for_and_the_columns(made: tuple[Path, Path]) -> None:
    assert ask("select count(*), count(distinct id) from file", made[0]) == [(3000, 3000)]
    assert made[0].read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)


def test_every_line_has_its_truth_and_a_sixth_are_further_copies(made: tuple[Path, Path]) -> None:
    lines, last, entities, source = ask(
        "select count(distinct line_no::int), max(line_no::int), count(distinct entity_id), min(source) from file",
        made[1],
    )[0]
    assert (lines, last, source) == (3000, 3000, "base")
    assert 0.12 < 1 - int(str(entities)) / 3000 < 0.19


def test_one_row_in_twelve_names_a_company(made: tuple[Path, Path]) -> None:
    share = ask("select count(company) / count(*) from file", made[0])[0][0]
    assert isinstance(share, float)
    assert 0.06 < share < 0.10
