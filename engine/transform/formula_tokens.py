"""A spreadsheet formula cut into tokens. Only signs that a row's formula needs are known; anything else is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.transform.node import MistakeError

FORMULA_LIMIT = 4_000

Kind = Literal["number", "text", "column", "name", "sign", "comma", "end"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?P<column>\[@?\[(?:[^\]]|\]\])+\]\]|\[@?(?:[^\[\]]|\]\])+\])
  | (?P<number>\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<name>[^\W\d][\w.]*)
  | (?P<sign><>|<=|>=|[-+*/^&=<>()%])
  | (?P<comma>[;,])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text (quotes and brackets off), and where it begins."""

    kind: Kind
    text: str
    at: int


def tokens(formula: str) -> list[Token]:
    """The tokens of ``formula``, the last of kind ``end``.

    Where ``;`` stands between arguments, a comma inside a number is its decimal comma, as in a French sheet.

    >>> [token.text for token in tokens('=SI([Pays]="";1,5;2)')][:4]
    ['SI', '(', 'Pays', '=']

    Raises:
        MistakeError: a sign that no formula over a row has: ranges, other sheets, DDE, arrays.
    """
    if len(formula) > FORMULA_LIMIT:
        raise MistakeError(f"a formula has {FORMULA_LIMIT} signs at most")
    text = formula.strip()
    begin = 1 if text.startswith("=") else 0
    found = _cut(text, begin)
    if any(token.kind == "comma" and token.text == ";" for token in found):
        if any(token.kind == "comma" and token.text == "," for token in found):
            raise MistakeError("separate arguments by ; or by , and not by both")
    else:
        found = _apart(found)
    return [*found, Token("end", "", len(text))]


def _cut(text: str, begin: int) -> list[Token]:
    found: list[Token] = []
    at = begin
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            sign = text[at] if text[at].isprintable() else "a control sign"
            raise MistakeError(
                f"sign {at + 1}, {sign}: a formula sees the columns of one row, written [Column]; no ranges, sheets, "
                "programs or arrays"
            )
        kind, told = match.lastgroup, match.group()
        if kind == "text":
            found.append(Token("text", told[1:-1].replace('""', '"'), at))
        elif kind == "column":
            name = told[1:-1].removeprefix("@")
            if name.startswith("[") and name.endswith("]"):
                name = name[1:-1]
            found.append(Token("column", name.replace("]]", "]"), at))
        elif kind in ("number", "name", "sign", "comma"):
            found.append(Token(kind, told, at))  # type: ignore[arg-type]
        at = match.end()
    return found


def _apart(found: list[Token]) -> list[Token]:
    """Numbers with a comma are two arguments where commas separate them."""
    parts: list[Token] = []
    for token in found:
        if token.kind == "number" and "," in token.text:
            left, _, right = token.text.partition(",")
            parts += [
                Token("number", left, token.at),
                Token("comma", ",", token.at + len(left)),
                Token("number", right, token.at + len(left) + 1),
            ]
        else:
            parts.append(token)
    return parts
