"""Rows of another source brought into each record: the first one, or several in numbered columns or a list.

Nothing vanishes: a row of the other source is used by a record, or held with a reason (its key is empty, no record has
it, a condition leaves it out, or it is one too many).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.intake.trim import Padding, trimmed
from engine.rulebook.mapping_names import resolve, taken_columns
from engine.rulebook.steps import JoinedTable
from engine.sql import identifier, literal
from engine.tables import INTAKE_JOINED
from engine.workspace import Workspace

USE = "join_use"
"""Temp table: what each join made of each row of its table; ``reason`` is null where the row was used."""

_REASONS = ("join_surplus", "join_no_parent", "join_left_out", "join_no_key")
"""Why a row was not used, the one that came nearest to being used first."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A joined table.

    Attributes:
        table: temp table with ``line_no`` of the main source and a column per alias.
        columns: column as it is called -> alias.
        origins: column as it is called -> ``table.header``.
    """

    table: str
    columns: dict[str, str]
    origins: dict[str, str]


def begin_use(ws: Workspace) -> None:
    """Forget which rows were used, and whose they are."""
    ws.create(INTAKE_JOINED)
    ws.execute(f"create or replace temp table {USE} (source varchar, line_no bigint, reason varchar)")


def join_table(
    ws: Workspace,
    table: JoinedTable,
    *,
    source: str,
    base: str,
    keys: Sequence[str],
    headers: Sequence[str],
    padding: Callable[[str, Sequence[int]], Mapping[int, Padding]],
    target: str,
) -> Joined:
    """Make ``target``: for each row of ``base`` that has rows in the other source, their values.

    Args:
        ws: the workspace.
        table: what to join and how.
        source: name of the main source.
        base: temp table of the main source, with ``line_no``.
        keys: its columns that hold the key, in the order of ``table.keys``.
        headers: headers of the other source.
        padding: white space around the cells of a source's columns.
        target: name of the temp table to make.
    """
    places = {header: place for place, header in enumerate(headers, start=1)}
    around = padding(table.table, list(places.values()))

    def cell(name: str) -> str:
        header = resolve(name, headers)
        assert header is not None
        text = f"cells[{places[header]}]"
        return trimmed(text) if around[places[header]].padded else text

    child = f"{target}_rows"
    taken = taken_columns(table, headers)
    own = [f"{cell(name)} as k{at}" for at, name in enumerate(table.keys.values())]
    values = [f"{cell(name)} as t{at}" for at, name in enumerate(taken)]
    condition = table.condition
    holds = "true" if condition is None else f"coalesce(try({condition.render(lambda name: cell(name))}), false)"
    order = ", ".join(_ordered(name, cell) for name in table.order)
    names = [f"k{at}" for at in range(len(keys))]
    kept = 1 if table.how == "one" else table.most
    ws.execute(
        f"""
        create or replace temp table {identifier(child)} as
        with told as (
            select line_no, {", ".join([*own, *values])}, {holds} as holds,
                row_number() over (order by {order + ", " if order else ""}md5(cells::varchar), line_no) as place
            from intake.line
            where source = {literal(table.table)}
        ),
        parents as (
            select distinct {", ".join(f"{mine} as {name}" for mine, name in zip(keys, names, strict=True))}
            from {identifier(base)}
        ),
        known as (
            select told.*, case
                when {" or ".join(f"told.{name} is null" for name in names)} then 'join_no_key'
                when not told.holds then 'join_left_out'
                when parents.{names[0]} is null then 'join_no_parent'
            end as reason
            from told
            left join parents on {" and ".join(f"parents.{name} = told.{name}" for name in names)}
        ),
        ranked as (
            select *, row_number() over (partition by reason, {", ".join(names)} order by place) as rank from known
        )
        select * exclude (reason, holds, place),
            coalesce(reason, case when rank > {kept} then 'join_surplus' end) as reason
        from ranked
        """
    )
    matched = " and ".join(f"base.{mine} = child.{name}" for mine, name in zip(keys, names, strict=True))
    ws.execute(
        f"""
        insert into intake.joined by name
        select distinct {literal(table.table)} as source, child.line_no, {literal(source)} as of_source,
            base.line_no as of_line
        from {identifier(child)} as child join {identifier(base)} as base on {matched}
        """
    )
    ws.execute(f"insert into {USE} select {literal(table.table)}, line_no, reason from {identifier(child)}")
    shown: list[tuple[str, str, str]] = []
    for at, (header, name) in enumerate(taken.items()):
        origin = f"{table.table}.{header}"
        if table.how == "one":
            shown.append((name, f"max(t{at})", origin))
        elif table.into == "list":
            shown.append((name, f"string_agg(t{at}, {literal(table.between)} order by rank)", origin))
        else:
            for n in range(1, table.most + 1):
                shown.append((f"{name} {n}", f"max(t{at}) filter (where rank = {n})", origin))
    columns = {name: f"j{at}" for at, (name, _, _) in enumerate(shown)}
    aggregates = ", ".join(f"{sql} as j{at}" for at, (_, sql, _) in enumerate(shown))
    ws.execute(
        f"""
        create or replace temp table {identifier(target)} as
        with child as (
            select {", ".join(names)}, {aggregates}
            from {identifier(child)}
            where reason is null
            group by {", ".join(names)}
        )
        select base.line_no, {", ".join(f"child.{alias}" for alias in columns.values())}
        from {identifier(base)} as base
        join child on {matched}
        """
    )
    ws.drop(child)
    return Joined(target, columns, {name: origin for name, _, origin in shown})


def hold_unused(ws: Workspace) -> None:
    """Put rows that no join used into intake.held, once all joins are made."""
    ranks = " ".join(f"when {literal(reason)} then {at}" for at, reason in enumerate(_REASONS, start=1))
    reasons = "[" + ", ".join(literal(reason) for reason in _REASONS) + "]"
    ws.execute(
        f"""
        insert into intake.held by name
        select source, line_no, line.file_line, {reasons}[use.best] as reason,
            'not used by any record' as detail
        from (
            select source, line_no, min(case reason {ranks} else 0 end) as best
            from {USE}
            group by source, line_no
        ) as use
        join intake.line as line using (source, line_no)
        where use.best > 0
        """
    )


def count_use(ws: Workspace) -> tuple[int, int]:
    """Rows of joined tables, and how many of them no record used."""
    rows, held = ws.rows(
        f"select count(*), count_if(unused) from (select bool_and(reason is not null) as unused from {USE} "
        "group by source, line_no)"
    )[0]
    return rows, held


def _ordered(name: str, cell: Callable[[str], str]) -> str:
    """Which row is first: numbers as numbers, texts by their signs, empty ones last."""
    down = name.startswith("-")
    value = cell(name.removeprefix("-"))
    way = "desc" if down else "asc"
    return f"try_cast({value} as double) {way} nulls last, {value} {way} nulls last"
