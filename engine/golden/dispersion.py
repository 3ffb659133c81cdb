"""Dispersion: do errors come in bad rows? If they do, a record that agrees elsewhere deserves trust here.

Dissent of a record = its values whose letters differ from the chosen ones. Were errors spread evenly, dissent would be
binomial and phi = mean((d - np)^2 / (np(1-p))) would be 1; bad rows push it above (golden-record measurements: FEBRL
1.25 to 1.29, the same without their clean rows 0.79, a generated European base 1.20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.golden.attributes import Attribute
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How unevenly dissent is spread.

    Attributes:
        records: records in contacts of several records.
        dispersion: phi, rounded to 1e-4; ``None`` when nothing differs.
    """

    records: int
    dispersion: float | None


def weigh_records(ws: Workspace, chosen: Sequence[Attribute]) -> None:
    """Make golden_agreement: per record its values that vote, and those whose letters are the chosen ones."""
    ws.execute(
        """
        create or replace temp table golden_agreement as
        with dissent as (
            select cell.record_no, count(*) as dissenting
            from golden_contender as cell
            join golden_letter_winner as winner using (group_no, attribute_no)
            where cell.main = 1 and cell.letters <> winner.candidate
                and list_contains($votes, cell.attribute_no)
            group by cell.record_no
        )
        select filled.record_no, filled.filled, filled.filled - coalesce(dissent.dissenting, 0) as agreeing
        from (
            select record_no, count(*) as filled from golden_cell
            where main = 1 and list_contains($votes, attribute_no)
            group by record_no
        ) as filled
        left join dissent using (record_no)
        """,
        {"votes": [attribute.number for attribute in chosen if attribute.rule.votes]},
    )


def measure_dispersion(ws: Workspace) -> Dispersion:
    """Phi over golden_agreement."""
    found = ws.rows(
        "select filled, filled - agreeing as dissent, count(*) as records from golden_agreement "
        "group by filled, dissent order by filled, dissent"
    )
    return dispersion([(int(filled), int(dissent), int(records)) for filled, dissent, records in found])


def dispersion(counts: Sequence[tuple[int, int, int]]) -> Dispersion:
    """Phi from (values, dissenting values, records with these).

    >>> dispersion([(10, 0, 50), (10, 5, 50)]).dispersion
    3.3333
    """
    records = sum(n for _, _, n in counts)
    values = sum(filled * n for filled, _, n in counts)
    dissent = sum(d * n for _, d, n in counts)
    if not dissent or dissent == values:
        return Dispersion(records, None)
    p = dissent / values
    total = sum(n * (d - filled * p) ** 2 / (filled * p * (1 - p)) for filled, d, n in counts)
    return Dispersion(records, round(total / records, 4))
