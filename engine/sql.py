"""Quoting for SQL text. Values are bound as parameters; only identifiers and trusted literals go through here."""

from __future__ import annotations

import re

_PATTERN = re.compile(r"[\[*?]")


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


def one_file(path: object) -> str:
    """A path for ``read_csv`` and its like: the marks of a pattern in its name or folders stand for themselves.

    Without it DuckDB may read another file: ``export [2024].csv`` is a pattern that ``export 2.csv`` fits.

    >>> one_file("a [2024]*.csv")
    'a [[]2024][*].csv'
    """
    return _PATTERN.sub(lambda found: f"[{found.group()}]", str(path))


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
