"""What the expectations say of the data: scores per dimension and column, findings by expectation."""

from __future__ import annotations

from typing import Any

from engine.presentation.sections.flow import share
from engine.workspace import Workspace

_SEVERITY_ORDER = "case severity when 'error' then 1 when 'warning' then 2 else 3 end"


def quality(ws: Workspace) -> dict[str, Any]:
    """Scores and findings.

    A column's score is the share of records that pass every check of that column, counted from below: failures are
    added up as if no record failed twice. A dimension's is the mean over its columns, the total the mean over all
    columns. The rows an expectation was checked on are no measure: a condition may leave it only those that fail.
    """
    records = max(ws.count("standardise.record"), ws.value("select max(rows_checked) from quality.expectation") or 0)
    columns = _scores(ws, records)
    dimensions: dict[str, list[dict[str, Any]]] = {}
    for entry in _scores(ws, records, "dimension"):
        dimensions.setdefault(entry["dimension"], []).append(entry)
    return {
        "records": records,
        "score": _mean(columns),
        "dimensions": [
            {
                "name": name,
                "score": _mean(entries),
                "failed": sum(entry["failed"] for entry in entries),
                "expectations": sum(entry["expectations"] for entry in entries),
            }
            for name, entries in dimensions.items()
        ],
        "columns": columns,
        "severities": _severities(ws),
        "expectations": _expectations(ws, records),
    }


def _scores(ws: Workspace, records: int, *also_by: str) -> list[dict[str, Any]]:
    """One entry per column (and dimension); what no row was checked for has no score."""
    by = ", ".join((*also_by, '"column"'))
    found = ws.rows(
        f"select {by}, count(*), sum(rows_failed) from quality.expectation group by {by} "
        f"having sum(rows_checked) > 0 order by {by}"
    )
    return [
        {
            **dict(zip((*also_by, "name"), row[:-2], strict=True)),
            "expectations": row[-2],
            "failed": int(row[-1]),
            "score": round(max(0.0, 1 - int(row[-1]) / records), 4),
        }
        for row in found
    ]


def _mean(entries: list[dict[str, Any]]) -> float | None:
    return round(sum(entry["score"] for entry in entries) / len(entries), 4) if entries else None


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


def _expectations(ws: Workspace, records: int) -> list[dict[str, Any]]:
    """Every expectation, those with most failures first."""
    names = (
        "suite", "expectation", "type", "column", "severity", "dimension", "success", "rows_checked", "rows_failed",
        "sentence",
    )  # fmt: skip
    found = ws.rows(
        'select suite, expectation, type, "column", severity, dimension, success, rows_checked, rows_failed, sentence '
        f'from quality.expectation order by {_SEVERITY_ORDER}, rows_failed desc, suite, expectation, "column"'
    )
    return [{**dict(zip(names, row, strict=True)), "failed_share": share(row[8], records)} for row in found]
