"""The versions of a source's columns side by side in one temp table, planned in layers of SQL and made when needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.rulebook.mapping_names import resolve
from engine.sql import identifier
from engine.workspace import Workspace

_AT_ONCE = 12
"""Layers of one projection: a plan of hundreds would be slow to make."""


class Layers:
    """One temp table that grows by columns.

    Attributes:
        table: its name.
        names: column as it is called now -> its alias.
        untouched: columns that nothing made, by name -> their place in the file.
    """

    def __init__(self, ws: Workspace, table: str) -> None:
        self.table = table
        self.names: dict[str, str] = {}
        self.untouched: dict[str, int] = {}
        self._ws = ws
        self._count = 0
        self._layers = 0
        self._sql = ""
        self._temporary: list[str] = []

    def new_alias(self) -> str:
        """An alias that nothing has yet."""
        self._count += 1
        return f"v{self._count}"

    def alias(self, name: str) -> str:
        """Alias of a column."""
        found = resolve(name, self.names)
        assert found is not None
        return self.names[found]

    def plan(self, sql: str) -> None:
        """What the table is to be, in place of what was planned."""
        self._sql = sql

    def add(self, columns: Sequence[str], joins: str = "") -> None:
        """Plan further columns over what was planned so far."""
        there = f"({self._sql})" if self._sql else identifier(self.table)
        self._sql = f"select base.*, {', '.join(columns)} from {there} as base{joins}"
        self._layers += 1
        if self._layers >= _AT_ONCE:
            self.keep()

    def keep(self) -> None:
        """Make what was planned so far a table."""
        if not self._sql:
            return
        temporary = f"{self.table}_next"
        self._ws.execute(f"create or replace temp table {identifier(temporary)} as {self._sql}")
        self._ws.drop(self.table)
        self._ws.execute(f"alter table {identifier(temporary)} rename to {identifier(self.table)}")
        self._sql, self._layers = "", 0

    def rename(self, old: str, new: str) -> None:
        """Call a column otherwise."""
        self.names[new] = self.names.pop(old)
        if old in self.untouched:
            self.untouched[new] = self.untouched.pop(old)

    def made(self, names: Mapping[str, str]) -> None:
        """Columns that a step made."""
        self.names |= names
        for name in names:
            self.untouched.pop(name, None)

    def put(self, table: str, keys: Sequence[str], values: Sequence[str | None]) -> None:
        """A table of keys and values beside the layers, dropped with them."""
        columns = {"key": pa.array(keys, pa.string()), "value": pa.array(values, pa.string())}
        self._ws.put(table, pa.table(columns))
        self._temporary.append(table)

    def drop_later(self, table: str) -> None:
        """Have a temp table dropped at the end."""
        self._temporary.append(table)

    def finish(self) -> None:
        """Drop what stood beside the layers."""
        self._ws.drop(*self._temporary)
