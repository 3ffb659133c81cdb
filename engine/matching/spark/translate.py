"""DuckDB conditions of comparison levels as Spark SQL, function by function.

DuckDB counts bytes where Spark counts characters, and its Jaro-Winkler is not that of splink's Spark library (one in
ten pairs of names differs): what the two do not share is replaced by what gives DuckDB's answer. A function that is
not listed here is refused, so that no condition ever means something else on Spark.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp, parse_one

SIMILARITY = "assay_jaro_winkler"
"""Name of the function that the job registers: Jaro-Winkler over bytes, as DuckDB has it."""

_DATE_DIGITS = 8

_SAME = (
    exp.And, exp.Or, exp.Not, exp.Case, exp.If, exp.Coalesce, exp.Least, exp.Greatest, exp.Abs, exp.Sqrt, exp.TryCast,
    exp.Cast, exp.Left, exp.Right, exp.Substring, exp.SplitPart,
)  # fmt: skip
"""Mean the same in both, null included."""


def to_spark(condition: str) -> str:
    """The condition in Spark SQL.

    >>> to_spark("list_has_any(ph_l, ph_r)")
    'ARRAYS_OVERLAP(ph_l, ph_r)'

    Raises:
        ValueError: it uses a function that nobody has shown to mean the same.
    """
    whole = exp.Paren(this=parse_one(condition, read="duckdb"))  # so that even the outermost call can be replaced
    calls: list[Any] = list(whole.find_all(exp.Func))
    for call in reversed(calls):  # innermost first
        told = _function(call)
        if told is not call:
            call.replace(told)
    return str(whole.this.sql(dialect="spark"))


def _function(node: exp.Expression) -> exp.Expression:
    if not isinstance(node, exp.Func) or isinstance(node, _SAME):
        return node
    if isinstance(node, exp.Anonymous):
        return _by_name(node)
    if isinstance(node, exp.JarowinklerSimilarity):
        return exp.func(SIMILARITY, node.this, node.expression)
    if isinstance(node, exp.Levenshtein):
        return exp.Anonymous(this="LEVENSHTEIN", expressions=[_bytes(node.this), _bytes(node.expression)])
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
    if isinstance(node, exp.Length):
        return _length(node.this)
    raise ValueError(f"no Spark equivalent is known for {node.sql_name().lower()}()")


def _by_name(node: exp.Anonymous) -> exp.Expression:
    name, arguments = node.name.lower(), node.expressions
    if name == "strlen":
        return exp.Anonymous(this="OCTET_LENGTH", expressions=arguments)
    if name == "list_intersect":
        return exp.Anonymous(this="ARRAY_INTERSECT", expressions=arguments)
    if name == "hamming":
        return _hamming(*arguments)
    raise ValueError(f"no Spark equivalent is known for {name}()")


def _length(argument: exp.Expression) -> exp.Expression:
    """``len`` of a list (a list column starts with ``t``, or is an intersection), ``length`` of a text."""
    is_list = isinstance(argument, exp.Anonymous) and argument.name.lower() in ("list_intersect", "array_intersect")
    is_list = is_list or (isinstance(argument, exp.Column) and argument.name.rsplit("_", 1)[0] in LISTS)
    return exp.Anonymous(this="ARRAY_SIZE" if is_list else "CHAR_LENGTH", expressions=[argument])


LISTS = frozenset({"em", "ph", "nick", "lnt", "tok", "tq", "tq_away"})
"""Columns of m_key that hold lists."""


def _bytes(text: exp.Expression) -> exp.Expression:
    """A text with one character for each of its bytes in UTF-8."""
    encoded = exp.Anonymous(this="ENCODE", expressions=[text, exp.Literal.string("UTF-8")])
    return exp.Anonymous(this="DECODE", expressions=[encoded, exp.Literal.string("ISO-8859-1")])


def _hamming(one: exp.Expression, other: exp.Expression) -> exp.Expression:
    """Places at which two dates of eight digits differ."""
    places = [
        f"(CASE WHEN SUBSTRING({one.sql()}, {place}, 1) <> SUBSTRING({other.sql()}, {place}, 1) THEN 1"
        f" WHEN {one.sql()} IS NULL OR {other.sql()} IS NULL THEN NULL ELSE 0 END)"
        for place in range(1, _DATE_DIGITS + 1)
    ]
    return exp.maybe_parse(f"({' + '.join(places)})", dialect="spark")
