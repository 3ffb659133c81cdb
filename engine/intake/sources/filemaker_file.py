"""FileMaker: the XML it exports (FMPXMLRESULT), and its own files through fmp2sqlite where that is installed.

The other exports of FileMaker, .mer and .tab, are delimited text and read as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import SourceError
from engine.intake.lines import Line, read_lines
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place, TableInfo
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.intake.sources.sqlite_file import SqliteFile
from engine.intake.sources.tool import output_of, program
from engine.workspace import Workspace

_SPACE = "{http://www.filemaker.com/fmpxmlresult}"
_VERTICAL_TAB = "\x0b"
_INSTALL = (
    "Export the table as XML (FMPXMLRESULT), .mer or .csv from FileMaker, or install fmptools "
    "(github.com/evanmiller/fmptools)."
)


class FilemakerXml(FileSource):
    """A table as FileMaker exports it in XML; repeated fields stand in numbered columns."""

    title = "a FileMaker XML export"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its rows in the order of the export, every value as it is displayed."""
        fields, day, expected = self._described()
        refuse_width(self.source.file, sum(repeats for _, repeats in fields))
        headers = [
            field if number == 1 else f"{field} {number}"
            for field, repeats in fields
            for number in range(1, repeats + 1)
        ]
        try:
            rows = read_lines(ws, self._lines(fields))
        except etree.XMLSyntaxError as error:
            self.damaged(error, hint="The export was cut or changed: export it again.")
        if expected is not None and expected != rows:
            raise SourceError(
                f"{self.source.file} says that it holds {expected:,} rows and holds {rows:,}: it was cut",
                hint="Export it again.",
            )
        notes = (f"{self.source.file}: days are written {day}",) if day else ()
        return Loaded(
            plain_headers(headers), typed=True, encoding="utf-8", encoding_why="XML says its own", notes=notes
        )

    def _described(self) -> tuple[list[tuple[str, int]], str, int | None]:
        """Fields with how often each may repeat, the form of its days, and how many rows it says it has."""
        fields: list[tuple[str, int]] = []
        day = ""
        expected: int | None = None
        try:
            for _, element in self._elements("start"):
                if element.tag == f"{_SPACE}DATABASE":
                    day = re.sub(r"[^A-Za-z./ -]", "", element.get("DATEFORMAT") or "")[:20]
                elif element.tag == f"{_SPACE}FIELD":
                    repeats = element.get("MAXREPEAT") or "1"
                    fields.append((element.get("NAME") or "", max(1, int(repeats)) if repeats.isdigit() else 1))
                elif element.tag == f"{_SPACE}RESULTSET":
                    found = element.get("FOUND") or ""
                    expected = int(found) if found.isdigit() else None
                    break
        except etree.XMLSyntaxError as broken:
            self.damaged(broken)
        if not fields:
            raise SourceError(f"{self.source.file} names no fields", hint="Export it again, with its fields.")
        return fields, day, expected

    def _lines(self, fields: Sequence[tuple[str, int]]) -> Iterator[Line]:
        for place, (_, row) in enumerate(self._elements("end", f"{_SPACE}ROW"), start=1):
            cells: list[str | None] = []
            columns = row.findall(f"{_SPACE}COL")
            for column, (_, repeats) in zip(columns, fields, strict=False):
                values = [_cell("".join(data.itertext())) for data in column.findall(f"{_SPACE}DATA")][:repeats]
                cells += values + [None] * (repeats - len(values))
            if len(columns) != len(fields):
                reason = "too_many_cells" if len(columns) > len(fields) else "too_few_cells"
                yield place, None, reason, f"{len(columns)} cells for {len(fields)} columns"
            else:
                yield place, cells, None, None
            row.clear()
            while row.getprevious() is not None:  # rows that were read are let go, or the file is in memory whole
                del row.getparent()[0]

    def _elements(self, event: str, tag: str | None = None) -> Any:
        # entities stay unresolved and nothing is fetched: a file must not read other files
        return etree.iterparse(
            str(self.path), events=(event,), tag=tag, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False,
        )  # fmt: skip


def _cell(text: str) -> str | None:
    return text.replace(_VERTICAL_TAB, "\n").replace("\r", "\n").strip("\n") or None


class _Converted(SqliteFile):
    """What fmp2sqlite wrote: FileMaker's own line ends are still in it."""

    text = "trim(replace(replace({}, char(13), char(10)), char(11), char(10)), char(10))"


class FilemakerFile(FileSource):
    """A file of FileMaker itself, turned into SQLite by fmp2sqlite: an optional way, it does not read every file."""

    title = "a FileMaker file"

    def __init__(self, source: Asked, place: Place) -> None:
        super().__init__(source, place)
        tool = program("fmp2sqlite", self.title, _INSTALL)
        self._copy = Path(place.scratch) / f"{self.path.stem}.sqlite"
        output_of([tool, str(self.path.absolute()), str(self._copy)], self.source.file, {})
        if not self._copy.exists() or not self._copy.stat().st_size:
            raise SourceError(f"{self.source.file}: fmp2sqlite found no table in it", hint=_INSTALL)
        assert isinstance(source, SourceFile)
        self._inner = _Converted(SourceFile(self._copy, source.name, table=source.table), place)

    def tables(self) -> Sequence[TableInfo]:
        """Every table that fmp2sqlite found."""
        return self._inner.tables()

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its rows; all values are text, days in the form of the file's country."""
        return self._inner.load(ws, name)

    def close(self) -> None:
        """The copy is removed."""
        self._inner.close()
        self._copy.unlink(missing_ok=True)


def _xml(head: Head) -> bool:
    return "<FMPXMLRESULT" in head.text[:4_096]


def _own(head: Head) -> bool:
    return head.first.startswith(b"\x00\x01\x00\x00\x00\x02\x00\x01\x00\x05\x00\x02\x00\x02\xc0")


KINDS = (
    Kind("filemaker_xml", FilemakerXml.title, FilemakerXml, recognise=_xml, single=True),
    Kind("filemaker", FilemakerFile.title, FilemakerFile, recognise=_own),
)
