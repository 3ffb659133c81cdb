"""Delimited text: any file that is nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from engine.counted import counted
from engine.errors import UsageError
from engine.intake.delimited import read_delimited
from engine.intake.lines import forget_read
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.workspace import Workspace


class TextFile:
    """A file with one line a record. See :mod:`engine.intake.delimited`."""

    def __init__(self, source: SourceFile, place: Place) -> None:
        self._source = source
        self._place = place

    def tables(self) -> Sequence[TableInfo]:
        """The file itself: read once to know its columns and rows."""
        with Workspace.memory() as ws:
            loaded = self.load(ws, None)
            rows = int(ws.value("select count(*) from intake_read"))
            forget_read(ws)
        return [TableInfo(self._source.name or self._source.path.stem, rows, loaded.headers)]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its lines below the header; what was decided about it is in the answer."""
        source = self._source
        read = read_delimited(ws, source, known=self._place.known, scratch=self._place.scratch)
        layout = read.layout
        notes = []
        if source.encoding is None and read.encoding.codec not in ("utf-8", "utf-8-sig"):
            notes.append(f"{source.file}: read as {read.encoding.codec} ({read.encoding.why})")
        if read.nuls:
            notes.append(f"{source.file}: {counted(read.nuls, 'NUL character')} left out")
        notes += layout_notes(source.file, layout.header_line, layout.preamble, layout.body_line)
        return Loaded(
            layout.headers,
            header_line=layout.header_line,
            encoding=read.encoding.codec,
            encoding_why=read.encoding.why,
            delimiter=layout.dialect.delimiter,
            quote=layout.dialect.quote,
            notes=tuple(notes),
        )

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A file answers no query."""
        raise UsageError(f"{self._source.file} is a text file: it answers no query")

    def close(self) -> None:
        """Nothing is held."""


def layout_notes(place: str, header_line: int | None, preamble: int, body_line: int) -> list[str]:
    """What to say about lines above a table, and about a table without header."""
    notes = []
    if header_line is None:
        notes.append(f"{place}: no header found; columns are named column_1, column_2 ...")
    if preamble:
        begins = header_line or body_line
        notes.append(
            f"{place}: the table begins at line {begins}; {counted(preamble, 'line')} above it, read as no record"
        )
    return notes


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceFile)
    return TextFile(source, place)


KINDS = (Kind("csv", "a text file", _open, recognise=lambda _: True, single=True),)
