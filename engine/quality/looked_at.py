"""Which rows an expectation looks at, as SQL: one truth for counts, scores and queries of failing rows."""

from __future__ import annotations

from engine.rulebook.expectations import ExpectationRule
from engine.sql import identifier

REASON = "_reason"

_IGNORED_BY_DEFAULT = {"pair": "both_values_are_missing", "list": "all_values_are_missing"}


def looked_at(rule: ExpectationRule, condition: str | None) -> list[str]:
    """Conditions, all of which a row meets that ``rule`` looks at; none = every row.

    A missing reason code is a value without fault, so a rule on a reason column looks at every row that has the
    attribute at all; Great Expectations takes the missing code for a missing value.

    Args:
        rule: the expectation.
        condition: its row condition as SQL, None when it has none.
    """
    conditions = [] if condition is None else [condition]
    column = rule.kwargs.column or ""
    if rule.looks_at_values_only:
        if not column.endswith(REASON):
            conditions.append(f"{identifier(column)} is not null")
        elif condition is None:
            conditions.append(has_attribute(column))
    return conditions + not_ignored(rule)


def has_attribute(reason_column: str) -> str:
    """Whether a row has the attribute of ``reason_column`` at all: raw, standard or a reason."""
    attribute = reason_column.removesuffix(REASON)
    sides = (identifier(name) for name in (f"{attribute}_raw", attribute, reason_column))
    return "(" + " or ".join(f"{side} is not null" for side in sides) + ")"


def not_ignored(rule: ExpectationRule) -> list[str]:
    """What ``ignore_row_if`` leaves, also where it is not given."""
    kwargs = rule.kwargs
    if kwargs.column_A is not None and kwargs.column_B is not None:
        columns, default = [kwargs.column_A, kwargs.column_B], _IGNORED_BY_DEFAULT["pair"]
    elif kwargs.column_list is not None:
        columns, default = kwargs.column_list, _IGNORED_BY_DEFAULT["list"]
    else:
        return []
    names = [identifier(column) for column in columns]
    match kwargs.ignore_row_if or default:
        case "both_values_are_missing" | "all_values_are_missing":
            return ["(" + " or ".join(f"{name} is not null" for name in names) + ")"]
        case "either_value_is_missing" | "any_value_is_missing":
            return [f"{name} is not null" for name in names]
        case _:
            return []
