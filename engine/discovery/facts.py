"""Facts about the tables of a base: how filled their columns are, which are keys, what each may feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.mapping import SourceMapping
from engine.vocabulary import EXTRAS
from engine.workspace import Workspace

LOOKED_AT = 100_000
"""Lines of a table that are looked at."""

VALUE = "discovery_value"
"""Temp table: source, place, value, lines (how many hold it)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        header: its name.
        filled / distinct: lines with a value, different values, among those looked at.
        is_key: every line looked at has a value of its own.
        counting: its values are whole numbers, which any other table's may be too.
        attribute: what it may feed, None = nothing that is known.
        transform / confidence: of that guess.
    """

    header: str
    filled: int
    distinct: int
    is_key: bool
    counting: bool
    attribute: str | None
    transform: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name as a source, lines, columns, and whether it alone could be a table of contacts."""

    name: str
    lines: int
    columns: tuple[Column, ...]
    holds_contacts: bool

    def column(self, header: str) -> Column | None:
        """The column called ``header``, without regard to case."""
        return next((column for column in self.columns if column.header.casefold() == header.casefold()), None)

    def feeding(self, *attributes: str) -> list[Column]:
        """Columns that may feed one of the attributes."""
        return [column for column in self.columns if column.attribute in attributes]


def gather_facts(
    ws: Workspace, usable: Mapping[str, SourceMapping], others: Mapping[str, SourceMapping]
) -> list[Table]:
    """The tables in intake.line, and :data:`VALUE` beside them.

    Args:
        ws: workspace with intake.source and intake.line.
        usable: guesses about the tables that could be tables of contacts.
        others: guesses about the others.
    """
    ws.execute(
        f"""
        create or replace temp table {VALUE} as
        select source, place, trim(value) as value, count(*) as lines
        from (
            select source, unnest(range(1, len(cells) + 1)) as place, unnest(cells) as value
            from intake.line where line_no <= {LOOKED_AT}
        )
        where trim(value) <> ''
        group by all
        """
    )
    counted = {
        (source, place): (int(filled), int(distinct), bool(counting), int(longest))
        for source, place, filled, distinct, counting, longest in ws.rows(
            f"""
            select source, place, sum(lines), count(*), bool_and(regexp_full_match(value, '-?[0-9]{{1,12}}')),
                max(length(value))
            from {VALUE} group by source, place
            """
        )
    }
    looked = dict(
        ws.rows(
            f"select source, count(*) from intake.line where line_no <= {LOOKED_AT} group by source order by source"
        )
    )
    found = []
    for source, headers, lines in ws.rows("select source, headers, loaded from intake.source order by rowid"):
        mapping = usable.get(source) or others.get(source)
        guesses = {} if mapping is None else {column.header: column for column in mapping.columns}
        columns = []
        for place, header in enumerate(headers, start=1):
            filled, distinct, counting, longest = counted.get((source, place), (0, 0, False, 0))
            guess = guesses.get(header)
            columns.append(
                Column(
                    header,
                    filled,
                    distinct,
                    is_key=filled == distinct == looked.get(source, 0) and filled > 1 and longest <= 40,
                    counting=counting,
                    attribute=None if guess is None or guess.attribute in EXTRAS else guess.attribute,
                    transform=None if guess is None else guess.transform,
                    confidence=0.0 if guess is None else guess.confidence,
                )
            )
        found.append(Table(source, int(lines), tuple(columns), source in usable))
    return found
