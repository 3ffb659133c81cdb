"""A closed DuckDB in memory that only parses and binds what people wrote; it holds no data and can reach no file."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import duckdb

from engine.sql import literal
from engine.transform.node import MistakeError

TEXT_LIMIT = 4_000
"""Signs of an expression."""

PATTERN_LIMIT = 1_000
"""Signs of a regular expression."""

REPETITION_MEMORY = "64MB"


@lru_cache(maxsize=1)
def _closed() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": REPETITION_MEMORY,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def parse(text: str) -> dict[str, Any]:
    """The tree of one scalar expression, as DuckDB's parser sees it.

    Raises:
        MistakeError: it is too long, no SQL, or more than one expression.
    """
    if len(text) > TEXT_LIMIT:
        raise MistakeError(f"an expression has {TEXT_LIMIT} signs at most")
    if "\x00" in text:
        raise MistakeError("not an expression")
    try:
        # a line end after the text: a comment in it must not swallow the bracket
        found = _closed().cursor().execute("select json_serialize_sql($text)", {"text": f"select (\n{text}\n)"})
        row = found.fetchone()
        assert row is not None
        told = json.loads(row[0])
    except (duckdb.Error, ValueError, RecursionError):
        raise MistakeError("not an expression that can be read") from None
    if told.get("error"):
        raise MistakeError(f"not an SQL expression: {_first_line(str(told.get('error_message', '')))}")
    statements = told["statements"]
    node = statements[0]["node"] if len(statements) == 1 else {}
    plain = (
        node.get("type") == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not node["modifiers"]
        and not node["cte_map"]["map"]
        and not node["group_expressions"]
        and all(node[part] is None for part in ("where_clause", "having", "sample", "qualify"))
    )
    if not plain:
        raise MistakeError("one expression over the columns of a row is allowed, no query")
    expression = node["select_list"][0]
    assert isinstance(expression, dict)
    return expression


def type_of(sql: str, names: list[str]) -> str:
    """DuckDB's type of ``sql`` over text columns ``names`` (SQL identifiers).

    Raises:
        MistakeError: functions and types do not go together.
    """
    columns = ", ".join(f"null::varchar as {name}" for name in names) or "null::varchar as nothing"
    try:
        row = _closed().cursor().execute(f"describe select {sql} as value from (select {columns})").fetchone()
    except duckdb.Error as error:
        raise MistakeError(_first_line(str(error))) from None
    assert row is not None
    return str(row[1])


def check_pattern(pattern: str) -> None:
    """Raise a MistakeError unless ``pattern`` is a regular expression of RE2, which takes linear time on any text."""
    if len(pattern) > PATTERN_LIMIT:
        raise MistakeError(f"a regular expression has {PATTERN_LIMIT} signs at most")
    try:
        _closed().cursor().execute(f"select regexp_matches('a', {literal(pattern)})").fetchone()
    except duckdb.Error as error:
        raise MistakeError(f"not a regular expression (RE2): {_first_line(str(error))}") from None


def groups_of(pattern: str) -> int:
    """How many groups a pattern captures; DuckDB finds nothing in a group that is not there, and says nothing.

    >>> [groups_of(pattern) for pattern in ("x", "(a)(b)", r"\\(a", "[(]", "(?:a)(b)", "(?P<n>a)")]
    [0, 2, 0, 0, 1, 1]
    """
    found = 0
    in_class = False
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            at += pattern.startswith("[]", at) or 2 * pattern.startswith("[^]", at)
        elif sign == "(":
            found += not pattern.startswith("(?", at) or pattern.startswith(("(?P<", "(?<"), at)
        at += 1
    return found


def check_date_form(form: str) -> None:
    """Raise a MistakeError unless ``form`` reads and writes dates (``%d.%m.%Y``)."""
    try:
        cursor = _closed().cursor()
        cursor.execute(f"select strftime(date '2020-02-03', {literal(form)})").fetchone()
        cursor.execute(f"select try_strptime('x', {literal(form)})").fetchone()
    except duckdb.Error:
        raise MistakeError(
            f'"{form[:40]}" is no form of a date: use %d day, %m month, %Y year of four digits, %y of two'
        ) from None


def _first_line(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    for head in ("Parser Error: ", "Binder Error: ", "Invalid Input Error: ", "Catalog Error: "):
        line = line.removeprefix(head)
    return line[:200].rstrip(". ")
