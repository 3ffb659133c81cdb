"""What goes into the import files, what was changed on the way, and what was kept back."""

from __future__ import annotations

from typing import Any

from engine.presentation.facts import RunFacts
from engine.presentation.sections.flow import share
from engine.sql import identifier
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace


def delivery(ws: Workspace, facts: RunFacts) -> dict[str, Any]:
    """Rows by operation and kind, fields filled, notes by rule, contacts held by reason."""
    report = facts.stage("delivery")
    operations = ws.rows(
        """
        select operation."OPERATION", contact.kind, count(*)
        from delivery.operation as operation
        left join golden.contact as contact on contact.contact_id = operation.contact_id
        group by all
        order by 1 nulls last, 2 nulls last
        """
    )
    notes = ws.rows(
        "select field, rule, outcome, count(*) from delivery.note group by all "
        "order by count(*) desc, field, rule, outcome"
    )
    held = ws.rows("select reason, count(*) from delivery.held group by reason order by count(*) desc, reason")
    return {
        "figures": dict(sorted(report.figures.items())) if report else {},
        "operations": [{"operation": name, "kind": kind, "rows": rows} for name, kind, rows in operations],
        "fields": _fields(ws),
        "notes": [{"field": field, "rule": rule, "outcome": outcome, "rows": n} for field, rule, outcome, n in notes],
        "held": [{"reason": reason, "contacts": contacts} for reason, contacts in held],
    }


def _fields(ws: Workspace) -> list[dict[str, Any]]:
    """How many rows fill each field, in file order; fields that no row fills are left out."""
    counts = ", ".join(f"count({identifier(code)})" for code in FIELD_CODES)
    rows, *filled = ws.rows(f"select count(*), {counts} from delivery.operation")[0]
    return [
        {"field": code, "rows": n, "share": share(n, rows)} for code, n in zip(FIELD_CODES, filled, strict=True) if n
    ]
