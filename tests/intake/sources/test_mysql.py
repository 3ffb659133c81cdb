"""A live MariaDB: a real server, with a password."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceAddress
from engine.remote import parse_address
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.support.servers import PASSWORD

Address = Callable[..., SourceAddress]

_TABLES = r"""
set names utf8mb4;
create table contacts (id int unsigned primary key, nom varchar(40) character set latin1, born date,
    big bigint unsigned,
    paid decimal(38,10), flag tinyint(1), span time, photo blob, bits bit(9), kind enum('a','b'), `odd``name` text);
insert into contacts values
    (10, 'Zoé', '0000-00-00', 18446744073709551615, 1234567890123456789.0123456789, 2, '-838:59:59', x'00ff',
     b'100000001', 'b', 'tab\tnew\nline\\'),
    (9, '', null, null, null, null, null, null, null, null, null);
create table clients (nom text, ville text);
insert into clients values ('Zoe','Genève'), ('Anne','日本😀');
create table heard (id int);
delimiter //
create function speak() returns int modifies sql data begin insert into heard values (1); return 1; end//
delimiter ;
create user intern@localhost identified by 'x';
"""


def client(socket: Path, script: str) -> str:
    """Run a script as the owner of the server; what it prints."""
    done = subprocess.run(
        ["mariadb", "--no-defaults", "-N", "--default-character-set=utf8mb4", f"--socket={socket}",
         "-u", "assay", "crm"],
        input=script, env={**os.environ, "MYSQL_PWD": PASSWORD}, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def database(mariadb_socket: Path) -> Iterator[str]:
    client(mariadb_socket, _TABLES)
    return f"mysql://assay@/crm?socket={mariadb_socket}"


def test_every_value_is_the_text_of_the_server(ws: Workspace, database: str, address: Address, stage: Stage) -> None:
    report = stage(address(database, table="contacts"))
    assert (report.rows_in, report.rows_out) == (2, 2)
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["9", *[None] * 10],
        [
            "10", "Zoé", "0000-00-00", "18446744073709551615", "1234567890123456789.0123456789", "2", "-838:59:59",
            "00FF", "257", "b", "tab\tnew\nline\\",
        ],
    ]  # fmt: skip
    assert rows(ws, "intake.source", "sheet", "format", "headers")[0]["headers"][-1] == "odd`name"
    assert any("photo hold bytes, read as hex" in note for note in report.notes)


def test_a_query_is_numbered_by_its_cells(ws: Workspace, database: str, address: Address, stage: Stage) -> None:
    stage(address(database, query="select nom, concat(ville, '!') as lieu from clients where nom like '%e' -- all"))
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["Anne", "日本😀!"],
        ["Zoe", "Genève!"],
    ]


@pytest.mark.parametrize("limit", ["", " limit 2", " limit 1, 2"])
def test_a_query_keeps_the_order_it_asks_for(
    ws: Workspace, database: str, address: Address, stage: Stage, limit: str
) -> None:
    query = f"select n from (select 9 as n union all select 10 union all select 8) q order by n desc{limit}"
    report = stage(address(database, query=query))
    wanted = {"": ["10", "9", "8"], " limit 2": ["10", "9"], " limit 1, 2": ["9", "8"]}[limit]
    assert [row[0][0] for row in ws.rows("select cells from intake.line order by line_no")] == wanted
    assert any("numbered as the query orders them" in note for note in report.notes)


def test_what_numbers_the_rows_of_a_table_is_told(database: str, address: Address, stage: Stage) -> None:
    keyed = stage(address(database, table="contacts")).notes
    assert any("rows are numbered by the primary key (id)" in note for note in keyed)
    assert any(
        "in the order of their cells, for it has no primary key" in note
        for note in stage(address(database, table="clients")).notes
    )


def test_bytes_in_a_query_are_hex(ws: Workspace, database: str, address: Address, stage: Stage) -> None:
    stage(address(database, query="select id, photo from contacts where photo is not null"))
    assert rows(ws, "intake.line", "cells") == [{"cells": ["10", "00FF"]}]


def test_several_tables_are_listed(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"holds 3 tables: .*clients"):
        stage(address(database))


@pytest.mark.parametrize(
    "query",
    [
        "select speak() as said",
        "select crm.speak() as said",
        "select * from clients into outfile '/tmp/assay-out'",
        "select 1 /*! into outfile '/tmp/assay-out' */",
        "select load_file('/etc/passwd') as x",
        "update clients set nom = 'x'",
        "select sleep(10) as x",
        "select * from clients for update",
        "select * from clients lock in share mode",
        "select @a := 1 as x; drop table clients",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(
    query: str, database: str, mariadb_socket: Path, address: Address, stage: Stage
) -> None:
    with pytest.raises(UsageError):
        stage(address(database, query=query))
    assert client(mariadb_socket, "select count(*) from heard").strip() == "0"


def test_a_wrong_password_is_told_without_it(
    database: str, mariadb_socket: Path, address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = address(database, table="clients")
    monkeypatch.setenv("TEST_PASSWORD", "wrong-canary")
    with pytest.raises(SourceError, match="no login by the socket") as caught:
        stage(source)
    assert "canary" not in str(caught.value) + str(caught.value.hint)
    port = client(mariadb_socket, "select @@port").strip()
    with pytest.raises(SourceError, match="refuses the login") as caught:
        stage(replace(source, address=parse_address(f"mysql://assay@127.0.0.1:{port}/crm")))
    assert "canary" not in str(caught.value) + str(caught.value.hint)


def test_a_server_that_is_not_there_is_told(address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match=r"cannot reach mysql://127\.0\.0\.1:9/crm"):
        stage(address("mysql://assay@127.0.0.1:9/crm", table="t"))


def test_a_query_of_a_column_that_is_not_there_is_told(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match="a table or a column of the query is not there"):
        stage(address(database, query="select nothing from clients"))


def test_the_password_is_nowhere_in_the_database_of_the_run(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    stage(address(database, table="clients"))
    everything = "".join(str(ws.rows(f"select * from {name}")) for name in ("duckdb_secrets()", "duckdb_databases()"))
    assert PASSWORD not in everything
    assert "intake_mysql" not in everything
