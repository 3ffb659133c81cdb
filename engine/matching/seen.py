"""Seen: what the whole base said about names, words and mailboxes, and how a replay judges by the same.

How common a name is, how many carry a mailbox, whether a mailbox is made of a name the file knows: all of it depends
on everybody. Asked of every extract anew, somebody's leaving would change the weight of a pair of others, and a contact
that nobody touched could fall apart. So a run in a project keeps the answers (``matching.parquet``), `assay freeze`
puts them beside the model, and a replay reads them. What the rehearsal never saw is asked of the extract at hand.

Rows: kind, what, value, carriers, known.

====================  ==============================================================================================
first name            how many sounds of last names stand beside it; known = a column says so, not a mailbox alone
last name             the same of first names
average first name    of the carriers of a carrier: what common and rare are measured by (value is empty)
average last name     the same
word                  names of organisations with it
names                 names of organisations in all (value is empty)
contact               people or organisations that carry a phone or mailbox, of those that many carry
====================  ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from engine.sql import literal
from engine.vocabulary import Kind
from engine.workspace import Workspace

FILE = "matching.parquet"
"""What one run saw, in the folder of what it learned."""

_COLUMNS = "kind varchar, what varchar, value varchar, carriers double, known boolean"


def start(ws: Workspace, replay: Path | None) -> None:
    """Make ``m_seen``: what the rehearsal in folder ``replay`` saw, none without; and ``m_noted`` for what is new."""
    for table in ("m_seen", "m_noted"):
        ws.execute(f"create or replace temp table {table} ({_COLUMNS})")
    if replay is not None and (replay / FILE).is_file():
        ws.execute(f"insert into m_seen by name from read_parquet({literal(str(replay / FILE))})")


def replayed(ws: Workspace) -> bool:
    """Whether a rehearsal answers."""
    return bool(ws.value("select count(*) > 0 from m_seen"))


def note_names(ws: Workspace, kind: Kind) -> None:
    """Note the names of ``m_key`` that are new, and the averages when nothing was replayed."""
    for what, name, beside, known in (("first name", "fn", "lp", "not fn_read"), ("last name", "ln", "fp", "true")):
        ws.execute(
            f"insert into m_noted by name select $kind as kind, $what as what, {name} as value, "
            f"greatest(count(distinct {beside}), 1) as carriers, bool_or({known}) as known "
            f"from m_key where {name} is not null group by {name}",
            {"kind": kind, "what": what},
        )
        ws.execute(
            "insert into m_noted by name select $kind as kind, $average as what, '' as value, "
            "sum(carriers * carriers) / sum(carriers) as carriers, true as known "
            "from m_noted where kind = $kind and what = $what having count(*) > 0",
            {"kind": kind, "what": what, "average": f"average {what}"},
        )


def note_words(ws: Workspace) -> None:
    """Note the words of ``m_organisation``, and how many names there are."""
    ws.execute(
        "insert into m_noted by name select 'structure' as kind, 'word' as what, word as value, count(*) as carriers, "
        "true as known from (select unnest(tok) as word from m_organisation) group by word"
    )
    ws.execute(
        "insert into m_noted by name select 'structure' as kind, 'names' as what, '' as value, count(*) as carriers, "
        "true as known from m_organisation having count(*) > 0"
    )


def note_contacts(ws: Workspace, kind: Kind) -> None:
    """Note the phones and mailboxes of ``m_shared``."""
    ws.execute(
        "insert into m_noted by name select $kind as kind, 'contact' as what, value, carriers, true as known "
        "from m_shared",
        {"kind": kind},
    )


def keep(ws: Workspace, folder: Path) -> None:
    """Write what pairs were judged by: all the rehearsal saw, and what was new."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ws.execute(
        "copy (from m_seen union all by name select n.* from m_noted as n anti join m_seen using (kind, what, value) "
        f"order by all) to {literal(str(folder / FILE))} (format parquet, compression zstd)"
    )


def finish(ws: Workspace) -> None:
    """Drop the tables."""
    ws.drop("m_seen", "m_noted")


def without(path: Path, gone: Sequence[tuple[str, str]]) -> tuple[bytes, int]:
    """The file ``path`` without the values of ``gone``, pairs of what and value; and how many rows that takes away."""
    import io

    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(path.read_bytes()))
    theirs = set(gone)
    rows = zip(table["what"].to_pylist(), table["value"].to_pylist(), strict=True)
    left = table.filter(pa.array([row not in theirs for row in rows], pa.bool_()))
    sink = io.BytesIO()
    pq.write_table(left, sink, compression="zstd")
    return sink.getvalue(), table.num_rows - left.num_rows
