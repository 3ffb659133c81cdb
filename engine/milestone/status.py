"""How far the project is on a day: steps done according to the journal, steps late, gates, what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from engine.milestone.evidence import Evidence, day_of, gather
from engine.milestone.gates import Gate, read_gates
from engine.project import Project
from engine.rulebook.milestone import Step
from engine.vocabulary import Language

FORMAT = 1
SOON = 7
"""Days ahead from which a step is called due."""

StepState = Literal["done", "late", "due", "ahead", "left_out"]


def status(project: Project, *, as_of: date, language: Language) -> dict[str, Any]:
    """The plan, the gates and the journal of ``project`` on the day ``as_of``.

    Returns:
        Plain data: ``ok`` is False when a gate is missed, a watched step is late or the journal is broken.

    Raises:
        UsageError: the project has no J.
    """
    return told(gather(project, as_of=as_of), language)


def told(evidence: Evidence, language: Language) -> dict[str, Any]:
    """:func:`status` of evidence at hand."""
    gates = read_gates(evidence)
    by_name = {gate.rule.name: gate for gate in gates}
    steps = [_step(step, evidence, by_name, language) for step in evidence.rules.steps]
    alarms = [f"gate {gate.rule.name}" for gate in gates if gate.state == "missed"]
    alarms += [f"step {step['name']}" for step in steps if step["watched"] and step["state"] == "late"]
    alarms += [f"journal line {broken.n}" for broken in evidence.journal.broken]
    return {
        "format": FORMAT,
        "name": evidence.project.name,
        "institution": evidence.project.institution,
        "milestone": evidence.j.isoformat(),
        "as_of": evidence.as_of.isoformat(),
        "days_left": (evidence.j - evidence.as_of).days,
        "ok": not alarms,
        "alarms": alarms,
        "steps": steps,
        "next": next((step["name"] for step in steps if step["state"] in ("late", "due", "ahead")), None),
        "gates": [_gate(gate, language) for gate in gates],
        "totals": _totals(evidence),
        "journal": {
            "entries": len(evidence.journal.entries),
            "head": evidence.journal.head,
            "broken": [{"n": broken.n, "damage": broken.damage} for broken in evidence.journal.broken],
        },
    }


def _step(step: Step, evidence: Evidence, gates: dict[str, Gate], language: Language) -> dict[str, Any]:
    due = evidence.due(step.due)
    if step.done.gate is not None:
        gate = gates[step.done.gate]
        done, done_on, entry = gate.met, gate.met_on, gate.signature.entry.n if gate.met_on and gate.signature else None
    else:
        found = evidence.known(step.done)
        done, done_on, entry = found is not None, day_of(found) if found else None, found.n if found else None
    return {
        "name": step.name,
        "title": getattr(step.title, language),
        "who": list(step.who),
        "due": due.isoformat(),
        "days": step.due,
        "state": _state(step, done, due, evidence.as_of),
        "done_on": done_on.isoformat() if done_on else None,
        "days_late": max((done_on - due).days, 0) if done_on else max((evidence.as_of - due).days, 0) * (not done),
        "entry": entry,
        "gate": step.done.gate,
        "optional": step.optional,
        "watched": step.watch,
        "command": step.command,
    }


def _state(step: Step, done: bool, due: date, as_of: date) -> StepState:
    if done:
        return "done"
    if due < as_of:
        return "left_out" if step.optional else "late"
    return "due" if (due - as_of).days <= SOON else "ahead"


def _gate(gate: Gate, language: Language) -> dict[str, Any]:
    signature = None
    if gate.signature is not None:
        facts = gate.signature.entry.facts
        signature = {
            "by": facts["by"],
            "on": day_of(gate.signature.entry).isoformat(),
            "note": facts["note"],
            "despite": list(facts["despite"]),
            "entry": gate.signature.entry.n,
            "holds": gate.signature.holds,
            "changed": list(gate.signature.changed),
        }
    return {
        "name": gate.rule.name,
        "title": getattr(gate.rule.title, language),
        "due": gate.due.isoformat(),
        "state": gate.state,
        "signer": gate.rule.signer,
        "needs_signature": gate.rule.signature == "always",
        "conditions": [
            {"name": seen.condition, "met": seen.met, "why": seen.why, "values": _plain(dict(seen.values))}
            for seen in gate.seen
        ],
        "lacking": [seen.condition for seen in gate.lacking],
        "signature": signature,
    }


def _totals(evidence: Evidence) -> list[dict[str, Any]]:
    """Control totals as the last reading of the data saw them."""
    entry = next((entry for entry in evidence.events("receipt", "check", "run") if "controls" in entry.facts), None)
    return list(entry.facts["controls"]["totals"]) if entry else []


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
