"""A PostgreSQL of its own for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The url of a database that nobody else uses."""
    with postgres() as url:
        yield url
