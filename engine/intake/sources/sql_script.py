"""Scripts and dumps in SQL: pg_dump, mysqldump, SSMS, SQL Developer and their like, read without a database.

The script is read twice: once to know its tables, once for the rows of the one that is wanted. COPY blocks of a
PostgreSQL dump go through DuckDB (:mod:`.copy_block`); rows of INSERT become cells one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.errors import SourceError, UsageError
from engine.intake.lines import Line, read_lines
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.copy_block import NOT_IN_ITS_ENCODING, copied_cells, read_copies
from engine.intake.sources.script_flavours import FLAVOURS, MYSQL, Flavour, flavour_of
from engine.intake.sources.script_statements import Statement, statements
from engine.intake.sources.script_tables import COPY, CREATE, INSERT, USE, column_names, created, plain_name
from engine.intake.sources.script_text import ScriptText, decide_text, mended, needs_mending
from engine.intake.sources.script_values import Bytes, rows
from engine.workspace import Workspace

_Match = re.Match[str]


@dataclass(slots=True)
class _Table:
    """What a script says of a table before its rows are read."""

    columns: tuple[str, ...] = ()
    binary: frozenset[str] = frozenset()
    bits: frozenset[str] = frozenset()
    inserts: int = 0
    copied: int = 0
    blocks: int = 0
    listed: list[str] = field(default_factory=list)
    unlisted: bool = False


class SqlScript:
    """A script: its tables are those that it gives rows for."""

    def __init__(self, source: SourceFile, flavour: Flavour, place: Place) -> None:
        self._source = source
        self._scratch = place.scratch
        self._flavour = flavour
        self._text: ScriptText = decide_text(source.path, flavour, source.encoding)
        self._found: dict[str, _Table] | None = None
        self._cut = False

    def tables(self) -> Sequence[TableInfo]:
        """Tables that the script makes or gives rows for; rows of INSERT are only estimated."""
        return [
            TableInfo(name, table.inserts + table.copied, _headers(table), exact=not table.inserts)
            for name, table in sorted(self._survey().items())
        ]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The rows of a table; those that are no rows of literals are lines with a reason."""
        assert name is not None
        table = self._survey()[name]
        if table.copied and not table.inserts:
            copies = (
                (statement, column_names(found.group("columns")) or table.columns)
                for statement, named, found in self._statements()
                if named == name and statement.data is not None and found is not None
            )
            headers, notes = read_copies(ws, copies, self._text, self._scratch)
        else:
            reader = _Inserted(table, name, self._flavour, self._text)
            read_lines(ws, reader.lines(self._statements()))
            headers, notes = reader.headers, reader.notes
        if self._cut:
            notes = (*notes, "the script ends in the middle of a statement: it was cut")
        place = f"{self._source.file}, table {name}"
        return Loaded(
            headers,
            table=name,
            rows=table.copied if not table.inserts else None,
            typed=True,
            encoding=self._text.codec,
            encoding_why=self._text.why,
            notes=tuple(f"{place}: {note}" for note in notes),
        )

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A script answers no query."""
        raise UsageError(f"{self._source.file} is a script: it answers no query")

    def close(self) -> None:
        """Nothing is held."""

    def _survey(self) -> dict[str, _Table]:
        if self._found is None:
            found: dict[str, _Table] = {}
            for statement, name, match in self._statements():
                if match is None:
                    continue
                table = found.setdefault(name, _Table())
                if match.re is CREATE:
                    made = created(statement.text, match.end())
                    table.columns, table.binary, table.bits = made.columns, made.binary, made.bits
                    continue
                table.unlisted |= match.group("columns") is None
                for column in column_names(match.group("columns")) or ():
                    if column not in table.listed:
                        table.listed.append(column)
                if statement.data is not None:
                    for _ in statement.data:
                        pass
                    table.copied += statement.data.count
                    table.blocks += 1
                    self._cut |= not statement.data.whole
                else:
                    table.inserts += 1 + statement.text.count("),(") + statement.text.count("),\n(")
                    self._cut |= not statement.whole
            self._found = found
        if not self._found:
            raise SourceError(f"{self._source.file} is {self._flavour.title} without tables")
        return self._found

    def _statements(self) -> Iterator[tuple[Statement, str, _Match | None]]:
        """Every statement with the table it is about; a MySQL dump of several databases names them by USE."""
        database = ""
        with self._text.lines(self._source.path) as lines:
            for statement in statements(lines, self._flavour):
                head = statement.text[:100_000]
                match = next((m for form in (INSERT, COPY, CREATE) if (m := form.match(head)) is not None), None)
                if match is None:
                    if self._flavour is MYSQL and (use := USE.match(head)) is not None:
                        database = plain_name(use.group("table")) + "."
                    yield statement, "", None
                    continue
                if match.re is CREATE:
                    match = CREATE.match(statement.text)
                    assert match is not None
                name = plain_name(match.group("table"))
                yield statement, name if "." in name else database + name, match


class _Inserted:
    """The rows of the INSERT statements of one table as lines."""

    def __init__(self, table: _Table, name: str, flavour: Flavour, text: ScriptText) -> None:
        self._table = table
        self._name = name
        self._flavour = flavour
        self._text = text
        self._mended = 0
        self.headers = _headers(table)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of the rows, once they are read."""
        notes = []
        held = [column for column in self.headers if column in self._table.binary]
        if held:
            notes.append(f"{', '.join(held)} hold bytes, read as hex")
        if self._mended:
            notes.append(f"{self._mended} {NOT_IN_ITS_ENCODING}")
        return tuple(notes)

    def lines(self, script: Iterator[tuple[Statement, str, _Match | None]]) -> Iterator[Line]:
        """Every row of the table's INSERT and COPY statements, in order."""
        for statement, name, match in script:
            if name != self._name or match is None or match.re is CREATE:
                continue
            columns = column_names(match.group("columns")) or self._table.columns or None
            if statement.data is not None:
                for line in statement.data:
                    yield self._line(statement.data.line + statement.data.count - 1, copied_cells(line), columns)
            elif match.group("values") is None:
                yield statement.line, None, "not_values", "INSERT without VALUES"
            else:
                yield from self._rows(statement, match.end(), columns)

    def _rows(self, statement: Statement, begins: int, columns: tuple[str, ...] | None) -> Iterator[Line]:
        kinds: list[Bytes] = [
            "bytes" if column in self._table.binary else "bits" if column in self._table.bits else ""
            for column in columns or ()
        ]
        text = statement.text
        line, counted = statement.line, 0
        for row in rows(text, begins, self._flavour, kinds, self._text.codec):
            line += text.count("\n", counted, row.at)
            counted = row.at
            if row.cells is None:
                yield line, None, row.reason, row.detail
            else:
                yield self._line(line, row.cells, columns)

    def _line(self, place: int, cells: list[str | None], columns: tuple[str, ...] | None) -> Line:
        if not self.headers:
            self.headers = tuple(f"column_{at}" for at in range(1, len(cells) + 1))
        expected = columns or self.headers
        if len(cells) != len(expected):
            reason = "too_many_cells" if len(cells) > len(expected) else "too_few_cells"
            return place, None, reason, f"{len(cells)} cells for {len(expected)} columns"
        if self._text.exact:
            for at, cell in enumerate(cells):
                if cell is not None and not cell.isascii() and needs_mending(cell, self._text.codec):
                    cells[at] = mended(cell, self._text.codec)
                    self._mended += self._text.codec != "latin-1"
        if expected == self.headers:
            return place, cells, None, None
        by_name = dict(zip(expected, cells, strict=True))
        return place, [by_name.get(header) for header in self.headers], None, None


def _headers(table: _Table) -> tuple[str, ...]:
    """Columns in the order of CREATE TABLE; else as INSERT or COPY name them."""
    if not table.listed:
        return table.columns
    if not table.columns or not set(table.listed) <= set(table.columns):
        return tuple(table.listed)
    if table.unlisted:
        return table.columns
    return tuple(column for column in table.columns if column in table.listed)


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceFile)
    with source.path.open("rb") as file:
        flavour = flavour_of(Head(source.path, file.read(1 << 16)))
    assert flavour is not None
    return SqlScript(source, flavour, place)


def _kind(flavour: Flavour) -> Kind:
    return Kind(flavour.name, flavour.title, _open, recognise=lambda head: flavour_of(head) is flavour)


KINDS = tuple(_kind(flavour) for flavour in FLAVOURS)
