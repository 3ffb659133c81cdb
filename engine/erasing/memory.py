"""What a project remembers beyond its derived data, without the erased persons: decisions, numbers, freeze, snapshots.

Numbers stay burnt: a number given once is never given again, and says nothing without the person. A record's place in
numbers.jsonl counts (identity hashes it), so its line stays, under a random name.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.erasing.files import replace
from engine.erasing.people import Person, all_records
from engine.erasing.traces import Traces
from engine.freezing import FROZEN_FILE
from engine.golden import without
from engine.matching import SEEN_FILE, without_seen
from engine.project import Project

ERASED = "erased:"
"""Beginning of the random name of an erased record in numbers.jsonl."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file that was written anew: lines or rows that told of somebody, its hash before and after."""

    file: str
    items: int
    before: str
    after: str


def scrub_memory(
    project: Project,
    people: Iterable[Person],
    traces: Traces,
    letters: Sequence[tuple[str, str]] = (),
    values: Sequence[tuple[str, str]] = (),
) -> list[Rewritten]:
    """Rewrite decisions, numbers, freeze and snapshots; what nobody stood in is left as it is.

    Args:
        letters: (attribute, letters) of what was learned from the whole base that only they held.
        values: (what, value) the same of what pairs were judged by.
    """
    erased = list(people)
    records = all_records(erased)
    contacts = frozenset(person.contact_id for person in erased)
    done = [_decisions(project.decisions, records, traces), _numbers(project, records, contacts)]
    for folder in sorted(path for path in project.extracts.glob("*") if path.is_dir()):
        then = contacts | _contacts_then(folder, records)
        done += [_snapshot(path, project, records, then, traces) for path in sorted(folder.rglob("*.parquet"))]
    done += [_learned(path, project, letters, values) for path in sorted(project.frozen.glob("*.parquet"))]
    rewritten = [one for one in done if one is not None]
    _keep_freeze_true(project, rewritten)
    return rewritten


def count_memory(project: Project, people: Iterable[Person]) -> dict[str, int]:
    """Lines of decisions and numbers that name the persons: what a dry run tells."""
    records = all_records(people)
    return {
        path.name: sum(bool(records & _named(line)) for line in _lines(path))
        for path in (project.decisions, project.numbers)
        if path.is_file()
    }


def _decisions(path: Path, records: frozenset[str], traces: Traces) -> Rewritten | None:
    kept, touched = [], 0
    for line in _lines(path):
        said = json.loads(line)
        if records & _named(line):
            touched += 1
            continue
        free = {key: "" for key in ("why", "by") if traces.holds(str(said.get(key, "")))}
        touched += bool(free)
        kept.append(json.dumps({**said, **free}, ensure_ascii=False) if free else line)
    return _write(path, kept, touched, path.name)


def _numbers(project: Project, records: frozenset[str], contacts: frozenset[str]) -> Rewritten | None:
    path = project.numbers
    lines = [json.loads(line) for line in _lines(path)]
    others = {line.get("contact_id") for line in lines if line.get("record_id") and line["record_id"] not in records}
    theirs = {line.get("contact_id") for line in lines if line.get("record_id") in records}
    # a contact_id is a hash of a record_id: it goes with the person, unless somebody else bore it too
    gone = (theirs | contacts) - others - {None}
    names: dict[str, str] = {}

    def anew(value: Any, prefix: str) -> Any:
        return names.setdefault(value, prefix + secrets.token_hex(7)) if value else value

    touched = 0
    for line in lines:
        before = dict(line)
        for key in ("record_id", "same_as"):
            if line.get(key) in records:
                line[key] = anew(line[key], ERASED)
                line.pop("fingerprint", None)
        for key in ("contact_id", "into"):
            if line.get(key) in gone:
                line[key] = anew(line[key], "x")
        touched += line != before
    length_before = _frozen_lines(project)
    done = _write(
        path, [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines], touched, path.name
    )
    _refreeze(project, length_before)
    return done


def _frozen_lines(project: Project) -> int | None:
    """Lines of numbers.jsonl that a freeze knows, when it knew them as they are; None = nothing to keep true."""
    frozen = _frozen(project)
    data = project.numbers.read_bytes() if project.numbers.is_file() else b""
    if frozen is None:
        return None
    known = data[: frozen["numbers"]["bytes"]]
    return known.count(b"\n") if hashlib.sha256(known).hexdigest() == frozen["numbers"]["sha256"] else None


