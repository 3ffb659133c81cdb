"""Run expressions on a row of text, as a step would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pytest

from engine.sql import identifier
from engine.transform import Node


class Row:
    """Gives the value of a tree over one row."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def value(
        self, node: Node, row: Mapping[str, str | None], tables: Mapping[str, Mapping[str, str]] | None = None
    ) -> str | None:
        """The text ``node`` gives; None where it is an error, empty text where it is empty."""
        columns = ", ".join(f"?::varchar as {identifier(name)}" for name in row) or "1 as nothing"
        found: dict[Node, str] = {}
        joins = ""
        for at, lookup in enumerate(node.lookups):
            entries = (tables or {})[lookup.lookup or ""]
            key = lookup.parts[0].render(identifier, lambda inner: found[inner])
            self._connection.execute(f"create or replace temp table lk{at} (key varchar, value varchar)")
            self._connection.executemany(f"insert into lk{at} values (?, ?)", list(entries.items()))
            joins += f" left join lk{at} on lower(lk{at}.key) = lower({key})"
            found[lookup] = f"lk{at}.value"
        sql = node.render(identifier, lambda inner: found[inner])
        told = self._connection.execute(
            f"select try(cast({sql} as varchar)) from (select {columns}) as row{joins}", list(row.values())
        ).fetchone()
        assert told is not None
        return None if told[0] is None else str(told[0])


@pytest.fixture(scope="module")
def row() -> Iterator[Row]:
    """A closed connection to try expressions on."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    yield Row(connection)
    connection.close()
