"""Which rule decided each attribute of the golden records, and where two values stood against each other."""

from __future__ import annotations

from typing import Any

from engine.presentation.facts import RunFacts
from engine.presentation.sections.flow import share
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace


def golden(ws: Workspace, facts: RunFacts) -> dict[str, Any]:
    """Choices by attribute and rule, those that were contested, and values that were repaired."""
    report = facts.stage("golden")
    contacts = ws.count("golden.contact")
    found = ws.rows(
        """
        select attribute, rule, count(*), count(*) filter (candidates > 1), count(*) filter (repaired)
        from golden.choice
        group by attribute, rule
        order by attribute, count(*) desc, rule
        """
    )
    attributes: dict[str, dict[str, Any]] = {}
    for attribute, rule, choices, contested, repaired in found:
        entry = attributes.setdefault(
            attribute, {"attribute": attribute, "choices": 0, "contested": 0, "repaired": 0, "rules": []}
        )
        entry["choices"] += choices
        entry["contested"] += contested
        entry["repaired"] += repaired
        entry["rules"].append({"rule": rule, "choices": choices})
    for entry in attributes.values():
        entry["filled_share"] = share(entry["choices"], contacts)
    order = {name: number for number, name in enumerate(CONTACT_ATTRIBUTES)}
    figures = dict(sorted(report.figures.items())) if report else {}
    households, members = ws.rows("select count(distinct household), count(*) from golden.household")[0]
    return {
        "households": {"households": households, "contacts": members},
        "figures": {name: value for name, value in figures.items() if "." not in name},
        "evidence": _evidence(figures),
        "to_confirm": [
            {"attribute": attribute, "reason": reason, "contacts": contacts}
            for attribute, reason, contacts in ws.rows(
                "select attribute, reason, count(*) from golden.doubt group by all "
                "order by count(*) desc, attribute, reason"
            )
        ],
        "attributes": sorted(
            attributes.values(), key=lambda entry: (order.get(entry["attribute"], len(order)), entry["attribute"])
        ),
    }


def _evidence(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """How often each kind of evidence sides with a strict majority: figures ``evidence.<kind>.<attribute>.*``."""
    grades: dict[tuple[str, str], dict[str, Any]] = {}
    for name, value in figures.items():
        if name.startswith("evidence."):
            _, kind, attribute, figure = name.split(".")
            grades.setdefault((attribute, kind), {"attribute": attribute, "kind": kind})[figure] = value
    return [grades[key] for key in sorted(grades)]
