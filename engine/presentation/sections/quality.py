"""What the expectations say of the data: scores per dimension and column, findings by expectation."""

from __future__ import annotations

from typing import Any

from engine.presentation.sections.flow import share
from engine.workspace import Workspace

_SEVERITY_ORDER = "case severity when 'error' then 1 when 'warning' then 2 else 3 end"


def quality(ws: Workspace) -> dict[str, Any]:
    """Scores are the share of checks passed: rows that passed / rows checked, over the expectations concerned."""
    checked, failed = ws.rows(
        "select coalesce(sum(rows_checked), 0), coalesce(sum(rows_failed), 0) from quality.expectation"
    )[0]
    return {
        "score": _score(int(checked), int(failed)),
        "checks": int(checked),
        "failed": int(failed),
        "dimensions": _scores(ws, "dimension"),
        "columns": _scores(ws, '"column"'),
        "severities": _severities(ws),
        "expectations": _expectations(ws),
    }


def _score(checked: int, failed: int) -> float | None:
    return None if not checked else round(1 - failed / checked, 4)


def _scores(ws: Workspace, by: str) -> list[dict[str, Any]]:
    found = ws.rows(
        f"select {by}, count(*), sum(rows_checked), sum(rows_failed) from quality.expectation "
        f"where {by} is not null group by {by} having sum(rows_checked) > 0 order by {by}"
    )
    return [
        {
            "name": name,
            "expectations": expectations,
            "checked": int(checked),
            "failed": int(failed),
            "score": _score(int(checked), int(failed)),
        }
        for name, expectations, checked, failed in found
    ]


def _severities(ws: Workspace) -> list[dict[str, Any]]:
    records = ws.count("standardise.record")
    found = ws.rows(
        "select severity, count(*), count(distinct record_id) from quality.finding group by severity "
        f"order by {_SEVERITY_ORDER}"
    )
    return [
        {"severity": severity, "findings": findings, "records": concerned, "records_share": share(concerned, records)}
        for severity, findings, concerned in found
    ]


def _expectations(ws: Workspace) -> list[dict[str, Any]]:
    """Every expectation, those with most failures first."""
    names = (
        "suite", "expectation", "type", "column", "severity", "dimension", "success", "rows_checked", "rows_failed",
        "sentence",
    )  # fmt: skip
    found = ws.rows(
        'select suite, expectation, type, "column", severity, dimension, success, rows_checked, rows_failed, sentence '
        f'from quality.expectation order by {_SEVERITY_ORDER}, rows_failed desc, suite, expectation, "column"'
    )
    return [{**dict(zip(names, row, strict=True)), "failed_share": share(row[8], row[7])} for row in found]
