"""PostgreSQL, live: every value as the server's own text, by the binary copy protocol straight into DuckDB.

DuckDB's own types lose values (an unbounded numeric becomes a double, NaN becomes 0, infinity a date): so the server
casts everything to text. Descriptions and rights are asked over psycopg, whose errors have codes; the rows come over
DuckDB's extension, six times as fast as any other way that was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from engine.errors import SourceError, UsageError
from engine.intake.lines import read_columns
from engine.intake.source_file import SourceAddress
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.drivers import driver, load_extension
from engine.intake.sources.live import numbered_as_asked, numbered_by, refuse_options, refused, seconds_to_connect
from engine.intake.sources.reading_only import check_query
from engine.sql import identifier, literal
from engine.workspace import Workspace

_TITLE = "PostgreSQL"
_ALIAS = "intake_postgresql"
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "gssencmode", "channel_binding")
_SESSION = (
    "-c default_transaction_read_only=on -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex "
    "-c lock_timeout=30s"  # a table that somebody rebuilds would be waited for without end
)

_TABLES = """
select n.nspname, c.relname, case when c.relkind in ('r', 'p', 'm') and c.reltuples > 0 then c.reltuples::bigint end,
    array_agg(a.attname::text order by a.attnum)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
group by 1, 2, 3 order by 1, 2
"""
_KEY = """
select a.attname::text
from pg_catalog.pg_index i
cross join lateral unnest(i.indkey) with ordinality as k(attnum, place)
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indisprimary and i.indrelid = %s::regclass
order by k.place
"""


class Postgresql:
    """A database of a server, opened read-only."""

    def __init__(self, source: SourceAddress) -> None:
        self._shown = source.address.shown
        self._psycopg = driver("psycopg", "postgresql", _TITLE)
        refuse_options(source.address, _OPTIONS)
        address = source.address
        settings: dict[str, Any] = {
            "host": address.host,
            "port": address.port,
            "dbname": address.database or None,
            "user": source.credentials.user_for(address),
            "password": source.credentials.password_for(address),
        }
        self._login = {name: str(value) for name, value in settings.items() if value is not None}
        fixed = {"connect_timeout": str(seconds_to_connect()), "client_encoding": "UTF8", "options": _SESSION}
        self._options = {**fixed, **address.options}
        try:
            self._connection = self._psycopg.connect(
                **self._login, **self._options, autocommit=True, application_name="assay"
            )
        except self._psycopg.Error as error:
            raise refused(self._shown, str(error), error) from None
        self._workspace: Workspace | None = None

    def tables(self) -> Sequence[TableInfo]:
        """Tables, views and foreign tables that this user may read."""
        return [
            TableInfo(f"{schema}.{name}", rows, tuple(columns), exact=False)
            for schema, name, rows, columns in self._rows(_TABLES)
        ]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """All rows of a table, in the order of its primary key; without one in the order of their cells."""
        assert name is not None
        schema, _, bare = name.partition(".")
        table = f"{identifier(schema)}.{identifier(bare)}"
        key = [str(row[0]) for row in self._rows(_KEY, [table])]
        # with the table's name: the bare name would mean the text of the answer, and 10 would come before 9
        order = f" order by {', '.join(f't.{identifier(column)}' for column in key)}" if key else ""
        headers = self._columns(f"select * from {table}")
        select = f"select {', '.join(f'{identifier(header)}::text' for header in headers)} from {table} as t{order}"
        self._read(ws, select, len(headers), ordered=bool(key))
        notes = (numbered_by(f"{self._shown}, table {name}", key),)
        return Loaded(headers, table=name, typed=True, notes=notes)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """The rows of a query, in the order it asks for; without one in the order of their cells."""
        checked = check_query(query, KINDS[0])
        headers = self._columns(f"select * from (\n{checked.text}\n) as q")
        names = [f"c{at}" for at in range(len(headers))]
        # the brackets keep a statement that changes data out: PostgreSQL allows one at the top level only
        select = (
            f"select {', '.join(f'{name}::text' for name in names)} from (\n{checked.text}\n) as q({', '.join(names)})"
        )
        self._read(ws, select, len(headers), ordered=checked.ordered)
        return Loaded(headers, typed=True, notes=(numbered_as_asked(self._shown, ordered=checked.ordered),))

    def close(self) -> None:
        """Both connections are closed."""
        self._connection.close()
        if self._workspace is not None:
            self._workspace.execute(f"detach database if exists {_ALIAS}")
            self._workspace.execute(f"drop secret if exists {_ALIAS}")
            self._workspace = None

    def _rows(self, query: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        try:
            return list(self._connection.execute(query, values).fetchall())
        except self._psycopg.Error as error:
            raise self._failed(error) from None

    def _columns(self, select: str) -> tuple[str, ...]:
        try:
            cursor = self._connection.execute(f"{select} limit 0")
        except self._psycopg.Error as error:
            raise self._failed(error) from None
        if not cursor.description:
            raise SourceError(f"{self._shown} gives no columns")
        return tuple(column.name for column in cursor.description)

    def _failed(self, error: Any) -> SourceError | UsageError:
        told = {
            "42501": ("this user may not read that", "Ask for the right to SELECT from it."),
            "42P01": ("it has no such table", "Name it with its schema."),
            "42703": ("a column is not there", "Check the names in the query."),
            "42601": ("it does not understand the query", "Try the query in another client first."),
            "25006": ("the query would write, and the session only reads", None),
            "57014": ("the query was stopped by the server", "Ask for a longer statement_timeout."),
            "55P03": ("a table is locked", "Try again later."),
        }.get(error.sqlstate or "")
        if told is None:
            code = f", code {error.sqlstate}" if error.sqlstate else ""
            return SourceError(f"{self._shown}: the server refused ({type(error).__name__}{code})")
        return SourceError(f"{self._shown}: {told[0]}", hint=told[1])

    def _read(self, ws: Workspace, select: str, width: int, *, ordered: bool) -> None:
        load_extension(ws, "postgres_scanner", "postgresql", _TITLE)
        self._attach(ws)
        try:
            read_columns(ws, f"postgres_query({literal(_ALIAS)}, {literal(select)})", width, ordered=ordered)
        except duckdb.Error as error:
            raise self._stopped(error) from None

    def _attach(self, ws: Workspace) -> None:
        if self._workspace is ws:
            return
        # in a secret of the session, never in a string: errors and catalogues show strings
        names = {"host": "host", "port": "port", "dbname": "database", "user": "user", "password": "password"}
        parts = [f"{names[name]} {literal(value)}" for name, value in self._login.items()]
        ws.execute(f"create or replace temporary secret {_ALIAS} ({', '.join(['type postgres', *parts])})")
        options = " ".join(f"{name}='{_quoted(value)}'" for name, value in self._options.items())
        self._workspace = ws
        try:
            ws.execute(f"attach {literal(options)} as {_ALIAS} (type postgres, secret {_ALIAS}, read_only)")
        except duckdb.Error as error:
            raise self._stopped(error) from None

    def _stopped(self, error: duckdb.Error) -> SourceError:
        if "unicode" in str(error).lower() or "utf-8" in str(error).lower() or "utf8" in str(error).lower():
            return SourceError(
                f"{self._shown}: it holds text that is not what its encoding says",
                hint="Export the table as CSV (psql: \\copy) and give that file: its encoding is found out.",
            )
        return SourceError(
            f"{self._shown}: the server stopped while it was read ({type(error).__name__})",
            hint="Try again; if it happens again, ask who runs the server.",
        )


def _quoted(value: str) -> str:
    """A value in a connection string of libpq."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return Postgresql(source)


KINDS = (Kind("postgresql", _TITLE, _open, schemes=("postgresql", "postgres"), dialect="postgres"),)
