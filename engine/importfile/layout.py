"""Where the table of an import file stands: encoding, separator, the row of the field codes, the columns.

The pages of the format contradict each other (header in row 1 or 4, comma or not), so everything is looked for.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SourceError
from engine.vocabulary import FIELD_CODES

SEPARATORS = ";,\t|"
HEADER_WITHIN = 10
"""The header is looked for in as many rows."""
GLOBAL_COLUMNS = ("INSTITUTION", "ORGANIZATION", "OPERATION")
IGNORED_COLUMNS = frozenset({"ROLE"})
"""Columns of former versions of the format, read past in silence."""

_HEAD_BYTES = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Layout:
    """How an import file is to be read.

    Attributes:
        separator: between cells; empty for a workbook.
        encoding: ``utf-8``, ``utf-16`` or, last of all, ``cp1252``; ``xlsx`` for a workbook.
        header_line: line of the field codes, 1 = first.
        columns: the field code of every column in file order, None = to be read past.
        unknown: headers that are no field code.
        renamed: old code -> the code of today, as met.
    """

    separator: str
    encoding: str
    header_line: int
    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    renamed: Mapping[str, str]


def text_layout(path: Path, aliases: Mapping[str, str]) -> Layout:
    """Look at the beginning of the text file ``path``.

    Args:
        aliases: field codes of former versions -> those of today.

    Raises:
        SourceError: unreadable, empty, not text, or no header row with all global columns.
    """
    try:
        encoding = _encoding(path)
        with path.open("rb") as file:
            raw = file.read(_HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"cannot read {path.name}: {error.strerror}") from error
    if not raw.strip():
        raise SourceError(f"{path.name} is empty")
    head = codecs.getincrementaldecoder(encoding)("replace").decode(raw).removeprefix("\ufeff")
    if "\0" in head:
        raise SourceError(f"{path.name} is no text file", hint="An import file is a .csv or an .xlsx file.")
    for separator in SEPARATORS:
        text = io.StringIO(head, newline="")
        # cells between tabs are never quoted
        rows = (
            csv.reader(text, delimiter=separator, quoting=csv.QUOTE_NONE)
            if separator == "\t"
            else csv.reader(text, delimiter=separator)
        )
        try:
            for _, row in zip(range(HEADER_WITHIN), rows, strict=False):
                if is_header(row, aliases):
                    return _layout(separator, encoding, rows.line_num, row, aliases, path.name)
        except csv.Error:
            continue
    raise no_header(path.name)


def is_header(row: Sequence[str], aliases: Mapping[str, str]) -> bool:
    """Whether a row holds the field codes."""
    return {"INSTITUTION", "OPERATION"} <= {aliases.get(cell.strip(), cell.strip()) for cell in row}


_OURS = frozenset(code for code in FIELD_CODES if "_" in code or code[-1].isdigit()) | frozenset(GLOBAL_COLUMNS)
"""Field codes that nobody else's header has by chance."""


def names_fields(path: Path) -> bool:
    """Whether one of the first rows of a text file holds field codes, four at least: it is meant as an import file."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode(_encoding(path), "replace")
    except OSError:
        return False
    for line in head.splitlines()[:HEADER_WITHIN]:
        for separator in SEPARATORS:
            if len({cell.strip().strip('"') for cell in line.split(separator)} & _OURS) >= 4:
                return True
    return False


def no_header(name: str) -> SourceError:
    """What is said of a file without field codes."""
    return SourceError(
        f"{name}: none of the first {HEADER_WITHIN} rows holds INSTITUTION and OPERATION",
        hint="The field codes stand in row 4 of the template, or in row 1: keep all of its columns.",
    )


def _encoding(path: Path) -> str:
    """UTF-8 unless a byte order mark or an impossible byte says otherwise; the whole file is looked at."""
    with path.open("rb") as file:
        begins = file.read(4)
        for mark, name in _BOMS:
            if begins.startswith(mark):
                return name
        if begins[1:2] == b"\0" or begins[:1] == b"\0":
            return "utf-16-le" if begins[1:2] == b"\0" else "utf-16-be"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in iter(lambda: file.read(1 << 20), b""):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # what a spreadsheet's "CSV" export writes on a western PC
            return "cp1252"
    return "utf-8"


def _layout(
    separator: str, encoding: str, header_line: int, header: Sequence[str], aliases: Mapping[str, str], name: str
) -> Layout:
    columns, unknown, renamed = read_header(header, aliases, name)
    return Layout(separator, encoding, header_line, columns, unknown, renamed)


def read_header(
    header: Sequence[str], aliases: Mapping[str, str], name: str
) -> tuple[tuple[str | None, ...], tuple[str, ...], dict[str, str]]:
    """The field code of each column (None = read past), the unknown headers, the old codes met.

    Raises:
        SourceError: a global column is missing, or a column stands twice.
    """
    given = [cell.strip() for cell in header]
    while given and not given[-1]:
        given.pop()
    renamed = {cell: aliases[cell] for cell in given if cell in aliases and aliases[cell] not in given}
    codes = [renamed.get(cell, cell) for cell in given]
    known = [code if code in FIELD_CODES else None for code in codes]
    missing = [code for code in GLOBAL_COLUMNS if code not in known]
    twice = sorted({code for code in known if code is not None and known.count(code) > 1})
    for what, found in (("missing columns", missing), ("columns given twice", twice)):
        if found:
            raise SourceError(f"{name}: {what}: {', '.join(found)}", hint="Keep all columns of the template.")
    unknown = tuple(code for code in codes if code and code not in FIELD_CODES and code not in IGNORED_COLUMNS)
    return tuple(known), unknown, renamed
