"""The action plan: what every import needs and what these data need besides, with dates back from J."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from engine.analysis.prerequisites import Finding
from engine.analysis.proposal import Proposal
from engine.rulebook.analysis import AnalysisRules, Risk
from engine.rulebook.import_rules import Sentence
from engine.rulebook.milestone import Party

_WORSE: tuple[Risk, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the plan.

    Attributes:
        kind: ``step`` of every import, or ``action`` that these data need.
        name: code of the step or prerequisite.
        title: what is done, ``{count}`` to be filled in for an action.
        count: cases, for an action.
        who: who does it.
        due: days from J.
        day: the day, when J is known.
        hours: effort.
        risk: how much it endangers J.
        passed: whether its day is over already.
    """

    kind: Literal["step", "action"]
    name: str
    title: Sentence
    count: int
    who: Party
    due: int
    day: date | None
    hours: float
    risk: Risk
    passed: bool


def make_plan(
    rules: AnalysisRules, findings: Sequence[Finding], proposal: Proposal, *, j: date | None, as_of: date
) -> list[Task]:
    """Steps and actions by their day; an action before the step it prepares."""
    risks = {finding.rule.name: finding.risk for finding in findings}
    tasks: list[Task] = []
    for finding in findings:
        if finding.risk is not None:
            rule = finding.rule
            day, passed = _day(rule.due, j, as_of)
            tasks.append(
                Task(
                    "action", rule.name, rule.action, finding.counted.count, rule.who, rule.due, day,
                    finding.hours, "high" if passed else finding.risk, passed,
                )
            )  # fmt: skip
    for step in rules.steps:
        day, passed = _day(step.due, j, as_of)
        found = [risks.get(name) or "low" for name in step.risk_of]
        risk: Risk = "high" if passed else max(found, key=_WORSE.index, default="low")
        hours = float(proposal.hours_of(step.items))
        tasks.append(Task("step", step.name, step.title, 0, step.who, step.due, day, hours, risk, passed))
    return sorted(tasks, key=lambda task: (task.due, task.kind == "step"))


def _day(due: int, j: date | None, as_of: date) -> tuple[date | None, bool]:
    if j is None:
        return None, False
    day = j + timedelta(days=due)
    return day, day < as_of
