"""Lines into records: cells to attributes, and ids that depend on the content alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.intake import SourceFile, guess_mapping, map_records, stage_sources
from engine.ledger import StageReport
from engine.progress import Silent
from engine.rulebook.mapping import ColumnMapping, SourceMapping
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.intake.conftest import BOOK


def mapping(*feeds: str | None, source: str = "s", transform: dict[int, str] | None = None) -> SourceMapping:
    columns = [
        {"position": at, "header": f"h{at}", "attribute": feed, "transform": (transform or {}).get(at)}
        for at, feed in enumerate(feeds, start=1)
    ]
    return SourceMapping.model_validate({"source": source, "columns": columns})


def records(ws: Workspace, lines: list[list[str | None]], *mappings: SourceMapping) -> StageReport:
    given(ws, "intake.line", [{"cells": cells} for cells in lines])
    return map_records(ws, mappings).check()


def test_cells_are_trimmed_of_every_kind_of_blank_and_empty_ones_are_null(ws: Workspace) -> None:
    records(ws, [["1", " \u00a0Dupont\t", "\u200b \n"]], mapping("source_key", "last_name", "town"))
    (row,) = rows(ws, "intake.record", "record_id", "source_key", "last_name", "town")
    assert row == {"record_id": "s:1", "source_key": "1", "last_name": "Dupont", "town": None}


def test_every_feed_is_in_the_protocol_with_its_counts(ws: Workspace) -> None:
    records(ws, [["1", " A"], ["2", " "], ["3", "C"], ["4", None]], mapping("source_key", "last_name"))
    steps = rows(ws, "protocol.step", "from_column", "to_column", "rule", "rows_in", "rows_changed", "rows_emptied")
    assert steps[1] == {
        "from_column": "h2", "to_column": "last_name", "rule": "take",
        "rows_in": 3, "rows_changed": 1, "rows_emptied": 1,
    }  # fmt: skip


def test_joined_columns_stand_side_by_side(ws: Workspace) -> None:
    lines: list[list[str | None]] = [["1", "022", "079"], ["2", None, "078"], ["3", None, None]]
    records(ws, lines, mapping("source_key", "phone", "phone", transform={2: "join", 3: "join"}))
    assert [row["phone"] for row in rows(ws, "intake.record", "record_id", "phone")] == ["022 ; 079", "078", None]


@pytest.mark.parametrize(
    ("cell", "code", "town"),
    [("1204 Genève", "1204", "Genève"), ("F-75001 Paris", "F-75001", "Paris"),
     ("1012 AB Amsterdam", "1012 AB", "Amsterdam"),
     ("Genève", None, "Genève"), ("69002, Lyon 2", "69002", "Lyon 2"), ("1204", None, "1204")],
)  # fmt: skip
def test_code_and_town_in_one_cell_are_split(ws: Workspace, cell: str, code: str | None, town: str) -> None:
    both = SourceMapping(
        source="s",
        columns=(
            ColumnMapping(position=1, header="NPA localité", attribute="postcode", transform="postcode_part"),
            ColumnMapping(position=1, header="NPA localité", attribute="town", transform="town_part"),
        ),
    )
    records(ws, [[cell]], both)
    assert rows(ws, "intake.record", "postcode", "town") == [{"postcode": code, "town": town}]


def test_a_repeated_key_is_numbered_by_content_and_said(ws: Workspace) -> None:
    lines: list[list[str | None]] = [["7", "B"], ["7", "A"], ["8", "C"], [None, "D"]]
    report = records(ws, lines, mapping("source_key", "last_name"))
    ids = {row["last_name"]: row["record_id"] for row in rows(ws, "intake.record", "record_id", "last_name")}
    assert sorted((ids["A"], ids["B"])) == ["s:7", "s:7#2"]
    assert ids["C"] == "s:8"
    assert ids["D"].startswith("s:")
    assert len(report.notes) == 2


def test_a_key_that_looks_like_a_numbered_one_does_not_collide(ws: Workspace) -> None:
    records(ws, [["7", "A"], ["7", "B"], ["7#2", "C"]], mapping("source_key", "last_name"))
    assert [row["record_id"] for row in rows(ws, "intake.record", "record_id")] == ["s:7", "s:7##2", "s:7#2"]


def test_rows_without_a_key_are_known_by_their_folded_content(ws: Workspace) -> None:
    lines: list[list[str | None]] = [["Dupré", "Lyon"], [" DUPRE", "lyon "], ["Meier", "Lyon"]]
    records(ws, lines, mapping("last_name", "town"))
    ids = [row["record_id"] for row in rows(ws, "intake.record", "line_no", "record_id")]
    assert ids[0][:-2] == ids[1][:-2] != ids[2][:-2]
    assert sorted(id_[-2:] for id_ in ids[:2]) == ["-1", "-2"]
    assert len(ids[2]) == len("s:") + 16 + len("-1")


def test_ids_are_unique_over_all_sources(ws: Workspace) -> None:
    given(ws, "intake.line", [{"source": name, "line_no": 1, "cells": ["1", "A"]} for name in ("a", "b")])
    map_records(ws, [mapping("source_key", "last_name", source=name) for name in ("a", "b")]).check()
    assert [row["record_id"] for row in rows(ws, "intake.record", "record_id")] == ["a:1", "b:1"]


def _ids(path: Path, text: str, codec: str, threads: int) -> dict[tuple[str, ...], list[str]]:
    path.write_bytes(text.encode(codec))
    with Workspace.memory(threads=threads) as ws:
        ws.create(PROTOCOL_STEP)
        stage_sources(ws, [SourceFile(path)], scratch=path.parent, watcher=Silent(), book=BOOK)
        map_records(ws, guess_mapping(ws, BOOK, watcher=Silent()))
        found: dict[tuple[str, ...], list[str]] = {}
        for record_id, *content in ws.rows(
            "select record_id, last_name, first_name, town from intake.record order by 1"
        ):
            found.setdefault(tuple(map(str, content)), []).append(record_id)
        return found


def test_ids_and_mapping_do_not_depend_on_row_order_encoding_or_threads(tmp_path: Path) -> None:
    lines = [f"Dupré{n % 90};Hélène;Genève{n % 7}" for n in range(300)]
    shuffled = lines.copy()
    random.Random(7).shuffle(shuffled)
    header = "Nom;Prénom;Ville"
    first = _ids(tmp_path / "a.csv", "\n".join([header, *lines]), "utf-8", 1)
    second = _ids(tmp_path / "a.csv", "\r\n".join([header, *shuffled]), "cp1252", 2)
    assert first == second
