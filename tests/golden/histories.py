"""A project's identity over extracts, and many random histories of small bases at once.

Histories live side by side in one base, a *world* each: their records never meet, so that one extract tries hundreds
of histories for the price of one. A world that breaks a law is named with its whole history, to be run alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.golden.identity import append_identity, assign_identity, note_identity, recognise
from engine.golden.numbers import Numbers, assign_numbers, new_numbers_sql
from engine.rulebook.load import RuleBook
from engine.sql import identifier
from engine.tables import MATCHING_CLUSTER, PROTOCOL_STEP, STANDARDISE_RECORD
from engine.workspace import Workspace

Group = tuple[str, ...]
Partition = Sequence[Iterable[str]]
Labels = tuple[int, ...]
"""Contact of each record of a world; -1 = not in this extract."""

BOOK = RuleBook()

SAID = ("last_name", "emails", "contact_number")
"""What a record of a history may say."""


class Base:
    """A project's identity over extracts: each step partitions the records that are there.

    Attributes:
        states: what became of every contact_id ever given, after the last extract.
        numbers: number of every contact of the last extract.
        lines: lines that the last extract added to the registry.
    """

    def __init__(self, ws: Workspace, folder: Path) -> None:
        self.ws = ws
        self.memory = folder / "numbers.jsonl"
        self.states: dict[str, tuple[str, str | None]] = {}
        self.numbers: dict[str, str] = {}
        self.lines = 0
        self._extracts = 0

    def extract(self, *contacts: Iterable[str], said: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, str]:
        """contact_id of every record; ``contacts`` are the groups, records written ``crm:1``."""
        ws = self.ws
        self._extracts += 1
        _lay_out(ws, contacts, said or {})
        numbers = Numbers.load(BOOK, self.memory, key="secret", extract=f"e{self._extracts}")
        recognise(ws, numbers)
        ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
        assign_identity(ws, numbers)
        ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
        assign_numbers(ws, numbers)
        ws.execute(f"create or replace temp table golden_new_number as {new_numbers_sql()}")
        note_identity(ws, numbers)
        states = ws.rows('select contact_id, state, "into" from golden_state')
        self.states = {contact: (state, into) for contact, state, into in states}
        self.numbers = dict(ws.rows("select contact_id, number from golden_numbered"))
        self.lines = append_identity(ws, self.memory)
        return dict(ws.rows("select record_id, contact_id from golden_member join golden_granted using (cluster_no)"))


def _lay_out(ws: Workspace, contacts: Partition, said: Mapping[str, Mapping[str, Any]]) -> None:
    ws.create(PROTOCOL_STEP)
    records: dict[str, list[Any]] = {name: [] for name in ("record_id", "cluster_id", *SAID)}
    for group in contacts:
        members = sorted(group)
        for record in members:
            own = said.get(record, {})
            records["record_id"].append(record)
            records["cluster_id"].append(members[0])
            for name in SAID:
                records[name].append(own.get(name, [] if name == "emails" else None))
    types = {"emails": pa.list_(pa.string())}
    ws.put("told", pa.table({name: pa.array(column, types.get(name, pa.string())) for name, column in records.items()}))
    given = {
        "record_id": "record_id",
        "source": "split_part(record_id, ':', 1)",
        "source_key": "split_part(record_id, ':', 2)",
        "line_no": "row_number() over (order by rowid)",
        "kind": "'individual'",
        "kind_reason": "'told'",
        "phones": "[]::varchar[]",
        **{name: name for name in SAID},
    }
    columns = ", ".join(
        f"{given.get(column.name, 'null')}::{column.type} as {identifier(column.name)}"
        for column in STANDARDISE_RECORD.columns
    )
    ws.build(STANDARDISE_RECORD, f"select {columns} from told")
    ws.build(
        MATCHING_CLUSTER,
        "select record_id, 'individual' as kind, cluster_id, null::varchar as structure_cluster_id from told",
    )


class World:
    """One history: records of two sources, and who they were held to be in each extract."""

    def __init__(self, name: str, records: int = 6) -> None:
        self.name = name
        self.records = [f"{'crm' if n < records // 2 else 'tix'}:{name}-{n}" for n in range(records)]

    def groups(self, labels: Labels) -> list[Group]:
        """The groups of ``labels``, in no order of meaning."""
        found: dict[int, list[str]] = {}
        for record, label in zip(self.records, labels, strict=True):
            if label >= 0:
                found.setdefault(label, []).append(record)
        return [tuple(group) for group in found.values()]


def worlds(count: int, records: int = 6) -> list[World]:
    """So many worlds."""
    return [World(f"w{number}", records) for number in range(count)]


def drawn(dice: random.Random, records: int = 6, contacts: int = 4, absent: float = 0.2) -> Labels:
    """Any partition; so many records are not in the extract."""
    return tuple(-1 if dice.random() < absent else dice.randrange(contacts) for _ in range(records))


def mutated(dice: random.Random, labels: Labels, contacts: int = 4) -> Labels:
    """The partition after a small change: a record comes, goes or moves, two contacts join, one falls apart."""
    now = list(labels)
    place, other = dice.randrange(len(now)), dice.randrange(contacts)
    match dice.randrange(4):
        case 0:
            now[place] = -1
        case 1:
            now[place] = other
        case 2:
            now = [other if label == now[place] and label >= 0 else label for label in now]
        case _:
            now[place] = contacts
    return tuple(now)


def in_order(base: Base, all_worlds: Sequence[World], labels: Sequence[Labels]) -> dict[str, str]:
    """One extract of all worlds."""
    return base.extract(*[group for world, one in zip(all_worlds, labels, strict=True) for group in world.groups(one)])


def in_any_order(
    base: Base, dice: random.Random, all_worlds: Sequence[World], labels: Sequence[Labels]
) -> dict[str, str]:
    """One extract of all worlds, rows and groups shuffled."""
    groups = [group for world, one in zip(all_worlds, labels, strict=True) for group in world.groups(one)]
    return base.extract(*[dice.sample(group, len(group)) for group in dice.sample(groups, len(groups))])
