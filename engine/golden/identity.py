"""Identity: which contact_id each group of records bears, so that it lasts over extracts, merges and their undoing.

A group that was neither split nor joined keeps its id. The others claim the ids their records ever bore. All claims
stand in one total order (claim.sql); walked in that order, a claim is granted when neither its group nor its id is
taken. Whoever gets none founds a new id. Ids of groups that vanish sleep and can only be claimed by their own records
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from engine.counted import counted
from engine.errors import SourceError
from engine.golden.registry import append_lines
from engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from engine.golden.numbers import Numbers

Figures = dict[str, int | float | str]

KEYS_CHANGED = 0.2
"""Share of a source's records under new keys from which the key counts as not stable."""

_SMALL = 25
"""Records of a source below which a share says nothing."""


def recognise(ws: Workspace, numbers: Numbers, *, accept_new_keys: bool = False) -> None:
    """Find the records that came back under a new key and say the same (temp table golden_successor).

    Call it when standardise.record stands; what it finds is used by :func:`assign_identity`. Without a project's key
    nothing is compared.

    Raises:
        SourceError: more than a fifth of a source's records have new keys, and nobody accepted that.
    """
    ws.put("golden_registry", numbers.registry)
    ws.execute(f"create or replace temp table golden_ordinal as {ws.statement('golden', 'ordinal')}")
    ws.execute(f"create or replace temp table golden_past as {ws.statement('golden', 'past')}")
    if numbers.key is None:
        ws.execute(
            "create or replace temp table golden_fingerprint as select record_id, source, "
            "source_key is not null as has_key, null::varchar as fingerprint from standardise.record"
        )
        ws.execute("create or replace temp table golden_successor (record_id varchar, source varchar, same_as varchar)")
        return
    ws.execute(
        f"create or replace temp table golden_fingerprint as {ws.statement('golden', 'fingerprint')}",
        {"key": numbers.key},
    )
    ws.execute(f"create or replace temp table golden_successor as {ws.statement('golden', 'successor')}")
    if not accept_new_keys:
        _refuse_new_keys(ws)


def unclaimed(ws: Workspace) -> str:
    """SELECT of the records that :func:`recognise` left without a partner.

    Rows: record_id, ordinal. New records have no ordinal; a vanished one stands under every key it ever had.
    """
    return ws.statement("golden", "unclaimed")


def borne(ws: Workspace) -> str:
    """SELECT (record_id, contact_id) of the contact that every record here was in when it was last seen."""
    return ws.statement("golden", "borne")


def succeed(ws: Workspace, pairs: pa.Table) -> None:
    """Add successors that somebody else found: ``pairs`` holds record_id and the ordinal it goes on with."""
    ws.put("golden_pair_found", pairs)
    ws.execute(
        """
        insert into golden_successor by name
        select found.record_id, fingerprint.source, root.record_id as same_as
        from golden_pair_found as found
        join golden_fingerprint as fingerprint using (record_id)
        join golden_ordinal as root on root.ordinal = found.ordinal and root.is_root
        """
    )
    ws.drop("golden_pair_found")


def moved_keys(ws: Workspace) -> list[tuple[str, str]]:
    """Key of a record now and a key it had before, for every record whose key ever changed.

    A decision that names the key before means the record.
    """
    found = ws.rows(f"select record_id, same_as from ({ws.statement('golden', 'moved')}) order by record_id, same_as")
    return [(str(now), str(before)) for now, before in found]


def _refuse_new_keys(ws: Workspace) -> None:
    """A source whose keys are given anew with every export would turn each update into a stranger's."""
    found = ws.rows(
        """
        select source, count(*) filter (where successor.record_id is not null) as moved, count(*) as records
        from golden_fingerprint as fingerprint
        left join golden_successor as successor using (record_id, source)
        where fingerprint.has_key
        group by source
        having records >= $small and moved > $share * records
        order by source
        """,
        {"small": _SMALL, "share": KEYS_CHANGED},
    )
    if found:
        said = "\n".join(
            f"the key of source {source} is not stable: "
            f"{moved} of {counted(records, 'record')} came back under a new key"
            for source, moved, records in found
        )
        raise SourceError(
            said,
            hint="If the keys were changed once and for good, say so with --accept-new-keys; else map another key.",
        )


def assign_identity(ws: Workspace, numbers: Numbers) -> Figures:
    """Make golden_granted: cluster_no, contact_id, one row per group of golden_member, no id twice.

    Returns:
        Figure ``keys_changed``: records under another key than the first they were seen under. How many ids are new is
        no figure: the same extract again must give the same report.
    """
    if not ws.value("select count(*) from duckdb_tables() where table_name = 'golden_successor' and temporary"):
        recognise(ws, numbers)
    ws.put("golden_remembered", numbers.remembered)
    ws.execute(f"create or replace temp table golden_known as {ws.statement('golden', 'known')}")
    ws.execute("create or replace temp table golden_granted (cluster_no integer, contact_id varchar)")
    ws.execute(f"insert into golden_granted by name {ws.statement('golden', 'unchanged')}")
    if ws.value("select count(*) from golden_known anti join golden_granted using (cluster_no)"):
        ws.execute(f"create or replace temp table golden_id_claim as {ws.statement('golden', 'claim')}")
        while _grant_round(ws):
            pass
        ws.drop("golden_id_claim")
    ws.execute(f"insert into golden_granted by name {ws.statement('golden', 'newborn')}", {"salt": numbers.salt})
    changed = ws.value(
        "select count(*) from golden_known as known join golden_ordinal as root using (ordinal) "
        "where root.is_root and root.record_id <> known.record_id"
    )
    return {"keys_changed": int(changed)}


def _grant_round(ws: Workspace) -> bool:
    """Grant every claim that is the best of its group and of its id at once: the same as walking them in order."""
    granted = """
        select cluster_no, contact_id
        from golden_id_claim
        qualify place = min(place) over (partition by cluster_no) and place = min(place) over (partition by contact_id)
    """
    before = ws.value("select count(*) from golden_granted")
    ws.execute(f"insert into golden_granted by name {granted}")
    ws.execute(
        "delete from golden_id_claim where cluster_no in (select cluster_no from golden_granted) "
        "or contact_id in (select contact_id from golden_granted)"
    )
    return bool(ws.value("select count(*) from golden_granted") > before)


NEW_LINES = "golden_new_line"
"""Temp table (part, place, line): what the registry has to learn from this run."""


def note_identity(ws: Workspace, numbers: Numbers) -> None:
    """Make golden_state (what became of every id ever given) and golden_new_line from golden_granted.

    golden_state: contact_id, state (``active``, ``joined``, ``gone``), into (the living contact its records are in),
    since (the extract in which that was first so).
    """
    ws.execute(f"create or replace temp table golden_state as {ws.statement('golden', 'state')}", _bound(numbers))
    ws.execute(f"create or replace temp table {NEW_LINES} as {ws.statement('golden', 'new_line')}", _bound(numbers))


def _bound(numbers: Numbers) -> dict[str, object]:
    return {"extract": numbers.extract}


def append_identity(ws: Workspace, path: Path) -> int:
    """Add what this run learnt to the registry: new keys, records, sets, states, then numbers; lines added."""
    return append_lines(ws, path, f"select line from {NEW_LINES} order by part, place, line")


def drop_identity_tables(ws: Workspace) -> None:
    """Drop what identity made on the way."""
    ws.drop(
        "golden_registry", "golden_ordinal", "golden_past", "golden_fingerprint", "golden_successor", "golden_known",
        "golden_granted",
    )  # fmt: skip
