"""Fixtures: a real DuckDB in memory, tiny tables, only the columns that matter visible."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import settings

from engine.sql import identifier, qualified
from engine.tables import PROTOCOL_STEP, Table, table
from engine.workspace import Workspace

# The same examples every time, so that a commit is green or red for what it holds; HYPOTHESIS_PROFILE=explore draws
# new ones at every run and keeps those that fail.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture
def ws() -> Iterator[Workspace]:
    """A workspace in memory with an empty protocol."""
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        yield workspace


_FILLERS: dict[str, object] = {
    "VARCHAR": "",
    "VARCHAR[]": [],
    "BIGINT": 0,
    "INTEGER": 0,
    "DOUBLE": 0.0,
    "DECIMAL(38,6)": 0,
    "BOOLEAN": False,
    "DATE": date(2026, 1, 1),
}


def given(ws: Workspace, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Create table ``name`` from its contract holding ``rows``; missing required columns get a filler.

    ``record_id``, ``source`` and ``line_no`` count up by themselves: r1, r2 ... of source "s".
    """
    contract: Table = table(name)
    ws.create(contract)
    for number, row in enumerate(rows, start=1):
        counted = {"record_id": f"r{number}", "source": "s", "line_no": number}
        full = {
            column.name: row.get(
                column.name,
                counted.get(column.name, _FILLERS[column.type]) if column.required else None,
            )
            for column in contract.columns
        }
        unknown = set(row) - set(full)
        assert not unknown, f"{name} has no columns {sorted(unknown)}"
        names = ", ".join(identifier(column) for column in full)
        marks = ", ".join("?" for _ in full)
        ws.connection.execute(f"insert into {qualified(name)} ({names}) values ({marks})", list(full.values()))


def rows(ws: Workspace, name: str, *columns: str, order_by: str | None = None) -> list[dict[str, Any]]:
    """Rows of ``name`` as dicts of the given columns (all when none), ordered by the first or ``order_by``."""
    chosen = columns or tuple(table(name).column_names)
    listing = ", ".join(identifier(column) for column in chosen)
    found = ws.rows(f"select {listing} from {qualified(name)} order by {order_by or '1'}")
    return [dict(zip(chosen, row, strict=True)) for row in found]
