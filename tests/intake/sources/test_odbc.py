"""Any ODBC source: proven on PostgreSQL through its own ODBC driver."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import psycopg
import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceAddress
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.support.servers import PASSWORD

Address = Callable[..., SourceAddress]
_DRIVER = "PostgreSQL Unicode"


@pytest.fixture(autouse=True)
def _secret(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PASSWORD", "c4nary")


@pytest.fixture(scope="module")
def source(postgres_url: str) -> str:
    """The address of a table with a text longer than the first buffer."""
    known = subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True, check=False).stdout
    if _DRIVER not in known:
        if os.environ.get("CI"):
            pytest.fail("no ODBC driver of PostgreSQL: .ci/test installs it")
        pytest.skip("no ODBC driver of PostgreSQL: apt-get install unixodbc odbc-postgresql")
    with psycopg.connect(postgres_url, password=PASSWORD, autocommit=True) as connection:
        # psqlodbc reads % and + in a password as escapes
        connection.execute("create role odbc_reader login password 'c4nary'")
        connection.execute("create schema odbc; grant usage on schema odbc to odbc_reader")
        connection.execute("alter default privileges in schema odbc grant select on tables to odbc_reader")
        connection.execute("create table odbc.contacts (id int, nom text, born date, long text)")
        connection.execute(
            "insert into odbc.contacts values (2, 'Zoé', '1970-02-28', repeat('x', 9000)), (1, '日本', null, '')"
        )
    folder = postgres_url.rpartition("host=")[2]
    return f"odbc:Driver={{{_DRIVER}}};Server={folder};Database=postgres;UID=odbc_reader"


def test_a_table_is_read_and_a_long_cell_gets_a_larger_buffer(
    ws: Workspace, source: str, address: Address, stage: Stage
) -> None:
    report = stage(address(source, table="odbc.contacts"))
    assert (report.rows_in, report.rows_out) == (2, 2)
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["1", "日本", None, None],
        ["2", "Zoé", "1970-02-28", "x" * 9000],
    ]
    assert rows(ws, "intake.source", "file", "format") == [{"file": "odbc:postgres", "format": "odbc"}]


def test_a_query_is_read(ws: Workspace, source: str, address: Address, stage: Stage) -> None:
    stage(address(source, query="select nom from odbc.contacts order by id"))
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [["日本"], ["Zoé"]]


def test_a_wrong_password_is_told_without_it(
    source: str, address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = address(source, table="odbc.contacts")
    monkeypatch.setenv("TEST_PASSWORD", "wrong-canary")
    with pytest.raises(SourceError, match="refuses the login") as caught:
        stage(asked)
    assert "canary" not in str(caught.value) + str(caught.value.hint)


def test_without_a_table_or_a_query_one_is_asked_for(address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match="needs a table or a query"):
        stage(address("odbc:DSN=none"))


@pytest.mark.parametrize("name", ["contacts; drop table contacts", 'a"b', "contacts where 1=1"])
def test_a_name_that_is_no_plain_name_is_refused(name: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match="needs quotes"):
        stage(address("odbc:DSN=none", table=name))
