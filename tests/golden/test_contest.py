"""The contest: one preference after the other until one candidate is left."""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.contest import hold_contest
from engine.golden.preferences import PREFERENCES, resolve
from engine.workspace import Workspace


def contest(ws: Workspace, rows: str, *names: str, evidence: str = "") -> list[tuple[object, ...]]:
    """Winners of field 1/1 whose candidates are ``rows``: (candidate, rows, newest)."""
    ws.execute(
        "create or replace temp table candidate as select 1 as group_no, 1::utinyint as attribute_no, candidate, rows, "
        f"newest::date as newest, 0 as source_rank from (values {rows}) as given (candidate, rows, newest)"
    )
    ws.drop("winner")

    def gather(_: Workspace, name: str, numbers: Sequence[int]) -> str:
        asked.append(name)
        return evidence

    asked.clear()
    hold_contest(ws, "candidate", "winner", {1: resolve(names)}, gather)
    return ws.rows("select candidate, rule, runner_up from winner")


asked: list[str] = []


def test_the_first_preference_that_leaves_one_decides(ws: Workspace) -> None:
    rows = "('a', 2, '2020-01-01'), ('b', 2, '2021-01-01'), ('c', 1, '2024-01-01')"
    assert contest(ws, rows, "rows_agree", "newest") == [("b", "newest", "a")]


def test_an_unknown_date_is_older_than_any(ws: Workspace) -> None:
    assert contest(ws, "('a', 1, null), ('b', 1, '1999-01-01')", "newest") == [("b", "newest", "a")]


def test_what_nothing_decides_the_smallest_value_decides(ws: Workspace) -> None:
    assert contest(ws, "('b', 1, null), ('a', 1, null)", "rows_agree", "newest") == [("a", "value", "b")]


def test_a_single_candidate_needs_no_contest(ws: Workspace) -> None:
    assert contest(ws, "('a', 1, null)", "rows_agree") == [("a", "single", None)]


def test_evidence_is_gathered_only_for_what_is_still_tied(ws: Workspace) -> None:
    scores = "select group_no, attribute_no, candidate, length(candidate) as score from golden_tied"
    contest(ws, "('a', 2, null), ('bb', 1, null)", "rows_agree", "known", evidence=scores)
    assert asked == []
    assert contest(ws, "('a', 1, null), ('bb', 1, null)", "rows_agree", "known", evidence=scores) == [
        ("bb", "known", "a")
    ]
    assert asked == ["known"]


def test_every_preference_has_a_reference_text() -> None:
    assert all(preference.doc.endswith(".") for preference in PREFERENCES.values())
