"""Expectation types: Great Expectations' own by their names in suites, and those made here.

Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.registry import get_expectation_impl

import engine.quality.own_types  # noqa: F401  registers its classes by importing


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
