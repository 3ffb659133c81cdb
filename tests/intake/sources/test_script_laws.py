"""Scripts: whatever a dump program can write comes back as it was, and whatever a file holds ends in a clear word."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import AssayError
from engine.intake import SourceFile, stage_sources
from engine.intake.sources import copy_block
from engine.intake.sources.copy_block import copied_cells
from engine.intake.sources.oracle_dates import by_mask
from engine.intake.sources.script_flavours import FLAVOURS, MYSQL, SQL_SERVER, STANDARD, Flavour
from engine.intake.sources.script_statements import statements
from engine.intake.sources.script_tables import INSERT
from engine.intake.sources.script_values import rows
from engine.progress import Silent
from engine.workspace import Workspace
from tests.intake.conftest import BOOK

TEXTS = st.lists(
    st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")), min_size=2, max_size=2),
    min_size=1,
    max_size=5,
)
PIECES = st.lists(
    st.sampled_from(["'", "\\", "\n", ";", "--", "/*", "*/", "GO", "(", ")", ",", "$$", '"', "é", "x", "N"])
)


def _quoted(text: str, flavour: Flavour) -> str:
    if flavour.backslash:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    return ("N'" if flavour is SQL_SERVER else "'") + text.replace("'", "''") + "'"


def _read(script: str, flavour: Flavour) -> list[list[str | None] | None]:
    found = []
    for statement in statements(_lines(script), flavour):
        head = INSERT.match(statement.text)
        if head is not None and head.group("values"):
            found += [row.cells for row in rows(statement.text, head.end(), flavour)]
    return found


def _lines(script: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", script)


@pytest.mark.parametrize("flavour", [MYSQL, STANDARD, SQL_SERVER], ids=lambda flavour: flavour.name)
@given(table=st.one_of(TEXTS, st.lists(st.lists(PIECES.map("".join), min_size=2, max_size=2), min_size=1, max_size=4)))
def test_every_text_comes_back(flavour: Flavour, table: list[list[str]]) -> None:
    many = "".join(f"INSERT INTO [t] VALUES ({', '.join(_quoted(cell, flavour) for cell in row)});\n" for row in table)
    one = f"INSERT INTO t VALUES {','.join('(' + ','.join(_quoted(c, flavour) for c in row) + ')' for row in table)};\n"
    wanted = [[cell or None for cell in row] for row in table]
    assert _read(one, flavour) == wanted
    assert _read(many if flavour.brackets else many.replace("[t]", "t"), flavour) == wanted


CELL = st.one_of(st.none(), st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r")))


def _copied(cell: str) -> str:
    """A cell as PostgreSQL writes it."""
    marks = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
    return "".join(marks.get(mark, mark) for mark in cell)


@given(st.lists(CELL, min_size=1))
def test_every_copied_cell_comes_back(cells: list[str | None]) -> None:
    line = "\t".join("\\N" if cell is None else _copied(cell) for cell in cells)
    assert copied_cells(line + "\n") == [cell or None for cell in cells]


# a file of control characters is refused as binary before anything is copied: here only those COPY has letters for
WRITTEN = st.one_of(
    st.none(), st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\b\f\v", codec="utf-8"))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(table=st.lists(st.lists(WRITTEN, min_size=2, max_size=2), min_size=1, max_size=4))
def test_duckdb_undoes_the_escapes_of_copy_as_we_do(
    table: list[list[str | None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["\t".join("\\N" if cell is None else _copied(cell) for cell in row) + "\n" for row in table]
    path = tmp_path / "a.sql"
    head = "-- PostgreSQL database dump\nCOPY c (id, a, b) FROM stdin;\n"
    path.write_text(head + "".join(f"1\t{line}" for line in lines) + "\\.\n", encoding="utf-8", newline="\n")
    monkeypatch.setattr(copy_block, "_Mended", None)  # the way line by line would fail
    with Workspace.memory() as ws:
        stage_sources(ws, [SourceFile(path)], scratch=tmp_path, watcher=Silent(), book=BOOK).check()
        found = ws.rows("select cells, file_line from intake.line order by line_no")
    assert found == [(["1", *copied_cells(line)], at) for at, line in enumerate(lines, start=3)]


HEADS = {
    "pg_dump": "-- PostgreSQL database dump\n",
    "mysqldump": "-- MySQL dump\n",
    "mssql_script": "USE [x]\nGO\n",
    "oracle_script": "SET DEFINE OFF;\n",
    "sql_script": "",
}


@given(st.dates())
def test_every_date_comes_back_through_a_mask(day: object) -> None:
    told = f"{day:%d}/{day:%m}/{day.year:04d}"  # type: ignore[attr-defined]
    assert by_mask(told, "DD/MM/YYYY") == str(day)


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(noise=st.one_of(PIECES.map("".join), st.text()), cut=st.integers(0, 80))
def test_a_damaged_script_ends_in_a_clear_word(flavour: Flavour, noise: str, cut: int, tmp_path: Path) -> None:
    body = f"INSERT INTO t (a, b) VALUES (1, 'x{noise}y');\nINSERT INTO t (a, b) VALUES (2, 'z');\n"
    text = HEADS[flavour.name] + body
    path = tmp_path / "a.sql"
    path.write_bytes((text[: len(text) - cut]).encode("utf-8", "replace"))
    with Workspace.memory() as ws, contextlib.suppress(AssayError):  # anything else is a defect
        stage_sources(ws, [SourceFile(path)], scratch=tmp_path, watcher=Silent(), book=BOOK).check()
