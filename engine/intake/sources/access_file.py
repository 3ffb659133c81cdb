"""Access (.mdb, .accdb) of every generation, through mdbtools in a child process."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from engine.counted import counted
from engine.errors import SourceError
from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place, TableInfo
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.intake.sources.tool import lines_of, output_of, program
from engine.workspace import Workspace

_INSTALL = "Install mdbtools (Debian, Ubuntu: apt install mdbtools; macOS: brew install mdbtools)."
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MDB_JET3_CHARSET": "cp1252"}
_NULL = "\x01NULL"
_DAY, _MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
_IMPOSSIBLE = re.compile(r"\d{4}-00-|\d{4}-\d\d-00")
"""What mdbtools makes of days before 1899-12-30."""


class AccessFile(FileSource):
    """An Access database: its tables, without the system's own."""

    title = "an Access database"

    def __init__(self, source: Asked, place: Place) -> None:
        super().__init__(source, place)
        program("mdb-export", self.title, _INSTALL)
        named = output_of(["mdb-tables", "-1", "--", str(self.path)], self.source.file, _ENVIRONMENT)
        self._names = sorted(name for name in named.decode("utf-8", "replace").split("\n") if name.strip())

    def tables(self) -> Sequence[TableInfo]:
        """Every table with what it counts itself."""
        return [TableInfo(name, self._count(name)) for name in self._names]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The rows of a table; dates as ``yyyy-mm-dd``, days that mdbtools cannot tell left empty and counted."""
        assert name is not None
        # an empty first argument of -0 would end the options; a table may be called like one
        command = [
            "mdb-export", "-D", _DAY, "-T", _MOMENT, "-b", "strip", "-0", _NULL,
            "--", str(self.path.absolute()), name,
        ]  # fmt: skip
        lost: dict[str, int] = {}
        with lines_of(command, self.source.file, _ENVIRONMENT) as printed:
            csv.field_size_limit(1 << 28)
            rows = csv.reader(printed)
            try:
                headers = next(rows, None)
                if headers is None:
                    raise SourceError(f"{self.source.file}, table {name} has no columns", hint=_INSTALL)
                refuse_width(self.source.file, len(headers))
                read_lines(ws, _lines(rows, headers, lost))
            except csv.Error as error:
                self.damaged(error)
        place = f"{self.source.file}, table {name}"
        notes = [
            f"{place}, {column}: {counted(count, 'day')} before 30 December 1899 cannot be read, left empty"
            for column, count in lost.items()
        ]
        return Loaded(
            plain_headers(headers), table=name, rows=self._count(name), typed=True, encoding="utf-8",
            encoding_why="mdbtools writes UTF-8", notes=tuple(notes),
        )  # fmt: skip

    def _count(self, name: str) -> int | None:
        told = output_of(["mdb-count", "--", str(self.path.absolute()), name], self.source.file, _ENVIRONMENT)
        return int(told) if told.strip().isdigit() else None


def _lines(rows: Iterator[list[str]], headers: list[str], lost: dict[str, int]) -> Iterator[Line]:
    for place, row in enumerate(rows, start=1):
        cells: list[str | None] = [None if cell in ("", _NULL) else cell.replace("\0", "") for cell in row]
        for at, cell in enumerate(cells):
            if cell is not None and _IMPOSSIBLE.match(cell):
                cells[at] = None
                lost[headers[at]] = lost.get(headers[at], 0) + 1
        if len(cells) != len(headers):
            reason = "too_many_cells" if len(cells) > len(headers) else "too_few_cells"
            yield place, None, reason, f"{len(cells)} cells for {len(headers)} columns"
        else:
            yield place, cells, None, None


def _access(head: Head) -> bool:
    return head.first[:4] == b"\x00\x01\x00\x00" and head.first[4:12] == b"Standard"


KINDS = (Kind("access", AccessFile.title, AccessFile, recognise=_access),)
