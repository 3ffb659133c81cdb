"""Scores from ``quality.score``, beside those of the extract before (``quality.previous``).

A score is the share of tests that held: 1 - failed / checked. The whole is the sum of its parts, so a dimension that
tests a column often weighs more than one that tests it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.sql import identifier
from engine.workspace import Workspace

_DIMENSION_ORDER = (
    "case dimension when 'completeness' then 1 when 'validity' then 2 when 'consistency' then 3 "
    "when 'uniqueness' then 4 when 'accuracy' then 5 else 6 end"
)

PREVIOUS = "quality.previous"
"""Scores of the extract before, in the columns of ``quality.score``; empty or absent when there was none."""


def by_dimension(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per dimension that was tested: ``dimension``, ``checked``, ``failed``, ``score``, ``change``."""
    return _scores(ws, ("dimension",), f"{_DIMENSION_ORDER}, dimension")


def by_source(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per source; contacts and import rows, which have no one source, are left out."""
    return [entry for entry in _scores(ws, ("source",), "source") if entry["source"]]


def by_suite(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per suite."""
    return _scores(ws, ("suite",), "suite")


def by_column_and_dimension(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per attribute and dimension that was tested, null = the whole record."""
    return _scores(ws, ("column", "dimension"), f'"column" nulls last, {_DIMENSION_ORDER}, dimension')


def total(ws: Workspace) -> dict[str, Any] | None:
    """The score over everything, None when nothing was tested."""
    found = _scores(ws, (), "1")
    return found[0] if found else None


def _scores(ws: Workspace, by: Sequence[str], order: str) -> list[dict[str, Any]]:
    if not ws.exists("quality.score"):
        return []
    now = _sums(ws, "quality.score", by, order)
    before = {}
    if ws.exists(PREVIOUS):
        before = {entry[: len(by)]: entry for entry in _sums(ws, PREVIOUS, by, order)}
    return [_entry(row, before.get(row[: len(by)]), by) for row in now]


def _sums(ws: Workspace, table: str, by: Sequence[str], order: str) -> list[tuple[Any, ...]]:
    # compared is only what was tested both times: a new source or suite is no change of the old ones
    alike = "" if table != PREVIOUS else "where (suite, source) in (select (suite, source) from quality.score) "
    keys = ", ".join(identifier(name) for name in by)
    listed, grouped = (f"{keys}, ", f"group by {keys} ") if by else ("", "")
    return ws.rows(
        f"select {listed}sum(checked)::bigint, sum(failed)::bigint from {table} {alike}"
        f"{grouped}having sum(checked) > 0 order by {order}"
    )


def _entry(row: tuple[Any, ...], before: tuple[Any, ...] | None, by: Sequence[str]) -> dict[str, Any]:
    score = _score(row)
    return {
        **dict(zip(by, row, strict=False)),
        "checked": row[-2],
        "failed": row[-1],
        "score": score,
        "before": None if before is None else _score(before),
        "change": None if before is None else round(score - _score(before), 4),
    }


def _score(row: tuple[Any, ...]) -> float:
    checked, failed = int(row[-2]), int(row[-1])
    return round(max(0.0, 1 - failed / checked), 4)
