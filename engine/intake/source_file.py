"""A file to read, what we know about it, and the name its records will carry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.errors import SourceError

Format = Literal["csv", "xlsx", "xls", "ods"]

_CHUNK = 1 << 20
_SEPARATORS = re.compile(r"[:\x00-\x1f\x7f]+")  # ":" stands between source and key in record_id


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file (or one sheet of a workbook) to read.

    Attributes:
        path: where it lies.
        name: name of the source; by default the stem of the file.
        sheet: only this sheet of a workbook; None = every sheet that is not empty.
        encoding: encoding of a text file when the user knows it; None = decided from its bytes.
        delimiter: field separator when the user knows it; None = decided from its lines.
    """

    path: Path
    name: str = ""
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def file(self) -> str:
        """File name without its folder."""
        return self.path.name


def named(sources: Sequence[SourceFile]) -> list[SourceFile]:
    """The sources with their names filled in, each name once: ``a``, ``a_2`` ...

    Names that differ only by case get a number too: on many systems they would write the same files.

    >>> [s.name for s in named([SourceFile(Path("x/a.csv")), SourceFile(Path("y/A.xlsx")), SourceFile(Path("b.csv"))])]
    ['a', 'A_2', 'b']
    """
    taken: set[str] = set()
    return [replace(source, name=free_name(source.name or source.path.stem, taken)) for source in sources]


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
        raise SourceError(f"{path.name} is a folder", hint="Name the files in it, e.g. with FOLDER/*.csv.")
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


def format_of(path: Path) -> Format:
    """What a file is by its first bytes; its extension is believed only among zip containers.

    Raises:
        SourceError: a known format that is not a table of contacts.
    """
    with path.open("rb") as handle:
        begins = handle.read(64)
    if begins.startswith(b"PK\x03\x04"):
        return "ods" if b"opendocument.spreadsheet" in begins or path.suffix.lower() == ".ods" else "xlsx"
    if begins.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    for magic, what in _OTHER_FORMATS:
        if begins.startswith(magic):
            raise SourceError(f"{path.name} is {what}, not a table", hint="Export it as CSV or as an Excel workbook.")
    return "csv"


_OTHER_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x00\x01\x00\x00Standard", "an Access database"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PGDMP", "a PostgreSQL dump"),
    (b"{\\rtf", "an RTF text"),
)
