"""A literal in the few functions that dump programs wrap literals in: CAST, CONVERT, TO_DATE, CHR, ``||``, ``::``."""

from __future__ import annotations

import re
import struct
from datetime import date, datetime, timedelta
from functools import cache

from engine.intake.sources.oracle_dates import by_mask
from engine.intake.sources.script_flavours import Flavour
from engine.intake.sources.script_literals import NoLiteralError, bare_word, plain_text, prefixed_string


@cache
def _tokens(flavour: Flavour) -> re.Pattern[str]:
    """Tokens of an expression: string, word, number, mark."""
    body = flavour.string[1:-1]
    return re.compile(
        rf"\s*(?:'({body})'|([A-Za-z_][\w$]*)|(0x[0-9A-Fa-f]*|[0-9.]+(?:[eE][-+]?\d+)?)|(\|\||::|[-+(),\[\].]))",
        re.DOTALL,
    )


class Expression:
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
            raise NoLiteralError

    def _joined(self, depth: int) -> str | None:
        if depth > 50:
            raise NoLiteralError
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
            raise NoLiteralError
        self._at = found.end()
        string, word, number, mark = found.groups()
        if string is not None:
            return plain_text(string, self._flavour) or None
        if number is not None:
            return bare_word(number)
        if mark in ("-", "+"):
            value = self._term(depth + 1)
            return value if value is None or mark == "+" else f"-{value}"
        if mark == "(":
            value = self._joined(depth + 1)
            self._need(")")
            return value
        if word is None:
            raise NoLiteralError
        return self._word(word, depth)

    def _word(self, word: str, depth: int) -> str | None:
        following = self._next()
        if following is not None and following.group(1) is not None:
            self._at = following.end()
            return prefixed_string(word, following.group(1), self._flavour, False, "utf-8")
        if not self._take("("):
            return bare_word(word)
        name = word.upper()
        if name in ("CAST", "TRY_CAST"):
            value = self._joined(depth + 1)
            if not self._taken_word("AS"):
                raise NoLiteralError
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
        return called(name, arguments)

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
            raise NoLiteralError
        if self._take("("):
            while not self._take(")"):
                found = self._next()
                if found is None:
                    raise NoLiteralError
                self._at = found.end()
        while self._take("["):
            self._need("]")
        return " ".join(words).lower()


def called(name: str, arguments: list[str | None]) -> str | None:
    value = arguments[0] if arguments else None
    if name in ("TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_TZ", "STR_TO_DATE") and value is not None:
        if len(arguments) < 2 or arguments[1] is None or name == "STR_TO_DATE":
            return value
        told = by_mask(value, arguments[1])
        if told is None:
            raise NoLiteralError
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
    raise NoLiteralError


def _character(code: int) -> str | None:
    if code >= 0x110000:
        raise NoLiteralError
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
        raise NoLiteralError from None
    return value
