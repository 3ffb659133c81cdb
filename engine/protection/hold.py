"""Hold the records of suppressed persons: out of the tables, into intake.held, by source and line, without a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from engine.protection.keys import HEX, Named, Suppressed, is_same_person, pads
from engine.protection.lines import lines_of
from engine.workspace import Workspace

REASON = "suppressed"

_WITHOUT_LIGATURES = "lower(strip_accents({}))"
for _sign, _letters in (("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("ł", "l"), ("đ", "d")):
    _WITHOUT_LIGATURES = f"replace({_WITHOUT_LIGATURES}, '{_sign}', '{_letters}')"

ANCHOR = "protection_anchor"
"""Temp table (record_id, anchor) of :func:`put_anchors`."""


def hold_suppressed(ws: Workspace, people: Sequence[Suppressed], secret: str) -> int:
    """Move the lines of everybody on the list from intake.line and intake.record to intake.held.

    Lines of joined tables (a table of phones, of addresses) go with the records that they belong to alone.

    Call it when standardise.record stands; when it held anybody, the records must be standardised anew and the
    workspace rebuilt, since what was learned from the whole base and the file itself still know them.

    Returns:
        Records held.
    """
    found = _records_of(ws, people, secret) if people else []
    if not found:
        return 0
    ws.put("protection_held", pa.table({"record_id": pa.array(sorted(found), pa.string())}))
    ws.execute(f"create or replace temp table protection_line as {lines_of('protection_held')}")
    # a line of a joined table may be held already, because no record used it
    ws.execute(
        "create or replace temp table protection_newly as "
        "select source, line_no, file_line from intake.line semi join protection_line using (source, line_no) "
        "anti join intake.held using (source, line_no)"
    )
    ws.execute(
        "insert into intake.held by name "
        "select source, line_no, file_line, $reason as reason, null::varchar as detail from protection_newly",
        {"reason": REASON},
    )
    ws.execute(
        "update intake.source set loaded = loaded - gone.lines, held = held + gone.lines from ("
        "select source, count(*) as lines from protection_newly group by source"
        ") as gone where gone.source = intake.source.source"
    )
    for table in ("line", "joined"):
        ws.execute(
            f"delete from intake.{table} where (source, line_no) in (select (source, line_no) from protection_line)"
        )
    ws.execute("delete from intake.record where record_id in (select record_id from protection_held)")
    ws.drop("protection_held", "protection_line", "protection_newly")
    return len(found)


def put_anchors(ws: Workspace, secret: str, records: str = "standardise.record") -> None:
    """Make the temp table :data:`ANCHOR` of the rows of ``records`` (a table name of ours)."""
    inner, outer = pads(secret)
    ws.execute(f"create or replace temp view protection_record as select * from {records}")
    ws.execute(
        f"create or replace temp table {ANCHOR} as {ws.statement('protection', 'anchor')}",
        {"inner": inner, "outer": outer, "hex": HEX},
    )
    ws.execute("drop view protection_record")


def names_of(ws: Workspace, record_ids: Iterable[str]) -> dict[str, Named]:
    """The folded names of records; what a structure is called counts as a last name."""
    ws.put("protection_wanted", pa.table({"record_id": pa.array(sorted(set(record_ids)), pa.string())}))
    fold = f"nullif(regexp_replace({_WITHOUT_LIGATURES}, '[^\\pL]', '', 'g'), '')"
    rows = ws.rows(
        f"""
        select record_id, {fold.format("first_name")}, {fold.format("split_part(first_name, ' ', 1)")},
            {fold.format("last_name")}, {fold.format("birth_name")},
            if(kind = 'structure', {fold.format("organisation")}, null)
        from standardise.record semi join protection_wanted using (record_id) order by record_id
        """
    )
    ws.drop("protection_wanted")
    return {row[0]: Named(_told(row[1:3]), _told(row[3:])) for row in rows}


def _told(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _records_of(ws: Workspace, people: Sequence[Suppressed], secret: str) -> list[str]:
    """record_ids that are somebody of the list: they share an anchor, and what their names say agrees."""
    put_anchors(ws, secret)
    listed = [(anchor, place) for place, one in enumerate(people) for anchor in sorted(one.anchors)]
    ws.put(
        "protection_listed",
        pa.table(
            {
                "anchor": pa.array([anchor for anchor, _ in listed], pa.string()),
                "place": pa.array([place for _, place in listed], pa.int64()),
            }
        ),
    )
    candidates = ws.rows(
        f"select distinct record_id, place from {ANCHOR} join protection_listed using (anchor) "
        "order by record_id, place"
    )
    wanted = sorted({record for record, _ in candidates})
    ws.put("protection_candidate", pa.table({"record_id": pa.array(wanted, pa.string())}))
    anchors = dict(
        ws.rows(
            f"select record_id, list(anchor order by anchor) from {ANCHOR} "
            "semi join protection_candidate using (record_id) group by record_id"
        )
    )
    names = names_of(ws, wanted)
    ws.drop(ANCHOR, "protection_listed", "protection_candidate")
    found = {
        record
        for record, place in candidates
        if is_same_person(secret, people[place], names[record], frozenset(anchors[record]))
    }
    return sorted(found)
