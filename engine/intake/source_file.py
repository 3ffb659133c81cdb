"""What to read, a file or a database, what we know about it, and the name its records will carry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from engine.errors import SourceError
from engine.remote import Address, Credentials

Format = Literal["csv", "xlsx", "xls", "ods"]

WEB_SCHEMES = ("http", "https", "s3")
"""Addresses of a file, which is fetched and then read like any other."""

_CHUNK = 1 << 20
_SEPARATORS = re.compile(r"[:\x00-\x1f\x7f]+")  # ":" stands between source and key in record_id


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file (or one sheet of a workbook) to read.

    Attributes:
        path: where it lies.
        name: name of the source; by default the stem of the file.
        sheet: only this sheet of a workbook; None = every sheet that is not empty.
        table: this table of a file that holds several (a dump); for a workbook the same as ``sheet``.
        encoding: encoding of a text file when the user knows it; None = decided from its bytes.
        delimiter: field separator when the user knows it; None = decided from its lines.
    """

    path: Path
    name: str = ""
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    table: str | None = None

    @property
    def file(self) -> str:
        """File name without its folder."""
        return self.path.name

    @property
    def stem(self) -> str:
        """What the source is called unless it was given a name."""
        return self.table.rpartition(".")[2] if self.table else self.path.stem

    def of_sheet(self, sheet: str) -> SourceFile:
        """The same workbook, one sheet of it."""
        return replace(self, sheet=sheet)


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """One table, or the answer to one query, of a database.

    Attributes:
        address: where the database is.
        name: name of the source; by default the table's, or the database's for a query.
        table: table to read, with its schema where two schemas have one of that name.
        query: a SELECT to read instead.
        credentials: who asks, and where the password is.
    """

    address: Address
    name: str = ""
    table: str | None = None
    query: str | None = None
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def file(self) -> str:
        """The address as it may be shown."""
        return self.address.shown

    @property
    def stem(self) -> str:
        """What the source is called unless it was given a name."""
        if self.address.scheme in WEB_SCHEMES:
            return Path(self.address.database).stem or self.address.scheme
        table = None if self.query else self.table or self.address.fragment
        return (table or self.address.database or self.address.scheme).rpartition(".")[2]


def named(sources: Sequence[SourceFile | SourceAddress]) -> list[SourceFile | SourceAddress]:
    """The sources with their names filled in, each name once: ``a``, ``a_2`` ...

    Names that differ only by case get a number too: on many systems they would write the same files.

    >>> [s.name for s in named([SourceFile(Path("x/a.csv")), SourceFile(Path("y/A.xlsx")), SourceFile(Path("b.csv"))])]
    ['a', 'A_2', 'b']
    """
    taken: set[str] = set()
    return [replace(source, name=free_name(source.name or source.stem, taken)) for source in sources]


def free_name(wanted: str, taken: set[str]) -> str:
    """``wanted``, or with a number behind when it is in ``taken`` (which is added to)."""
    stem = " ".join(_SEPARATORS.sub("_", wanted).split()) or "source"
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name.casefold())
    return name


def check_usable(source: SourceFile) -> int:
    """Size of the file in bytes.

    Raises:
        SourceError: no such file, a folder, not readable, or empty.
    """
    path = source.path
    if path.is_dir():
        raise SourceError(f"{path} is a folder", hint="Name the files in it, e.g. with FOLDER/*.csv.")
    if not path.exists():
        raise SourceError(f"no such file: {path}", hint="Check the path; a name with spaces needs quotes.")
    if not path.is_file():
        raise SourceError(f"{path.name} is not a regular file", hint="Save it as a file first.")
    try:
        with path.open("rb") as handle:
            begins = handle.read(1)
    except OSError as error:
        raise SourceError(f"cannot read {path.name}: {error.strerror}", hint="Check its permissions.") from None
    if not begins:
        raise SourceError(f"{path.name} is empty", hint="Export it again.")
    return path.stat().st_size


def sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
