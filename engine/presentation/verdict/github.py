"""``--format github``: workflow commands, so that the findings stand beside the lines of a pull request."""

from __future__ import annotations

from engine.presentation.verdict.escape import command_data, command_property, plain
from engine.presentation.verdict.model import Entry, Verdict
from engine.presentation.verdict.text import summary
from engine.presentation.verdict.words import WORDS, failed_of
from engine.presentation.wording import number

PER_LEVEL = 10
"""GitHub shows ten annotations of a level for each step and drops the rest in silence."""


def as_github(verdict: Verdict) -> str:
    """One annotation an expectation, at its first failing line; the worst ten of each level.

    What counts against the gate is an error, what failed besides is a warning, or a notice when it is for information.
    """
    words = WORDS[verdict.language]
    lines: list[str] = []
    left = 0
    used = {"error": 0, "warning": 0, "notice": 0}
    for entry in verdict.failing:
        level = _level(verdict, entry)
        if used[level] == PER_LEVEL:
            left += 1
            continue
        used[level] += 1
        lines.append(_command(level, entry, f"{entry.sentence} {failed_of(words, entry)}"))
    if left:
        lines.append(words.more.format(count=number(left)))
    lines.append(plain(summary(verdict)))
    return "\n".join(lines) + "\n"


def _level(verdict: Verdict, entry: Entry) -> str:
    if verdict.gate.counts(entry):
        return "error"
    return "notice" if entry.severity == "info" else "warning"


def _command(level: str, entry: Entry, message: str) -> str:
    properties = {"title": entry.id}
    if entry.places:
        properties |= {"file": entry.places[0].file, "line": str(entry.places[0].line)}
        if entry.places[0].value is not None:
            message = f"{message} «{entry.places[0].value}»"
    given = ",".join(f"{name}={command_property(plain(value))}" for name, value in properties.items())
    return f"::{level} {given}::{command_data(plain(message))}"
