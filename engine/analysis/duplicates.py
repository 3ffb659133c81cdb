"""How many duplicates there are: looked for in all records, but only those of a sample of records; an honest interval.

A record whose contact has k records is 1 - 1/k of a duplicate; summed over all records that is records minus contacts.
The mean over a sample estimates it. Each term lies between 0 and 1, so its variance is at most that of a coin with the
same mean, and Wilson's interval for a coin (E. B. Wilson, JASA 22, 1927), corrected for a finite population, holds.
Below is what is certain, above what is only probable: what no key has in common is seen by neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.workspace import Workspace

Z = 1.959964
"""Two-sided 95 %."""

MOST_HOLDERS = 50
"""A key that more records share names none of them: a switchboard, none@none.com."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The estimate.

    Attributes:
        records: all records.
        looked_at: records whose duplicates were looked for.
        low / likely / high: duplicates among all records; low and high are the ends of the interval.
        questions: pairs that a person would have to decide.
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


def estimate_duplicates(ws: Workspace, *, sample: int) -> Duplicates:
    """Estimate the duplicates in intake.record.

    Args:
        ws: workspace with intake.record.
        sample: records to look for duplicates of, chosen by the hash of their names.
    """
    records = ws.count("intake.record")
    ws.execute(f"create or replace temp table record_key as {ws.statement('analysis', 'record_key')}")
    ws.execute(
        f"create or replace temp table record_block as {ws.statement('analysis', 'record_block')}",
        {"most": MOST_HOLDERS},
    )
    ws.execute(
        "create or replace temp table sampled as "
        "select record_id from record_key order by md5(record_id), record_id limit $sample",
        {"sample": sample},
    )
    ws.execute(f"create or replace temp table neighbour as {ws.statement('analysis', 'neighbour')}")
    looked_at, certain, probable, doubtful = ws.rows(
        """
with counted as (
    select
        sampled.record_id,
        count(*) filter (certain) as certain,
        count(*) filter (probable) as probable
    from sampled
    left join neighbour using (record_id)
    group by sampled.record_id
)
select
    count(*),
    coalesce(sum((1 - 1 / (1 + certain))::decimal(18, 9)), 0)::double,
    coalesce(sum((1 - 1 / (1 + probable))::decimal(18, 9)), 0)::double,
    coalesce(sum(probable - certain), 0)
from counted"""
    )[0]
    ws.drop("record_key", "record_block", "sampled", "neighbour")
    if not looked_at:
        return Duplicates(0, 0, 0, 0, 0, 0)
    low, _ = interval(certain / looked_at, looked_at, records)
    _, high = interval(probable / looked_at, looked_at, records)
    # the likely figure: what is certain, and half of what is only probable
    likely = (certain + probable) / 2 / looked_at
    return Duplicates(
        records,
        looked_at,
        math.floor(low * records),
        round(likely * records),
        math.ceil(high * records),
        round(int(doubtful) / 2 * records / looked_at),
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
