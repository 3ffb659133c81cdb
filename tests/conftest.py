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


_LONGEST = (
    "tests/journeys/test_sample.py",
    "tests/journeys/test_second_extract.py",
    "tests/target/test_stores.py",
    "tests/test_checking.py",
    "tests/test_delivering.py",
    "tests/docs/test_tutorial.py",
    "tests/planning/test_plan.py",
    "tests/erasing/test_journey.py",
    "tests/journeys/test_rehearsal.py",
    "tests/journeys/test_situations.py",
    "tests/journeys/test_environments.py",
    "tests/matching/test_link.py",
)
"""Files that take half a minute or more, first: two workers that share files then end at about the same time."""

_SERVERS = {"postgres_server", "postgres_url", "mariadb_socket"}


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a database server ``live``; put the files that take longest first, the others as they were."""
    heavy: set[str] = set()
    for item in items:
        call = getattr(item, "callspec", None)
        asks_for_one = call is not None and any(value == "postgresql" for value in call.params.values())
        if asks_for_one or _SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("live")
        if any(item.get_closest_marker(name) for name in ("journey", "gx", "live")):
            heavy.add(_file(item))
    places = {file: place for place, file in enumerate(_LONGEST)}
    items.sort(key=lambda item: (places.get(_file(item), len(places)), _file(item) not in heavy))


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


@pytest.fixture
def ws() -> Iterator[Workspace]:
    """A workspace in memory with an empty protocol; one thread, for more only cost time on tables of six rows."""
    with Workspace.memory(threads=1) as workspace:
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
    told = set[str]().union(*rows)
    unknown = told - set(contract.column_names)
    assert not unknown, f"{name} has no columns {sorted(unknown)}"
    columns = [column for column in contract.columns if column.required or column.name in told]
    laid_out: list[list[object]] = []
    for number, row in enumerate(rows, start=1):
        counted = {"record_id": f"r{number}", "source": "s", "line_no": number}
        laid_out.append(
            [
                row.get(
                    column.name,
                    counted.get(column.name, _FILLERS[column.type]) if column.required else None,
                )
                for column in columns
            ]
        )
    listing = ", ".join(identifier(column.name) for column in columns)
    marks = f"({', '.join('?' for _ in columns)})"
    for at in range(0, len(laid_out), 100):  # row by row, planning would take longer than many a test
        some = laid_out[at : at + 100]
        ws.connection.execute(
            f"insert into {qualified(name)} ({listing}) values {', '.join([marks] * len(some))}",
            [value for row in some for value in row],
        )


def rows(ws: Workspace, name: str, *columns: str, order_by: str | None = None) -> list[dict[str, Any]]:
    """Rows of ``name`` as dicts of the given columns (all when none), ordered by the first or ``order_by``."""
    chosen = columns or tuple(table(name).column_names)
    listing = ", ".join(identifier(column) for column in chosen)
    found = ws.rows(f"select {listing} from {qualified(name)} order by {order_by or '1'}")
    return [dict(zip(chosen, row, strict=True)) for row in found]
