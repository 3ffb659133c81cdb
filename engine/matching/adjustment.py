"""Adjustment: what people's decisions add to the match weights of pairs like those they decided about.

A layer after the corrections: the trained weights stay what the file says, the adjustment is what people say, and an
explanation shows both. It is fitted in :mod:`engine.matching.recalibration` and saved with the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.matching.case import Case
from engine.matching.patterns import Floats

STEP = "decisions"
"""What an explanation calls the adjustment."""

MISSING = "missing"

_TAKEN = 0.05  # bits from which a correction is said to have spoken, as in the evidence
_AT_ONCE = 4_000  # patterns whose likeness to the decided ones is computed at a time
_JUST = 1e-3
_FAR = 4.0  # reaches away a decision counts for less than a thousandth

Shown = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two patterns are: the covariance of a Gaussian process over the evidence (bits squared).

    ``exp(-d^2 / 2 reach^2) * (overall^2 + level^2 * equal levels + correction^2 * corrections that both met)``, d the
    difference of the two weights: far from the weights that people were asked about nothing moves.
    """

    overall: float
    level: float
    correction: float
    reach: float

    def between(self, some: Evidence, others: Evidence) -> Floats:
        """Covariance of every pattern of ``some`` (rows) with every one of ``others`` (columns)."""
        levels: Floats = some.levels.astype(np.float64) @ others.levels.T.astype(np.float64)
        taken: Floats = some.taken.astype(np.float64) @ others.taken.T.astype(np.float64)
        apart: Floats = (some.weight[:, None] - others.weight[None, :]) / self.reach
        alike: Floats = np.exp(-0.5 * np.square(apart)) * (
            self.overall**2 + self.level**2 * levels + self.correction**2 * taken
        )
        return alike


