"""The rows behind VALUES: literals as text, and the few functions that dump programs wrap literals in.

Nothing is computed that a dump program would not have written: any other expression makes its row unreadable, with
the number of the cell, rather than a guess.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from engine.intake.sources.oracle_dates import by_mask
from engine.intake.sources.script_flavours import Flavour


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an INSERT: where it begins in the statement, and its cells, or why they cannot be read."""

    at: int
    cells: list[str | None] | None
    reason: str | None = None
    detail: str | None = None


Bytes = Literal["", "bytes", "bits"]
"""What a column holds that is no text."""


class _NoLiteral(Exception):
    """An expression that is no literal."""


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


@cache
def _tokens(flavour: Flavour) -> re.Pattern[str]:
    """Tokens of an expression: string, word, number, mark."""
    body = flavour.string[1:-1]
    return re.compile(
        rf"\s*(?:'({body})'|([A-Za-z_][\w$]*)|(0x[0-9A-Fa-f]*|[0-9.]+(?:[eE][-+]?\d+)?)|(\|\||::|[-+(),\[\].]))",
        re.DOTALL,
    )


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
                            cells.append(bare if bare.isdecimal() else _bare(bare))
                        elif "'" in string or "\\" in string:
                            cells.append(_plain(string, flavour).replace("\0", "") or None)
                        else:
                            cells.append(string or None)
                        if mark == ")":
                            break
                        continue
                    kind = kinds[len(cells)] if len(cells) < len(kinds) else ""
                    value = _bare(bare) if string is None else _string(prefix, string, flavour, kind != "", codec)
                    if kind == "bits" and value is not None and (string is not None or bare[1:2] in ("x", "X")):
                        value = _number_of(value)
                    cells.append(value)
                elif (found := cast.match(text, at)) is not None:
                    string, bare, mark = found.groups()
                    cells.append(bare if string is None else _plain(string, flavour) or None)
                    at = found.end()
                elif (found := _MASKED.match(text, at)) is not None:
                    string, mask, mark = found.groups()
                    cells.append(_called("TO_DATE", [string or None, mask]))
                    at = found.end()
                else:
                    value, at = _Expression(text, at, flavour).value()
                    cells.append(value)
                    at = _skip_blanks(text, at)
                    mark = text[at : at + 1]
                    if mark not in (",", ")") or not mark:
                        raise _NoLiteral
                    at += 1
                if mark == ")":
                    break
            yield Row(start, cells)
        except _NoLiteral:
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


_EMPTY_WORDS = frozenset(("NULL", "DEFAULT"))
_BARE = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|true|false", re.IGNORECASE)


def _bare(word: str) -> str | None:
    if word.upper() in _EMPTY_WORDS:
        return None
    if word[:2] in ("0x", "0X"):
        return _hexadecimal(word[2:])
    if _BARE.fullmatch(word) is None:
        raise _NoLiteral
    return word


def _hexadecimal(digits: str) -> str | None:
    if re.fullmatch("[0-9A-Fa-f]*", digits) is None:
        raise _NoLiteral
    return digits.upper() or None


def _number_of(digits: str) -> str:
    """The number of a bit column, from its hexadecimal digits."""
    if len(digits) > 16:
        raise _NoLiteral
    return str(int(digits, 16))


def _string(prefix: str | None, body: str, flavour: Flavour, is_bytes: bool, codec: str) -> str | None:
    if prefix is not None and prefix.upper() not in ("N", "E"):
        word = prefix.lower()
        if word == "b":
            if re.fullmatch("[01]{1,64}", body) is None:  # 64 is the widest bit column there is
                raise _NoLiteral
            return format(int(body, 2), "X" if is_bytes else "d")
        if word == "x":
            return _hexadecimal(body)
        if word == "_binary":
            return _hex(_plain(body, flavour), codec)
        if word not in ("date", "time", "timestamp") and not word.startswith("_"):
            raise _NoLiteral
    text = _plain(body, flavour, escapes=prefix is not None and prefix in "Ee")
    if is_bytes:
        return _hex(text, codec)
    return text.replace("\0", "") or None


_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "Z": "\x1a", "f": "\f"}
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)


def _plain(body: str, flavour: Flavour, *, escapes: bool = False) -> str:
    """The text of a string without its escapes, in one pass: ``\\\\'`` is a backslash and an end."""
    if flavour.backslash or escapes:
        if "\\" in body or "''" in body:
            return _ESCAPED.sub(lambda found: "'" if found[1] is None else _ESCAPES.get(found[1], found[1]), body)
        return body
    return body.replace("''", "'") if "''" in body else body


def _hex(text: str, codec: str) -> str | None:
    """Bytes that a script holds raw, as hex: they were decoded so that nothing is lost on the way back."""
    return text.encode(codec, "surrogateescape").hex().upper() or None


