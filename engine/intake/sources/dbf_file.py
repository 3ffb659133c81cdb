"""dBase and FoxPro tables (.dbf) with their memo files; every field as the file holds it, without its padding.

Rows keep the number they have in the file; those that are marked as deleted are held under that number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from engine.counted import counted
from engine.errors import SourceError
from engine.intake.encoding import told_encoding
from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Head, Kind, Loaded
from engine.intake.sources.dbf_encoding import USUAL, said_by, seen_in
from engine.intake.sources.dbf_memo import Memos, memo_beside
from engine.intake.sources.dbf_table import (
    KINDS_OF_FIELD,
    NEWER,
    VERSIONS,
    DamagedTableError,
    Table,
    binary_fields,
    read_table,
    values,
)
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.workspace import Workspace

_BYTES = "GPQW"
_MEMOS_LOOKED_AT = 5_000
"""Rows whose memos are read to know the encoding; the texts of all rows are."""

_GUESSED = "guessed from its letters"
_LIVING = (b" ", b"\0")
_MARKS = {b"*": ("deleted_row", "marked as deleted in the file")}
_UNKNOWN_MARK = ("unknown_mark", "neither living nor deleted by its mark")


class DbfFile(FileSource):
    """A .dbf; its memo file is found beside it."""

    title = "a dBase table"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its rows in the order of the file. Rows that are marked as deleted are held."""
        unread: Counter[str] = Counter()
        try:
            table = read_table(self.path)
            refuse_width(self.source.file, len(table.fields))
            with ExitStack() as open_files:
                beside = memo_beside(self.path) if any(field.kind == "M" for field in table.fields) else None
                memos = open_files.enter_context(Memos(beside)) if beside else None
                codec, why = self._encoding(table, memos)
                read_lines(ws, _lines(table, memos, codec, unread))
            beyond = table.beyond()
        except DamagedTableError as error:
            raise SourceError(
                f"{self.source.file} cannot be read as {self.title}: {error}", hint="Export it again."
            ) from None
        except OSError as error:
            self.damaged(error)
        return Loaded(
            plain_headers(field.name.decode(codec, "replace") for field in table.fields),
            rows=table.rows, typed=True, encoding=codec, encoding_why=why,
            notes=tuple(f"{self.source.file}: {note}" for note in _notes(table, memos, codec, why, unread, beyond)),
        )  # fmt: skip

    def _encoding(self, table: Table, memos: Memos | None) -> tuple[str, str]:
        if self.source.encoding:
            return told_encoding(self.source.encoding, self.source.file), "told"
        if codec := said_by(table.driver):
            return codec, "the file's language driver"
        if codec := seen_in(_texts(table, memos)):
            return codec, _GUESSED
        return USUAL, "no letter beyond ASCII"


def _texts(table: Table, memos: Memos | None) -> Iterator[bytes]:
    """Names of fields and every text of every row: one letter beyond ASCII may stand in the last."""
    yield from (field.name for field in table.fields)
    for place, _, row in table.records():
        if row.isascii() and (memos is None or place > _MEMOS_LOOKED_AT):
            continue
        for field, value in zip(table.fields, values(table, row), strict=True):
            if value and field.kind in "CV":
                yield value
            elif value and field.kind == "M" and memos is not None and place <= _MEMOS_LOOKED_AT:
                try:
                    yield _memo(memos, value) or b""
                except (LookupError, ValueError):
                    continue


def _lines(table: Table, memos: Memos | None, codec: str, unread: Counter[str]) -> Iterator[Line]:
    binary = binary_fields(table.version)

    def cell(kind: str, value: bytes | None) -> str | None:
        if value is None:
            return None
        if kind in binary:
            return binary[kind](value)
        if kind == "M":
            try:
                value = _memo(memos, value) if memos is not None else None
            except (LookupError, ValueError):
                unread["memo"] += 1
                return None
            if value is None:
                return None
        elif kind in _BYTES or kind == "B":
            return None
        elif kind in "NF":
            value = value.strip(b" \0*")  # asterisks: the number was too long for its field
        elif kind == "L":
            value = value.strip(b" \0?")
        elif kind == "D":
            value = value.strip(b" \0")
        else:
            value = value.rstrip(b" \0")
        return value.decode(codec, "replace").replace("\0", "") or None

    kinds = [field.kind for field in table.fields]
    for place, mark, row in table.records():
        if mark in _LIVING:
            yield place, [cell(kind, value) for kind, value in zip(kinds, values(table, row), strict=True)], None, None
        else:
            reason, detail = _MARKS.get(mark, _UNKNOWN_MARK)
            yield place, None, reason, detail


def _memo(memos: Memos, value: bytes) -> bytes | None:
    """The text that a memo field points to: four bytes in Visual FoxPro, digits elsewhere; 0 and nothing = no memo."""
    if len(value) == 4:
        number = int.from_bytes(value, "little")
    else:
        digits = value.strip(b" \0")
        number = int(digits) if digits else 0
    return memos.text(number) if number > 0 else None


def _notes(table: Table, memos: Memos | None, codec: str, why: str, unread: Counter[str], beyond: int) -> Iterator[str]:
    if memos is None and any(field.kind == "M" for field in table.fields):
        yield "its memo file (.dbt or .fpt) is not beside it: memo fields are empty"
    if unread["memo"]:
        yield f"{counted(unread['memo'], 'memo')} cannot be read, left empty: the memo file is cut or of another table"
    binary = binary_fields(table.version)
    lost = [
        field.name.decode(codec, "replace")
        for field in table.fields
        if field.kind not in binary and field.kind in f"{_BYTES}B"
    ]
    if lost:
        yield f"{', '.join(lost)} hold bytes, left empty"
    if beyond:
        yield f"{counted(beyond, 'row')} behind the {table.rows} that its header counts, not read"
    if why == _GUESSED:
        yield f"names no code page, read as {codec} by its letters; encoding = ... in assay.toml changes it"


def _looks_like_table(head: Head) -> bool:
    """No magic but a header that adds up: version, a day, lengths, a first field with a name and a kind."""
    first = head.first
    if len(first) < 65 or first[0] not in VERSIONS or first[2] > 12 or first[3] > 31:
        return False
    begins, width = int.from_bytes(first[8:10], "little"), int.from_bytes(first[10:12], "little")
    return begins >= 65 and width >= 2 and first[32] > 0x20 and first[43] in KINDS_OF_FIELD


def _looks_like_newer(head: Head) -> bool:
    first = head.first
    begins = int.from_bytes(first[8:10], "little")
    return len(first) > 116 and first[0] in NEWER and begins > 116 and first[2] <= 12 and first[3] <= 31 and (
        first[68] > 0x20 and first[100] in b"CNDLMFI+O@BG"
    )  # fmt: skip


class _NewerDbf(FileSource):
    title = "a dBase 7 table"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """dBase 7 lays its fields out in another way that is not read here."""
        self.damaged(hint="Save it as dBase IV, or export it as CSV.")


KINDS = (
    Kind("dbf", DbfFile.title, DbfFile, recognise=_looks_like_table, single=True),
    Kind("dbf7", _NewerDbf.title, _NewerDbf, recognise=_looks_like_newer, single=True),
)
