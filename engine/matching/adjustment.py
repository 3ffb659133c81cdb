"""Adjustment: what people's decisions add to match weights, by the evidence a pair shows.

A layer after the corrections: the trained weights stay what the file says, the adjustment is what people say, and an
explanation shows both. It is fitted in :mod:`engine.matching.recalibration` and saved with the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.matching.corrections import Case
from engine.matching.patterns import Bools, Floats

OVERALL, SLOPE = "overall", "slope"
STEP = "decisions"
"""What an explanation calls the adjustment."""

_TAKEN = 0.05  # bits from which a correction is said to have spoken, as in the evidence


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Bits by piece of evidence.

    Attributes:
        bits: ``overall``, ``slope`` (a share of the weight), ``<comparison> <level>`` and names of corrections.
        slope_up_to: weight beyond which the slope adds no more, either way.
        most: limit of what a pair may move, either way.
    """

    bits: Mapping[str, float] = field(default_factory=dict)
    slope_up_to: float = 0.0
    most: float = 0.0

    def of(self, case: Case, weight: Floats) -> Floats:
        """Bits to add to each pattern of ``case``, whose corrected match weight is ``weight``.

        Patterns that contradict each other plainly (``case.apart``) are never raised: a rule says so, and no answer
        about other pairs unsays it.
        """
        added = np.zeros(len(weight))
        if not self.bits:
            return added
        for name, shown in features(case, weight, self.slope_up_to):
            if name in self.bits:
                added += self.bits[name] * shown
        added = np.clip(added, -self.most, self.most)
        return np.where(case.apart, np.minimum(added, 0.0), added)


def features(case: Case, weight: Floats, slope_up_to: float) -> Iterator[tuple[str, Floats]]:
    """Name and value by pattern of everything an adjustment may hang on, in a fixed order."""
    yield OVERALL, np.ones(len(weight))
    yield SLOPE, np.clip(weight, -slope_up_to, slope_up_to)
    for place, one in enumerate(case.patterns.comparisons):
        reached = case.patterns.levels[:, place]
        for number, level in enumerate(reversed(one.levels)):
            yield f"{one.name} {level.name}", _shown(reached == number)
        yield f"{one.name} missing", _shown(reached < 0)
    for name in sorted(case.taken):
        yield name, _shown(case.taken[name] >= _TAKEN)


def _shown(where: Bools) -> Floats:
    shown: Floats = where.astype(np.float64)
    return shown
