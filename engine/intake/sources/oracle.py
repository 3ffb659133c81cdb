"""Oracle, live, through python-oracledb in thin mode: Arrow batches, no Oracle client to install.

No Oracle server was at hand when this was written: what is tested is the contract with the driver (Arrow batches of
the documented types), the refusal of a login, and the SQL for its form; docs/reference/sources.md says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from engine.errors import UsageError
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
from engine.sql import identifier
from engine.workspace import Workspace

_TITLE = "Oracle"
_OPTIONS = ("sid", "protocol", "wallet_location", "ssl_server_dn_match", "ssl_server_cert_dn")
_BATCH = 50_000

_COLUMNS = """
select c.owner, c.table_name, c.column_name, c.data_type, c.data_scale, t.num_rows
from all_tab_columns c
left join all_tables t on t.owner = c.owner and t.table_name = c.table_name
where c.owner not in (select username from all_users where oracle_maintained = 'Y')
    and c.table_name not like 'BIN$%'
order by c.owner, c.table_name, c.column_id
"""
_KEYS = """
select k.owner, k.table_name, k.column_name
from all_constraints c
join all_cons_columns k on k.owner = c.owner and k.constraint_name = c.constraint_name
where c.constraint_type = 'P'
order by k.owner, k.table_name, k.position
"""
# an unbounded NUMBER has no Arrow type of its own: the server writes it
_NUMBER = "to_char({}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')"
_CONVERTED = {"XMLTYPE": "{}.getClobVal()", "ROWID": "rowidtochar({})", "UROWID": "rowidtochar({})"}


class Oracle:
    """A database of a server, in a transaction that may only read."""

    def __init__(self, source: SourceAddress) -> None:
        self._shown = source.address.shown
        self._driver = driver("oracledb", "oracle", _TITLE)
        address = source.address
        refuse_options(address, _OPTIONS)
        if not address.database and "sid" not in address.options:
            raise UsageError("the address names no service", hint="Write oracle://user@host:1521/service.")
        self._connection: Any = None
        try:
            self._connection = self._driver.connect(
                user=source.credentials.user_for(address),
                password=source.credentials.password_for(address),
                host=address.host or "localhost",
                port=address.port or 1521,
                **({"service_name": address.database} if address.database else {}),
                **dict(address.options),
                tcp_connect_timeout=float(seconds_to_connect()),
            )
            with self._connection.cursor() as cursor:
                cursor.execute("set transaction read only")
        except self._driver.Error as error:
            self.close()
            raise refused(self._shown, str(error), error) from None
        self._described: dict[str, tuple[int | None, list[tuple[str, str, int | None]]]] | None = None

    def tables(self) -> Sequence[TableInfo]:
        """Tables and views of people's schemas that this user may read."""
        return [
            TableInfo(name, rows, tuple(column for column, _, _ in columns), exact=False)
            for name, (rows, columns) in self._all().items()
        ]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """All rows of a table, in the order of its primary key; without one in the order of their cells."""
        assert name is not None
        owner, _, table = name.partition(".")
        _, columns = self._all()[name]
        key = [str(row[2]) for row in self._rows(_KEYS) if (str(row[0]), str(row[1])) == (owner, table)]
        cells = ", ".join(_cell(column, kind, scale) for column, kind, scale in columns)
        order = f" order by {', '.join(f't.{identifier(column)}' for column in key)}" if key else ""
        self._read(ws, f"select {cells} from {identifier(owner)}.{identifier(table)} t{order}", ordered=bool(key))
        notes = (numbered_by(f"{self._shown}, table {name}", key),)
        return Loaded(tuple(column for column, _, _ in columns), table=name, typed=True, notes=notes)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """The rows of a query, in the order it asks for; without one in the order of their cells."""
        checked = check_query(query, KINDS[0])
        notes = (numbered_as_asked(self._shown, ordered=checked.ordered),)
        return Loaded(self._read(ws, checked.text, ordered=checked.ordered), typed=True, notes=notes)

    def close(self) -> None:
        """The transaction is rolled back, the connection closed."""
        if self._connection is None:
            return
        try:
            self._connection.rollback()
            self._connection.close()
        except self._driver.Error:  # it is lost already
            return

    def _all(self) -> dict[str, tuple[int | None, list[tuple[str, str, int | None]]]]:
        if self._described is None:
            found: dict[str, tuple[int | None, list[tuple[str, str, int | None]]]] = {}
            for owner, table, column, kind, scale, rows in self._rows(_COLUMNS):
                known = None if rows is None else int(rows)
                entry = found.setdefault(f"{owner}.{table}", (known, []))
                entry[1].append((str(column), str(kind).upper(), None if scale is None else int(scale)))
            self._described = found
        return self._described

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            with self._connection.cursor() as cursor:
                return [tuple(row) for row in cursor.execute(query)]
        except self._driver.Error as error:
            raise failed(self._shown, str(error), error) from None

    def _read(self, ws: Workspace, query: str, *, ordered: bool) -> tuple[str, ...]:
        headers: list[str] = []

        def batches() -> Iterator[pa.Table]:
            for frame in self._connection.fetch_df_batches(query, size=_BATCH, fetch_decimals=True):
                table = pa.table(frame)
                headers[:] = [str(name) for name in table.column_names]
                yield table

        try:
            read_batches(ws, batches(), ordered=ordered)
        except self._driver.Error as error:
            raise failed(self._shown, str(error), error) from None
        return tuple(headers)


def _cell(column: str, kind: str, scale: int | None) -> str:
    name = f"t.{identifier(column)}"
    form = _NUMBER if kind == "NUMBER" and scale is None else _CONVERTED.get(kind, "{}")
    return f"{form.format(name)} as {identifier(column)}"


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return Oracle(source)


KINDS = (Kind("oracle", _TITLE, _open, schemes=("oracle",), dialect="oracle"),)
