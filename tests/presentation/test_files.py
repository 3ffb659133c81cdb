"""The output files: complete, in order, the same bytes every time."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.errors import SurroundingsError
from engine.presentation import write_tables
from engine.presentation.files import FILES, REVIEW_LIMIT, describe
from engine.workspace import Workspace
from tests.conftest import given
from tests.presentation.scene import CANARY, SCRIPT, scene


def read(path: Path) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_crosswalk_names_every_line_read_the_held_ones_with_nothing_behind(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    lines = read(tmp_path / "crosswalk.csv")
    assert [(line["line_no"], line["contact_id"]) for line in lines] == [
        ("1", "c1"),
        ("2", "c1"),
        ("3", "c2"),
        ("4", ""),
    ]
    assert lines[3] == {
        "source": f"crm{SCRIPT}", "line_no": "4", "record_id": "", "contact_id": "", "contact_nr": "", "kind": "",
    }  # fmt: skip


def test_line_numbers_are_ordered_as_numbers(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "golden.crosswalk", [{"line_no": n, "contact_id": "c"} for n in (10, 9, 100)])
    write_tables(ws, tmp_path)
    assert [line["line_no"] for line in read(tmp_path / "crosswalk.csv")] == ["9", "10", "100"]


def test_golden_values_are_byte_for_byte_those_of_the_table(ws: Workspace, tmp_path: Path) -> None:
    values = ['say "hi", you', "two\nlines", "=1+1", "+41791234567", "é", " padded ", "cr\rin it"]
    given(ws, "golden.contact", [{"contact_id": f"c{n}", "remark": value} for n, value in enumerate(values)])
    write_tables(ws, tmp_path)
    assert [row["remark"] for row in read(tmp_path / "golden.csv")] == values
    assert pq.read_table(tmp_path / "golden.parquet").column("remark").to_pylist() == values


def test_lineage_tells_the_record_the_rule_and_the_runner_up(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    assert pq.read_table(tmp_path / "lineage.parquet").to_pylist() == [
        {"contact_id": "c1", "attribute": "last_name", "value": CANARY, "record_id": f"crm{SCRIPT}:1",
         "rule": "rows_agree", "candidates": 2, "runner_up": "=1+1", "repaired": True}
    ]  # fmt: skip


def test_review_puts_both_records_side_by_side_and_starts_no_formula(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    (pair,) = read(tmp_path / "review.csv")
    assert (pair["last_name_l"], pair["email_l"], pair["evidence"]) == ("'=1+1", "'@SUM(A1)", "'=HYPERLINK()")
    assert (pair["match_probability"], pair["match_weight"], pair["line_no_r"]) == ("0.7", "1.25", "3")


def test_review_shows_the_strongest_pairs_first(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"record_id": "a"}, {"record_id": "b"}, {"record_id": "c"}])
    pair = {"outcome": "ask", "record_id_l": "a"}
    given(
        ws,
        "matching.pair",
        [{**pair, "record_id_r": "b", "match_weight": 1.0}, {**pair, "record_id_r": "c", "match_weight": 2.0}],
    )
    write_tables(ws, tmp_path)
    assert [row["record_id_r"] for row in read(tmp_path / "review.csv")] == ["c", "b"]
    assert REVIEW_LIMIT < 1_048_576


def test_held_tells_lines_and_contacts_with_their_reasons(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    held = read(tmp_path / "held.csv")
    assert [(row["stage"], row["line_no"], row["contact_id"], row["reason"]) for row in held] == [
        ("intake", "4", "", "too_many_cells"),
        ("delivery", "3", "c2", "no_name"),
    ]


def test_findings_lead_to_the_line(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    (finding,) = read(tmp_path / "findings.csv")
    assert list(finding) == [
        "table", "source", "line_no", "record_id", "contact_id", "column", "suite", "expectation", "severity", "reason",
    ]  # fmt: skip
    assert (finding["line_no"], finding["column"], finding["reason"]) == ("3", "last_name", "empty")


def test_the_protocol_can_be_replayed(ws: Workspace, tmp_path: Path) -> None:
    scene(ws)
    write_tables(ws, tmp_path)
    protocol = json.loads((tmp_path / "protocol.json").read_text(encoding="utf-8"))
    assert protocol["sources"][0]["encoding"] == "cp1252"
    assert [(step["step_no"], step["rule"], step["parameters"]) for step in protocol["steps"]] == [
        (1, "phone", {"region": "CH"})
    ]


def test_a_stage_that_did_not_run_gives_files_with_a_header_only(ws: Workspace, tmp_path: Path) -> None:
    write_tables(ws, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {file.name for file in FILES} | {"protocol.json"}
    assert read(tmp_path / "golden.csv") == []
    assert (tmp_path / "golden.csv").read_text(encoding="utf-8").startswith("contact_id,contact_nr,kind")


def test_a_folder_named_like_a_pattern_or_with_a_quote_gets_the_files_and_no_other_folder_does(
    ws: Workspace, tmp_path: Path
) -> None:
    scene(ws)
    for name in ("out x", "out [x]*", "l'été;--", "{a,b}?"):
        (tmp_path / name).mkdir()
    for name in ("out [x]*", "l'été;--", "{a,b}?"):
        write_tables(ws, tmp_path / name)
        assert len(list((tmp_path / name).iterdir())) == len(FILES) + 1
    assert list((tmp_path / "out x").iterdir()) == []


def test_threads_and_row_order_do_not_change_a_byte(tmp_path: Path) -> None:
    made = []
    for threads, order in ((1, "asc"), (2, "desc")):
        out = tmp_path / order
        with Workspace.memory(threads=threads) as ws:
            ws.execute("set preserve_insertion_order = false")
            given(ws, "golden.choice", [])
            ws.execute(  # more than the 122,880 rows of a row group, so that two threads share the work
                "insert into golden.choice select md5(n::varchar), 'a' || n % 2, 'v', n, 'newest', 1, null, false "
                f"from range(130000) as r(n) order by n {order}"
            )
            given(ws, "golden.crosswalk", [])
            ws.execute(
                "insert into golden.crosswalk select 's', n, 's:' || n, 'c', 'c', 'individual' "
                f"from range(130000) as r(n) order by n {order}"
            )
            write_tables(ws, out)
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert made[0] == made[1]


def test_files_are_for_their_owner_only_and_leave_no_half_written_one(ws: Workspace, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_tables(ws, tmp_path / "new")
    finally:
        os.umask(old)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}
    assert not list((tmp_path / "new").glob("*.tmp"))


def test_a_folder_that_cannot_be_written_is_said_plainly(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SurroundingsError, match="cannot write"):
        write_tables(ws, tmp_path / "file")


def test_every_file_is_explained() -> None:
    assert describe("lineage.parquet").startswith("for each golden value")
    assert describe("import/contacts.csv") == "import file"
    assert describe("report.html")
    assert describe("stranger.txt") == ""
