"""What must be remembered of deliveries: which file was made for which environment, who was asked to be removed.

``delivered/files.jsonl`` and ``requests.jsonl`` beside assay.toml, only ever added to; contact numbers and hashes stand
in them, no value of a contact. A request stands until it is withdrawn: without it the next plan would bring back who
was made invalid, and insert again who was dropped.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.errors import SourceError, SurroundingsError, UsageError
from engine.target.columns import CONTACT, PROPERTY, SALE, StoreTable
from engine.target.embedded import EmbeddedStore
from engine.textfile import read_text
from engine.workspace import Workspace

FOLDER = "delivered"
MANIFEST = "manifest.json"
REQUESTED = ("INVALIDATE", "DELETE", "ANONYMIZE", "DROP", "UPDATEACT")
"""What can be asked for; UPDATEACT withdraws."""

_SNAPSHOT: tuple[StoreTable, ...] = (CONTACT, PROPERTY, SALE)
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants a contact removed, or given back.

    Attributes:
        contact_number: of the contact.
        operation: one of :data:`REQUESTED`.
        reason: a code or the name of a list; never a value of a contact.
        environment: the one it is meant for; None = all of them.
    """

    contact_number: str
    operation: str
    reason: str
    environment: str | None = None

    def __post_init__(self) -> None:
        if self.operation not in REQUESTED or not _NUMBER.fullmatch(self.contact_number):
            raise UsageError(
                f"a request names a contact number of 1 to 20 digits and one of {', '.join(REQUESTED)}",
            )


def requests_path(folder: Path) -> Path:
    """The file of requests in the project's folder."""
    return folder / "requests.jsonl"


def add_requests(folder: Path, requests: Sequence[Request]) -> int:
    """Remember requests that do not stand yet; how many were new.

    Raises:
        SurroundingsError: the file cannot be written.
        UsageError: it is damaged.
    """
    standing = {(request.contact_number, request.environment): request for request in _requests(folder)}
    new = []
    for request in requests:
        before = standing.get((request.contact_number, request.environment))
        if before is None or before.operation != request.operation:
            standing[request.contact_number, request.environment] = request
            new.append(
                {
                    "contact_number": request.contact_number,
                    "operation": request.operation,
                    "reason": request.reason,
                    **({"environment": request.environment} if request.environment else {}),
                }
            )
    _append(requests_path(folder), new)
    return len(new)


def read_requests(path: Path, environment: str) -> list[Request]:
    """The requests in a list with the columns CONTACT_NR, OPERATION and, if it likes, REASON (a code).

    Raises:
        SourceError: it cannot be read, lacks a column, or a line asks for something impossible.
    """
    text = read_text(path)
    separator = next((sign for sign in ";,\t" if sign in text.split("\n", 1)[0]), ";")
    rows = csv.DictReader(text.splitlines(), delimiter=separator)
    if not {"CONTACT_NR", "OPERATION"} <= set(rows.fieldnames or ()):
        raise SourceError(
            f"{path.name} does not say what is asked for",
            hint="Write --list inactivate=FILE, or give the list the columns CONTACT_NR and OPERATION.",
        )
    found = []
    for row in rows:
        reason = (row.get("REASON") or "").strip()
        try:
            found.append(
                Request(
                    (row["CONTACT_NR"] or "").strip(),
                    (row["OPERATION"] or "").strip(),
                    reason if re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", reason) else path.stem[:60],
                    environment,
                )
            )
        except UsageError as error:
            raise SourceError(f"{path.name}, line {rows.line_num}: {error.message}") from None
    return found


def standing_requests(folder: Path, environment: str, more: Iterable[Request] = ()) -> pa.Table:
    """The requests in force for an environment, as planning.request holds them; the last one of a number counts.

    Args:
        more: requests after those remembered.

    Raises:
        UsageError: the file is damaged.
    """
    last: dict[str, Request] = {}
    for request in (*_requests(folder), *more):
        if request.environment in (None, environment):
            last[request.contact_number] = request
    kept = sorted(
        (request for request in last.values() if request.operation != "UPDATEACT"),
        key=lambda request: request.contact_number,
    )
    return pa.table(
        {
            name: pa.array([getattr(request, name) for request in kept], pa.string())
            for name in ("contact_number", "operation", "reason")
        }
    )


