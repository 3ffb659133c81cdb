"""The manifest: every file, its rows and its hash; nothing of this machine."""

from __future__ import annotations

import getpass
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from engine.presentation import output_files, rule_hashes, versions, write_manifest, write_tables
from engine.workspace import Workspace
from tests.conftest import given
from tests.presentation.scene import scene


def manifest(out: Path, **more: Any) -> dict[str, Any]:
    write_manifest(out, versions=versions(), as_of=date(2026, 11, 22), options={"country": "CH"}, **more)
    return dict(json.loads((out / "manifest.json").read_text(encoding="utf-8")))


def test_it_lists_every_file_with_rows_bytes_and_hash(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "contacts.csv").write_text("a;b\n1;2\n")
    entries = {entry["file"]: entry for entry in manifest(tmp_path)["files"]}
    assert list(entries) == sorted(entries)
    assert {name: entry["rows"] for name, entry in entries.items()} == {
        "crosswalk.csv": 4, "findings.csv": 1, "former_numbers.csv": 0, "golden.csv": 2, "golden.parquet": 2,
        "held.csv": 2,
        "import/contacts.csv": None, "lineage.parquet": 1, "pairs.parquet": 3, "protocol.json": None, "review.csv": 1,
            "to_confirm.csv": 0,
    }  # fmt: skip
    golden = (tmp_path / "golden.csv").read_bytes()
    assert entries["golden.csv"]["sha256"] == hashlib.sha256(golden).hexdigest()
    assert entries["golden.csv"]["bytes"] == len(golden)


def test_a_line_end_inside_quotes_does_not_count_as_a_row(ws: Workspace, tmp_path: Path) -> None:
    remarks = ["one\ntwo", 'quote " and\nline', "\n\n", "plain"]
    given(ws, "golden.contact", [{"contact_id": f"c{n}", "remark": text} for n, text in enumerate(remarks)])
    write_tables(ws, tmp_path)
    rows = {entry["file"]: entry["rows"] for entry in manifest(tmp_path)["files"]}
    assert rows["golden.csv"] == 4


def test_rows_of_a_file_longer_than_a_chunk_are_counted(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "golden.contact", [])
    ws.execute(
        "insert into golden.contact (contact_id, contact_nr, kind, records, remark) "
        "select n, n, 'individual', 1, repeat('\"' || chr(10), 40) from range(20000) as r(n)"
    )
    write_tables(ws, tmp_path)
    assert (tmp_path / "golden.csv").stat().st_size > 1 << 20
    rows = {entry["file"]: entry["rows"] for entry in manifest(tmp_path)["files"]}
    assert rows["golden.csv"] == rows["golden.parquet"] == 20000


def test_the_same_twice_is_the_same_bytes_without_a_path_or_a_user(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    made = []
    for name in ("one", "two"):
        write_tables(ws, tmp_path / name)
        manifest(tmp_path / name)
        manifest(tmp_path / name)
        made.append((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
    assert made[0] == made[1]
    assert str(tmp_path) not in made[0]
    assert f'"{getpass.getuser()}"' not in made[0]


def test_hidden_and_half_written_files_are_no_part_of_the_result(tmp_path: Path) -> None:
    for name in ("golden.csv", "golden.csv.tmp", ".assay/workspace.duckdb", "manifest.json", "import/a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.as_posix() for path in output_files(tmp_path)] == ["golden.csv", "import/a.csv"]


def test_rules_are_hashed_under_names_that_do_not_tell_where_they_stand(tmp_path: Path) -> None:
    for folder in ("shipped/rules", "home/rules"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.yml").write_text(folder)
    hashes = rule_hashes([tmp_path / "shipped/rules", tmp_path / "home/rules", tmp_path / "absent"])
    assert list(hashes) == ["project/rules/a.yml", "rules/a.yml"]
    assert manifest(tmp_path, rules=hashes)["rules"]["rules/a.yml"] == hashlib.sha256(b"shipped/rules").hexdigest()


def test_versions_name_what_can_change_a_result() -> None:
    assert list(versions()) == ["assay", "duckdb", "splink", "great_expectations", "python"]
