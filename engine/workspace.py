"""The workspace: the one hand on DuckDB.

Stages meet in its tables. A table is made from its contract and filled by name, so a SELECT that gives a
stray, missing or null column fails here, with the contract's words.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import duckdb
import pyarrow as pa

from engine.errors import AssayError, SurroundingsError, UsageError, WorkspaceBusy
from engine.sql import identifier, literal, qualified
from engine.tables import Column, Table, schemas

Parameters = Mapping[str, object]


class Workspace:
    """An open DuckDB database with Assay's schemas.

    Use as a context manager. ``Workspace.memory()`` is for tests and small runs; ``Workspace.open(folder)``
    keeps ``workspace.duckdb``, its spill folder and its lock inside ``folder``, all private to the user.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, folder: Path | None, lock: IO[str] | None, read: bool = False
    ) -> None:
        self.connection = connection
        self.folder = folder
        self._lock = lock
        for schema in () if read else schemas():
            connection.execute(f"create schema if not exists {identifier(schema)}")

    @classmethod
    def memory(cls, *, threads: int = 2) -> Self:
        """A workspace in memory. It never spills: DuckDB would do so into the working directory, readable by others."""
        connection = duckdb.connect(":memory:", config={"threads": threads, "temp_directory": ""})
        connection.execute("set enable_progress_bar = false")
        return cls(connection, folder=None, lock=None)

    @classmethod
    def open(cls, folder: Path, *, threads: int, memory: str, fresh: bool = True) -> Self:
        """Open a workspace in ``folder`` (made when absent); what a former run left there is dropped when ``fresh``.

        The database is derived data: it is rebuilt from the sources on every run.

        Args:
            folder: home of the database, its spill files and its lock.
            threads: DuckDB threads.
            memory: DuckDB memory limit, e.g. ``"4GB"``.
            fresh: False = go on with what another process of this run made there.

        Raises:
            WorkspaceBusy: another process holds it; the message names its process id.
            SurroundingsError: the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = _hold(folder / "lock")
        except OSError as error:
            raise SurroundingsError(
                f"cannot write to {folder}: {error.strerror}", hint="Choose another folder with --out."
            ) from error
        database = folder / "workspace.duckdb"
        for leftover in (database, database.with_suffix(".duckdb.wal")) if fresh else ():
            leftover.unlink(missing_ok=True)
        spill = folder / "spill"
        _empty(spill)
        spill.mkdir(mode=0o700, exist_ok=True)
        try:
            connection = _connect(database, spill, threads, memory)
        except duckdb.Error as error:
            lock.close()
            raise SurroundingsError(f"cannot open the workspace in {folder}: {type(error).__name__}") from error
        return cls(connection, folder=folder, lock=lock)

    @classmethod
    def look(cls, folder: Path) -> Self:
        """Open what the last run left in ``folder``, to read only.

        Raises:
            UsageError: no run left anything there.
            WorkspaceBusy: a run is writing it.
            SurroundingsError: it cannot be read.
        """
        database = folder / "workspace.duckdb"
        if not database.is_file():
            raise UsageError(
                f"no run has left its tables in {folder}", hint="Run `assay run` first, or name its folder with --out."
            )
        lock = _hold(folder / "lock")
        try:
            connection = duckdb.connect(str(database), read_only=True)
        except duckdb.Error as error:
            lock.close()
            raise SurroundingsError(
                f"cannot read the workspace in {folder}: {type(error).__name__}", hint="Run `assay run` again."
            ) from error
        connection.execute("set enable_progress_bar = false")
        return cls(connection, folder=None, lock=lock, read=True)

    def rebuild(self) -> None:
        """Copy every table into a new database file and overwrite the old one: deleted rows stay in a file otherwise.

        Deleting, dropping and checkpointing leave every value readable in the file (measured); temp tables are lost.
        A workspace in memory has no file: nothing is done.
        """
        if self.folder is None:
            return
        database, fresh = self.folder / "workspace.duckdb", self.folder / "rebuilt.duckdb"
        threads, memory = self.rows("select current_setting('threads'), current_setting('memory_limit')")[0]
        for leftover in (fresh, fresh.with_suffix(".duckdb.wal")):
            leftover.unlink(missing_ok=True)
        self.connection.execute(f"attach {literal(str(fresh))} as rebuilt")
        self.connection.execute("copy from database workspace to rebuilt")
        self.connection.execute("detach rebuilt")
        self.connection.close()
        for old in (database, database.with_suffix(".duckdb.wal"), *(self.folder / "spill").iterdir()):
            overwrite(old)
        os.chmod(fresh, 0o600)
        os.replace(fresh, database)
        self.connection = _connect(database, self.folder / "spill", int(threads), str(memory))

    def close(self) -> None:
        """Close the database, empty the spill folder and let the lock go."""
        self.connection.close()
        if self.folder is not None:
            _empty(self.folder / "spill")
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- making tables ------------------------------------------------------------------------

    def create(self, table: Table) -> None:
        """Create ``table`` empty, replacing what was there."""
        columns = ", ".join(_definition(column) for column in table.columns)
        self.connection.execute(f"create or replace table {qualified(table.name)} ({columns})")
        self.connection.execute(f"comment on table {qualified(table.name)} is {literal(table.grain)}")

    def build(self, table: Table, select: str, parameters: Parameters | None = None) -> int:
        """Create ``table`` from its contract and fill it with ``select``.

        Returns:
            Number of rows.

        Raises:
            AssayError: the SELECT's columns are not the contract's.
        """
        self.create(table)
        return self.append(table, select, parameters)

    def build_from_file(self, table: Table, parameters: Parameters | None = None) -> int:
        """Like :meth:`build`, with the SELECT of ``engine/<schema>/sql/<name>.sql``."""
        return self.build(table, self.statement(table.schema, table.name.split(".", 1)[1]), parameters)

    def append(self, table: Table, select: str, parameters: Parameters | None = None) -> int:
        """Append ``select``'s rows to ``table`` by name, after checking its columns against the contract."""
        bound = _used(select, parameters)
        described = self.connection.execute(f"describe {select}", bound).fetchall()
        given = {row[0] for row in described}
        expected = set(table.column_names)
        if given != expected:
            missing = ", ".join(sorted(expected - given)) or "none"
            stray = ", ".join(sorted(given - expected)) or "none"
            raise AssayError(f"{table.name}: the SELECT lacks columns: {missing}; stray columns: {stray}")
        self.connection.execute(f"insert into {qualified(table.name)} by name {select}", bound)
        return self.count(table.name)

    def statement(self, schema: str, name: str) -> str:
        """The text of ``engine/<schema>/sql/<name>.sql``: one SELECT, no DDL."""
        text = resources.files(f"engine.{schema}").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
        return text.strip().rstrip(";")

    # -- asking -------------------------------------------------------------------------------

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run one statement; ``$name`` parameters are bound, unused ones left out."""
        self.connection.execute(sql, _used(sql, parameters))

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query. Only for small results: records stay in DuckDB."""
        return self.connection.execute(sql, _used(sql, parameters)).fetchall()

    def value(self, sql: str, parameters: Parameters | None = None) -> Any:
        """First column of the first row, or None when there is no row."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def arrow(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """A query's result as an Arrow table."""
        return self.connection.execute(sql, _used(sql, parameters)).to_arrow_table()

    def count(self, name: str) -> int:
        """Rows of ``schema.table``."""
        return int(self.value(f"select count(*) from {qualified(name)}"))

    def exists(self, name: str) -> bool:
        """Whether ``schema.table`` is there."""
        schema, table = name.split(".", 1)
        return bool(
            self.value(
                "select count(*) from information_schema.tables where table_schema = $schema and table_name = $table",
                {"schema": schema, "table": table},
            )
        )

    def columns(self, name: str) -> list[str]:
        """Column names of ``schema.table`` in order."""
        return [row[0] for row in self.rows(f"describe {qualified(name)}")]

    def put(self, name: str, rows: pa.Table) -> None:
        """Create or replace temp table ``name`` from an Arrow table (no contract: inside a stage only)."""
        self.connection.register("__arrow", rows)
        try:
            self.connection.execute(f"create or replace temp table {identifier(name)} as select * from __arrow")
        finally:
            self.connection.unregister("__arrow")

    def drop(self, *names: str) -> None:
        """Drop temp tables of a stage."""
        for name in names:
            self.connection.execute(f"drop table if exists {identifier(name)}")

    def note_step(
        self,
        stage: str,
        rule: str,
        *,
        source: str | None = None,
        from_column: str | None = None,
        to_column: str | None = None,
        parameters: Mapping[str, object] | None = None,
        origin: str | None = None,
        rows_in: int = 0,
        rows_changed: int = 0,
        rows_emptied: int = 0,
        rows_refused: int = 0,
        output_hash: str | None = None,
    ) -> int:
        """Append one column transformation to ``protocol.step``; returns its number."""
        self.connection.execute(
            "insert into protocol.step select coalesce(max(step_no), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? "
            "from protocol.step",
            [
                stage,
                source,
                from_column,
                to_column,
                rule,
                None if parameters is None else json.dumps(parameters, ensure_ascii=False, sort_keys=True),
                origin,
                rows_in,
                rows_changed,
                rows_emptied,
                rows_refused,
                output_hash,
            ],
        )
        return int(self.value("select max(step_no) from protocol.step"))


