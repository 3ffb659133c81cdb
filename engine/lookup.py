"""Names a person may know a contact or a record by, and what they mean in the workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.counted import counted
from engine.errors import UsageError
from engine.workspace import Workspace

_LINE = re.compile(r"(?P<source>.+)#(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """What a name stands for.

    Attributes:
        records: record_ids, sorted; all records of a contact when a contact was named.
        contact_id: the contact they belong to; None when golden records were not made.
        by: how it was understood: ``record_id``, ``line``, ``contact_id`` or ``contact_nr``.
    """

    records: tuple[str, ...]
    contact_id: str | None
    by: str


def find(ws: Workspace, name: str) -> Found:
    """What ``name`` stands for: a record_id, ``source#line``, a contact_id or a contact number, tried in this order.

    Raises:
        UsageError: nothing is called so, or a line was held back before it became a record.
    """
    wanted = name.strip()
    record = ws.rows("select record_id from standardise.record where record_id = $name", {"name": wanted})
    if record:
        return _of_record(ws, wanted, "record_id")
    line = _LINE.fullmatch(wanted)
    if line is not None:
        return _of_line(ws, line["source"], int(line["line"]))
    if ws.exists("golden.contact"):
        for by in ("contact_id", "contact_nr"):
            contact = ws.rows(f"select contact_id from golden.contact where {by} = $name", {"name": wanted})
            if contact:
                return Found(_records_of(ws, contact[0][0]), contact[0][0], by)
    raise UsageError(
        "no record or contact is called so",
        hint="Give a record_id (source:key), source#line, a contact_id or a contact number; crosswalk.csv lists them.",
    )


def one_record(ws: Workspace, name: str) -> str:
    """The one record that ``name`` stands for.

    Raises:
        UsageError: nothing is called so, or it is a contact of several records.
    """
    found = find(ws, name)
    if len(found.records) != 1:
        raise UsageError(
            f"that contact has {counted(len(found.records), 'record')}: which one?",
            hint=f"Its records: {', '.join(found.records)}",
        )
    return found.records[0]


def _of_record(ws: Workspace, record_id: str, by: str) -> Found:
    contact = (
        ws.value("select contact_id from golden.crosswalk where record_id = $id", {"id": record_id})
        if ws.exists("golden.crosswalk")
        else None
    )
    return Found((record_id,), contact, by)


def _of_line(ws: Workspace, source: str, line_no: int) -> Found:
    place = {"source": source, "line_no": line_no}
    record = ws.value("select record_id from standardise.record where source = $source and line_no = $line_no", place)
    if record is not None:
        return _of_record(ws, record, "line")
    held = ws.value("select reason from intake.held where source = $source and line_no = $line_no", place)
    if held is not None:
        raise UsageError(f"line {line_no} of {source} was held back: {held}", hint="held.csv tells more.")
    raise UsageError(f"no record comes from line {line_no} of {source}", hint="Lines count from 1, headers left out.")


def _records_of(ws: Workspace, contact_id: str) -> tuple[str, ...]:
    rows = ws.rows(
        "select record_id from golden.crosswalk where contact_id = $id order by record_id", {"id": contact_id}
    )
    return tuple(row[0] for row in rows)
