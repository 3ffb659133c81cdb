"""Chance from a seed. Everything is drawn from ``random.Random.random`` alone, whose stream Python guarantees."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of draws."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self._random() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random() * (high - low + 1))

    def digits(self, count: int) -> str:
        """``count`` digits."""
        return "".join(str(self.number(0, 9)) for _ in range(count))

    def pick(self, items: Sequence[T]) -> T:
        """One of ``items``, all alike."""
        return items[int(self._random() * len(items))]

    def early(self, items: Sequence[T]) -> T:
        """One of ``items``, the first ones far more often, as names fall off in life."""
        return items[int(self._random() ** 1.8 * len(items))]

    def weighted(self, items: Sequence[tuple[T, float]]) -> T:
        """One of ``(item, weight)``."""
        totals = list(accumulate(weight for _, weight in items))
        return items[bisect(totals, self._random() * totals[-1])][0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list in random order (Fisher and Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = int(self._random() * (last + 1))
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
