"""The rows behind VALUES: literals as text, and the few functions that dump programs wrap literals in.

Nothing is computed that a dump program would not have written: any other expression makes its row unreadable, with
the number of the cell, rather than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from engine.intake.sources.script_expressions import Expression, called
from engine.intake.sources.script_flavours import Flavour
from engine.intake.sources.script_literals import NoLiteralError, bare_word, number_of_bits, plain_text, prefixed_string


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an INSERT: where it begins in the statement, and its cells, or why they cannot be read."""

    at: int
    cells: list[str | None] | None
    reason: str | None = None
    detail: str | None = None


Bytes = Literal["", "bytes", "bits"]
"""What a column holds that is no text."""


@cache
def _simple(flavour: Flavour) -> re.Pattern[str]:
    """A literal with the comma or bracket behind it: prefix, string, bare word, mark."""
    body = flavour.string[1:-1]
    return re.compile(rf"\s*(?:([A-Za-z_]\w*)?\s*'({body})'|([^\s'\"(),;\[\]]++))\s*([,)])", re.DOTALL)


@cache
def _cast(flavour: Flavour) -> re.Pattern[str]:
    """``CAST(N'..' AS type)`` of a literal that is text or a number, with the mark behind it: string, number, mark."""
    body = flavour.string[1:-1]
    return re.compile(
        rf"\s*CAST\(\s*(?:N?'({body})'|(-?[\d.]++(?!x)))\s+AS\s+\[?\w+\]?(?:\(\s*\w+\s*(?:,\s*\d+\s*)?\))?\s*\)\s*([,)])",
        re.DOTALL | re.IGNORECASE,
    )


_MASKED = re.compile(r"\s*TO_(?:DATE|TIMESTAMP)\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)\s*([,)])", re.IGNORECASE)
"""A date with its mask, and the mark behind it: SQL Developer writes most of its cells so."""


def rows(text: str, begins: int, flavour: Flavour, kinds: Sequence[Bytes] = (), codec: str = "utf-8") -> Iterator[Row]:
    """Every row of ``VALUES (...), (...)`` from the place ``begins`` on.

    Args:
        text: the statement.
        begins: place behind VALUES.
        flavour: whose SQL it is.
        kinds: for each cell whether its column holds bytes, which come out as hex, or bits, which are a number.
        codec: how the script was decoded.
    """
    simple, cast = _simple(flavour), _cast(flavour)
    special = any(kinds)
    at = _skip_blanks(text, begins)
    while at < len(text) and text[at] == "(":
        start, at = at, at + 1
        cells: list[str | None] = []
        try:
            while True:
                found = simple.match(text, at)
                if found is not None:
                    prefix, string, bare, mark = found.groups()
                    at = found.end()
                    if not special and prefix is None:  # most cells of most dumps: nothing to look up
                        if string is None:
                            cells.append(bare if bare.isdecimal() else bare_word(bare))
                        elif "'" in string or "\\" in string:
                            cells.append(plain_text(string, flavour).replace("\0", "") or None)
                        else:
                            cells.append(string or None)
                        if mark == ")":
                            break
                        continue
                    kind = kinds[len(cells)] if len(cells) < len(kinds) else ""
                    value = (
                        bare_word(bare)
                        if string is None
                        else prefixed_string(prefix, string, flavour, kind != "", codec)
                    )
                    if kind == "bits" and value is not None and (string is not None or bare[1:2] in ("x", "X")):
                        value = number_of_bits(value)
                    cells.append(value)
                elif (found := cast.match(text, at)) is not None:
                    string, bare, mark = found.groups()
                    cells.append(bare if string is None else plain_text(string, flavour) or None)
                    at = found.end()
                elif (found := _MASKED.match(text, at)) is not None:
                    string, mask, mark = found.groups()
                    cells.append(called("TO_DATE", [string or None, mask]))
                    at = found.end()
                else:
                    value, at = Expression(text, at, flavour).value()
                    cells.append(value)
                    at = _skip_blanks(text, at)
                    mark = text[at : at + 1]
                    if mark not in (",", ")") or not mark:
                        raise NoLiteralError
                    at += 1
                if mark == ")":
                    break
            yield Row(start, cells)
        except NoLiteralError:
            end = _row_end(text, start, flavour)
            if end is None:
                yield Row(start, None, "cut_line", "the row does not end")
                return
            yield Row(start, None, "computed_value", f"cell {len(cells) + 1} is no literal")
            at = end
        at = _skip_blanks(text, at)
        if text[at : at + 1] != ",":
            return
        at = _skip_blanks(text, at + 1)


def _skip_blanks(text: str, at: int) -> int:
    end = len(text)
    while at < end and text[at].isspace():
        at += 1
    return at


def _row_end(text: str, start: int, flavour: Flavour) -> int | None:
    depth = 0
    for mark in _marks(flavour).finditer(text, start):
        what = mark.group()
        if what == "'":  # a string that does not end
            return None
        depth += (what == "(") - (what == ")")
        if depth == 0 and what == ")":
            return mark.end()
    return None


@cache
def _marks(flavour: Flavour) -> re.Pattern[str]:
    """Brackets outside of strings; a lone quote is a string that does not end."""
    return re.compile(rf"{flavour.string}|\"[^\"]*\"|['()]", re.DOTALL)
