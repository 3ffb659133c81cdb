"""A throw-away PostgreSQL server for the tests of stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The url of a database of a real server that nobody else uses."""
    with postgres() as url:
        yield url