def remember_files(folder: Path, environment: str, files: Iterable[tuple[str, str]]) -> None:
    """Remember that files (name, sha256) were made for an environment."""
    known = {(entry["sha256"], entry["environment"]) for entry in _lines(_files_path(folder))}
    _append(
        _files_path(folder),
        [
            {"environment": environment, "file": name, "sha256": sha256}
            for name, sha256 in files
            if (sha256, environment) not in known
        ],
    )


def environments_of(folder: Path, path: Path, sha256: str) -> set[str]:
    """The environments a file was made for; empty = nobody said, it is made for any.

    Known by its hash, wherever the file was moved; else by the manifest beside it.
    """
    found = {str(entry["environment"]) for entry in _lines(_files_path(folder)) if entry["sha256"] == sha256}
    if not found:
        try:
            manifest = json.loads((path.parent / MANIFEST).read_text(encoding="utf-8"))
            listed = {str(entry["file"]) for entry in manifest["files"]}
            if path.name in listed and manifest.get("environment"):
                found = {str(manifest["environment"])}
        except (OSError, ValueError, KeyError, TypeError):
            pass
    return found


def remembered_base(folder: Path, environment: str) -> EmbeddedStore:
    """What the last delivery made of an environment, as a contact base of its own: it holds personal data."""
    return EmbeddedStore(folder / FOLDER / f"{environment}.duckdb")


def keep_base(ws: Workspace, base: EmbeddedStore, settings: Mapping[str, str], prefix: str = "") -> None:
    """Write the snapshot in ``ws`` to ``base`` as a new file: what is no longer in it is in no page of the file either.

    Args:
        prefix: of the names of the snapshot's temp tables.

    Raises:
        SurroundingsError: it cannot be written.
    """
    fresh = EmbeddedStore(base.path.with_name(f"{base.path.stem}.new.duckdb"))
    fresh.create(settings)
    if prefix:
        for table in _SNAPSHOT:
            ws.execute(f"create or replace temp table {table.name} as select * from {prefix}{table.name}")
    fresh.replace(ws, _SNAPSHOT, settings)
    os.replace(fresh.path, base.path)


def refuse_foreign(folder: Path, path: Path, sha256: str, environment: str) -> None:
    """Refuse a file that was made for another environment.

    Raises:
        SourceError: it was.
    """
    made_for = environments_of(folder, path, sha256)
    if made_for and environment not in made_for:
        raise SourceError(
            f"{path.name} was made for {', '.join(sorted(made_for))}, not for {environment}: nothing was changed",
            hint=f"Make one for it: assay deliver --environment {environment}",
        )


def _files_path(folder: Path) -> Path:
    return folder / FOLDER / "files.jsonl"


def _requests(folder: Path) -> list[Request]:
    path = requests_path(folder)
    try:
        return [
            Request(entry["contact_number"], entry["operation"], entry["reason"], entry.get("environment"))
            for entry in _lines(path)
        ]
    except (KeyError, TypeError, UsageError):
        raise UsageError(f"{path.name} is damaged", hint="Restore the file from its last copy.") from None


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise UsageError(f"{path.name} is damaged", hint="Restore the file from its last copy.") from None
    if not all(isinstance(entry, dict) for entry in found):
        raise UsageError(f"{path.name} is damaged", hint="Restore the file from its last copy.")
    return found


def _append(path: Path, entries: Sequence[dict[str, str]]) -> None:
    """Add lines; the file is replaced whole, so that a crash leaves the old one."""
    if not entries:
        return
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = path.read_bytes() if path.is_file() else b""
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(before)
            file.writelines(json.dumps(entry, sort_keys=True).encode() + b"\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise SurroundingsError(f"cannot write {path.name}: {error.strerror}") from error
