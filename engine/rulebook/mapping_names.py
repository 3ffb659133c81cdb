"""Whether the columns a mapping speaks of are there: followed step by step, since steps make and rename columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from engine.errors import Problem
from engine.rulebook.mapping import SOURCE_KEY, SourceMapping, mapping_file
from engine.rulebook.steps import ROW_MESSAGE, AnyStep, JoinedTable, Rename


def name_problems(
    mapping: SourceMapping, headers: Sequence[str], others: Mapping[str, Sequence[str]] | None = None
) -> list[Problem]:
    """Every column a mapping names that is not there at that place, and every step that names single rows.

    Args:
        mapping: the mapping.
        headers: headers of its source.
        others: headers of the other sources by name; None = unknown, joined tables are believed.
    """
    file = f"rules/{mapping_file(mapping.source)}"
    problems: list[Problem] = []

    def say(part: str, number: int, message: str) -> None:
        problems.append(Problem(file, mapping.places.get(f"{part}.{number}", 1), message))

    names = list(headers)
    keys = {column.header for column in mapping.feeding(SOURCE_KEY)}
    for number, table in enumerate(mapping.join):
        for message in _join_problems(table, names, others):
            say("join", number, message)
        names += joined_names(table, (others or {}).get(table.table, ()))
    for number, step in enumerate(mapping.steps):
        wanted = dict.fromkeys(step.reads)
        for name in wanted:
            if resolve(name, names) is None:
                say("steps", number, _unknown(name, names))
        if pinned := keys & {resolve(name, names) for name in pinned_by(step)}:
            say("steps", number, f'"{min(str(one) for one in pinned)}" is the key of each row: {ROW_MESSAGE}')
        if isinstance(step, Rename):
            old = resolve(step.column, names)
            if step.to in names and step.to != old:
                say("steps", number, f'there is a column "{step.to}" already')
            names = [step.to if name == old else name for name in names]
            keys = {step.to if name == old else name for name in keys}
        else:
            names += [name for name in step.makes if name not in names]
            keys |= _keys_passed_on(step, keys, names)
    for number, column in enumerate(mapping.columns):
        if column.attribute is not None and column.header not in names:
            say("columns", number, _unknown(column.header, names))
    return problems


def resolve(name: str, names: Iterable[str]) -> str | None:
    """The column meant by ``name``: written the same, or the only one that differs in upper and lower case only.

    >>> resolve("nom", ["Nom", "Prénom"])
    'Nom'
    """
    there = list(names)
    if name in there:
        return name
    alike = [one for one in there if one.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def joined_names(table: JoinedTable, headers: Sequence[str]) -> list[str]:
    """Columns a joined table gives: as named, or ``table.header``; numbered where several rows stand in columns.

    >>> joined_names(JoinedTable(table="tel", on={"id": "id"}, take={"no": "Tel"}, how="many", most=2), ["id", "no"])
    ['Tel 1', 'Tel 2']
    """
    taken = list(taken_columns(table, headers).values())
    if table.how == "one" or table.into == "list":
        return taken
    return [f"{name} {number}" for name in taken for number in range(1, table.most + 1)]


def taken_columns(table: JoinedTable, headers: Sequence[str]) -> dict[str, str]:
    """Header of the other source -> what it is called here."""
    if table.take is not None:
        return dict(table.take)
    keys = set(table.keys.values())
    return {header: f"{table.table}.{header}" for header in headers if header not in keys}


def pinned_by(step: AnyStep) -> frozenset[str]:
    """Columns whose whole value a step compares with fixed values."""
    if isinstance(step, Rename):
        return frozenset()
    found: set[str] = set()
    for tree in (step.expression, step.condition):
        if tree is not None:
            found |= tree.pinned()
    if step.do == "lookup":
        found.add(step.column)
    if step.do == "regex" and _fits_one_text(step.find):
        found.add(step.column)
    return frozenset(found)


def _fits_one_text(pattern: str) -> bool:
    """A pattern that is anchored at both ends and holds no sign of a pattern names one value."""
    inner = pattern.removeprefix("^").removesuffix("$")
    return pattern.startswith("^") and pattern.endswith("$") and not any(sign in inner for sign in "[](){}*+?.|\\")


def _keys_passed_on(step: AnyStep, keys: set[str], names: Sequence[str]) -> set[str]:
    """Columns that hold a row's whole key after the step: written from it without being cut."""
    if isinstance(step, Rename) or step.do in ("split", "regex", "date", "arithmetic"):
        return set()
    tree = step.expression
    whole = tree.whole_columns() if tree is not None else frozenset(step.inputs)
    return set(step.makes) if keys & {resolve(name, names) for name in whole} else set()


def _join_problems(
    table: JoinedTable, names: Sequence[str], others: Mapping[str, Sequence[str]] | None
) -> Iterator[str]:
    for name in table.keys:
        if resolve(name, names) is None:
            yield _unknown(name, names)
    if others is None:
        return
    there = others.get(table.table)
    if there is None:
        yield f'no source is called "{table.table}"' + _near(table.table, others)
        return
    wanted = [*table.keys.values(), *(table.take or {}), *(name.removeprefix("-") for name in table.order)]
    wanted += table.condition.columns if table.condition else ()
    for name in dict.fromkeys(wanted):
        if resolve(name, there) is None:
            yield f"{table.table}: {_unknown(name, there)}"
    doubled = [name for name in joined_names(table, there) if name in names]
    if doubled:
        yield f'there is a column "{doubled[0]}" already: name it otherwise with take:'


def _unknown(name: str, names: Iterable[str]) -> str:
    return f'no column is called "{name[:80]}" here' + _near(name, names)


def _near(name: str, names: Iterable[str]) -> str:
    folded = {one.casefold(): one for one in names}
    near = get_close_matches(name.casefold(), folded, n=1)
    return f".  Did you mean {folded[near[0]]}?" if near else ""
