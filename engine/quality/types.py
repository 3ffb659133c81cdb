"""Expectation types: Great Expectations' own by their names in suites, and the two made here.

Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.registry import get_expectation_impl


class ColumnValuesStandardised(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToBeStandardised`, computed with all others in one scan."""

    condition_metric_name = "column_values.standardised"
    condition_value_keys = ("apart_from", "or_without_reason")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls, column: Any, apart_from: list[str] | None = None, or_without_reason: bool = False, **kwargs: Any
    ) -> Any:
        attribute = str(column.name).removesuffix("_raw")
        reason: sa.ColumnClause[str] = sa.column(f"{attribute}_reason")
        fine: sa.ColumnElement[bool] = sa.column(attribute).isnot(None)
        if apart_from:
            fine = fine | sa.func.coalesce(reason, "").in_(apart_from)
        return fine | reason.is_(None) if or_without_reason else fine


class ExpectColumnValuesToBeStandardised(ColumnMapExpectation):
    """Expect every raw value of the column to have a standard value beside it.

    ``column`` is a raw column such as ``email_raw``; the standard value stands in ``email``, its reason code in
    ``email_reason``. Empty raw values are not looked at.

    Args:
        apart_from: reason codes that another expectation judges.
        or_without_reason: a value without a standard value beside it is fine when there is no reason code: it was
            read, and belongs elsewhere.
    """

    apart_from: list[str] | None = None
    or_without_reason: bool = False
    map_metric = "column_values.standardised"
    success_keys = ("mostly", "apart_from", "or_without_reason")
    args_keys = ("column", "apart_from", "or_without_reason")


class CountedRowsExpectation(UnexpectedRowsExpectation):
    """UnexpectedRowsExpectation that counts the rows and fetches none; the original reads 200 of them."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        failed = metrics["unexpected_rows_query.row_count"]
        return {"success": failed == 0, "result": {"observed_value": failed}}


def expectation_class(type_: str) -> type[Expectation]:
    """The class behind the name a suite uses."""
    if type_ == "unexpected_rows_expectation":
        return CountedRowsExpectation
    return get_expectation_impl(type_)
