from __future__ import annotations

import pytest

from engine.standardise import distinct
from engine.standardise.distinct import run_distinct
from engine.standardise.folding import fold
from engine.workspace import Workspace


def _both(raw: str | None, country: str | None) -> tuple[str | None, list[str], int]:
    return (None if raw is None else fold(raw)), [country or "?", raw or ""], len(raw or "")


RESULTS = {"folded": "text", "parts": "texts", "length": "integer"}
SELECT = "select 'Été ' || i as raw, case when i % 2 = 0 then 'FR' end as country from range(50) t(i)"


def test_the_answers_stand_beside_the_values(ws: Workspace) -> None:
    assert run_distinct(ws, "answer", "select 'Été' as raw, null::varchar as country", _both, RESULTS) == 1
    assert ws.rows("select * from answer") == [("Été", None, "ete", ["?", "Été"], 3)]


def test_no_values_give_an_empty_table(ws: Workspace) -> None:
    assert run_distinct(ws, "answer", f"{SELECT} limit 0", _both, RESULTS) == 0
    assert ws.columns("answer") == ["raw", "country", "folded", "parts", "length"]


def test_parameters_are_bound(ws: Workspace) -> None:
    run_distinct(ws, "answer", "select $x as raw, null::varchar as country", _both, RESULTS, parameters={"x": "A"})
    assert ws.rows("select folded from answer") == [("a",)]


def test_workers_give_the_same_answers_as_one_process(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run_distinct(ws, "alone", SELECT, _both, RESULTS)
    monkeypatch.setattr(distinct, "IN_PROCESS_LIMIT", 10)
    monkeypatch.setattr(distinct, "CHUNK", 7)
    run_distinct(ws, "together", SELECT, _both, RESULTS, workers=2)
    assert ws.rows("select * from alone order by raw") == ws.rows("select * from together order by raw")
