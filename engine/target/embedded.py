"""A contact base in a DuckDB file of the project, readable by its owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engine.errors import SurroundingsError, WorkspaceBusy
from engine.sql import identifier, literal
from engine.target.columns import ANSWER, APPLICATION, CONTACT, FIELDS, PROPERTY, SETTING, STORE_TABLES, StoreTable
from engine.target.store import REMOVED, Application
from engine.workspace import Workspace, overwrite

_ALIAS = "base"


class EmbeddedStore:
    """A contact base in the file ``path``; it is attached to the workspace of whoever uses it, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.is_file()

    def create(self, settings: Mapping[str, str]) -> None:
        """Make the file with empty tables.

        Raises:
            SurroundingsError: it cannot be written.
        """
        making = self.path.with_suffix(".making")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            making.unlink(missing_ok=True)
            with _private(), duckdb.connect(str(making)) as connection:
                for table in STORE_TABLES:
                    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in table.columns)
                    connection.execute(f"create table {table.name} ({columns})")
                for name, value in sorted(settings.items()):
                    connection.execute("insert into setting values (?, ?)", [name, value])
            os.chmod(making, 0o600)
            os.replace(making, self.path)  # a killed creation leaves no half base
        except (OSError, duckdb.IOException) as error:
            raise SurroundingsError(f"cannot write {self.path}", hint="Check the folder's rights.") from error

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """A connection that spills beside the base: DuckDB's own place is the working directory, open to others."""
        return duckdb.connect(":memory:", config={"temp_directory": str(self.path.with_suffix(".spill"))})

    @contextmanager
    def _attached(self, connection: duckdb.DuckDBPyConnection, *, write: bool = False) -> Iterator[None]:
        try:
            with _private():
                mode = "" if write else " (read_only)"
                connection.execute(f"attach {literal(str(self.path))} as {_ALIAS}{mode}")
        except duckdb.Error as error:
            if "lock" in str(error).lower():
                raise WorkspaceBusy(
                    f"the environment {self.path.stem} is in use by another process", hint="Wait until it has finished."
                ) from None
            raise SurroundingsError(f"cannot open {self.path}: {type(error).__name__}") from None
        try:
            yield
        finally:
            connection.execute(f"detach {_ALIAS}")

    def load(self, ws: Workspace, tables: Sequence[StoreTable], prefix: str = "") -> None:
        """Copy ``tables`` into ``ws``."""
        with self._attached(ws.connection):
            for table in tables:
                ws.execute(f"create or replace temp table {prefix}{table.name} as select * from {_ALIAS}.{table.name}")

    def settings(self) -> dict[str, str]:
        """What the base says of itself."""
        return {str(name): str(value) for name, value in self._ask(f"select * from {_ALIAS}.{SETTING.name}")}

    def applications(self) -> list[Application]:
        """Every file applied, oldest first."""
        listing = ", ".join(APPLICATION.names)
        return [
            Application(*row)
            for row in self._ask(f"select {listing} from {_ALIAS}.{APPLICATION.name} order by application_no")
        ]

    def counts(self) -> dict[str, int]:
        """Contacts by state."""
        return dict(self._ask(f"select state, count(*) from {_ALIAS}.{CONTACT.name} group by state"))

    def _ask(self, sql: str) -> list[tuple]:  # type: ignore[type-arg]
        with self._connection() as connection, self._attached(connection):
            return connection.execute(sql).fetchall()

    def write(self, ws: Workspace, application: Application, settings: Mapping[str, str]) -> None:
        """One transaction: the contacts in ``touched``, the answers, the record."""
        with self._transaction(ws) as connection:
            for table in (CONTACT, PROPERTY):
                connection.execute(
                    f"delete from {_ALIAS}.{table.name} where contact_nr in (select contact_nr from touched)"
                )
                connection.execute(
                    f"insert into {_ALIAS}.{table.name} by name select * from temp.{table.name} "
                    "where contact_nr in (select contact_nr from touched)"
                )
            columns = ", ".join(ANSWER.names[1:])
            connection.execute(
                f"insert into {_ALIAS}.{ANSWER.name} "
                f"select {application.application_no:d}, {columns} from temp.{ANSWER.name}"
            )
            connection.execute(
                f"insert into {_ALIAS}.{APPLICATION.name} values (?, ?, ?, ?, ?, ?, ?)",
                [getattr(application, name) for name in APPLICATION.names],
            )
            _set(connection, settings)
        if ws.value(REMOVED):
            self._rebuild()

    def forget(self, numbers: Sequence[str]) -> int:
        """Empty every datum of the contacts ``numbers``; that they are there stays, so that a removal can be planned.

        For what is remembered of a base, never for a base itself: that is changed by operations only.

        Returns:
            Contacts emptied.
        """
        ours = f"contact_nr in (select unnest($numbers)) and ({' or '.join(f'{name} is not null' for name in FIELDS)})"
        with self._connection() as connection, self._attached(connection, write=True):
            known = {"numbers": list(numbers)}
            count = connection.execute(f"select count(*) from {_ALIAS}.{CONTACT.name} where {ours}", known).fetchone()
            emptied = ", ".join(f"{name} = null" for name in FIELDS)
            connection.execute(f"update {_ALIAS}.{CONTACT.name} set {emptied} where {ours}", known)
            connection.execute(
                f"delete from {_ALIAS}.{PROPERTY.name} where contact_nr in (select unnest($numbers))", known
            )
        if not count or not count[0]:
            return 0
        self._rebuild()
        return int(count[0])

    def _rebuild(self) -> None:
        """Copy the base into a new file and overwrite the old one: who was removed stays readable in it otherwise."""
        fresh, former = self.path.with_suffix(".rebuilt"), self.path.with_suffix(".former")
        fresh.unlink(missing_ok=True)
        with self._connection() as connection, self._attached(connection), _private():
            connection.execute(f"attach {literal(str(fresh))} as rebuilt")
            connection.execute(f"copy from database {_ALIAS} to rebuilt")
            connection.execute("detach rebuilt")
        os.chmod(fresh, 0o600)
        former.unlink(missing_ok=True)
        os.link(self.path, former)
        os.replace(fresh, self.path)  # a crash leaves the one or the other whole under the name
        overwrite(former)

    def replace(self, ws: Workspace, tables: Sequence[StoreTable], settings: Mapping[str, str]) -> None:
        """One transaction: each of ``tables`` as it stands in ``ws``."""
        with self._transaction(ws) as connection:
            for table in tables:
                connection.execute(f"delete from {_ALIAS}.{table.name}")
                connection.execute(f"insert into {_ALIAS}.{table.name} by name select * from temp.{table.name}")
            _set(connection, settings)

    @contextmanager
    def _transaction(self, ws: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = ws.connection
        with self._attached(connection, write=True):
            connection.execute("begin")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def close(self) -> None:
        """Nothing is held between calls."""


def _set(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, str]) -> None:
    for name, value in sorted(settings.items()):
        connection.execute(f"delete from {_ALIAS}.{SETTING.name} where name = ?", [name])
        connection.execute(f"insert into {_ALIAS}.{SETTING.name} values (?, ?)", [name, value])


@contextmanager
def _private() -> Iterator[None]:
    before = os.umask(0o077)  # DuckDB makes its files and their logs 0644 otherwise
    try:
        yield
    finally:
        os.umask(before)
