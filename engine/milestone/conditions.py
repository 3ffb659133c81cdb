"""The conditions of gates: what Assay sees for itself in the journal and the rules. True, False, or not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.milestone.evidence import Evidence, day_of
from engine.rulebook.milestone import Condition, GateRule

ARRIVALS = ("receipt", "check", "run")
"""Events that read the customer's data."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a condition.

    Attributes:
        condition: its code.
        met: True, False, or None = there is nothing to see yet, or only a person can.
        why: code of the sentence that says so.
        values: figures and names for the sentence.
    """

    condition: Condition
    met: bool | None
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)


def look(condition: Condition, evidence: Evidence, gate: GateRule) -> Seen:
    """Judge one condition of ``gate``."""
    met, why, values = _LOOKS[condition](evidence, gate)
    return Seen(condition, met, why, values)


_Found = tuple[bool | None, str, dict[str, Any]]


def _data_arrived(evidence: Evidence, gate: GateRule) -> _Found:
    wanted = {source.name for source in evidence.project.sources}
    arrived = [entry for entry in evidence.events(*ARRIVALS) if _covers(entry.facts.get("sources", {}), wanted)]
    if not arrived or not wanted:
        return False, "not_arrived", {"sources": sorted(wanted)}
    day: date = day_of(arrived[-1])
    late = (day - evidence.due(gate.due)).days
    return True, "arrived_late" if late > 0 else "arrived", {"day": day, "days": max(late, 0)}


def _covers(read: Mapping[str, Any], wanted: set[str]) -> bool:
    """Whether every source was read; one of several tables is read under names that begin with its own."""
    return all(any(name == one or name.startswith(f"{one}_") for name in read) for one in wanted)


def _control_totals(evidence: Evidence, _: GateRule) -> _Found:
    entry = next((entry for entry in evidence.events(*ARRIVALS) if "controls" in entry.facts), None)
    if entry is None:
        return None, "nothing_read", {}
    controls = entry.facts["controls"]
    if controls["missed"]:
        return False, "totals_differ", {"missed": len(controls["missed"]), "totals": sorted(controls["missed"])}
    if controls["without"]:
        return None, "no_totals", {"sources": sorted(controls["without"])}
    return True, "totals_agree", {"count": controls["given"]}


def _structure_types(evidence: Evidence, _: GateRule) -> _Found:
    return _defined(evidence, "STRUCT_TYPE", _told(evidence, "STRUCT_TYPE", evidence.imports.defined.structure_types))


def _criteria(evidence: Evidence, _: GateRule) -> _Found:
    criteria = evidence.imports.defined.criteria
    codes = None if criteria is None else tuple(one.name for one in criteria)
    return _defined(evidence, "CRITERIA", _told(evidence, "CRITERIA", codes))


def _told(evidence: Evidence, codes: str, by_rules: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What the rules say is defined, and what definition files defined in an environment."""
    files = [file for entry in evidence.events("apply") for file in entry.facts.get("files", [])]
    applied = [file["defined"][codes] for file in files if codes in file.get("defined", {})]
    if by_rules is None and not applied:
        return None
    return tuple(sorted({*(by_rules or ()), *(code for found in applied for code in found)}))


def _admin_numbers(evidence: Evidence, _: GateRule) -> _Found:
    return _defined(evidence, "ADMIN_NUMBER", evidence.imports.defined.admin_numbers)


def _defined(evidence: Evidence, codes: str, defined: tuple[str, ...] | None) -> _Found:
    """Whether every code that the last run wrote is defined in the institution, as the rules tell it."""
    run = evidence.last("run")
    if run is None:
        return None, "nothing_read", {}
    used = sorted(run.facts.get("codes", {}).get(codes, []))
    if not used:
        return True, "none_used", {}
    if defined is None:
        return None, "not_told", {"codes": used}
    stray = [code for code in used if code not in defined]
    return (False, "undefined", {"codes": stray}) if stray else (True, "all_defined", {"count": len(used)})


def _number_range(evidence: Evidence, _: GateRule) -> _Found:
    run = evidence.last("run")
    if run is None:
        return None, "nothing_read", {}
    given = int(run.facts.get("numbers_given", 0))
    own = (evidence.project.rules / "survivorship" / "numbers.yml").is_file()
    if evidence.project.range_start is not None or own:
        return True, "range_reserved", {"count": given}
    return (False, "range_not_reserved", {"count": given}) if given else (True, "no_numbers_given", {})


def _numbers_new(evidence: Evidence, gate: GateRule) -> _Found:
    entry = evidence.last_import(gate.environment)
    if entry is None:
        return None, "not_imported_yet", {"environment": gate.environment}
    known = sum(int(file.get("rules", {}).get("number_known", 0)) for file in entry.facts["files"])
    return not known, "numbers_known" if known else "numbers_new", {"count": known}


def _findings(evidence: Evidence, _: GateRule) -> _Found:
    run = evidence.last("run")
    if run is None:
        return None, "nothing_read", {}
    share = _share(int(run.facts["records_with_error"]), int(run.facts["records"]))
    most = evidence.rules.thresholds.findings
    return share <= most, "under" if share <= most else "over", {"share": share, "most": most}


def _not_imported(evidence: Evidence, gate: GateRule) -> _Found:
    entry = evidence.last_import(gate.environment)
    if entry is None:
        return None, "not_imported_yet", {"environment": gate.environment}
    files = entry.facts["files"]
    share = _share(sum(int(file["not_imported"]) for file in files), sum(int(file["rows"]) for file in files))
    most = evidence.rules.thresholds.not_imported
    return share <= most, "under" if share <= most else "over", {"share": share, "most": most}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


_LOOKS: Mapping[Condition, Callable[[Evidence, GateRule], _Found]] = {
    "data_arrived": _data_arrived,
    "control_totals": _control_totals,
    "structure_types": _structure_types,
    "criteria": _criteria,
    "admin_numbers": _admin_numbers,
    "number_range": _number_range,
    "numbers_new": _numbers_new,
    "findings": _findings,
    "not_imported": _not_imported,
}
