"""Literals of SQL scripts as text: strings with their escapes and prefixes, bare words, hexadecimal digits."""

from __future__ import annotations

import re

from engine.intake.sources.script_flavours import Flavour


class NoLiteralError(Exception):
    """An expression that is no literal."""


_EMPTY_WORDS = frozenset(("NULL", "DEFAULT"))


_BARE = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|true|false", re.IGNORECASE)


def bare_word(word: str) -> str | None:
    if word.upper() in _EMPTY_WORDS:
        return None
    if word[:2] in ("0x", "0X"):
        return _hexadecimal(word[2:])
    if _BARE.fullmatch(word) is None:
        raise NoLiteralError
    return word


def _hexadecimal(digits: str) -> str | None:
    if re.fullmatch("[0-9A-Fa-f]*", digits) is None:
        raise NoLiteralError
    return digits.upper() or None


def number_of_bits(digits: str) -> str:
    """The number of a bit column, from its hexadecimal digits."""
    if len(digits) > 16:
        raise NoLiteralError
    return str(int(digits, 16))


def prefixed_string(prefix: str | None, body: str, flavour: Flavour, is_bytes: bool, codec: str) -> str | None:
    if prefix is not None and prefix.upper() not in ("N", "E"):
        word = prefix.lower()
        if word == "b":
            if re.fullmatch("[01]{1,64}", body) is None:  # 64 is the widest bit column there is
                raise NoLiteralError
            return format(int(body, 2), "X" if is_bytes else "d")
        if word == "x":
            return _hexadecimal(body)
        if word == "_binary":
            return _hex(plain_text(body, flavour), codec)
        if word not in ("date", "time", "timestamp") and not word.startswith("_"):
            raise NoLiteralError
    text = plain_text(body, flavour, escapes=prefix is not None and prefix in "Ee")
    if is_bytes:
        return _hex(text, codec)
    return text.replace("\0", "") or None


_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "Z": "\x1a", "f": "\f"}


_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)


def plain_text(body: str, flavour: Flavour, *, escapes: bool = False) -> str:
    """The text of a string without its escapes, in one pass: ``\\\\'`` is a backslash and an end."""
    if flavour.backslash or escapes:
        if "\\" in body or "''" in body:
            return _ESCAPED.sub(lambda found: "'" if found[1] is None else _ESCAPES.get(found[1], found[1]), body)
        return body
    return body.replace("''", "'") if "''" in body else body


def _hex(text: str, codec: str) -> str | None:
    """Bytes that a script holds raw, as hex: they were decoded so that nothing is lost on the way back."""
    return text.encode(codec, "surrogateescape").hex().upper() or None
