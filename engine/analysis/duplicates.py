"""How many duplicates there are: the matching of a run, on a sample of records and all that may be duplicates of them.

A record whose contact has k records is 1 - 1/k of a duplicate; summed over all records that is records minus contacts.
The mean over a sample estimates it. Each term lies between 0 and 1, so its variance is at most that of a coin with the
same mean, and Wilson's interval for a coin (E. B. Wilson, JASA 22, 1927), corrected for a finite population, holds.
The lower end counts what a run would merge, the upper end also what it would ask a person about; the likely figure adds
to the merges what is asked about by its probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine import matching
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.workspace import Workspace

Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The estimate.

    Attributes:
        records: all records.
        looked_at: records whose duplicates were looked for.
        low / likely / high: duplicates among all records; low and high are the ends of the interval.
        questions: pairs of contacts that a person would have to decide.
    """

    records: int
    looked_at: int
    low: int
    likely: int
    high: int
    questions: int

    @property
    def exact(self) -> bool:
        """Whether every record was looked at: what remains uncertain is the likeness, not the sample."""
        return self.looked_at == self.records


def estimate_duplicates(ws: Workspace, book: RuleBook, *, records: int, threads: int, watcher: Watcher) -> Duplicates:
    """Match the records in standardise.record and estimate the duplicates among all.

    Args:
        ws: workspace with standardise.record and, in ``sampled``, those of its records that are the sample
            (:func:`engine.analysis.sample.keep_sample`).
        book: rules of matching.
        records: all records, of which the sample was taken.
        threads: DuckDB threads.
        watcher: hears what happens.
    """
    looked_at = ws.count("sampled")
    if not looked_at:
        return Duplicates(records, 0, 0, 0, 0, 0)
    matching.link(ws, book, threads=threads, watcher=watcher).check()
    merged, likely, asked, questions = ws.rows(ws.statement("analysis", "duplicate"))[0]
    low, _ = interval(merged / looked_at, looked_at, records)
    _, high = interval(asked / looked_at, looked_at, records)
    return Duplicates(
        records,
        looked_at,
        math.floor(low * records),
        round(likely / looked_at * records),
        math.ceil(high * records),
        round(questions * records / looked_at),
    )


def interval(mean: float, sample: int, population: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a mean between 0 and 1, for a sample without replacement of a finite population.

    >>> interval(0.1, 1000, 1000)
    (0.1, 0.1)
    >>> tuple(round(end, 4) for end in interval(0.1, 1000, 10**9))
    (0.0829, 0.1202)
    >>> tuple(round(end, 4) for end in interval(0, 1000, 10**9))
    (0.0, 0.0038)
    """
    if sample >= population:
        return mean, mean
    size = sample * (population - 1) / (population - sample)
    centre = mean + Z * Z / (2 * size)
    spread = Z * math.sqrt(mean * (1 - mean) / size + Z * Z / (4 * size * size))
    whole = 1 + Z * Z / size
    return max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole)
