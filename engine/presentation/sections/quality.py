"""What the expectations say of the data: scores, problems by weight, findings by severity."""

from __future__ import annotations

from typing import Any

from engine.presentation.facts import RunFacts
from engine.presentation.sections import scores
from engine.presentation.sections.flow import share
from engine.presentation.sections.problems import problem_list
from engine.workspace import Workspace

_SEVERITY_ORDER = "case severity when 'error' then 1 when 'warning' then 2 else 3 end"


def quality(ws: Workspace, facts: RunFacts) -> dict[str, Any]:
    """Scores and findings. A score is the share of tests that held: 1 - failed / checked, see ``quality.score``."""
    whole = scores.total(ws)
    cells = scores.by_column_and_dimension(ws)
    return {
        "records": ws.count("standardise.record"),
        "score": None if whole is None else whole["score"],
        "change": None if whole is None else whole["change"],
        "previous": _previous(ws),
        "dimensions": scores.by_dimension(ws),
        "sources": scores.by_source(ws),
        "suites": scores.by_suite(ws),
        "columns": _columns(cells),
        "severities": _severities(ws),
        "problems": problem_list(ws, facts.language),
        "expectations": _expectations(ws, facts),
    }


def _columns(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attribute by dimension, the weakest attribute first: one entry per attribute with its tested dimensions."""
    columns: dict[str | None, list[dict[str, Any]]] = {}
    for cell in cells:
        columns.setdefault(cell["column"], []).append(cell)
    entries = []
    for name, parts in columns.items():
        checked, failed = sum(part["checked"] for part in parts), sum(part["failed"] for part in parts)
        entries.append(
            {
                "name": name,
                "checked": checked,
                "failed": failed,
                "score": round(1 - failed / checked, 4),
                "dimensions": {part["dimension"]: part["score"] for part in parts},
            }
        )
    return sorted(entries, key=lambda entry: (entry["score"], str(entry["name"] or "")))


def _previous(ws: Workspace) -> str | None:
    """The day of the extract the scores are compared with."""
    day = ws.value(f"select max(as_of) from {scores.PREVIOUS}") if ws.exists(scores.PREVIOUS) else None
    return None if day is None else str(day.isoformat())


def _severities(ws: Workspace) -> list[dict[str, Any]]:
    """Findings by severity; the records are those judged as records, contacts and import rows are counted apart."""
    records = ws.count("standardise.record")
    found = ws.rows(
        "select severity, count(*), count(distinct record_id) from quality.finding group by severity "
        f"order by {_SEVERITY_ORDER}"
    )
    return [
        {"severity": severity, "findings": findings, "records": concerned, "records_share": share(concerned, records)}
        for severity, findings, concerned in found
    ]


def _expectations(ws: Workspace, facts: RunFacts) -> list[dict[str, Any]]:
    """Every expectation, those with most failures first."""
    sentence = "sentence" if facts.language == "en" else f"sentence_{facts.language}"
    names = (
        "table", "suite", "expectation", "type", "column", "severity", "dimension", "owner", "success", "rows",
        "rows_checked", "rows_failed", "sentence",
    )  # fmt: skip
    found = ws.rows(
        'select "table", suite, expectation, type, "column", severity, dimension, owner, success, "rows", '
        f"rows_checked, rows_failed, {sentence} from quality.expectation "
        f'order by {_SEVERITY_ORDER}, rows_failed desc, suite, expectation, "column"'
    )
    return [
        {**entry, "failed_share": share(entry["rows_failed"], entry["rows"])}
        for entry in (dict(zip(names, row, strict=True)) for row in found)
    ]
