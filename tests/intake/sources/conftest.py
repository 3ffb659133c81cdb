"""Databases to read from, and the shortest way to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.intake.source_file import SourceAddress
from engine.remote import Credentials, parse_address
from tests.support.servers import PASSWORD, mariadb, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL that asks for a password."""
    with postgres(auth="scram-sha-256") as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_socket() -> Iterator[Path]:
    """A real MariaDB that asks for a password."""
    with mariadb() as socket:
        yield socket


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SourceAddress]:
    """A source by its address, with the password of the servers in an environment variable."""
    monkeypatch.setenv("TEST_PASSWORD", PASSWORD)

    def _address(url: str, *, table: str | None = None, query: str | None = None, name: str = "") -> SourceAddress:
        return SourceAddress(
            parse_address(url), name, table=table, query=query, credentials=Credentials(place="env:TEST_PASSWORD")
        )

    return _address
