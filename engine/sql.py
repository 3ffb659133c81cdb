"""Quoting for SQL text. Values are bound as parameters; only identifiers and trusted literals go through here."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Quote an identifier for DuckDB; dots inside are part of the name.

    >>> identifier("line no")
    '"line no"'
    """
    return '"' + name.replace('"', '""') + '"'


def qualified(name: str) -> str:
    """Quote a ``schema.table`` name part by part.

    >>> qualified("golden.contact")
    '"golden"."contact"'
    """
    return ".".join(identifier(part) for part in name.split("."))


def literal(text: str) -> str:
    """Quote text as an SQL string, for the few places where DuckDB cannot bind (settings, views, COPY options).

    >>> literal("l'été")
    "'l''été'"
    """
    return "'" + text.replace("'", "''") + "'"


def text_list(values: list[str] | tuple[str, ...]) -> str:
    """A DuckDB list literal of strings.

    >>> text_list(["a", "b'c"])
    "['a', 'b''c']"
    """
    return "[" + ", ".join(literal(value) for value in values) + "]"
