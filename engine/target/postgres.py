"""A contact base in a PostgreSQL database: one schema an environment, moved by COPY, written in one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from engine.errors import SurroundingsError, WorkspaceBusy
from engine.sql import identifier, literal
from engine.target.columns import ANSWER, APPLICATION, CONTACT, PROPERTY, SETTING, STORE_TABLES, StoreTable
from engine.target.store import REMOVED, Application
from engine.workspace import Workspace

_BLOCK = 1 << 20
_DUCKDB_TYPES = {"text": "varchar", "boolean": "boolean", "bigint": "bigint"}


class PostgresStore:
    """A contact base in schema ``assay_<name>`` of the database behind ``url``.

    The password comes from PGPASSWORD or ~/.pgpass. While it is open, no other process can open the same environment.

    Args:
        scratch: private folder for what passes between the two databases.

    Raises:
        SurroundingsError: the database cannot be reached.
        WorkspaceBusy: another process holds the environment.
    """

    def __init__(self, url: str, name: str, scratch: Path) -> None:
        self.schema = f"assay_{name}"
        self._scratch = scratch
        try:
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except psycopg.Error as error:
            # the text may quote the address, never a password; only its kind is told
            raise SurroundingsError(
                f"cannot reach the database of environment {name} ({type(error).__name__})",
                hint="Check its url in assay.toml, that the server runs, and PGPASSWORD or ~/.pgpass.",
            ) from None
        held = self._one("select pg_try_advisory_lock(hashtextextended(%s, 0))", [f"{self.schema}"])
        if not held:
            self._connection.close()
            raise WorkspaceBusy(
                f"the environment {name} is in use by another process", hint="Wait until it has finished."
            )

    def exists(self) -> bool:
        """Whether the schema is there."""
        return bool(self._one("select count(*) from information_schema.schemata where schema_name = %s", [self.schema]))

    def create(self, settings: Mapping[str, str]) -> None:
        """Make the schema with empty tables."""
        with self._transaction():
            self._connection.execute(sql.SQL("create schema {}").format(sql.Identifier(self.schema)))
            for table in STORE_TABLES:
                columns = sql.SQL(", ").join(
                    sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in table.columns
                )
                key = sql.SQL(", ").join(map(sql.Identifier, table.key))
                self._connection.execute(
                    sql.SQL("create table {} ({}, primary key ({}))").format(self._name(table), columns, key)
                )
            self._set(settings)

    def load(self, ws: Workspace, tables: Sequence[StoreTable], prefix: str = "") -> None:
        """Copy ``tables`` into ``ws``."""
        for table in tables:
            file = self._scratch / f"load-{prefix}{table.name}.csv"
            columns = sql.SQL(", ").join(map(sql.Identifier, table.names))
            wanted = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(columns, self._name(table))
            with _private(file) as out, self._connection.cursor() as cursor, cursor.copy(wanted) as copy:
                for block in copy:
                    out.write(block)
            types = ", ".join(f"{literal(name)}: {literal(_DUCKDB_TYPES[kind])}" for name, kind in table.columns)
            name = identifier(prefix + table.name)
            if file.stat().st_size:
                ws.execute(
                    f"create or replace temp table {name} as select * from read_csv({literal(str(file))}, "
                    f"auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
                    f"parallel = false, max_line_size = 16000000, columns = {{{types}}})"
                )
            else:
                empty = ", ".join(f"{identifier(column)} {_DUCKDB_TYPES[kind]}" for column, kind in table.columns)
                ws.execute(f"create or replace temp table {name} ({empty})")
            file.unlink()

    def settings(self) -> dict[str, str]:
        """What the base says of itself."""
        return {str(name): str(value) for name, value in self._ask(SETTING)}

    def applications(self) -> list[Application]:
        """Every file applied, oldest first."""
        return [Application(*row) for row in sorted(self._ask(APPLICATION))]

    def counts(self) -> dict[str, int]:
        """Contacts by state."""
        wanted = sql.SQL("select state, count(*) from {} group by state").format(self._name(CONTACT))
        return {str(state): int(count) for state, count in self._connection.execute(wanted).fetchall()}

    def write(self, ws: Workspace, application: Application, settings: Mapping[str, str]) -> None:
        """One transaction: the contacts in ``touched``, the answers, the record."""
        with self._transaction():
            self._connection.execute("create temp table touched (contact_nr text) on commit drop")
            self._send(ws, "select distinct contact_nr from touched", sql.SQL("touched"))
            for table in (CONTACT, PROPERTY):
                self._connection.execute(
                    sql.SQL("delete from {} where contact_nr in (select contact_nr from touched)").format(
                        self._name(table)
                    )
                )
                listing = ", ".join(identifier(name) for name in table.names)
                self._send(
                    ws,
                    f"select {listing} from {table.name} where contact_nr in (select contact_nr from touched)",
                    self._name(table),
                )
            columns = ", ".join(ANSWER.names[1:])
            self._send(ws, f"select {application.application_no:d}, {columns} from {ANSWER.name}", self._name(ANSWER))
            marks = sql.SQL(", ").join(sql.Placeholder() * len(APPLICATION.names))
            self._connection.execute(
                sql.SQL("insert into {} values ({})").format(self._name(APPLICATION), marks),
                [getattr(application, name) for name in APPLICATION.names],
            )
            self._set(settings)
        if ws.value(REMOVED):
            self._rebuild()

    def _rebuild(self) -> None:
        """Write the tables anew: a row that was removed stays readable in their files otherwise.

        The server's log of changes (WAL), its archives and backups are the server's: they expire by its own rules.
        """
        try:
            for table in (CONTACT, PROPERTY):
                self._connection.execute(sql.SQL("vacuum (full) {}").format(self._name(table)))
        except psycopg.Error as error:
            raise SurroundingsError(
                f"the file is applied, but the server refused to write its tables anew ({type(error).__name__})",
                hint="Who was removed stays readable in its files: run VACUUM FULL as the owner of the tables.",
            ) from None

    def replace(self, ws: Workspace, tables: Sequence[StoreTable], settings: Mapping[str, str]) -> None:
        """One transaction: each of ``tables`` as it stands in ``ws``."""
        with self._transaction():
            for table in tables:
                self._connection.execute(sql.SQL("delete from {}").format(self._name(table)))
                listing = ", ".join(identifier(name) for name in table.names)
                self._send(ws, f"select {listing} from {table.name}", self._name(table))
            self._set(settings)

    def close(self) -> None:
        """Close the connection, which lets the environment go."""
        self._connection.close()

    def _name(self, table: StoreTable) -> sql.Identifier:
        return sql.Identifier(self.schema, table.name)

    def _ask(self, table: StoreTable) -> list[tuple[Any, ...]]:
        columns = sql.SQL(", ").join(map(sql.Identifier, table.names))
        wanted = sql.SQL("select {} from {}").format(columns, self._name(table))
        return self._connection.execute(wanted).fetchall()

    def _one(self, text: str, values: list[str]) -> Any:
        row = self._connection.execute(text.encode(), values).fetchone()
        return None if row is None else row[0]

    def _set(self, settings: Mapping[str, str]) -> None:
        wanted = sql.SQL("insert into {} values (%s, %s) on conflict (name) do update set value = excluded.value")
        for name, value in sorted(settings.items()):
            self._connection.execute(wanted.format(self._name(SETTING)), [name, value])

    def _send(self, ws: Workspace, select: str, target: sql.Composable) -> None:
        file = self._scratch / "send.csv"
        with _private(file):
            pass
        ws.execute(f"copy ({select}) to {literal(str(file))} (format csv, header false, nullstr '')")
        wanted = sql.SQL("copy {} from stdin (format csv)").format(target)
        with file.open("rb") as rows, self._connection.cursor() as cursor, cursor.copy(wanted) as copy:
            for block in iter(lambda: rows.read(_BLOCK), b""):
                copy.write(block)
        file.unlink()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._connection.transaction():
                yield
        except psycopg.Error as error:
            raise SurroundingsError(
                f"the database refused to write ({type(error).__name__}); nothing was changed",
                hint="Check the rights of the user and the space of the server.",
            ) from None


@contextmanager
def _private(file: Path) -> Iterator[Any]:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        yield out
