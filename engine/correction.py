"""Corrections a person makes to contacts, written as decisions: join two, split one record off, undo a merge.

Nothing is changed in place: the next run follows the decisions, and identity gives former contacts their ids and
numbers back (engine/golden/identity.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import UsageError
from engine.golden.registry import read_registry
from engine.judgement import Conflict, Decision, append_decisions, conflicts, read_decisions
from engine.lookup import Found, find, one_record
from engine.workspace import Workspace

Said = Literal["match", "no_match"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction wrote: decisions that say something new, and the groups of records they make."""

    added: int
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """Who decides, when (ISO 8601) and why."""

    by: str
    at: str
    why: str = ""


def join(ws: Workspace, decisions: Path, left: str, right: str, signed: Signed) -> Corrected:
    """Say that two contacts (named by any of their names) are one: their records will share a cluster.

    Raises:
        UsageError: they are one already, their kinds differ, or earlier decisions keep them apart.
    """
    one, other = find(ws, left), find(ws, right)
    if set(one.records) & set(other.records) or (one.contact_id is not None and one.contact_id == other.contact_id):
        raise UsageError("they are one contact already")
    kinds = {_kind(ws, found.records[0]) for found in (one, other)}
    if len(kinds) > 1:
        raise UsageError(
            f"they are of two kinds: {min(kinds)} and {max(kinds)}",
            hint="Persons, structures and persons of structures are never one contact.",
        )
    pair = (one.records[0], other.records[0])
    return _write(
        decisions,
        [(said, "match") for said in (pair, *_apart(decisions, one, other)) if said != pair[::-1]],
        signed,
        (tuple(sorted((*one.records, *other.records))),),
    )


def _apart(decisions: Path, one: Found, other: Found) -> list[tuple[str, str]]:
    """Pairs between the two that were kept apart: a join takes all of that back."""
    return [
        (said.record_id_l, said.record_id_r)
        for said in read_decisions(decisions)
        if said.judgement == "no_match"
        and any(
            said.record_id_l in left.records and said.record_id_r in right.records
            for left, right in ((one, other), (other, one))
        )
    ]


def split(ws: Workspace, decisions: Path, record: str, signed: Signed) -> Corrected:
    """Say that a record is nobody else of its contact: it will be a contact of its own.

    Raises:
        UsageError: it stands alone already.
    """
    alone = one_record(ws, record) if find(ws, record).by not in ("record_id", "line") else find(ws, record).records[0]
    contact = find(ws, alone).contact_id
    others = tuple(name for name in find(ws, contact).records if name != alone) if contact else ()
    if not others:
        raise UsageError("that record is a contact of its own already")
    return _part(decisions, ((alone,), others), signed)


def undo_merge(ws: Workspace, decisions: Path, registry: Path, contact: str, signed: Signed) -> Corrected:
    """Part a contact into the contacts its records were before the last merge; again, before the merge before that.

    Raises:
        UsageError: its records have always been one contact.
    """
    found = find(ws, contact)
    if found.contact_id is None:
        raise UsageError("there are no contacts yet", hint="Run `assay run` first.")
    records = find(ws, found.contact_id).records
    former = _former_contacts(registry, records, found.contact_id)
    groups: dict[str, list[str]] = {}
    for record in records:
        groups.setdefault(former[record], []).append(record)
    if len(groups) < 2:
        raise UsageError(
            "its records have always been one contact: there is no merge to undo",
            hint="To take one record out: assay split RECORD.",
        )
    return _part(decisions, tuple(tuple(group) for _, group in sorted(groups.items())), signed)


def _former_contacts(registry: Path, records: Sequence[str], contact: str) -> dict[str, str]:
    """The contact each record was in before the last merge into ``contact``; ``contact`` for those not part of it.

    Lines of records that a run wrote stand together, and a merge is always followed by other lines: records that moved
    in within one block of lines were merged by one run.
    """
    lines = read_registry(registry)
    now = _keys(lines, records)
    told = pc.and_(pc.is_valid(lines.column("record_id")), pc.is_valid(lines.column("contact_id")))
    block = np.cumsum(~told.to_numpy(zero_copy_only=False))
    ours = lines.append_column("block", pa.array(block)).filter(
        pc.and_(told, pc.is_in(lines.column("record_id"), pa.array(sorted(now), pa.string())))
    )
    moved: dict[str, tuple[int, str]] = {}
    borne: dict[str, str] = {}
    for line in ours.select(["record_id", "contact_id", "block"]).to_pylist():
        record, bears = now[line["record_id"]], line["contact_id"]
        if borne.get(record, bears) != bears:
            moved[record] = (line["block"], borne[record])
        borne[record] = bears
    into = {record: move for record, move in moved.items() if borne[record] == contact}
    last = max((at for at, _ in into.values()), default=None)
    return {record: into[record][1] if record in into and into[record][0] == last else contact for record in records}


def _keys(lines: pa.Table, records: Sequence[str]) -> dict[str, str]:
    """Every key the records ever had -> the one they have now."""
    renamed = lines.filter(pc.is_valid(lines.column("same_as")))
    root = dict(zip(*(renamed.column(name).to_pylist() for name in ("record_id", "same_as")), strict=True))
    now = {root.get(record, record): record for record in records}
    return {**now, **{key: now[first] for key, first in root.items() if first in now}, **{one: one for one in records}}


def _part(decisions: Path, groups: tuple[tuple[str, ...], ...], signed: Signed) -> Corrected:
    """Keep every record of a group apart from all of the others; what joined them is overruled pair by pair."""
    apart = [pair for one, other in combinations(groups, 2) for pair in product(one, other)]
    return _write(decisions, [(pair, "no_match") for pair in apart], signed, groups)


def _write(
    decisions: Path,
    said: Iterable[tuple[tuple[str, str], Said]],
    signed: Signed,
    groups: tuple[tuple[str, ...], ...],
) -> Corrected:
    new = [
        Decision(
            record_id_l=min(pair),
            record_id_r=max(pair),
            judgement=judgement,
            by=signed.by,
            at=signed.at,
            why=signed.why,
        )
        for pair, judgement in said
    ]
    in_force = {_pair(one): one for one in [*read_decisions(decisions), *new]}
    against = conflicts([in_force[pair] for pair in sorted(in_force)])
    if against:
        raise UsageError(
            "earlier decisions say otherwise: " + "; ".join(_chain(one) for one in against),
            hint="Change one of these decisions first (assay review, or decisions.jsonl).",
        )
    return Corrected(append_decisions(decisions, new), groups)


def _chain(one: Conflict) -> str:
    joined = dict.fromkeys(record for link in one.chain for record in (link.record_id_l, link.record_id_r))
    return f"{one.apart.record_id_l} and {one.apart.record_id_r} are apart, but {' = '.join(joined)}"


def _pair(said: Decision) -> tuple[str, str]:
    return min(said.record_id_l, said.record_id_r), max(said.record_id_l, said.record_id_r)


def _kind(ws: Workspace, record: str) -> str:
    return str(ws.value("select kind from standardise.record where record_id = $id", {"id": record}))
