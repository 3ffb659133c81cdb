"""SQL Server, live, through Microsoft's own driver: Arrow batches in the server's types, text in DuckDB.

Casting to nvarchar on the server would be slow (fixed buffers of 4,000 characters) and would round money, so values
travel in their own types; only types that Arrow has no word for are converted by the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.intake.lines import read_batches
from engine.intake.source_file import SourceAddress
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.drivers import driver
from engine.intake.sources.live import (
    failed,
    numbered_as_asked,
    numbered_by,
    refuse_options,
    refused,
    seconds_to_connect,
)
from engine.intake.sources.reading_only import check_query
from engine.workspace import Workspace

_TITLE = "SQL Server"
_OPTIONS = {
    "encrypt": "Encrypt",
    "trust_server_certificate": "TrustServerCertificate",
    "trusted_connection": "Trusted_Connection",
    "application_intent": "ApplicationIntent",
    "multi_subnet_failover": "MultiSubnetFailover",
    "server_certificate": "ServerCertificate",
    "hostname_in_certificate": "HostNameInCertificate",
    "instance": "",
}
_BATCH = 50_000
_LOGIN_TIMEOUT = 103  # ODBC's SQL_ATTR_LOGIN_TIMEOUT, in seconds
_CONVERTED = {
    "sql_variant": "convert(nvarchar(4000), {})",
    "geography": "{}.STAsText()",
    "geometry": "{}.STAsText()",
    "hierarchyid": "{}.ToString()",
}

_COLUMNS = """
select t.table_schema, t.table_name, c.column_name, c.data_type
from information_schema.tables as t
join information_schema.columns as c on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema not in ('sys', 'INFORMATION_SCHEMA')
order by t.table_schema, t.table_name, c.ordinal_position
"""
_KEYS = """
select c.table_schema, c.table_name, k.column_name
from information_schema.table_constraints as c
join information_schema.key_column_usage as k
    on k.constraint_name = c.constraint_name and k.table_schema = c.table_schema and k.table_name = c.table_name
where c.constraint_type = 'PRIMARY KEY'
order by c.table_schema, c.table_name, k.ordinal_position
"""


class SqlServer:
    """A database of a server; its transaction is rolled back at the end."""

    def __init__(self, source: SourceAddress) -> None:
        self._shown = source.address.shown
        self._driver = driver("mssql_python", "mssql", _TITLE)
        refuse_options(source.address, tuple(_OPTIONS))
        try:
            self._connection = self._driver.connect(
                _connection_string(source), autocommit=False, attrs_before={_LOGIN_TIMEOUT: seconds_to_connect()}
            )
        except self._driver.Error as error:
            raise refused(self._shown, str(error), error) from None
        except (RuntimeError, ValueError) as error:
            raise refused(self._shown, str(error), error) from None
        self._described: dict[str, list[tuple[str, str]]] | None = None

    def tables(self) -> Sequence[TableInfo]:
        """Tables and views that this user may see; nobody counts their rows."""
        return [TableInfo(name, None, tuple(column for column, _ in columns)) for name, columns in self._all().items()]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """All rows of a table, in the order of its primary key; without one in the order of their cells."""
        assert name is not None
        schema, _, table = name.partition(".")
        columns = self._all()[name]
        key = [str(row[2]) for row in self._rows(_KEYS) if (str(row[0]), str(row[1])) == (schema, table)]
        cells = ", ".join(
            f"{_CONVERTED.get(kind, '{}').format(f't.{_name(column)}')} as {_name(column)}" for column, kind in columns
        )
        order = f" order by {', '.join(f't.{_name(column)}' for column in key)}" if key else ""
        self._read(ws, f"select {cells} from {_name(schema)}.{_name(table)} as t{order}", ordered=bool(key))
        notes = (numbered_by(f"{self._shown}, table {name}", key),)
        return Loaded(tuple(column for column, _ in columns), table=name, typed=True, notes=notes)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """The rows of a query, in the order it asks for; without one in the order of their cells."""
        checked = check_query(query, KINDS[0])
        notes = (numbered_as_asked(self._shown, ordered=checked.ordered),)
        return Loaded(self._read(ws, checked.text, ordered=checked.ordered), typed=True, notes=notes)

    def close(self) -> None:
        """The transaction is rolled back, the connection closed."""
        for end in (self._connection.rollback, self._connection.close):
            try:
                end()
            except (self._driver.Error, RuntimeError):  # the connection is lost already
                continue

    def _all(self) -> dict[str, list[tuple[str, str]]]:
        if self._described is None:
            found: dict[str, list[tuple[str, str]]] = {}
            for schema, table, column, kind in self._rows(_COLUMNS):
                found.setdefault(f"{schema}.{table}", []).append((str(column), str(kind).lower()))
            self._described = found
        return self._described

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            cursor = self._connection.cursor()
            try:
                return [tuple(row) for row in cursor.execute(query).fetchall()]
            finally:
                cursor.close()
        except (self._driver.Error, RuntimeError) as error:
            raise failed(self._shown, str(error), error) from None

    def _read(self, ws: Workspace, query: str, *, ordered: bool) -> tuple[str, ...]:
        try:
            cursor = self._connection.cursor()
            try:
                reader = cursor.execute(query).arrow_reader(batch_size=_BATCH)
                headers = tuple(str(name) for name in reader.schema.names)
                read_batches(ws, reader, ordered=ordered)
            finally:
                cursor.close()
        except (self._driver.Error, RuntimeError, OSError) as error:
            raise failed(self._shown, str(error), error) from None
        return headers


def _connection_string(source: SourceAddress) -> str:
    """What the driver is given; it is kept nowhere and shown to nobody."""
    address = source.address
    server = address.host or "localhost"
    if "instance" in address.options:
        server += f"\\{address.options['instance']}"
    parts = {
        "Server": f"{server},{address.port}" if address.port else server,
        "Database": address.database or None,
        "UID": source.credentials.user_for(address),
        "PWD": source.credentials.password_for(address),
        **{_OPTIONS[name]: value for name, value in address.options.items() if _OPTIONS[name]},
    }
    return "".join(f"{name}={_braced(value)};" for name, value in parts.items() if value is not None)


def _braced(value: str) -> str:
    """A value of a connection string: in braces, so that nothing in it ends it."""
    return "{" + value.replace("}", "}}") + "}" if any(mark in value for mark in ";{}=' ") else value


def _name(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return SqlServer(source)


KINDS = (Kind("mssql", _TITLE, _open, schemes=("mssql", "sqlserver"), dialect="tsql"),)
