"""The problems by weight: what is wrong, how often, what to do, and what it looks like (masked)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from engine.presentation.catalogue import catalogue
from engine.presentation.masking import mask
from engine.presentation.sections.flow import share
from engine.presentation.workbook.rows import Problem, findings, made_ready, problems
from engine.vocabulary import Language
from engine.workspace import Workspace

WEIGHTS = {"error": 10, "warning": 3, "info": 1}
"""How much a row of each severity weighs: ten notes are as much work as one error."""

EXAMPLES = 2
"""Masked examples per problem."""

REASONS = 4
"""Reasons named per problem."""


def problem_list(ws: Workspace, language: Language) -> list[dict[str, Any]]:
    """Expectations that rows failed, the heaviest first; those that only count what is missing stand at the end."""
    words = catalogue(language)
    sentence = "sentence" if language == "en" else f"sentence_{language}"
    found = ws.rows(
        f"""
        select
            "table", suite, expectation, "column", severity, dimension, owner, "rows", rows_failed, success, listed,
            {sentence}
        from quality.expectation
        where rows_failed > 0 or not success
        order by "table", suite, expectation
        """
    )
    names = ("table", "suite", "expectation", "column", "severity", "dimension", "owner", "rows", "failed", "success",
             "listed", "sentence")  # fmt: skip
    reasons = _reasons(ws)
    with made_ready(ws, EXAMPLES):
        listed = {(problem.table, problem.suite, problem.expectation): problem for problem in problems(ws, language)}
        entries = []
        for row in found:
            entry = dict(zip(names, row, strict=True))
            key = (entry["table"], entry["suite"], entry["expectation"])
            told = reasons.get(key, [])
            entries.append(
                {
                    **entry,
                    "share": share(entry["failed"], entry["rows"]),
                    "weight": WEIGHTS[entry["severity"]] * entry["failed"],
                    "reasons": told[:REASONS],
                    "todo": words.todo(told[0]["reason"]) if told else None,
                    "examples": _examples(ws, listed.get(key)),
                }
            )
    return sorted(
        entries, key=lambda entry: (not entry["listed"], -entry["weight"], entry["suite"], entry["expectation"])
    )


Key = tuple[str, str, str]


def _reasons(ws: Workspace) -> dict[Key, list[dict[str, Any]]]:
    """The reasons that the findings of each expectation give, the most frequent first."""
    found = ws.rows(
        'select "table", suite, expectation, reason, count(*) from quality.finding group by all '
        "order by 1, 2, 3, 5 desc, 4"
    )
    return {
        key: [{"reason": row[3], "findings": row[4]} for row in rows]
        for key, rows in groupby(found, key=lambda row: (row[0], row[1], row[2]))
    }


def _examples(ws: Workspace, problem: Problem | None) -> list[dict[str, str | None]]:
    """Different masks of the first values that failed; a mask that only has stars says nothing and is left out."""
    if problem is None or problem.column is None:
        return []
    shown: dict[tuple[str | None, str | None], None] = {}
    for finding in findings(ws, problem, EXAMPLES):
        before, after = _masked(finding.raw), _masked(finding.standard)
        if before is not None or after is not None:
            shown[before, after] = None
    return [{"before": before, "after": after} for before, after in shown]


def _masked(value: str | None) -> str | None:
    return None if value is None else mask(value)
