"""Joins: a column of one table that holds the key of another, by its values and its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.discovery.facts import VALUE, Table
from engine.rulebook.mapping import fold
from engine.workspace import Workspace

_SAMPLE = 5_000
"""Values of a column that are looked for in the keys of other tables."""

_HELD = 0.9
"""Share of them that must be keys there: dumps have rows whose parent is gone."""


@dataclass(frozen=True, slots=True)
class Join:
    """A column that holds another table's key.

    Attributes:
        child / column: the table and its column.
        parent / key: the other table and its key.
        share: of the column's values, those that are keys there.
        named: their names say so too.
        several: several rows of the child have the same value.
    """

    child: str
    column: str
    parent: str
    key: str
    share: float
    named: bool
    several: bool


def find_joins(ws: Workspace, tables: Sequence[Table]) -> list[Join]:
    """Every join whose values fit, the likeliest first.

    Whole numbers fit everywhere (every table counts from 1): there the names must say so too.
    """
    by_name = {table.name: table for table in tables}
    keys = [
        (table.name, place) for table in tables for place, column in enumerate(table.columns, start=1) if column.is_key
    ]
    if not keys:
        return []
    listed = ", ".join(f"($source_{number}, {place})" for number, (_, place) in enumerate(keys))
    found = ws.rows(
        f"""
        with wanted as (
            select * from (values {listed}) as keys (source, place)
        ),
        keyed as (
            select value.source, value.place, value.value
            from {VALUE} as value join wanted on wanted.source = value.source and wanted.place = value.place
        ),
        drawn as (
            select source, place, value from {VALUE}
            qualify row_number() over (partition by source, place order by hash(value), value) <= {_SAMPLE}
        ),
        sized as (
            select source, place, count(*) as drawn from drawn group by source, place
        )
        select drawn.source, drawn.place, keyed.source, keyed.place, count(*) / max(sized.drawn)
        from drawn
        join keyed on keyed.value = drawn.value and keyed.source <> drawn.source
        join sized on sized.source = drawn.source and sized.place = drawn.place
        group by drawn.source, drawn.place, keyed.source, keyed.place
        having count(*) >= {_HELD} * max(sized.drawn)
        order by all
        """,
        {f"source_{number}": name for number, (name, _) in enumerate(keys)},
    )
    joins = []
    for child_name, child_place, parent_name, parent_place, share in found:
        child, parent = by_name[child_name], by_name[parent_name]
        column, key = child.columns[child_place - 1], parent.columns[parent_place - 1]
        named = _named(column.header, key.header, parent.name)
        # a name, a town or a mail address that is the only one there is no key
        if not named and (column.counting or column.attribute not in (None, "source_key", "contact_number")):
            continue
        if not named and column.distinct < 2:
            continue
        joins.append(
            Join(
                child.name, column.header, parent.name, key.header, float(share), named, column.distinct < column.filled
            )
        )
    return sorted(joins, key=lambda join: (not join.named, -join.share, join.child, join.column, join.parent, join.key))


COMMON = frozenset(("id", "no", "num", "numero", "n", "code", "cod", "key", "cle", "ref", "fk", "pk", "t", "tbl", "nr"))
"""Words that say "key" without saying of what."""


def _named(column: str, key: str, parent: str) -> bool:
    """Whether the names say that ``column`` holds ``key`` of ``parent``.

    >>> _named("NUMCLI", "NUMCLI", "CLIENT"), _named("client_id", "id", "clients"), _named("id", "id", "clients")
    (True, True, False)
    """
    held, own = set(fold(column).split()), set(fold(key).split())
    about = {word.rstrip("s") for word in fold(parent.rpartition(".")[2]).split()} - COMMON
    if held == own and held - COMMON:
        return True
    words = {word.rstrip("s") for word in held - COMMON}
    if words & about:
        return True
    # numcli, idclient: the words run together
    joined = "".join(sorted(held - COMMON))
    return any(len(word) >= 3 and word in joined for word in about)