def overwrite(path: Path) -> None:
    """Write zeros over a file, then remove it; an absent one is fine.

    What a drive or a file system keeps beside the file is out of reach: only an encrypted disk answers that.
    """
    if not path.is_file() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    left = path.stat().st_size
    os.chmod(path, 0o600)
    with path.open("r+b") as file:
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _connect(database: Path, spill: Path, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """A connection to ``database`` with the settings of every workspace."""
    old_umask = os.umask(0o077)  # DuckDB makes its files 0644 otherwise
    try:
        connection = duckdb.connect(str(database), config={"threads": threads})
    finally:
        os.umask(old_umask)
    connection.execute(f"set memory_limit = {literal(memory)}")
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set preserve_insertion_order = false")
    # rebuilt on every run and read a few times: compressing costs a third of a run and saves only disk
    connection.execute("set force_compression = 'uncompressed'")
    return connection


def _definition(column: Column) -> str:
    return f"{identifier(column.name)} {column.type}{' not null' if column.required else ''}"


def _used(sql: str, parameters: Parameters | None) -> dict[str, object] | None:
    """DuckDB refuses parameters that the text does not use: bind only those it names."""
    if not parameters:
        return None
    return {name: value for name, value in parameters.items() if f"${name}" in sql}


def _empty(folder: Path) -> None:
    if folder.is_dir():
        for leftover in folder.iterdir():
            if leftover.is_file():
                leftover.unlink(missing_ok=True)


def _hold(path: Path) -> IO[str]:
    handle = open(path, "a+", encoding="utf-8")  # noqa: SIM115  held open for the whole run
    os.chmod(path, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise WorkspaceBusy(
            f"the workspace {path.parent} is in use by process {holder}",
            hint="Wait until it has finished, or choose another folder with --out.",
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def in_list(values: Sequence[str]) -> str:
    """``('a', 'b')`` for an SQL IN over trusted words of the vocabulary."""
    return "(" + ", ".join(literal(value) for value in values) + ")"
