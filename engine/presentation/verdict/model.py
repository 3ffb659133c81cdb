"""The verdict of a check as plain values: what every format is drawn from, and what the gate says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from engine.vocabulary import Language, Severity

LISTED = 20
"""Failing rows an expectation names at most; findings.csv of a run names all."""

FailOn = Literal["error", "warning"]

Change = Literal["new", "worse", "same", "better"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row failed: file as given, physical line (1 = first), attribute, reason; the value only on demand."""

    file: str
    line: int
    column: str | None
    reason: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier check said of the same expectation."""

    success: bool
    rows: int
    failed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One expectation and what became of it.

    Attributes:
        suite / name: which one.
        type: Great Expectations' name of it.
        column: attribute concerned, None = the whole row.
        severity: error, warning or info.
        dimension: dimension of quality.
        owner: who answers for it.
        sentence: what a failure means, in the reader's language.
        success: as Great Expectations judged it.
        rows: rows of the table.
        checked: rows looked at.
        failed: rows that failed; 0 where the table is judged as a whole.
        places: the first failing rows, by file and line.
        before: the same in the baseline; None = not there, or no baseline.
        compared: whether there is a baseline at all.
    """

    suite: str
    name: str
    type: str
    column: str | None
    severity: Severity
    dimension: str
    owner: str
    sentence: str
    success: bool
    rows: int
    checked: int
    failed: int
    places: tuple[Place, ...] = ()
    before: Before | None = None
    compared: bool = False

    @property
    def id(self) -> str:
        """``suite.expectation``."""
        return f"{self.suite}.{self.name}"

    @property
    def share(self) -> Fraction:
        """Failed rows of all rows of the table; of a table that fails as a whole, all."""
        if self.failed and self.rows:
            return Fraction(self.failed, self.rows)
        return Fraction(0 if self.success else 1)

    @property
    def change(self) -> Change | None:
        """Against the baseline: ``new`` = it failed, and the baseline does not know it; None = no baseline."""
        if not self.compared:
            return None
        if self.before is None:
            return "same" if self.success and not self.failed else "new"
        before = _share(self.before)
        return "same" if self.share == before else "worse" if self.share > before else "better"


def _share(before: Before) -> Fraction:
    if before.failed and before.rows:
        return Fraction(before.failed, before.rows)
    return Fraction(0 if before.success else 1)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a check must meet.

    An expectation counts against the gate when it is not met, its severity is at least ``fail_on``, more than
    ``max_failed`` of the rows failed, and, where there is a baseline, its share of failed rows has grown or is new.
    """

    fail_on: FailOn = "error"
    max_failed: Fraction = Fraction(0)
    baseline: Mapping[tuple[str, str], Before] | None = None

    def counts(self, entry: Entry) -> bool:
        """Whether ``entry`` counts against the gate."""
        grave = entry.severity == "error" or (entry.severity == "warning" and self.fail_on == "warning")
        worse = entry.change in (None, "new", "worse")
        return grave and worse and not entry.success and entry.share > self.max_failed


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """A source that was checked: file as given, lines read, lines that could not be."""

    name: str
    file: str
    lines: int
    held: int


@dataclass(frozen=True, slots=True)
class Score:
    """Tests made and failed of one dimension; ``before`` = the score of the extract before."""

    dimension: str
    checked: int
    failed: int
    before: float | None = None

    @property
    def value(self) -> float:
        """1 = every test was passed."""
        return 1 - self.failed / self.checked if self.checked else 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A whole check.

    Attributes:
        as_of: the day it is made for.
        language: the language of sentences.
        gate: what had to be met.
        sources: what was checked.
        scores: per dimension, in order of name.
        entries: every expectation: those that count first, then by severity and share.
    """

    as_of: date
    language: Language
    gate: Gate
    sources: tuple[CheckedSource, ...]
    scores: tuple[Score, ...]
    entries: tuple[Entry, ...] = field(default=())

    @property
    def against(self) -> tuple[Entry, ...]:
        """Expectations that count against the gate."""
        return tuple(entry for entry in self.entries if self.gate.counts(entry))

    @property
    def failing(self) -> tuple[Entry, ...]:
        """Expectations that some row failed, or the table as a whole."""
        return tuple(entry for entry in self.entries if entry.share)

    @property
    def passed(self) -> bool:
        """Whether the gate is met."""
        return not self.against