class _Expression:
    """A literal in functions: CAST(N'..' AS Date), TO_DATE('..', mask), 'a'||CHR(10)||'b', '..'::date."""

    def __init__(self, text: str, at: int, flavour: Flavour) -> None:
        self._text = text
        self._at = at
        self._flavour = flavour
        self._token = _tokens(flavour)

    def value(self) -> tuple[str | None, int]:
        """The text of the expression and the place behind it."""
        return self._joined(0), self._at

    def _next(self) -> re.Match[str] | None:
        return self._token.match(self._text, self._at)

    def _take(self, mark: str) -> bool:
        found = self._next()
        if found is None or found.group(4) != mark:
            return False
        self._at = found.end()
        return True

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            raise _NoLiteral

    def _joined(self, depth: int) -> str | None:
        if depth > 50:
            raise _NoLiteral
        parts = [self._term(depth)]
        while self._take("||"):
            parts.append(self._term(depth))
        while self._take("::"):
            self._type()
        if len(parts) == 1:
            return parts[0]
        return "".join(part or "" for part in parts) or None

    def _term(self, depth: int) -> str | None:
        found = self._next()
        if found is None:
            raise _NoLiteral
        self._at = found.end()
        string, word, number, mark = found.groups()
        if string is not None:
            return _plain(string, self._flavour) or None
        if number is not None:
            return _bare(number)
        if mark in ("-", "+"):
            value = self._term(depth + 1)
            return value if value is None or mark == "+" else f"-{value}"
        if mark == "(":
            value = self._joined(depth + 1)
            self._need(")")
            return value
        if word is None:
            raise _NoLiteral
        return self._word(word, depth)

    def _word(self, word: str, depth: int) -> str | None:
        following = self._next()
        if following is not None and following.group(1) is not None:
            self._at = following.end()
            return _string(word, following.group(1), self._flavour, False, "utf-8")
        if not self._take("("):
            return _bare(word)
        name = word.upper()
        if name in ("CAST", "TRY_CAST"):
            value = self._joined(depth + 1)
            if not self._taken_word("AS"):
                raise _NoLiteral
            kind = self._type()
            self._need(")")
            return _sql_server_value(value, kind)
        if name == "CONVERT" and self._flavour.brackets:
            kind = self._type()
            self._need(",")
            value = self._joined(depth + 1)
            self._rest(depth)
            return _sql_server_value(value, kind)
        arguments = [] if self._take(")") else [self._joined(depth + 1), *self._rest(depth)]
        return _called(name, arguments)

    def _rest(self, depth: int) -> list[str | None]:
        arguments: list[str | None] = []
        while self._take(","):
            arguments.append(self._joined(depth + 1))
        self._need(")")
        return arguments

    def _taken_word(self, word: str) -> bool:
        found = self._next()
        if found is None or (found.group(2) or "").upper() != word:
            return False
        self._at = found.end()
        return True

    def _type(self) -> str:
        """A type: words, a size in brackets, ``[]``."""
        words: list[str] = []
        self._take("[")  # T-SQL writes [datetime]
        while (found := self._next()) is not None and found.group(2) is not None and found.group(2).upper() != "AS":
            words.append(found.group(2))
            self._at = found.end()
            self._take(".")
        self._take("]")
        if not words:
            raise _NoLiteral
        if self._take("("):
            while not self._take(")"):
                found = self._next()
                if found is None:
                    raise _NoLiteral
                self._at = found.end()
        while self._take("["):
            self._need("]")
        return " ".join(words).lower()


def _called(name: str, arguments: list[str | None]) -> str | None:
    value = arguments[0] if arguments else None
    if name in ("TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_TZ", "STR_TO_DATE") and value is not None:
        if len(arguments) < 2 or arguments[1] is None or name == "STR_TO_DATE":
            return value
        told = by_mask(value, arguments[1])
        if told is None:
            raise _NoLiteral
        return told
    if name in ("CHR", "NCHR", "CHAR", "NCHAR") and value is not None and re.fullmatch("[0-9]{1,7}", value):
        return _character(int(value))
    if name == "UNISTR" and value is not None:
        return re.sub(r"\\([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), value) or None
    if name in ("HEXTORAW", "UNHEX"):
        return value.upper() if value else None
    if name in ("TO_CLOB", "TO_NCLOB", "TO_CHAR", "TO_NUMBER", "TO_BLOB", "CONVERT"):
        return value
    if name in ("EMPTY_CLOB", "EMPTY_BLOB"):
        return None
    if name == "CONCAT":
        return "".join(part or "" for part in arguments) or None
    raise _NoLiteral


def _character(code: int) -> str | None:
    if code >= 0x110000:
        raise _NoLiteral
    return chr(code).replace("\0", "") or None


def _sql_server_value(value: str | None, kind: str) -> str | None:
    """A value of a CAST: older scripts write dates as the server's bytes."""
    if value is None or re.fullmatch(r"(?:[0-9A-F]{2})+", value) is None:
        return value
    try:
        raw = bytes.fromhex(value)
        if kind == "datetime" and len(raw) == 8:
            days, ticks = struct.unpack(">iI", raw)
            moment = datetime(1900, 1, 1) + timedelta(days=days, milliseconds=round(ticks * 10 / 3))
            return moment.isoformat(sep=" ", timespec="milliseconds")
        if kind == "smalldatetime" and len(raw) == 4:
            days, minutes = struct.unpack(">HH", raw)
            return (datetime(1900, 1, 1) + timedelta(days=days, minutes=minutes)).isoformat(sep=" ")
        if kind == "date" and len(raw) in (3, 4):
            return (date(1, 1, 1) + timedelta(days=int.from_bytes(raw[:3], "little"))).isoformat()
    except (ValueError, OverflowError, struct.error):
        raise _NoLiteral from None
    return value
