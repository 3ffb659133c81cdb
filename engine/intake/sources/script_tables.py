"""Names and columns in SQL scripts: what CREATE TABLE, INSERT and COPY say of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PART = r"(?:\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|[^\s\[\]\"`(),.;']+)"
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_COLUMNS = r"\((?P<columns>(?:[^()'\"\[`]|\"[^\"]*\"|\[[^\]]*\]|`[^`]*`)*)\)"

INSERT = re.compile(
    rf"\s*(?:INSERT|REPLACE)\s+(?:(?:IGNORE|LOW_PRIORITY|DELAYED|HIGH_PRIORITY|OR\s+\w+)\s+)*(?:INTO\s+)?(?:ONLY\s+)?"
    rf"(?P<table>{_NAME})\s*(?:{_COLUMNS}\s*)?(?:OVERRIDING\s+\w+\s+VALUE\s+)?(?P<values>VALUES?\b)?",
    re.IGNORECASE,
)
COPY = re.compile(rf"\s*COPY\s+(?P<table>{_NAME})\s*(?:{_COLUMNS}\s*)?FROM\s+stdin\b", re.IGNORECASE)
CREATE = re.compile(
    rf"\s*CREATE\s+(?:GLOBAL\s+TEMPORARY\s+|TEMPORARY\s+|TEMP\s+|UNLOGGED\s+|FOREIGN\s+|OR\s+REPLACE\s+)*TABLE\s+"
    rf"(?:IF\s+NOT\s+EXISTS\s+)?(?P<table>{_NAME})\s*\(",
    re.IGNORECASE,
)
USE = re.compile(rf"\s*USE\s+(?P<table>{_PART})", re.IGNORECASE)

_NO_COLUMN = re.compile(
    r"(?:PRIMARY|KEY|UNIQUE|CONSTRAINT|INDEX|FULLTEXT|SPATIAL|CHECK|FOREIGN|EXCLUDE|LIKE|PERIOD|SUPPLEMENTAL)\b", re.I
)
_ITEM = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]", re.DOTALL)
_COLUMN = re.compile(rf"\s*(?P<name>{_PART})\s+(?P<type>{_PART})?")
_BINARY = re.compile(r"(?:tiny|medium|long)?blob|(?:var)?binary|image|raw|bytea|long raw|bfile|geometry", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Created:
    """What CREATE TABLE says: the columns in order, and which of them hold bytes or bits."""

    columns: tuple[str, ...]
    binary: frozenset[str]
    bits: frozenset[str]


@lru_cache(maxsize=1_024)
def plain_name(name: str) -> str:
    """A quoted, qualified name without its quotes.

    >>> plain_name('[dbo] . [Con]]tacts]'), plain_name('"Shop"."a""b"'), plain_name("`crm`.`c`")
    ('dbo.Con]tacts', 'Shop.a"b', 'crm.c')
    """
    return ".".join(_unquoted(part) for part in re.findall(_PART, name))


@lru_cache(maxsize=1_024)
def column_names(columns: str | None) -> tuple[str, ...] | None:
    """The names in a list of columns; None = there is no list.

    >>> column_names('[Id], "last name", `a,b`, plain')
    ('Id', 'last name', 'a,b', 'plain')
    """
    return None if columns is None else tuple(_unquoted(part) for part in re.findall(_PART, columns))


def created(text: str, begins: int) -> Created:
    """The columns of a CREATE TABLE statement; ``begins`` = the place behind its opening bracket."""
    depth, start = 1, begins
    parts: list[str] = []
    for mark in _ITEM.finditer(text, begins):
        what = mark.group()
        if what == "(":
            depth += 1
        elif what == ")":
            depth -= 1
        if (what == "," and depth == 1) or depth == 0:
            parts.append(text[start : mark.start()])
            start = mark.end()
        if depth == 0:
            break
    names: list[str] = []
    binary: set[str] = set()
    bits: set[str] = set()
    for part in parts:
        part = re.sub(r"--[^\n]*|/\*.*?\*/", " ", part, flags=re.DOTALL).strip()
        found = _COLUMN.match(part)
        if found is None or _NO_COLUMN.match(part):
            continue
        name = _unquoted(found.group("name"))
        names.append(name)
        kind = _unquoted(found.group("type") or "")
        if _BINARY.fullmatch(kind):
            binary.add(name)
        elif kind.lower() == "bit":
            bits.add(name)
    return Created(tuple(names), frozenset(binary), frozenset(bits))


def _unquoted(name: str) -> str:
    mark = name[0]
    if mark in '["`' and len(name) > 1:
        end = "]" if mark == "[" else mark
        return name[1:-1].replace(end * 2, end)
    return name
