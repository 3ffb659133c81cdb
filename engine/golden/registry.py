"""The registry: everything about identity that must outlive the database, in numbers.jsonl, only ever added to.

One JSON object a line; what it holds says what it is::

    {"contact_id": "c1f..", "number": "9000001", "origin": "range"}     a number given
    {"record_id": "crm:7", "contact_id": "c1f..", "extract": "2026-11-22", "alone": true, "fingerprint": "9a.."}
                                                    a record, when it is new, moves, first stands alone or changes
    {"record_id": "crm:5007", "same_as": "crm:7", "extract": ".."}      a new key of a known record
    {"set": "5e..", "contact_id": "c1f..", "extract": ".."}             records that were one contact, first time only
    {"contact_id": "c1f..", "state": "joined", "into": "c77..", "extract": ".."}      active, joined or gone

A record's ordinal is the place of its first line among the first lines of all records; a set is the hash of its
records' ordinals. The file of a million contacts is about 290 MB (58 MB at 200,000, measured).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import UsageError
from engine.workspace import Workspace

SCHEMA = pa.schema(
    [
        ("contact_id", pa.string()),
        ("number", pa.string()),
        ("origin", pa.string()),
        ("record_id", pa.string()),
        ("same_as", pa.string()),
        ("extract", pa.string()),
        ("alone", pa.bool_()),
        ("fingerprint", pa.string()),
        ("set", pa.string()),
        ("state", pa.string()),
        ("into", pa.string()),
    ]
)
"""Every field a line may have; the line's number, from 0, is added as ``line``."""

_RESTORE = "Restore the file from its last copy: a contact number given once must never be forgotten."


def empty() -> pa.Table:
    """The registry of a project that has not run yet."""
    return _numbered(SCHEMA.empty_table())


def read_registry(path: Path) -> pa.Table:
    """Every line of the file with its number, in order.

    Raises:
        UsageError: a line is damaged, a number was given twice, or a contact has two.
    """
    from pyarrow import json as arrow_json

    if not path.is_file() or not path.stat().st_size:
        return empty()
    options = arrow_json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="ignore")
    try:
        found = arrow_json.read_json(path, parse_options=options).select(SCHEMA.names)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise UsageError(f"{path.name} is damaged: {str(error).splitlines()[0]}", hint=_RESTORE) from None
    _refuse_damage(found, path)
    return _numbered(found)


def numbers_of(registry: pa.Table) -> pa.Table:
    """The numbers given: contact_id, number, origin."""
    return registry.filter(pc.is_valid(registry.column("number"))).select(["contact_id", "number", "origin"])


def append_lines(ws: Workspace, path: Path, select: str) -> int:
    """Add the one text column of ``select`` to the file, a line a row; how many.

    The file is replaced whole once the new one is on the disk: a crash leaves the old memory, never half a line.
    """
    new = ws.arrow(select)
    if not new.num_rows:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if path.is_file():
            with path.open("rb") as old:
                shutil.copyfileobj(old, file, 1 << 20)
        for batch in new.to_batches():
            file.write("".join(f"{line}\n" for line in batch.column(0).to_pylist()).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    return int(new.num_rows)


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column("line", pa.array(np.arange(table.num_rows, dtype=np.int64)))


def _refuse_damage(found: pa.Table, path: Path) -> None:
    column = found.column
    gives = pc.is_valid(column("number"))
    tells = pc.or_(pc.is_valid(column("record_id")), pc.or_(pc.is_valid(column("set")), pc.is_valid(column("state"))))
    whole = pc.or_(gives, tells)
    owned = pc.or_(pc.is_valid(column("contact_id")), pc.is_valid(column("same_as")))
    if not pc.all(pc.and_(whole, owned), min_count=0).as_py():
        raise UsageError(
            f"{path.name} is damaged: a line lacks contact_id, or is no number, record, set or state", hint=_RESTORE
        )
    numbers = numbers_of(found)
    number, origin, contact = (numbers.column(name) for name in ("number", "origin", "contact_id"))
    sound = pc.all(pc.match_substring_regex(number, "^[0-9]{1,20}$"), min_count=0).as_py()
    if not sound or origin.null_count or contact.null_count:
        raise UsageError(
            f"{path.name} is damaged: a line lacks contact_id, origin or a number of 1 to 20 digits", hint=_RESTORE
        )
    bare = pc.utf8_ltrim(number, characters="0")
    if len(pc.unique(bare)) < len(bare):
        raise UsageError(f"{path.name} gives a contact number twice", hint=_RESTORE)
    owners = contact.filter(pc.invert(pc.is_in(origin, pa.array(["alias"]))))
    if len(pc.unique(owners)) < len(owners):
        raise UsageError(f"{path.name} gives one contact two numbers", hint=_RESTORE)
