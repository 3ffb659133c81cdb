"""How far the project is, in lines for a terminal: steps, gates, what is missing, the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from engine.presentation.catalogue import Catalogue, catalogue
from engine.vocabulary import Language


def status_lines(status: Mapping[str, Any], language: Language) -> list[str]:
    """``status`` of :func:`engine.milestone.status` as lines."""
    say = catalogue(language)
    lines = [f"{_head(say, status)} ({_distance(say, status['days_left'])})", "", say.text("milestone.steps")]
    lines += [_step(say, step) for step in status["steps"]]
    lines += ["", say.text("milestone.gates")]
    for gate in status["gates"]:
        lines += _gate(say, gate)
    lines += ["", *_totals(status["totals"]), *_journal(say, status["journal"])]
    following = next((step for step in status["steps"] if step["name"] == status["next"]), None)
    if following is not None:
        command = f"  ({following['command']})" if following["command"] else ""
        lines.append(say.text("milestone.next", title=following["title"]) + command)
    if status["ok"]:
        lines.append(say.text("milestone.all_good"))
    return lines


def plan_lines(status: Mapping[str, Any], language: Language) -> list[str]:
    """Only the dates of the plan, one line a step."""
    say = catalogue(language)
    return [_head(say, status), *(_step(say, step) for step in status["steps"])]


def condition_text(say: Catalogue, condition: Mapping[str, Any]) -> str:
    """What was seen of a condition, with its name."""
    name = say.text(f"milestone.condition.{condition['name']}")
    why = say.text(f"milestone.why.{condition['why']}", **_spoken(say, condition["values"]))
    return f"{name}: {why}"


def signature_text(say: Catalogue, gate: Mapping[str, Any]) -> str | None:
    """Who signed, and whether it still holds; None = nobody did and nobody needs to."""
    signature = gate["signature"]
    if signature is None:
        needed = gate["needs_signature"] or any(condition["met"] is False for condition in gate["conditions"])
        who = say.text(f"milestone.party.{gate['signer']}")
        return say.text("milestone.unsigned", who=who) if needed else None
    day = say.day(date.fromisoformat(signature["on"]))
    if not signature["holds"]:
        return say.text("milestone.lapsed", by=signature["by"], day=day, files=_listed(signature["changed"]))
    if signature["despite"]:
        accepted = _listed([say.text(f"milestone.condition.{name}") for name in signature["despite"]])
        return say.text("milestone.signed_despite", by=signature["by"], day=day, conditions=accepted)
    return say.text("milestone.signed", by=signature["by"], day=day)


def _head(say: Catalogue, status: Mapping[str, Any]) -> str:
    j, day = (say.day(date.fromisoformat(status[name])) for name in ("milestone", "as_of"))
    return say.text("milestone.head", j=j, day=day)


def _distance(say: Catalogue, days: int) -> str:
    if days == 0:
        return say.text("milestone.today")
    return say.text("milestone.left" if days > 0 else "milestone.passed", abs(days))


def _step(say: Catalogue, step: Mapping[str, Any]) -> str:
    relative = "J" if step["days"] == 0 else f"J{step['days']:+d}"
    state = say.text(f"milestone.state.{step['state']}")
    if step["done_on"]:
        state = say.text("milestone.done_on", day=say.day(date.fromisoformat(step["done_on"])))
    if step["days_late"] and step["state"] in ("done", "late"):
        state += f", {say.text('milestone.days_late', step['days_late'])}"
    day = say.day(date.fromisoformat(step["due"]))
    who = ", ".join(say.text(f"milestone.party.{party}") for party in step["who"])
    return f"  {relative:<5} {day}  {step['title']}  [{who}]  {state}"


def _gate(say: Catalogue, gate: Mapping[str, Any]) -> Iterator[str]:
    day = say.text("milestone.due_on", day=say.day(date.fromisoformat(gate["due"])))
    state = say.text(f"milestone.gate.{gate['state']}")
    yield f"  {state:<10} {gate['name']:<22} {gate['title']} ({day})"
    for condition in gate["conditions"]:
        mark = {True: "+", False: "-", None: "?"}[condition["met"]]
        yield f"      {mark} {condition_text(say, condition)}"
    if signature := signature_text(say, gate):
        yield f"      {signature}"


def _totals(totals: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for total in totals:
        if not total["met"]:
            yield f"  - {total['source']} {total['measure']}: {total['found']} / {total['expected']}"


def _journal(say: Catalogue, journal: Mapping[str, Any]) -> list[str]:
    if not journal["broken"]:
        return [say.text("milestone.journal_whole", journal["entries"], head=journal["head"][:12])]
    return [
        say.text("milestone.journal_broken", n=place["n"], damage=say.text(f"milestone.damage.{place['damage']}"))
        for place in journal["broken"]
    ]


def _spoken(say: Catalogue, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a sentence as its language writes them."""
    spoken: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list):
            spoken[name] = _listed(value)
        elif isinstance(value, float):
            spoken[name] = say.percent(value)
        elif isinstance(value, int) and name != "count":  # the catalogue writes counts itself
            spoken[name] = say.number(value)
        elif name == "day":
            spoken[name] = say.day(date.fromisoformat(str(value)))
        else:
            spoken[name] = value
    return spoken


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(str(name) for name in names[:most])
    return shown + (", …" if len(names) > most else "")
