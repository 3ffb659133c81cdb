"""A live PostgreSQL: a real server, with a password, read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from engine.errors import AssayError, SourceError, UsageError
from engine.intake import SourceAddress
from engine.intake.sources import postgresql
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.support.servers import PASSWORD

Address = Callable[..., SourceAddress]


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    """Tables with every type that another reader got wrong."""
    with psycopg.connect(postgres_url, password=PASSWORD, autocommit=True) as connection:
        connection.execute(
            """
            create schema shop;
            create table contacts (id int primary key, "last name" text, born date, paid numeric, seen timestamptz,
                photo bytea, tags text[], extra json, gone interval);
            insert into contacts values
                (10, 'Dupont', '1970-02-28', 123456789.123456789, '2026-03-01 12:00+00', '\\x00ff', '{a,"b c"}',
                 '{"k": 1}', '1 year 2 mons'),
                (9, 'Müller', 'infinity', 'NaN', '0044-03-15 12:00+00 BC', null, '{}', null, null),
                (8, '', '0044-03-15 BC', 0.10, null, null, null, null, null);
            create table shop.clients (nom text, ville text);
            insert into shop.clients values ('Zoe', 'Genève'), ('Anne', 'Bern');
            create table shop.contacts (nom text);
            create table empty (a text);
            create view recent as select id, "last name" from contacts where id > 8;
            create table heard (word text);
            create function speak() returns text language plpgsql as
                $$ begin insert into heard values ('x'); return 'said'; end $$;
            create table private (a text);
            """
        )
        connection.execute(
            psycopg.sql.SQL("create role intern login password {}").format(psycopg.sql.Literal(PASSWORD))
        )
    return postgres_url


def test_every_value_is_the_text_of_the_server(ws: Workspace, database: str, address: Address, stage: Stage) -> None:
    report = stage(address(database, table="public.contacts"))
    assert (report.rows_in, report.rows_out, report.rows_held) == (3, 3, 0)
    assert rows(ws, "intake.line", "line_no", "cells") == [
        {"line_no": 1, "cells": ["8", None, "0044-03-15 BC", "0.10", None, None, None, None, None]},
        {
            "line_no": 2,
            "cells": ["9", "Müller", "infinity", "NaN", "0044-03-15 12:00:00+00 BC", None, "{}", None, None],
        },
        {
            "line_no": 3,
            "cells": [
                "10", "Dupont", "1970-02-28", "123456789.123456789", "2026-03-01 12:00:00+00", "\\x00ff",
                '{a,"b c"}', '{"k": 1}', "1 year 2 mons",
            ],
        },
    ]  # fmt: skip
    source = rows(ws, "intake.source", "source", "file", "sheet", "format", "headers")[0]
    assert source["source"] == "contacts"
    assert source["file"].startswith("postgresql://")
    assert "assay@" not in source["file"]
    assert (source["sheet"], source["format"], source["headers"][1]) == ("public.contacts", "postgresql", "last name")


def test_a_table_without_key_is_read_in_the_order_of_its_cells(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    stage(address(database, table="clients"))
    assert [row["cells"] for row in rows(ws, "intake.line", "cells")] == [
        ["Anne", "Bern"],
        ["Zoe", "Genève"],
    ]


def test_a_query_keeps_the_order_it_asks_for(ws: Workspace, database: str, address: Address, stage: Stage) -> None:
    query = """select id, upper(replace("last name", 'ü', 'i')) as nom from recent order by id desc; -- all"""
    stage(address(database, query=query))
    assert [row["cells"] for row in rows(ws, "intake.line", "cells")] == [
        ["10", "DUPONT"],
        ["9", "MILLER"],
    ]
    assert rows(ws, "intake.source", "source", "headers") == [{"source": "postgres", "headers": ["id", "nom"]}]


def test_the_same_rows_have_the_same_hash_whatever_their_order(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    stage(address(database, query="select nom from shop.clients"))
    first = rows(ws, "intake.source", "sha256", "bytes")
    stage(address(database, query="select nom from (select * from shop.clients order by nom desc) t"))
    assert rows(ws, "intake.source", "sha256", "bytes") == first


def test_several_tables_without_a_choice_are_listed(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"holds \d+ tables: .*shop\.clients") as caught:
        stage(address(database))
    assert "--table" in str(caught.value.hint)


def test_a_name_in_two_schemas_must_be_told_apart(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"several tables of that name: .*public\.contacts, shop\.contacts"):
        stage(address(database, table="contacts"))


def test_a_misspelt_table_is_met_with_the_nearest(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"has no table shop\.client") as caught:
        stage(address(database, table="shop.client"))
    assert caught.value.hint == "Did you mean shop.clients?"


def test_a_function_that_writes_meets_the_read_only_session(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    with pytest.raises(AssayError):
        stage(address(database, query="select speak() as said"))
    with psycopg.connect(database, password=PASSWORD) as connection:
        assert connection.execute("select count(*) from heard").fetchone() == (0,)


@pytest.mark.parametrize(
    "query",
    [
        "delete from contacts",
        "with gone as (delete from contacts returning *) select * from gone",
        "select * into copied from contacts",
        "select * from contacts for update",
        "select pg_read_file('/etc/passwd')",
        "select 1; drop table contacts",
        "copy contacts to program 'id'",
        "select 1) as q; drop table contacts; --",
        "explain analyze delete from contacts",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(query: str, database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError):
        stage(address(database, query=query))


def test_a_wrong_password_is_told_without_it(
    database: str, address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = address(database, table="clients")
    monkeypatch.setenv("TEST_PASSWORD", "wrong-canary")
    with pytest.raises(SourceError, match="refuses the login") as caught:
        stage(source)
    assert "canary" not in str(caught.value) + str(caught.value.hint)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_server_that_is_not_there_is_told(address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match=r"cannot reach postgresql://127\.0\.0\.1:9/crm"):
        stage(address("postgresql://assay@127.0.0.1:9/crm", table="t"))


def test_a_table_that_may_not_be_read_is_told(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match="this user may not read that"):
        stage(address(database.replace("assay@", "intern@"), query="select * from private"))


def test_an_unknown_option_is_refused(database: str, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match="has no option 'sslmod'") as caught:
        stage(address(f"{database}&sslmod=require"))
    assert caught.value.hint == "Did you mean sslmode?"


def test_the_password_is_nowhere_in_the_database_of_the_run(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    stage(address(database, table="clients"))
    everything = "".join(
        str(ws.rows(f"select * from {name}"))
        for name in ("duckdb_secrets()", "duckdb_databases()", "duckdb_settings()", "intake.source", "intake.line")
    )
    assert PASSWORD not in everything
    assert ws.rows("select * from duckdb_secrets()") == []


def test_a_locked_table_is_told_and_not_waited_for(
    database: str, address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_SESSION", "-c lock_timeout=100ms")
    with psycopg.connect(database, password=PASSWORD) as other:
        other.execute("lock table shop.clients in access exclusive mode")
        with pytest.raises(SourceError, match="a table is locked"):
            stage(address(database, table="shop.clients"))


def test_a_column_that_may_not_be_read_is_told(database: str, address: Address, stage: Stage) -> None:
    with psycopg.connect(database, password=PASSWORD, autocommit=True) as connection:
        connection.execute("create table half (nom text, salary int); grant select (nom) on half to intern")
        connection.execute("insert into half values ('Anne', 1)")
    intern = database.replace("assay@", "intern@")
    with pytest.raises(SourceError, match="this user may not read that"):
        stage(address(intern, table="half"))
    stage(address(intern, query="select nom from half"))


def test_a_database_whose_text_is_not_in_its_encoding_is_told(database: str, address: Address, stage: Stage) -> None:
    with psycopg.connect(database, password=PASSWORD, autocommit=True) as connection:
        connection.execute("create database old encoding 'SQL_ASCII' template template0")
    old = database.replace("/postgres?", "/old?")
    with psycopg.connect(old, password=PASSWORD, autocommit=True) as connection:
        connection.execute("create table c (nom text)")
        connection.execute("insert into c values (convert_from('\\x5a6fe9', 'SQL_ASCII'))")
    with pytest.raises(SourceError, match="not what its encoding says") as caught:
        stage(address(old, table="c"))
    assert "Zo" not in str(caught.value)


def test_hostile_names_of_tables_and_columns_are_only_names(
    ws: Workspace, database: str, address: Address, stage: Stage
) -> None:
    name = "a\"; drop table heard; --'$$\x1b[31m"
    with psycopg.connect(database, password=PASSWORD, autocommit=True) as connection:
        quoted = psycopg.sql.Identifier(name)
        connection.execute(psycopg.sql.SQL("create table {} ({} text, b text)").format(quoted, quoted))
        connection.execute(psycopg.sql.SQL("insert into {} values ('x', 'y')").format(quoted))
    stage(address(database, table=f"public.{name}"))
    assert rows(ws, "intake.line", "cells") == [{"cells": ["x", "y"]}]
    assert rows(ws, "intake.source", "headers")[0]["headers"] == [name, "b"]
    with psycopg.connect(database, password=PASSWORD) as connection:
        assert connection.execute("select count(*) from heard").fetchone() == (0,)
