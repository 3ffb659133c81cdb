"""A case: patterns with the weight of each comparison, as the corrections see and change them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.matching.patterns import Bools, Floats, Patterns

EXACT = ("exact_rare", "exact", "exact_common")
TRUSTED = -2.5
"""Weight below which another birth date speaks of another person: in files of mistyped dates it does not."""

EQUAL_NUMBER = ("mobile", "number", "exact")
ANOTHER_ADDRESS = ("other_number", "postcode_other_street", "town_other_street", "conflict")
FIRST_NAME_DIFFERS = ("alike", "weak", "rare", "different")


@dataclass(slots=True)
class Case:
    """Patterns with the weight of each comparison, as the corrections see them.

    Attributes:
        even: B, the bits a random pair needs to become even; at least ``evidence_floor``.
        level: the same without a floor: where odds are even, so that a cap a little lower asks a person.
        apart: pairs that contradict each other so plainly that no third record may join them.
        loose: pairs that lack what would tell two look-alikes apart, so that a rival may take its share.
        taken: bits taken off so far, by name of the correction.
    """

    patterns: Patterns
    weights: Floats
    even: float
    level: float
    taken: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._place = {one.name: place for place, one in enumerate(self.patterns.comparisons)}
        self.apart = np.zeros(len(self.patterns), dtype=bool)
        self.loose = np.zeros(len(self.patterns), dtype=bool)

    apart: Bools = field(init=False)
    loose: Bools = field(init=False)
    _place: dict[str, int] = field(init=False)

    def has(self, comparison: str) -> bool:
        """Whether the file has this comparison."""
        return comparison in self._place

    def weight(self, *comparisons: str) -> Floats:
        """Summed weight of those comparisons that the file has."""
        places = [self._place[name] for name in comparisons if name in self._place]
        summed: Floats = self.weights[:, places].sum(axis=1)
        return summed

    def agreeing(self, *comparisons: str) -> Floats:
        """Summed weight of those comparisons where they speak for a match."""
        places = [self._place[name] for name in comparisons if name in self._place]
        summed: Floats = np.maximum(self.weights[:, places], 0.0).sum(axis=1)
        return summed

    def at(self, comparison: str, *levels: str) -> Bools:
        """Patterns at one of these levels; none when the file lacks the comparison."""
        if comparison not in self._place:
            return np.zeros(len(self.patterns), dtype=bool)
        place = self._place[comparison]
        one = self.patterns.comparisons[place]
        wanted = [one.position(level) for level in levels]
        found: Bools = np.isin(self.patterns.levels[:, place], wanted)
        return found

    def missing(self, comparison: str) -> Bools:
        """Patterns where the comparison is neutral, or the file lacks it."""
        if comparison not in self._place:
            return np.ones(len(self.patterns), dtype=bool)
        found: Bools = self.patterns.levels[:, self._place[comparison]] < 0
        return found

    def count(self, where: Bools) -> float:
        """Pairs of these patterns."""
        return float(self.patterns.pairs[where].sum())

    def cap(self, name: str, evidence: Floats, limit: Floats | float, where: Bools | None = None) -> Floats:
        """Take off what ``evidence`` has above ``limit``; returns what was taken."""
        over = np.maximum(evidence - limit, 0.0)
        return self.take(name, over if where is None else np.where(where, over, 0.0))

    def take(self, name: str, bits: Floats) -> Floats:
        """Take bits off under a name."""
        self.taken[name] = self.taken.get(name, np.zeros(len(self.patterns))) + bits
        return bits

    def total(self) -> Floats:
        """Weight of each pattern after corrections, without the prior odds."""
        summed: Floats = self.weights.sum(axis=1)
        for bits in self.taken.values():
            summed = summed - bits
        return summed
