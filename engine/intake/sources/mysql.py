"""MySQL and MariaDB, live: every value as the server's own text, through DuckDB's extension.

Read with their types, zero dates ('0000-00-00', ordinary in old contact bases) become null and tinyint(1) = 2 becomes
true; ``cast(... as char)`` on the server keeps both. Binary columns are asked for as hex: they are no text.

The extension runs each query on a connection of its own choosing, so no transaction of ours can forbid writing: a
query may only call functions that are known to read. Who runs the server should give a user with SELECT alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from engine.errors import SourceError
from engine.intake.lines import read_columns
from engine.intake.source_file import SourceAddress
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.drivers import load_extension
from engine.intake.sources.live import failed, numbered_as_asked, numbered_by, refuse_options, refused
from engine.intake.sources.reading_only import check_query
from engine.sql import literal
from engine.workspace import Workspace

_TITLE = "MySQL or MariaDB"
_ALIAS = "intake_mysql"
_OPTIONS = {
    "socket": "socket",
    "ssl_mode": "ssl_mode",
    "ssl_ca": "ssl_ca",
    "ssl_cert": "ssl_cert",
    "ssl_key": "ssl_key",
}
_BINARY = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
_LONGEST_QUERY = 3_600_000  # milliseconds; the extension's own limit would end a large table after five minutes

_TABLES = """
select table_schema, table_name, case when table_type = 'BASE TABLE' then cast(table_rows as char) end
from information_schema.tables
where table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys')
    and table_schema = coalesce(nullif({database}, ''), table_schema)
