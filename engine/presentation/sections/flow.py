"""What came in, what went out: the headline and the ledger."""

from __future__ import annotations

from typing import Any

from engine.presentation.facts import RunFacts
from engine.presentation.files import describe
from engine.workspace import Workspace


def headline(ws: Workspace) -> dict[str, Any]:
    """The figures a reader looks for first."""
    lines, lines_held = ws.rows("select coalesce(sum(lines), 0), coalesce(sum(held), 0) from intake.source")[0]
    records = ws.count("golden.crosswalk")
    contacts = ws.count("golden.contact")
    outcomes = dict(ws.rows("select outcome, count(*) from matching.pair group by outcome order by outcome"))
    several, largest = ws.rows("select count(*) filter (records > 1), coalesce(max(records), 0) from golden.contact")[0]
    return {
        "lines": int(lines),
        "lines_held": int(lines_held),
        "records": records,
        "contacts": contacts,
        "contacts_of_several_records": several,
        "largest_contact": largest,
        "duplicates": records - contacts,
        "duplicates_share": share(records - contacts, records),
        "pairs": sum(outcomes.values()),
        "pairs_merge": outcomes.get("merge", 0),
        "pairs_ask": outcomes.get("ask", 0),
        "findings": ws.count("quality.finding"),
        "import_rows": ws.count("delivery.operation"),
        "contacts_held": ws.value("select count(distinct contact_id) from delivery.held"),
    }


def ledger(facts: RunFacts) -> list[dict[str, Any]]:
    """Each stage: what went in, came out and was held, in order."""
    return [
        {
            "stage": report.stage,
            "unit": report.unit,
            "rows_in": report.rows_in,
            "rows_out": report.rows_out,
            "rows_held": report.rows_held,
            "adds_up": report.rows_in == report.rows_out + report.rows_held,
            "notes": list(report.notes),
            "figures": dict(sorted(report.figures.items())),
        }
        for report in facts.stages
    ]


_STILL_TO_COME = ("manifest.json", "report.html", "report.json")
"""Files written after the report was made."""


def files(facts: RunFacts) -> list[dict[str, str]]:
    """The files written, those of this report included, import files first; and what each is."""
    names = sorted({*facts.files, *_STILL_TO_COME}) if facts.files else []
    return [
        {"file": name, "what": describe(name)}
        for name in sorted(names, key=lambda name: not name.startswith("import/"))
    ]


def share(part: int, whole: int) -> float:
    """``part`` of ``whole`` between 0 and 1, to six digits; 0 when there is nothing.

    >>> share(1, 3)
    0.333333
    """
    return round(part / whole, 6) if whole else 0.0
