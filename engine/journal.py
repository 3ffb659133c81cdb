"""The journal of a project: ``journal.jsonl``, a line for everything that was done, each bound to the one before.

A line is ``{n, at, event, facts, previous, hash}``; ``hash`` is the SHA-256 of the other five in canonical JSON,
``previous`` the hash of the line before. A line that was changed no longer has its hash, one that was taken out leaves
a gap, and the end cannot be cut off unseen as long as ``.assay/journal.head`` or a hand-over note remembers it.
Source: the hash chain of RFC 9162 reduced to a list (no tree: a project has hundreds of lines, not millions).

Facts are counts, hashes, names of files and of codes: never a value of a contact. One line does it, wherever something
worth remembering was done::

    journal.note(project, "freeze", as_of=as_of, files=journal.fingerprints(project.root, [path]))
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from engine.errors import SurroundingsError
from engine.project import Project

JOURNAL_FILE = "journal.jsonl"
HEAD_FILE = "journal.head"
BEGINNING = "0" * 64
"""What the first line follows."""

Damage = Literal["changed", "unreadable", "gap", "cut"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        n: its number, from 1.
        at: moment of the event, ISO 8601 with its offset.
        event: what was done: run, check, freeze, apply, sign ...
        facts: what is known of it.
        hash: what the next line must follow.
    """

    n: int
    at: str
    event: str
    facts: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the chain does not hold: the number of the line, and what is wrong with it."""

    n: int
    damage: Damage


@dataclass(frozen=True, slots=True)
class Journal:
    """The lines that hold, oldest first, and every place that does not. A line that was changed proves nothing."""

    entries: tuple[Entry, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def head(self) -> str:
        """Hash of the last line: who keeps it can tell later whether anything before it was changed."""
        return self.entries[-1].hash if self.entries else BEGINNING


def now() -> str:
    """The moment a line gets: of this machine, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def note(project: Project | None, event: str, /, **facts: Any) -> None:
    """Append one line; without a project there is nothing to remember.

    Args:
        project: whose journal.
        event: what was done.
        facts: JSON values without any value of a contact.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    if project is None:
        return
    path = project.root / JOURNAL_FILE
    try:
        with open(path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two commands at once: one line after the other
            file.seek(0)
            lines = file.read().splitlines()
            previous = _claimed_hash(lines[-1]) if lines else BEGINNING
            body = {"n": len(lines) + 1, "at": now(), "event": event, "facts": facts, "previous": previous}
            line = {**body, "hash": _hash(body)}
            file.seek(0, os.SEEK_END)
            ended = not lines or _ends_in_newline(path)
            file.write((b"" if ended else b"\n") + _canonical(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            _remember_head(project, len(lines) + 1, str(line["hash"]))
    except OSError as error:
        raise SurroundingsError(
            f"cannot write {path.name}: {error.strerror}", hint="Check the space on the disk and the folder's rights."
        ) from error


def read_journal(project: Project) -> Journal:
    """All lines of the project's journal, and where its chain is broken; empty when nothing was done yet."""
    path = project.root / JOURNAL_FILE
    lines = path.read_bytes().splitlines() if path.is_file() else []
    entries: list[Entry] = []
    broken: list[Broken] = []
    previous = BEGINNING
    for number, line in enumerate(lines, start=1):
        read = _read(line)
        if read is None:
            broken.append(Broken(number, "unreadable"))
            previous = hashlib.sha256(line).hexdigest()
            continue
        entry, follows = read
        if entry.n != number or follows != previous:
            broken.append(Broken(number, "gap"))
        elif entry.hash != _hash(_body(entry, follows)):
            broken.append(Broken(number, "changed"))
        else:
            entries.append(entry)
        previous = entry.hash
    length, head = _remembered_head(project)
    if length > len(lines) or (length == len(lines) > 0 and head != previous and not broken):
        broken.append(Broken(len(lines) + (length > len(lines)), "cut"))
    return Journal(tuple(entries), tuple(broken))


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprints(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Hash of each file that is there, by its path below ``root``; elsewhere by its name alone."""
    found = {}
    for path in paths:
        if path.is_file():
            inside = path.resolve().is_relative_to(root.resolve())
            name = path.resolve().relative_to(root.resolve()).as_posix() if inside else path.name
            found[name] = fingerprint(path)
    return dict(sorted(found.items()))


def _canonical(value: object) -> bytes:
    """The one way to write a value as JSON. Shape: ``dict -> bytes`` without a line end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _body(entry: Entry, previous: str) -> dict[str, Any]:
    return {"n": entry.n, "at": entry.at, "event": entry.event, "facts": entry.facts, "previous": previous}


def _read(line: bytes) -> tuple[Entry, str] | None:
    try:
        data = json.loads(line)
        entry = Entry(int(data["n"]), str(data["at"]), str(data["event"]), dict(data["facts"]), str(data["hash"]))
        datetime.fromisoformat(entry.at)
        return entry, str(data["previous"])
    except (ValueError, KeyError, TypeError):
        return None


def _claimed_hash(line: bytes) -> str:
    """What the next line follows: the hash a line says it has; of one that cannot be read, the hash of its bytes."""
    read = _read(line)
    return read[0].hash if read else hashlib.sha256(line).hexdigest()


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _remember_head(project: Project, length: int, head: str) -> None:
    """Keep the end of the chain beside the workspace: derived, so it may be missing, and then nothing is said."""
    with suppress(OSError):
        project.workspace.mkdir(mode=0o700, exist_ok=True)
        (project.workspace / HEAD_FILE).write_text(f"{length} {head}\n", encoding="ascii")


def _remembered_head(project: Project) -> tuple[int, str]:
    with suppress(OSError, ValueError):
        length, head = (project.workspace / HEAD_FILE).read_text(encoding="ascii").split()
        return int(length), head
    return 0, ""