order by 1, 2
"""
_COLUMNS = """
select cast(column_name as char), cast(data_type as char), cast(column_key as char)
from information_schema.columns where table_schema = {schema} and table_name = {table} order by ordinal_position
"""


class Mysql:
    """A database of a server, read in a session that may not write."""

    def __init__(self, source: SourceAddress) -> None:
        self._source = source
        self._shown = source.address.shown
        refuse_options(source.address, tuple(_OPTIONS))
        self._user = source.credentials.user_for(source.address)
        self._password = source.credentials.password_for(source.address)
        self._attached: list[Workspace] = []
        self._own = Workspace.memory()
        try:
            self._attach(self._own)
        except BaseException:
            self._own.close()
            raise

    def tables(self) -> Sequence[TableInfo]:
        """Tables and views that this user may see; with their database where the address names none."""
        database = self._source.address.database
        query = _TABLES.format(database=_text(database))
        return [
            TableInfo(
                str(name) if database else f"{schema}.{name}",
                int(rows) if rows is not None else None,
                tuple(column for column, _, _ in self._described(str(schema), str(name))),
                exact=False,
            )
            for schema, name, rows in self._ask(query)
        ]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """All rows of a table, in the order of its primary key; without one in the order of their cells."""
        assert name is not None
        database = self._source.address.database
        schema, table = (database, name) if database else tuple(name.split(".", 1))
        described = self._described(schema, table)
        headers = tuple(column for column, _, _ in described)
        key = [column for column, _, use in described if use == "PRI"]
        binary = [column for column, kind, _ in described if kind in _BINARY]
        cells = ", ".join(_cell(column, kind, at) for at, (column, kind, _) in enumerate(described))
        order = f" order by {', '.join(f't.{_name(column)}' for column in key)}" if key else ""
        query = f"select {cells} from {_name(schema)}.{_name(table)} as t{order}"
        self._read(ws, query, len(headers), ordered=bool(key))
        place = f"{self._shown}, table {name}"
        notes = [f"{place}: {', '.join(binary)} hold bytes, read as hex"] if binary else []
        return Loaded(headers, table=name, typed=True, notes=(*notes, numbered_by(place, key)))

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """The rows of a query, in the order it asks for; without one in the order of their cells."""
        checked = check_query(query, KINDS[0])
        described = self._typed(checked.text)
        headers = tuple(name for name, _ in described)
        cells = ", ".join(_cell(name, kind, at) for at, (name, kind) in enumerate(described))
        # these servers forget the order of a derived table, unless it has a limit too
        limit = "\nlimit 18446744073709551615" if checked.ordered and not checked.limited else ""
        query = f"select {cells} from (\n{checked.text}{limit}\n) as t"
        self._read(ws, query, len(headers), ordered=checked.ordered)
        return Loaded(headers, typed=True, notes=(numbered_as_asked(self._shown, ordered=checked.ordered),))

    def close(self) -> None:
        """Every session is closed."""
        for ws in self._attached:
            ws.execute(f"detach database if exists {_ALIAS}")
            ws.execute(f"drop secret if exists {_ALIAS}")
        self._attached = []
        self._own.close()

    def _described(self, schema: str, table: str) -> list[tuple[str, str, str]]:
        return [
            (str(name), str(kind).lower(), str(key or ""))
            for name, kind, key in self._ask(_COLUMNS.format(schema=_text(schema), table=_text(table)))
        ]

    def _typed(self, query: str) -> list[tuple[str, str]]:
        """Names and types of a query's columns: it is run for no row."""
        wrapped = f"select * from (\n{query}\n) as t limit 0"
        try:
            found = self._own.rows(f"describe select * from mysql_query({_pair(wrapped)})")
        except duckdb.Error as error:
            raise failed(self._shown, str(error), error) from None
        return [(str(row[0]), str(row[1]).lower()) for row in found]

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._own.rows(f"select * from mysql_query({_pair(query)})")
        except duckdb.Error as error:
            raise failed(self._shown, str(error), error) from None

    def _read(self, ws: Workspace, query: str, width: int, *, ordered: bool) -> None:
        self._attach(ws)
        try:
            read_columns(ws, f"mysql_query({_pair(query)})", width, ordered=ordered)
        except duckdb.Error as error:
            raise failed(self._shown, str(error), error) from None

    def _attach(self, ws: Workspace) -> None:
        if ws in self._attached:
            return
        load_extension(ws, "mysql_scanner", "mysql", _TITLE)
        ws.execute(f"set mysql_query_timeout_max_ms = {_LONGEST_QUERY}")
        address = self._source.address
        settings = {
            "host": address.host or "localhost",
            "port": address.port,
            "database": address.database or None,
            "user": self._user,
            "password": self._password,
            **{_OPTIONS[name]: value for name, value in address.options.items()},
        }
        parts = [f"{name} {literal(str(value))}" for name, value in settings.items() if value is not None]
        # in a secret of the session, never in a string: errors and catalogues show strings
        ws.execute(f"create or replace temporary secret {_ALIAS} ({', '.join(['type mysql', *parts])})")
        self._attached.append(ws)
        try:
            ws.execute(f"attach '' as {_ALIAS} (type mysql, secret {_ALIAS}, read_only)")
        except duckdb.Error as error:
            if address.host in (None, "localhost"):  # the extension tries 127.0.0.1 next and tells of that only
                raise SourceError(
                    f"{self._shown}: no login by the socket of this machine ({type(error).__name__})",
                    hint="Check that the server runs, ?socket=PATH, the user and the password.",
                ) from None
            raise refused(self._shown, str(error), error) from None


def _cell(column: str, kind: str, at: int) -> str:
    name = f"t.{_name(column)}"
    if kind in _BINARY:
        return f"hex({name}) as c{at}"
    # a bit is a number; utf8mb4 whatever the column's own encoding is
    return f"cast({f'{name} + 0' if kind == 'bit' else name} as char character set utf8mb4) as c{at}"


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(value: str) -> str:
    """Text as an SQL string of MySQL, whatever the session says of backslashes."""
    return f"convert(x'{value.encode().hex()}' using utf8mb4)" if value else "''"


def _pair(query: str) -> str:
    return f"{literal(_ALIAS)}, {literal(query)}"


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return Mysql(source)


KINDS = (Kind("mysql", _TITLE, _open, schemes=("mysql", "mariadb"), dialect="mysql"),)
