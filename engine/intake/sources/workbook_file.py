"""Workbooks: .xlsx, .xls and .ods, every sheet a table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from engine.errors import UsageError
from engine.intake.lines import READ, forget_read
from engine.intake.source_file import Format, SourceFile
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.text_file import layout_notes
from engine.intake.workbook import Sheet, read_sheet, sheets_of
from engine.workspace import Workspace


class Workbook:
    """A workbook, opened once in a child process. See :mod:`engine.intake.workbook`."""

    def __init__(self, source: SourceFile, format_: Format, place: Place) -> None:
        self._source = source
        self._place = place
        self._folder = tempfile.TemporaryDirectory(prefix="sheets-", dir=place.scratch)
        try:
            wanted = source if source.sheet or not source.table else source.of_sheet(source.table)
            self._sheets = sheets_of(wanted, format_, self._scratch)
        except BaseException:
            self._folder.cleanup()
            raise

    @property
    def _scratch(self) -> Path:
        return Path(self._folder.name)

    def tables(self) -> Sequence[TableInfo]:
        """Every sheet that is not empty."""
        return [TableInfo(sheet.name) for sheet in self._sheets]

    def load(self, ws: Workspace, name: str | None) -> Loaded | None:
        """The lines of a sheet; None when it holds no table, or no line below its header while others do."""
        sheet = self._sheets[0] if name is None else self._sheet(name)
        layout = read_sheet(ws, sheet, self._place.known)
        lines = 0 if layout is None else int(ws.value(f"select count(*) from {READ}"))
        if layout is None or (not lines and len(self._sheets) > 1):
            forget_read(ws)
            return None
        place = f"{self._source.file}, sheet {sheet.name}"
        notes = layout_notes(place, layout.header_line, layout.preamble, layout.body_line)
        notes += [f"{place}: {note}" for note in sheet.notes]
        return Loaded(layout.headers, table=sheet.name, header_line=layout.header_line, notes=tuple(notes))

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A workbook answers no query."""
        raise UsageError(f"{self._source.file} is a workbook: it answers no query")

    def close(self) -> None:
        """The sheets as the child wrote them are removed."""
        self._folder.cleanup()

    def _sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self._sheets if sheet.name == name)


def _open(source: Asked, place: Place, *, format_: Format) -> Source:
    assert isinstance(source, SourceFile)
    return Workbook(source, format_, place)


def _zip(head: Head) -> bool:
    return head.first.startswith(b"PK\x03\x04")


def _ods(head: Head) -> bool:
    # the extension is believed only among zip containers: not every writer puts the mimetype first
    return _zip(head) and (b"opendocument.spreadsheet" in head.first[:64] or head.path.suffix.lower() == ".ods")


def _xls(head: Head) -> bool:
    return head.first.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _kind(format_: Format, title: str, recognise: Callable[[Head], bool]) -> Kind:
    return Kind(format_, title, partial(_open, format_=format_), recognise=recognise, every=True, unit="sheet")


KINDS = (
    _kind("ods", "an OpenDocument spreadsheet", _ods),
    _kind("xlsx", "an Excel workbook", _zip),
    _kind("xls", "an Excel 97-2003 workbook", _xls),
)