@dataclass(frozen=True, slots=True)
class Evidence:
    """What patterns show, as a table of yes and no.

    Attributes:
        weight: match weight before any adjustment.
        levels: pattern by ``<comparison> <level>`` (``missing`` is a level too); names in ``level_names``.
        taken: pattern by correction that took something; names in ``taken_names``.
    """

    weight: Floats
    levels: Shown
    level_names: Sequence[str]
    taken: Shown
    taken_names: Sequence[str]

    @classmethod
    def of(cls, case: Case, weight: Floats) -> Evidence:
        """The evidence of a corrected case."""
        names, columns = [], []
        for place, one in enumerate(case.patterns.comparisons):
            for number, level in enumerate([MISSING, *(level.name for level in reversed(one.levels))], start=-1):
                names.append(f"{one.name} {level}")
                columns.append(case.patterns.levels[:, place] == number)
        taken = sorted(case.taken)
        return cls(
            weight,
            np.column_stack(columns),
            names,
            np.column_stack([case.taken[name] >= _TAKEN for name in taken])
            if taken
            else np.zeros((len(weight), 0), dtype=bool),
            taken,
        )

    def rows(self, chosen: npt.NDArray[np.int64] | Shown) -> Evidence:
        """A part of the patterns, or one pattern several times."""
        return Evidence(
            self.weight[chosen], self.levels[chosen], self.level_names, self.taken[chosen], self.taken_names
        )

    def named(self, level_names: Sequence[str], taken_names: Sequence[str]) -> Evidence:
        """The same with its columns as another one has them; what that one does not know is left out."""
        return Evidence(
            self.weight,
            _columns(self.levels, self.level_names, level_names),
            level_names,
            _columns(self.taken, self.taken_names, taken_names),
            taken_names,
        )


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The fitted adjustment.

    Attributes:
        decided: evidence of the distinct patterns that people decided about.
        pull: how strongly each pulls, up or down.
        likeness: how far that reaches.
        most: limit of what a pair may move, either way.
        line: weight from which pairs merge under the model as trained.
        merges_from: a pair below the line merges on account of people's answers only from this weight up; less lifts
            it up to the line, where a person is asked. Without this, pairs lifted to little more than even odds would
            merge, or raise the threshold for all others.
        falls_below: a pair above the line leaves the merged ones only when it falls below this; caps put many pairs
            exactly on the line, and a tenth of a bit is no answer.
    """

    decided: Evidence
    pull: Floats
    likeness: Likeness
    most: float
    line: float
    merges_from: float
    falls_below: float

    def of(self, case: Case, weight: Floats) -> Floats:
        """Bits to add to each pattern of ``case``, whose corrected match weight is ``weight``.

        Patterns that contradict each other plainly (``case.apart``) are never raised: a rule says so, and no answer
        about other pairs unsays it.
        """
        added = np.zeros(len(weight))
        margin = _FAR * self.likeness.reach
        near = np.flatnonzero(
            (weight >= self.decided.weight.min() - margin) & (weight <= self.decided.weight.max() + margin)
        )
        if not len(near):
            return added
        evidence = Evidence.of(case, weight).named(self.decided.level_names, self.decided.taken_names)
        for start in range(0, len(near), _AT_ONCE):
            some = near[start : start + _AT_ONCE]
            added[some] = self.likeness.between(evidence.rows(some), self.decided) @ self.pull
        added = np.clip(added, -self.most, self.most)
        moved = weight + added
        lifted = (weight < self.line) & (moved >= self.line) & (moved < self.merges_from)
        dropped = (weight >= self.line) & (moved < self.line) & (moved >= self.falls_below)
        at_line = np.where(lifted, self.line - _JUST, self.line) - weight
        added = np.where(lifted | dropped, at_line, np.round(added, 6))
        return np.where(case.apart, np.minimum(added, 0.0), added)


def _columns(table: Shown, names: Sequence[str], wanted: Sequence[str]) -> Shown:
    place = {name: number for number, name in enumerate(names)}
    blank = np.zeros(len(table), dtype=bool)
    if not wanted:
        return np.zeros((len(table), 0), dtype=bool)
    return np.column_stack([table[:, place[name]] if name in place else blank for name in wanted])


def adjustment_to_json(one: Adjustment) -> dict[str, Any]:
    """For models/<kind>.json: each decided pattern with its weight, what it shows, and its pull."""
    decided = one.decided
    return {
        "overall": one.likeness.overall,
        "level": one.likeness.level,
        "correction": one.likeness.correction,
        "reach": one.likeness.reach,
        "most": one.most,
        "line": one.line,
        "merges_from": one.merges_from,
        "falls_below": one.falls_below,
        "decided": [
            {
                "weight": float(weight),
                "pull": float(pull),
                "levels": [name for name, shown in zip(decided.level_names, levels, strict=True) if shown],
                "corrections": [name for name, shown in zip(decided.taken_names, taken, strict=True) if shown],
            }
            for weight, pull, levels, taken in zip(decided.weight, one.pull, decided.levels, decided.taken, strict=True)
        ],
    }


def adjustment_from_json(saved: Mapping[str, Any]) -> Adjustment:
    """What :func:`adjustment_to_json` wrote, to the bit.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    decided = saved["decided"]
    if not decided:
        raise ValueError
    level_names = sorted({str(name) for one in decided for name in one["levels"]})
    taken_names = sorted({str(name) for one in decided for name in one["corrections"]})
    return Adjustment(
        Evidence(
            np.array([float(one["weight"]) for one in decided]),
            _listed([one["levels"] for one in decided], level_names),
            level_names,
            _listed([one["corrections"] for one in decided], taken_names),
            taken_names,
        ),
        np.array([float(one["pull"]) for one in decided]),
        Likeness(*(float(saved[name]) for name in ("overall", "level", "correction", "reach"))),
        float(saved["most"]),
        float(saved["line"]),
        float(saved["merges_from"]),
        float(saved["falls_below"]),
    )


def _listed(listed: Sequence[Sequence[str]], names: Sequence[str]) -> Shown:
    table = np.zeros((len(listed), len(names)), dtype=bool)
    place = {name: number for number, name in enumerate(names)}
    for row, shown in enumerate(listed):
        table[row, [place[name] for name in shown]] = True
    return table