def _refreeze(project: Project, lines: int | None) -> None:
    """A freeze stays true after an erasure: what had changed before it stays changed."""
    frozen = _frozen(project)
    if frozen is None:
        return
    if lines is not None:
        known = b"".join(project.numbers.read_bytes().splitlines(keepends=True)[:lines])
        frozen["numbers"] = {"bytes": len(known), "sha256": hashlib.sha256(known).hexdigest()}
    path = project.root / FROZEN_FILE
    replace(path, (json.dumps(frozen, ensure_ascii=False, indent=2) + "\n").encode())


def _frozen(project: Project) -> dict[str, Any] | None:
    path = project.root / FROZEN_FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _keep_freeze_true(project: Project, rewritten: Iterable[Rewritten]) -> None:
    """Tell the freeze the new hash of the decisions, when it knew the old one."""
    frozen = _frozen(project)
    for one in rewritten:
        if frozen is not None and frozen.get("files", {}).get(one.file) == one.before:
            frozen["files"][one.file] = one.after
            replace(project.root / FROZEN_FILE, (json.dumps(frozen, ensure_ascii=False, indent=2) + "\n").encode())


def _snapshot(
    path: Path, project: Project, records: frozenset[str], contacts: frozenset[str], traces: Traces
) -> Rewritten | None:
    """A table of a former extract without the rows of the persons, and without their values in rows of others."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    before = path.read_bytes()
    table = pq.read_table(pa.BufferReader(before))
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    theirs = pa.array([False] * table.num_rows, pa.bool_())
    for name in texts:
        if name.startswith(("record_id", "contact_id")):
            erased = pa.array(sorted(records if name.startswith("record_id") else contacts), pa.string())
            theirs = pc.or_(theirs, pc.is_in(table[name], value_set=erased))
    left = table.filter(pc.invert(theirs))
    touched = table.num_rows - left.num_rows
    values = pa.array(traces.texts, pa.string())
    for name in texts:
        hit = pc.is_in(pc.utf8_lower(left[name]), value_set=values)
        touched += pc.sum(hit).as_py() or 0
        cleared = pc.if_else(hit, pa.scalar(None, pa.string()), left[name])
        left = left.set_column(left.schema.get_field_index(name), name, cleared)
    if not touched:
        return None
    sink = io.BytesIO()
    pq.write_table(left, sink, compression="zstd")
    return _replaced(path, before, sink.getvalue(), touched, path.relative_to(project.root).as_posix())


def _learned(
    path: Path, project: Project, letters: Sequence[tuple[str, str]], values: Sequence[tuple[str, str]]
) -> Rewritten | None:
    """What a freeze learned from the whole base without the names and streets that only they held."""
    before = path.read_bytes()
    after, touched = without_seen(path, values) if path.name == SEEN_FILE else without(path, letters)
    return _replaced(path, before, after, touched, path.relative_to(project.root).as_posix()) if touched else None


def _contacts_then(folder: Path, records: frozenset[str]) -> frozenset[str]:
    """The contacts that a former extract had the records in: they may have been others than now."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / "crosswalk.parquet"
    if not path.is_file():
        return frozenset()
    table = pq.read_table(path, columns=["record_id", "contact_id"])
    found = table.filter(pc.is_in(table["record_id"], value_set=pa.array(sorted(records), pa.string())))
    return frozenset(found["contact_id"].to_pylist())


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path.is_file() else []


def _named(line: str) -> set[str]:
    said = json.loads(line)
    return {str(said[key]) for key in ("record_id", "same_as", "record_id_l", "record_id_r") if said.get(key)}


def _write(path: Path, lines: list[str], touched: int, name: str) -> Rewritten | None:
    if not touched:
        return None
    return _replaced(path, path.read_bytes(), "".join(f"{line}\n" for line in lines).encode(), touched, name)


def _replaced(path: Path, before: bytes, after: bytes, touched: int, name: str) -> Rewritten:
    replace(path, after)
    return Rewritten(name, touched, hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
