"""LDIF (RFC 2849): what an address book or directory exports; every entry a line.

Lines that are folded are joined, ``::`` values decoded; several values of one attribute stand in numbered columns.
Passwords, certificates and pictures are never read: they are nothing to import.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from engine.errors import SourceError
from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Head, Kind, Loaded
from engine.intake.sources.file_source import FileSource, refuse_width
from engine.workspace import Workspace

_LINE = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9._-]*)(?P<options>(?:;[A-Za-z0-9-]+)*):(?P<how>[:<]?)[ ]*(?P<value>.*)", re.DOTALL
)
_SECRET = re.compile(
    r"password|pwd|certificate|photo|picture|logo|audio|objectsid|objectguid|krb|sambant|sambalm", re.IGNORECASE
)
_MOST_OF_ONE = 5
_LONGEST_ENTRY = 8 << 20


class LdifFile(FileSource):
    """A file of entries."""

    title = "an LDIF file"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Every entry a line; changes other than additions are held, and so is what cannot be decoded."""
        columns: dict[str, int] = {}
        for _, entry, _ in self._entries():
            for column in entry or ():
                columns.setdefault(column, len(columns))
            refuse_width(self.source.file, len(columns))
        if not columns:
            raise SourceError(f"{self.source.file} holds no entry that can be read", hint="Export it again.")
        read_lines(ws, self._lines(list(columns)))
        return Loaded(tuple(columns), typed=True, encoding="utf-8", encoding_why="LDIF is UTF-8")

    def _lines(self, names: list[str]) -> Iterator[Line]:
        for place, entry, detail in self._entries():
            if entry is None:
                yield place, None, "bad_entry", detail
            else:
                yield place, [entry.get(name) for name in names], None, None

    def _entries(self) -> Iterator[tuple[int, dict[str, str] | None, str | None]]:
        for begins, lines in self._texts():
            if not lines or (len(lines) == 1 and lines[0].lower().startswith("version:")):
                continue
            yield begins, *_entry(lines)

    def _texts(self) -> Iterator[tuple[int, list[str]]]:
        """Where an entry begins, and its lines unfolded, without comments."""
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline=None) as file:
            begins, held, comment, size = 1, list[str](), False, 0
            for number, raw in enumerate(file, start=1):
                line = raw.rstrip("\n")
                if not line.strip():
                    yield begins, held
                    held, comment, size = [], False, 0
                    continue
                size += len(line)
                if size > _LONGEST_ENTRY:
                    raise SourceError(f"{self.source.file}: the entry at line {begins} does not end: no LDIF")
                if line.startswith("#"):
                    comment = True
                elif line.startswith(" "):
                    if held and not comment:
                        held[-1] += line[1:]
                else:
                    comment = False
                    if not held:
                        begins = number
                    held.append(line)
            yield begins, held


def _entry(lines: list[str]) -> tuple[dict[str, str] | None, str | None]:
    said: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            return None, "a line that is no attribute"
        name, how, value = found["name"], found["how"], found["value"]
        if name.lower() == "version":
            continue
        if name.lower() == "changetype" and value.strip().lower() != "add":
            return None, "a change, not an entry"
        if name.lower() in ("objectclass", "changetype", "control") or _SECRET.search(name) or how == "<":
            continue  # "<" is the address of a file: nothing is fetched
        if how == ":":
            try:
                value = base64.b64decode(value, validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                return None, f"{name} cannot be decoded"
        for number in range(1, _MOST_OF_ONE + 1):
            column = name if number == 1 else f"{name} {number}"
            if column not in said:
                said[column] = value.replace("\0", "").strip()
                break
    return (said, None) if said else (None, "no attribute that may be read")


def _ldif(head: Head) -> bool:
    lines = [line for line in head.text.splitlines()[:200] if line.strip() and not line.startswith(("#", " "))]
    if lines and re.match(r"version:\s*1\s*$", lines[0], re.IGNORECASE):
        lines = lines[1:]
    return bool(lines) and re.match(r"dn::? ?\S", lines[0]) is not None


KINDS = (Kind("ldif", LdifFile.title, LdifFile, recognise=_ldif, single=True),)
