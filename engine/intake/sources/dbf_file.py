"""dBase and FoxPro tables (.dbf), read by dbfread; every field as the file holds it, without its padding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dbfread
from dbfread import FieldParser

from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Head, Kind, Loaded
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.workspace import Workspace

_VERSIONS = frozenset((0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB))
_USUAL = "cp850"
"""Most .dbf of Western Europe were written under DOS, whose code page it is where the file names none."""


class _AsWritten(FieldParser):  # type: ignore[misc]
    """Texts of the file itself: a date stays ``19701231``, a number keeps its digits."""

    def _plain(self, field: Any, data: bytes) -> str:
        return str(self.decode_text(data.strip(b" \x00*")))

    parseC = parseD = parseF = parseN = _plain

    def parseL(self, field: Any, data: bytes) -> str:
        return "" if data in (b"?", b" ") else str(self.decode_text(data))


class DbfFile(FileSource):
    """A .dbf; its memo file is found beside it."""

    title = "a dBase table"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its rows in the order of the file. Rows that are marked as deleted are held."""
        table, codec, why = self._opened()
        refuse_width(self.source.file, len(table.fields))
        memo = any(field.type in "MGBP" for field in table.fields) and table.memofilename is None
        try:
            read_lines(ws, self._lines(table))
        except (ValueError, OSError, UnicodeError, KeyError) as error:
            self.damaged(error)
        lost = [field.name for field in table.fields if field.type in "GBP0"]
        notes = []
        if memo:
            notes.append(f"{self.source.file}: its memo file (.dbt or .fpt) is not beside it: memo fields are empty")
        if lost:
            notes.append(f"{self.source.file}: {', '.join(lost)} hold bytes, left empty")
        if why == "usual":
            notes.append(
                f"{self.source.file}: names no code page, read as {codec}; encoding = ... in assay.toml changes it"
            )
        return Loaded(
            plain_headers(field.name for field in table.fields),
            typed=True, encoding=codec, encoding_why=why, notes=tuple(notes),
        )  # fmt: skip

    def _opened(self) -> tuple[Any, str, str]:
        wanted = self.source.encoding
        try:
            table = dbfread.DBF(
                str(self.path), encoding=wanted, parserclass=_AsWritten, ignore_missing_memofile=True, load=False,
                char_decode_errors="replace",
            )  # fmt: skip
        except (ValueError, OSError, UnicodeError, LookupError, KeyError, dbfread.DBFNotFound) as error:
            self.damaged(error)
        if wanted:
            return table, wanted, "told"
        if table.header.language_driver == 0:
            table.encoding = _USUAL
            return table, _USUAL, "usual"
        return table, str(table.encoding), "the file's language driver"

    def _lines(self, table: Any) -> Iterator[Line]:
        """Living rows first, then the deleted ones: dbfread gives them apart."""
        names = table.field_names
        place = 0
        for record in table:
            place += 1
            yield place, [_cell(record[name]) for name in names], None, None
        for _ in table.deleted:
            place += 1
            yield place, None, "deleted_row", "marked as deleted in the file"


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, bytes):
        return None
    return str(value).replace("\0", "") or None


def _dbf(head: Head) -> bool:
    """No magic but a header that adds up: version, a day, lengths that fit the fields and the file."""
    first = head.first
    if len(first) < 65 or first[0] not in _VERSIONS or not (1 <= first[2] <= 12 and 1 <= first[3] <= 31):
        return False
    rows = int.from_bytes(first[4:8], "little")
    begins = int.from_bytes(first[8:10], "little")
    width = int.from_bytes(first[10:12], "little")
    if begins < 65 or width < 2 or rows * width > head.path.stat().st_size:
        return False
    return len(first) < begins or b"\r" in first[64:begins]


KINDS = (Kind("dbf", DbfFile.title, DbfFile, recognise=_dbf, single=True),)
