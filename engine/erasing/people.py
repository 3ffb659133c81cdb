"""Who is erased: contacts found by any of their names, with all records that ever were theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from engine.errors import UsageError
from engine.golden.registry import read_registry
from engine.lookup import find
from engine.protection import Suppressed, make_suppressed
from engine.protection.hold import ANCHOR, names_of, put_anchors
from engine.protection.keys import keyed
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Person:
    """One contact to erase.

    Attributes:
        contact_id: its identity.
        contact_nr: its number, which stays burnt.
        kind: individual or relay.
        records: its records in the last run, sorted.
        former: records of former extracts that are no longer there, from the registry.
    """

    contact_id: str
    contact_nr: str
    kind: str
    records: tuple[str, ...]
    former: tuple[str, ...] = ()


def find_people(ws: Workspace, registry: Path, names: Sequence[str]) -> list[Person]:
    """The contacts that ``names`` mean, each once, in contact_id order. A record means the whole contact it is in.

    Raises:
        UsageError: a name means nobody, golden records were not made, or it is a structure.
    """
    contacts = {_contact_of(ws, name) for name in names}
    ws.put("erasing_contact", pa.table({"contact_id": pa.array(sorted(contacts), pa.string())}))
    rows = ws.rows(
        """
        select contact_id, contact_nr, kind, list(record_id order by record_id) as records
        from golden.contact join (select contact_id, record_id from golden.crosswalk) using (contact_id)
        semi join erasing_contact using (contact_id)
        group by all order by contact_id
        """
    )
    ws.drop("erasing_contact")
    structures = [contact_nr for _, contact_nr, kind, _ in rows if kind == "structure"]
    if structures:
        raise UsageError(
            f"contact {structures[0]} is a structure, not a person",
            hint="Erase the persons of it (its relays). Of a sole trader: have the structure invalidated as well.",
        )
    former = _former(ws, registry, {row[0] for row in rows})
    return [
        Person(contact, number, kind, tuple(records), tuple(former.get(contact, ())))
        for contact, number, kind, records in rows
    ]


def _contact_of(ws: Workspace, name: str) -> str:
    found = find(ws, name).contact_id
    if found is None:
        raise UsageError("there are no contacts yet", hint="Run `assay run` first.")
    return found


def _former(ws: Workspace, registry: Path, contacts: set[str]) -> dict[str, list[str]]:
    """Records the registry knows as last borne by one of ``contacts`` and the last run has no more."""
    latest: dict[str, str] = {}
    for line in read_registry(registry).select(["record_id", "contact_id", "same_as"]).to_pylist():
        if line["record_id"] is not None:
            latest[line["record_id"]] = line["contact_id"] or latest.get(line["same_as"], "")
    wanted = sorted(record for record, contact in latest.items() if contact in contacts)
    ws.put("erasing_record", pa.table({"record_id": pa.array(wanted, pa.string())}))
    there = {
        row[0] for row in ws.rows("select record_id from standardise.record semi join erasing_record using (record_id)")
    }
    ws.drop("erasing_record")
    found: dict[str, list[str]] = {}
    for record in wanted:
        if record not in there:
            found.setdefault(latest[record], []).append(record)
    return found


def suppressed_entries(ws: Workspace, people: Sequence[Person], *, secret: str, since: str) -> list[Suppressed]:
    """What the suppression list will know of ``people``."""
    records = sorted(record for person in people for record in person.records)
    owner = {record: person.contact_id for person in people for record in person.records}
    put_anchors(ws, secret)
    ws.put(
        "erasing_record",
        pa.table(
            {"record_id": pa.array(records, pa.string()), "contact_id": pa.array([owner[one] for one in records])}
        ),
    )
    anchors = ws.rows(
        f"""
        with own as (
            select distinct contact_id, anchor from {ANCHOR} join erasing_record using (record_id)
        ),
        others as (
            select anchor, crosswalk.contact_id from {ANCHOR} left join golden.crosswalk as crosswalk using (record_id)
        )
        select own.contact_id, own.anchor, bool_or(others.anchor is not null) as shared
        from own
        left join others on others.anchor = own.anchor and others.contact_id is distinct from own.contact_id
        group by own.contact_id, own.anchor order by own.contact_id, own.anchor
        """
    )
    names = names_of(ws, records)
    ws.drop(ANCHOR, "erasing_record")
    entries = []
    for person in people:
        said = [(anchor, shared) for contact, anchor, shared in anchors if contact == person.contact_id]
        keys = [f"key:{keyed(secret, 'key|' + key)}" for key in map(_key_of, person.former) if key]
        entries.append(
            make_suppressed(
                secret,
                since,
                [*(anchor for anchor, _ in said), *keys],
                [anchor for anchor, shared in said if shared],
                [names[record] for record in person.records],
            )
        )
    return entries


def _key_of(record_id: str) -> str | None:
    source, colon, key = record_id.partition(":")
    return f"{source}|{key}" if colon else None


def all_records(people: Iterable[Person]) -> frozenset[str]:
    """Every record_id, of the last run and of former ones."""
    return frozenset(record for person in people for record in (*person.records, *person.former))
