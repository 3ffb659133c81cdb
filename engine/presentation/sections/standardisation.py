"""What standardisation did to the values: kept, changed, refused, and why."""

from __future__ import annotations

from typing import Any

from engine.presentation.masking import mask
from engine.presentation.sections.changes import changes
from engine.presentation.sections.flow import share
from engine.workspace import Workspace


def standardisation(ws: Workspace) -> dict[str, Any]:
    """Per attribute, in rows and in different values; the reasons of all that was refused, repaired or doubted."""
    found = ws.rows(
        """
        select
            attribute,
            count(*),
            sum(rows),
            coalesce(sum(rows) filter (standard = raw), 0),
            coalesce(sum(rows) filter (standard is not null and standard <> raw), 0),
            coalesce(sum(rows) filter (standard is null), 0)
        from standardise.value
        group by attribute
        order by attribute
        """
    )
    reasons = ws.rows(
        """
        select attribute, reason, standard is null as refused, count(*), sum(rows)
        from standardise.value
        where reason is not null
        group by all
        order by attribute, sum(rows) desc, reason, refused
        """
    )
    return {
        "attributes": [
            {
                "attribute": attribute,
                "values": values,
                "rows": int(rows),
                "kept": int(kept),
                "changed": int(changed),
                "refused": int(refused),
                "refused_share": share(int(refused), int(rows)),
                "reasons": [
                    {"reason": reason, "refused": emptied, "values": n, "rows": int(m)}
                    for of, reason, emptied, n, m in reasons
                    if of == attribute
                ],
            }
            for attribute, values, rows, kept, changed, refused in found
        ],
        "changes": changes(ws),
        "frequent": _frequent(ws),
    }


FREQUENT_SHOWN = 30
"""Values on too many rows that are named; beyond, they are only counted."""


def _frequent(ws: Workspace) -> dict[str, Any]:
    """Values on implausibly many rows (masked): how many rows, how many names share them, what was decided."""
    if not ws.exists("standardise.frequent"):
        return {"values": 0, "shown": []}
    found = ws.rows(
        "select attribute, value, rows, holders, round(expected, 1), verdict, reason from standardise.frequent "
        f"order by rows desc, attribute, value limit {FREQUENT_SHOWN}"
    )
    names = ("attribute", "value", "rows", "holders", "expected", "verdict", "reason")
    entries = [dict(zip(names, row, strict=True)) for row in found]
    return {
        "values": ws.count("standardise.frequent"),
        "shown": [{**entry, "value": mask(entry["value"])} for entry in entries],
    }
