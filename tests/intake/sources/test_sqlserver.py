"""A live SQL Server: Microsoft's own client against a server of ours that speaks its protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceAddress
from engine.intake.sources import sqlserver
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.support.servers import PASSWORD
from tests.support.tds_server import tds_server

Address = Callable[..., SourceAddress]

_TABLES = """
create table contacts (id integer primary key, "nom; complet" varchar, born date, seen timestamp, paid decimal(38,10),
    flag boolean, photo blob, code uuid, score double, big bigint);
insert into contacts values
    (10, 'Zoé ''日本''', '0001-01-01', '9999-12-31 23:59:59.999999', 1234567890123456789012345678.0123456789, true,
     '\\x00\\xFF', '00112233-4455-6677-8899-aabbccddeeff', 0.1, 9223372036854775807),
    (9, '', null, null, null, null, null, null, null, null);
create table clients (nom varchar, ville varchar);
insert into clients values ('Zoe', 'Genève'), ('Anne', 'Bern');
create table many (id integer primary key, nom varchar);
insert into many select i, 'n' || i from range(12000) t(i);
"""
_OPEN = "?trust_server_certificate=yes"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with tds_server(_TABLES) as url:
        yield url


def test_every_value_comes_through(ws: Workspace, server: str, address: Address, stage: Stage) -> None:
    report = stage(address(server + _OPEN, table="contacts"))
    assert (report.rows_in, report.rows_out) == (2, 2)
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["9", *[None] * 9],
        [
            "10", "Zoé '日本'", "0001-01-01", "9999-12-31 23:59:59.999999",
            "1234567890123456789012345678.0123456789", "1", "00FF", "00112233-4455-6677-8899-AABBCCDDEEFF", "0.1",
            "9223372036854775807",
        ],
    ]  # fmt: skip
    source = rows(ws, "intake.source", "source", "sheet", "format", "headers")[0]
    assert (source["source"], source["sheet"], source["format"]) == ("contacts", "dbo.contacts", "mssql")
    assert source["headers"][1] == "nom; complet"


def test_a_query_keeps_the_order_it_asks_for(ws: Workspace, server: str, address: Address, stage: Stage) -> None:
    stage(address(server + _OPEN, query="select top 1 nom, ville as lieu from dbo.clients order by nom desc"))
    assert rows(ws, "intake.line", "cells") == [{"cells": ["Zoe", "Genève"]}]


def test_a_table_without_key_is_read_in_the_order_of_its_cells(
    ws: Workspace, server: str, address: Address, stage: Stage
) -> None:
    stage(address(server + _OPEN, table="dbo.clients"))
    assert [row["cells"][0] for row in rows(ws, "intake.line", "line_no", "cells")] == ["Anne", "Zoe"]


def test_several_batches_are_one_table(ws: Workspace, server: str, address: Address, stage: Stage) -> None:
    assert stage(address(server + _OPEN, table="many")).rows_out == 12_000
    assert ws.value("select count(distinct cells[1]) from intake.line") == 12_000


def test_several_tables_are_listed(server: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"holds 3 tables: dbo\.clients, dbo\.contacts, dbo\.many"):
        stage(address(server + _OPEN))


def test_a_certificate_that_nobody_signed_is_refused_unless_told(server: str, address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match="no secure connection"):
        stage(address(server, table="clients"))


def test_a_wrong_password_is_told_without_it(
    server: str, address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = address(server + _OPEN, table="clients")
    monkeypatch.setenv("TEST_PASSWORD", "wrong-canary;Server=elsewhere")
    with pytest.raises(SourceError, match="refuses the login") as caught:
        stage(source)
    assert "canary" not in str(caught.value) + str(caught.value.hint)


def test_a_server_that_is_not_there_is_told(address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlserver, "seconds_to_connect", lambda: 1)
    with pytest.raises(SourceError, match=r"cannot reach mssql://127\.0\.0\.1:9/crm") as caught:
        stage(address("mssql://reader@127.0.0.1:9/crm", table="t"))
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "exec sp_who",
        "select * into copied from clients",
        "select 1; drop table clients",
        "select * from openrowset('SQLNCLI', 'x', 'select 1')",
        "delete from clients",
        "update clients set nom = 'x' output inserted.nom",
        "xp_cmdshell 'id'",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(query: str, server: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError):
        stage(address(server + _OPEN, query=query))


def test_a_table_that_is_not_there_is_told(server: str, address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match="a table or a column of the query is not there") as caught:
        stage(address(server + _OPEN, query="select * from secret"))
    assert "secret" not in str(caught.value)


def test_a_connection_lost_in_mid_read_is_told(address: Address, stage: Stage) -> None:
    with (
        tds_server(_TABLES, fail_after=5_000) as url,
        pytest.raises(SourceError, match="the connection was lost or the server stopped"),
    ):
        stage(address(url + _OPEN, query="select * from many"))
