"""The history of a project: one line an extract, and every run of an extract compared with the same one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from engine import quality
from engine.errors import RuleErrors
from engine.workspace import Workspace
from tests.conftest import given, rows

FIRST, SECOND = date(2026, 9, 1), date(2026, 11, 22)


def extract(ws: Workspace, sha256: str, failed: int) -> None:
    given(ws, "intake.source", [{"source": "crm", "file": "crm.csv", "sha256": sha256}])
    given(ws, "standardise.record", [{}, {}])
    score = {"suite": "format", "source": "crm", "column": None, "dimension": "validity", "checked": 10}
    given(ws, "quality.score", [{**score, "failed": failed}])


def previous(ws: Workspace, path: Path) -> list[tuple[int, date]]:
    quality.read_previous(ws, path)
    return [(row["failed"], row["as_of"]) for row in rows(ws, "quality.previous")]


def test_an_extract_is_compared_with_the_one_before_and_so_is_a_run_of_it_again(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "quality.jsonl"
    extract(ws, "one", 5)
    assert previous(ws, path) == []
    quality.remember(ws, path, as_of=FIRST)
    assert previous(ws, path) == []
    extract(ws, "two", 3)
    for _ in range(2):
        assert previous(ws, path) == [(5, FIRST)]
        quality.remember(ws, path, as_of=SECOND)
    extract(ws, "one", 5)
    assert previous(ws, path) == []
    quality.remember(ws, path, as_of=SECOND)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["as_of"], line["rows"]) for line in lines] == [("2026-09-01", 2), ("2026-11-22", 2)]


def test_an_extract_is_known_by_its_content_and_not_by_the_order_of_its_files(ws: Workspace) -> None:
    from engine.quality.history import extract_key

    sources = [{"source": name, "sha256": name} for name in "ab"]
    given(ws, "intake.source", sources)
    key = extract_key(ws)
    given(ws, "intake.source", sources[::-1])
    assert extract_key(ws) == key
    given(ws, "intake.source", [{**sources[0], "sha256": "c"}, sources[1]])
    assert extract_key(ws) != key


def test_damaged_lines_are_told_with_their_numbers(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "quality.jsonl"
    extract(ws, "one", 5)
    quality.remember(ws, path, as_of=FIRST)
    path.write_text("{}\n" + path.read_text(encoding="utf-8") + "torn", encoding="utf-8")
    with pytest.raises(RuleErrors) as raised:
        quality.read_previous(ws, path)
    assert [problem.line for problem in raised.value.problems] == [1, 3]
