"""The plan of a base that a profile describes: its names, held against the tables that are there."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from engine.discovery.facts import Table
from engine.discovery.plan import Plan, equals, joined
from engine.errors import UsageError
from engine.rulebook.mapping import ColumnMapping
from engine.rulebook.profiles import Profile, ProfileTable


def tables_of_profile(profile: Profile, tables: Sequence[Table]) -> dict[str, Table]:
    """Name in the profile -> table that is there; names are compared without case and schema."""
    there = {table.name.rpartition(".")[2].casefold(): table for table in tables}
    there |= {table.name.casefold(): table for table in tables}
    found = {}
    for name, described in profile.tables.items():
        table = next((there[known.casefold()] for known in described.names if known.casefold() in there), None)
        if table is not None:
            found[name] = table
    return found


def fits(profile: Profile, tables: Sequence[Table]) -> bool:
    """Whether the base is of this system: half of its tables, the contacts with their key and three columns."""
    found = tables_of_profile(profile, tables)
    for name, table in found.items():
        described = profile.tables[name]
        if described.role == "contacts":
            known = sum(table.column(header) is not None for header in described.columns)
            has_key = described.key is None or table.column(described.key) is not None
            return has_key and known >= min(3, len(described.columns)) and 2 * len(found) >= len(profile.tables)
    return False


def plan_of_profile(profile: Profile, tables: Sequence[Table]) -> Plan:
    """The plan as the profile says it; what is not there is a note, not an error.

    Raises:
        UsageError: the table of contacts is not there.
    """
    found = tables_of_profile(profile, tables)
    main_name = next(name for name, described in profile.tables.items() if described.role == "contacts")
    if main_name not in found:
        wanted = profile.tables[main_name].names
        raise UsageError(
            f"the profile of {profile.title} looks for a table of contacts called {', '.join(wanted)}; none is there",
            hint=f"Tables: {', '.join(table.name for table in tables)[:500]}. "
            "Copy the profile into the project (assay rules eject) and put your names in.",
        )
    main = found[main_name]
    plan = Plan(main.name, roles={main.name: "contacts"})
    if profile.example:
        plan.notes.append(f"the profile of {profile.title} is an example: check every column it names")
    fed: set[str] = set()
    described = profile.tables[main_name]
    feeds = {header.casefold(): attribute for header, attribute in described.columns.items()}
    for position, column in enumerate(main.columns, start=1):
        attribute = feeds.get(column.header.casefold())
        attribute = None if attribute in fed else attribute
        fed |= {attribute} if attribute else set()
        plan.columns.append(
            ColumnMapping(
                position=position, header=column.header, attribute=attribute, why=f"profile of {profile.title}"
            )
        )
    _note_absent(plan, main, described)
    for name, described in profile.tables.items():
        if described.role == "contacts":
            continue
        if name not in found:
            plan.notes.append(f"no table for {name}: none is called {', '.join(described.names)}")
            continue
        _join(plan, main, found[name], described, profile.title)
    for table in tables:
        plan.roles.setdefault(table.name, "contacts of its own" if table.holds_contacts else "not used")
    return plan


def _join(plan: Plan, main: Table, table: Table, described: ProfileTable, title: str) -> None:
    on = {}
    for own, held in described.of.items():
        column, parent = table.column(own), main.column(held)
        if column is None or parent is None:
            lacking = f"{table.name}.{own}" if column is None else f"{main.name}.{held}"
            plan.notes.append(f"{table.name} cannot be joined: there is no {lacking}{_meant(table, own)}")
            return
        on[parent.header] = column.header
    plan.roles[table.name] = described.role
    order = tuple(_headers(table, described.order))
    why = f"profile of {title}"
    if described.role == "means":
        kind, value = table.column(described.kind or ""), table.column(described.value or "")
        if kind is None or value is None:
            plan.notes.append(f"{table.name} has no {described.kind if kind is None else described.value}")
            return
        for word, attribute in described.kinds.items():
            called = f"{table.name}.{word}"
            where = equals(kind.header, word)
            plan.joins.append(joined(table.name, on, {value.header: called}, order=order, where=where, why=why))
            plan.feed(called, attribute, why)
    elif described.role == "codes":
        label = table.column(described.label or "")
        if label is None:
            plan.notes.append(f"{table.name} has no {described.label}")
            return
        called = f"{table.name}.{label.header}"
        plan.joins.append(joined(table.name, on, {label.header: called}, why=why))
        plan.replace_feed(next(iter(on)), called, why)
    else:
        taken: Mapping[str, str] = {
            column.header: attribute
            for header, attribute in described.columns.items()
            if (column := table.column(header)) is not None
        }
        take = {header: f"{table.name}.{header}" for header in taken}
        plan.joins.append(joined(table.name, on, take, order=order, why=why))
        for header, attribute in taken.items():
            plan.feed(f"{table.name}.{header}", attribute, why)
        _note_absent(plan, table, described)


def _headers(table: Table, names: Sequence[str]) -> list[str]:
    """The columns of an order that are there, as the table writes them."""
    found = []
    for name in names:
        turned = "-" if name.startswith("-") else ""
        if (column := table.column(name.removeprefix("-"))) is not None:
            found.append(turned + column.header)
    return found


def _note_absent(plan: Plan, table: Table, described: ProfileTable) -> None:
    absent = [header for header in described.columns if table.column(header) is None]
    for header in absent:
        plan.notes.append(f"{table.name} has no column {header}{_meant(table, header)}")


def _meant(table: Table, header: str) -> str:
    near = difflib.get_close_matches(header.upper(), [column.header.upper() for column in table.columns], n=1)
    return f" (did you mean {near[0]}?)" if near else ""
