"""The SELECT that turns the failures of one expectation into findings.

Great Expectations gives a query of failing rows, but drops the row condition and ``ignore_row_if`` from it, and
its query for compound uniqueness is not valid SQL. Here those are put back; engine.quality.check then compares the
number of findings with the number of failures counted by Great Expectations, so a wrong query cannot go unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.quality.looked_at import not_ignored
from engine.quality.subject import SUBJECTS
from engine.rulebook.expectations import CheckedTable, ExpectationRule, condition_columns
from engine.sql import identifier, literal, qualified


def index_columns(rules: Sequence[ExpectationRule], table: CheckedTable) -> list[str]:
    """The columns Great Expectations must select besides the ones judged, so that findings need no join."""
    wanted = dict.fromkeys(SUBJECTS[table].index)
    for rule in rules:
        if rule.meta.reason_column is not None:
            wanted[rule.meta.reason_column] = None
        if rule.kwargs.row_condition is not None:
            wanted.update(dict.fromkeys(condition_columns(rule.kwargs.row_condition)))
    return list(wanted)


def finding_select(suite: str, rule: ExpectationRule, table: CheckedTable, failing: str) -> str:
    """Findings of ``rule``: one row per row of ``failing``."""
    reason = literal(rule.meta.reason)
    if rule.meta.reason_column is not None:
        reason = f"coalesce({identifier(rule.meta.reason_column)}, {reason})"
    column = "null" if rule.meta.column is None else literal(rule.meta.column)
    key = ", ".join(f"{sql} as {name}" for name, sql in SUBJECTS[table].columns.items())
    return (
        f'select {literal(table)} as "table", {key}, {column} as "column", {literal(rule.name)} as expectation, '
        f"{literal(suite)} as suite, {literal(rule.severity)} as severity, {reason} as reason\nfrom (\n{failing}\n)"
    )


def failing_rows(rule: ExpectationRule, table: str, index_query: str | None, condition: str | None) -> str:
    """A query of the rows that fail ``rule``, each once, with at least the columns of :func:`index_columns`.

    Args:
        rule: the expectation.
        table: ``schema.table`` it is about.
        index_query: Great Expectations' query of the failing rows, where it gives one.
        condition: the rule's row condition as SQL, None when it has none.
    """
    if rule.kwargs.unexpected_rows_query is not None:
        return query_of_rows(rule, table)
    filters = [condition] if condition is not None else []
    filters += not_ignored(rule)
    if rule.type == "expect_compound_columns_to_be_unique":
        return _repeated(table, rule.kwargs.column_list or [], filters)
    assert index_query is not None, f"{rule.type} gives no query of failing rows"
    failing = index_query.strip().rstrip(";")
    if not filters:
        return failing
    return f"select * from (\n{failing}\n) where {' and '.join(filters)}"


def query_of_rows(rule: ExpectationRule, table: str) -> str:
    """The rule's own query, reading ``table``; it gives whole records, as ``select * from {batch} where ...`` does."""
    assert rule.kwargs.unexpected_rows_query is not None
    return rule.kwargs.unexpected_rows_query.format(batch=qualified(table)).strip().rstrip(";")


def _repeated(table: str, columns: Sequence[str], filters: Sequence[str]) -> str:
    """Rows whose values in ``columns`` another row has too; a missing value equals nothing."""
    names = [identifier(column) for column in columns]
    where = " and ".join([*filters, *(f"{name} is not null" for name in names)])
    return f"select * from {qualified(table)} where {where} qualify count(*) over (partition by {', '.join(names)}) > 1"
