"""Oracle: the contract with its driver, by a connection that answers as the driver documents; no server was at hand."""

from __future__ import annotations

import datetime
import decimal
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceAddress
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.support.servers import PASSWORD

Address = Callable[..., SourceAddress]


class _Cursor:
    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def __enter__(self) -> _Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str) -> Iterator[tuple[Any, ...]]:
        self._connection.said.append(sql)
        if "all_tab_columns" in sql:
            return iter(
                [
                    ("CRM", "CONTACTS", "ID", "NUMBER", 0, 2),
                    ("CRM", "CONTACTS", "Nom complet", "VARCHAR2", None, 2),
                    ("CRM", "CONTACTS", "NE_LE", "DATE", None, 2),
                    ("CRM", "CONTACTS", "SOLDE", "NUMBER", None, 2),
                    ("CRM", "CONTACTS", "PHOTO", "BLOB", None, 2),
                    ("CRM", "VILLES", "NOM", "VARCHAR2", None, None),
                ]
            )
        if "all_constraints" in sql:
            return iter([("CRM", "CONTACTS", "ID")])
        return iter([])


class _Connection:
    def __init__(self, module: ModuleType) -> None:
        self.said: list[str] = []
        self.ended: list[str] = []
        self._module = module

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def fetch_df_batches(self, sql: str, *, size: int, fetch_decimals: bool) -> Iterator[pa.Table]:
        assert fetch_decimals
        self.said.append(sql)
        if "nothing" in sql:
            raise self._module.DatabaseError("ORA-00904: \"NOTHING\": invalid identifier 'Dupont'")
        yield pa.table(
            {
                "ID": pa.array([decimal.Decimal(9), decimal.Decimal(10)], pa.decimal128(10, 0)),
                "Nom complet": ["Müller", None],
                "NE_LE": pa.array([datetime.datetime(1975, 1, 2), None], pa.timestamp("s")),
                "SOLDE": ["12345678901234567890.5", "-.5"],
                "PHOTO": pa.array([b"\x00\xff", None], pa.large_binary()),
            }
        )

    def rollback(self) -> None:
        self.ended.append("rollback")

    def close(self) -> None:
        self.ended.append("close")


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The driver's module as far as it is used."""
    module = ModuleType("oracledb")
    error = type("DatabaseError", (Exception,), {})
    connection = _Connection(module)
    asked: dict[str, Any] = {}

    def connect(**settings: Any) -> _Connection:
        asked.update(settings)
        return connection

    vars(module).update(Error=error, DatabaseError=error, connect=connect, connection=connection, asked=asked)
    monkeypatch.setitem(sys.modules, "oracledb", module)
    return module


def test_a_table_comes_as_arrow_and_is_kept_as_text(ws: Workspace, driver: Any, address: Address, stage: Stage) -> None:
    report = stage(address("oracle://reader@db.example/XEPDB1", table="contacts"))
    assert (report.rows_in, report.rows_out) == (2, 2)
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["9", "Müller", "1975-01-02 00:00:00", "12345678901234567890.5", "00FF"],
        ["10", None, None, "-.5", None],
    ]
    assert driver.asked["password"] == PASSWORD
    assert (driver.asked["user"], driver.asked["host"], driver.asked["port"]) == ("reader", "db.example", 1521)
    assert driver.asked["service_name"] == "XEPDB1"


def test_the_transaction_only_reads_and_is_rolled_back(driver: Any, address: Address, stage: Stage) -> None:
    stage(address("oracle://reader@db.example/XEPDB1", table="CRM.CONTACTS"))
    assert driver.connection.said[0] == "set transaction read only"
    assert driver.connection.ended == ["rollback", "close"]


def test_an_unbounded_number_is_written_by_the_server_and_rows_come_by_key(
    driver: Any, address: Address, stage: Stage
) -> None:
    stage(address("oracle://reader@db.example/XEPDB1", table="contacts"))
    said = driver.connection.said[-1]
    assert "to_char(t.\"SOLDE\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') as \"SOLDE\"" in said
    assert 't."ID" as "ID", t."Nom complet" as "Nom complet"' in said
    assert said.endswith('from "CRM"."CONTACTS" t order by t."ID"')


def test_the_sql_that_is_sent_is_oracle_sql(driver: Any, address: Address, stage: Stage) -> None:
    import sqlglot

    stage(address("oracle://reader@db.example/XEPDB1", table="contacts"))
    for said in driver.connection.said[1:]:
        assert isinstance(sqlglot.parse_one(said, read="oracle"), sqlglot.exp.Select)


def test_several_tables_are_listed(driver: Any, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match=r"holds 2 tables: CRM\.CONTACTS \(about 2 rows\), CRM\.VILLES"):
        stage(address("oracle://reader@db.example/XEPDB1"))


def test_what_the_driver_says_is_not_shown(driver: Any, address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match="a column is not there") as caught:
        stage(address("oracle://reader@db.example/XEPDB1", query="select nothing from contacts"))
    assert "Dupont" not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize(
    "query",
    ["begin null; end;", "select utl_http.request('http://x') as a from dual", "delete from contacts",
     "select * from contacts for update", "select 1 from dual; drop table contacts"],
)  # fmt: skip
def test_a_query_that_does_more_than_read_is_refused(query: str, driver: Any, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError):
        stage(address("oracle://reader@db.example/XEPDB1", query=query))


def test_an_address_without_a_service_is_refused(driver: Any, address: Address, stage: Stage) -> None:
    with pytest.raises(UsageError, match="names no service"):
        stage(address("oracle://reader@db.example", table="contacts"))


def test_the_real_driver_says_that_nobody_listens(address: Address, stage: Stage) -> None:
    with pytest.raises(SourceError, match=r"cannot reach oracle://127\.0\.0\.1:9/XE") as caught:
        stage(address("oracle://reader@127.0.0.1:9/XE", table="contacts"))
    assert PASSWORD not in str(caught.value)


def test_a_driver_that_is_not_installed_is_named(
    address: Address, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "oracledb", None)
    with pytest.raises(Exception, match="needs a driver that is not installed") as caught:
        stage(address("oracle://reader@db.example/XE", table="contacts"))
    assert getattr(caught.value, "hint", "") == "Try: pip install 'assay[oracle]'"
