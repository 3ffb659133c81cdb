"""Great Expectations on an open DuckDB connection."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy

from engine.workspace import Workspace
from tests.conftest import given
from tests.quality.warmed import warmed

pytestmark = pytest.mark.gx


@pytest.fixture
def validator(ws: Workspace) -> Any:
    assert warmed()
    from engine.quality.duckdb_source import TableValidator

    given(ws, "standardise.record", [{"email": "a.b@x.ch"}, {"email": "ab2@x.ch"}])
    found = TableValidator(ws.connection, "standardise.record")
    yield found
    found.close()


def test_a_regular_expression_is_searched_for_and_keeps_its_backslashes(ws: Workspace, validator: Any) -> None:
    from great_expectations.expectations import ExpectColumnValuesToMatchRegex

    [result] = validator.graph_validate(
        configurations=[ExpectColumnValuesToMatchRegex(column="email", regex=r"a\.b").configuration],
        runtime_configuration={
            "result_format": {"result_format": "BASIC", "return_unexpected_index_query": True}
        },
    )  # fmt: skip
    assert result.result["unexpected_count"] == 1, "a.b matches by search, not as a whole"
    assert ws.connection.execute(result.result["unexpected_index_query"]).fetchall() == [("ab2@x.ch",)]


def test_two_connections_may_begin_at_once(validator: Any) -> None:
    engine = validator.duckdb_engine.engine
    with engine.connect() as first, engine.connect() as second:
        counts = [connection.execute(sqlalchemy.text("select 1")).scalar() for connection in (first, second)]
    assert counts == [1, 1]


def test_values_are_written_into_a_query_even_where_the_value_stands_in_a_column_name(validator: Any) -> None:
    from great_expectations.expectations.metrics.util import sqlalchemy_select_to_sql_string

    column = sqlalchemy.column("email2")
    select = sqlalchemy.select(column).where(sqlalchemy.func.length(column) > 2)
    text = sqlalchemy_select_to_sql_string(validator.duckdb_engine, select)
    assert " ".join(text.split()) == "SELECT email2 WHERE length(email2) > 2;"


def test_lists_are_read_without_a_warning(validator: Any, recwarn: pytest.WarningsRecorder) -> None:
    validator.duckdb_engine.get_inspector().get_columns("record", schema="standardise")
    assert [str(warning.message) for warning in recwarn] == []
