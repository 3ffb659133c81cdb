"""SQLite: opened read-only by the library of Python, every value as SQLite itself writes it as text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import pyarrow as pa

from engine.intake.lines import read_batches
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place, TableInfo
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.workspace import Workspace

MAGIC = b"SQLite format 3\x00"
_BATCH = 20_000
_LONGEST = 64 << 20  # bytes of one value


class SqliteFile(FileSource):
    """A file of tables. Views are not read: what they do is up to whoever wrote the file."""

    title = "an SQLite database"
    text = "{}"
    """How a value is written out, as SQL around it."""

    def __init__(self, source: Asked, place: Place) -> None:
        super().__init__(source, place)
        # immutable: nothing is written beside the file, not even a journal
        uri = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            self.damaged(error)
        try:
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            for pragma in ("trusted_schema = off", "query_only = on", "cell_size_check = on"):
                self._connection.execute(f"pragma {pragma}")
            # text that is no UTF-8: read as Windows wrote it, rather than refused
            self._connection.text_factory = _text
        except sqlite3.Error as error:
            self._connection.close()
            self.damaged(error)

    def tables(self) -> Sequence[TableInfo]:
        """Every table that is not SQLite's own."""
        try:
            names = [
                str(name)
                for (name,) in self._connection.execute(
                    "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' "
                    "and sql not like 'create virtual%' order by name"
                )
            ]
            return [
                TableInfo(
                    name,
                    int(self._connection.execute(f"select count(*) from {_quoted(name)}").fetchone()[0]),
                    tuple(self._columns(name)),
                )
                for name in names
            ]
        except sqlite3.Error as error:
            self.damaged(error)

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The rows of a table in the order of their rowid, else of their primary key; bytes are left empty."""
        assert name is not None
        columns = self._columns(name)
        refuse_width(self.source.file, len(columns))
        # generated columns and expressions are values like any other
        texts = [self.text.format(f"cast({_quoted(column)} as text)") for column in columns]
        cells = ", ".join(
            f"case typeof({_quoted(column)}) when 'blob' then null else {text} end"
            for column, text in zip(columns, texts, strict=True)
        )
        try:
            rows = int(self._connection.execute(f"select count(*) from {_quoted(name)}").fetchone()[0])
            blobs = self._connection.execute(
                f"select {', '.join(f'''total(typeof({_quoted(c)}) = 'blob')''' for c in columns)} from {_quoted(name)}"
            ).fetchone()
            select = f"select {cells} from {_quoted(name)} order by {self._order(name, columns)}"
            read_batches(ws, self._batches(select, len(columns)), ordered=True)
        except sqlite3.Error as error:
            self.damaged(error)
        held = [column for column, count in zip(columns, blobs, strict=True) if count]
        place = f"{self.source.file}, table {name}"
        notes = [f"{place}: {', '.join(held)} hold bytes, left empty"] if held else []
        journal = self.path.with_name(f"{self.path.name}-wal")
        if journal.is_file() and journal.stat().st_size:
            notes.append(
                f"{self.source.file}: changes that stand in {journal.name} only were not read; "
                "close the program that writes it, and copy it again"
            )
        return Loaded(plain_headers(columns), table=name, rows=rows, typed=True, encoding="utf-8", notes=tuple(notes))

    def close(self) -> None:
        """The file is let go."""
        self._connection.close()

    def _columns(self, name: str) -> list[str]:
        found = self._connection.execute(f"pragma table_xinfo({_quoted(name)})").fetchall()
        return [str(row[1]) for row in found if row[6] != 1]  # 1 = hidden in a virtual table; generated ones count

    def _order(self, name: str, columns: Sequence[str]) -> str:
        """What the rows are numbered by: without it an index that covers the columns would decide."""
        taken = {column.casefold() for column in columns}
        number = next((alias for alias in ("rowid", "_rowid_", "oid") if alias not in taken), None)
        if number is not None:
            try:
                self._connection.execute(f"select {number} from {_quoted(name)} limit 0")
                return number
            except sqlite3.OperationalError:
                pass  # a table WITHOUT ROWID: it has a primary key instead
        described = self._connection.execute(f"pragma table_xinfo({_quoted(name)})").fetchall()
        key = [str(row[1]) for row in sorted(described, key=lambda row: int(row[5])) if row[5]]
        return ", ".join(map(_quoted, key or columns))

    def _batches(self, select: str, width: int) -> Iterator[pa.RecordBatch]:
        cursor = self._connection.execute(select)
        names = [f"c{at}" for at in range(width)]
        while rows := cursor.fetchmany(_BATCH):
            columns = list(zip(*rows, strict=True))
            yield pa.RecordBatch.from_arrays([pa.array(column, type=pa.string()) for column in columns], names=names)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite(head: Head) -> bool:
    return head.first.startswith(MAGIC)


KINDS = (Kind("sqlite", SqliteFile.title, SqliteFile, recognise=_sqlite),)
