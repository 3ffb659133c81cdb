"""One validation by Great Expectations: rules in, counts and queries of failing rows out. Never a value.

Importing this module imports Great Expectations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import deserialize_row_condition

from engine.errors import AssayError, Problem, RuleErrors, SurroundingsError
from engine.quality.duckdb_source import TableValidator
from engine.quality.findings import index_columns
from engine.quality.outcome import Outcome
from engine.quality.pace import brisk
from engine.quality.types import expectation_class
from engine.rulebook.expectations import CheckedTable, ExpectationRule
from engine.vocabulary import Severity

_SEVERITY: Mapping[Severity, FailureSeverity] = {
    "error": FailureSeverity.CRITICAL,
    "warning": FailureSeverity.WARNING,
    "info": FailureSeverity.INFO,
}

_EXCEPTION = re.compile(r"\b(?:\w+\.)*(\w+(?:Error|Exception))\b")


def build(rules: Sequence[tuple[Problem, ExpectationRule]]) -> list[Expectation]:
    """The rules as expectations.

    Args:
        rules: each with its place in the rule files.

    Raises:
        RuleErrors: all rules whose arguments Great Expectations does not take, at their places.
    """
    expectations, problems = [], []
    for number, (place, rule) in enumerate(rules):
        kwargs = rule.kwargs.given()
        if "row_condition" in kwargs:
            kwargs["row_condition"] = deserialize_row_condition(kwargs["row_condition"])
        try:
            expectation = expectation_class(rule.type)(
                **kwargs, severity=_SEVERITY[rule.severity], meta={"number": number}
            )
        except ValueError as error:  # pydantic's; it quotes the rule file, not the data
            said = " ".join(str(error).split("\n", 2)[-1].split())
            problems.append(Problem(place.file, place.line, f"{rule.name}: Great Expectations says: {said}"))
        else:
            expectations.append(expectation)
    if problems:
        raise RuleErrors(problems)
    return expectations


def validate(
    connection: duckdb.DuckDBPyConnection,
    table: CheckedTable,
    rules: Sequence[tuple[Problem, ExpectationRule]],
    parameters: Mapping[str, str],
) -> list[Outcome]:
    """Validate ``rules`` on ``table`` in one go: what can be counted in one scan is counted in one scan.

    Args:
        connection: the open database.
        table: ``schema.table``.
        rules: each with its place in the rule files.
        parameters: values of ``$PARAMETER`` arguments.

    Raises:
        RuleErrors: a rule's arguments are refused.
        SurroundingsError: not enough memory.
        AssayError: an expectation could not be computed; the text names the exception's class only.
    """
    expectations = build(rules)
    validator = TableValidator(connection, table)
    try:
        with brisk():
            results = validator.graph_validate(
                configurations=validator.process_expectations_for_validation(
                    [expectation.configuration for expectation in expectations], dict(parameters)
                ),
                runtime_configuration={"result_format": _result_format([rule for _, rule in rules], table)},
            )
        by_number = {_number(result): result for result in results}
        conditions = [_condition_sql(validator, expectation) for expectation in expectations]
    finally:
        validator.close()
    return [_outcome(place, rule, by_number[number], conditions[number]) for number, (place, rule) in enumerate(rules)]


def _number(result: ExpectationValidationResult) -> int:
    """Which rule a result is about: results come in an order of their own."""
    assert result.expectation_config is not None
    assert result.expectation_config.meta is not None
    return int(result.expectation_config.meta["number"])


def _result_format(rules: Sequence[ExpectationRule], table: CheckedTable) -> dict[str, Any]:
    """Counts and queries; BASIC with no example, so that no value of a contact leaves the database."""
    return {
        "result_format": "BASIC",
        "partial_unexpected_count": 0,
        "exclude_unexpected_values": True,
        "return_unexpected_index_query": True,
        "unexpected_index_column_names": index_columns(rules, table),
    }


def _condition_sql(validator: TableValidator, expectation: Expectation) -> str | None:
    condition = getattr(expectation, "row_condition", None)
    if condition is None:
        return None
    engine = validator.duckdb_engine
    clause = engine.condition_to_filter_clause(condition)
    return f"({clause.compile(dialect=engine.engine.dialect, compile_kwargs={'literal_binds': True})})"


def _outcome(
    place: Problem, rule: ExpectationRule, result: ExpectationValidationResult, condition: str | None
) -> Outcome:
    counts = result.result
    failed = counts.get("unexpected_count", counts.get("observed_value")) if rule.by_record else 0
    if failed is None and counts.get("element_count") == 0:
        failed = 0  # the sum over no rows
    if failed is None or _raised(result):
        raise _not_computed(place, rule, result)
    return Outcome(
        success=bool(result.success),
        failed=int(failed),
        index_query=counts.get("unexpected_index_query"),
        condition=condition,
    )


def _raised(result: ExpectationValidationResult) -> bool:
    information = result.exception_info or {}
    return bool(information.get("raised_exception")) or any(isinstance(value, dict) for value in information.values())


def _not_computed(place: Problem, rule: ExpectationRule, result: ExpectationValidationResult) -> AssayError:
    classes = _EXCEPTION.findall(str(result.exception_info))
    if "OutOfMemoryException" in classes:
        return SurroundingsError("the quality checks need more memory than they may use", hint="Try --memory 8GB.")
    return AssayError(
        f"{place.file}:{place.line}  {rule.name} could not be computed ({classes[-1] if classes else 'no result'})",
        hint="Check its columns, its regular expression (RE2: no look-around, no back-references) and its values.",
    )
