"""Spreadsheet formulas over a row, for staff who think in Excel: parsed here, made SQL, never run by a spreadsheet.

``=SI([Pays]="";"CH";MAJUSCULE(GAUCHE([Pays];2)))``: a column stands in square brackets as in an Excel table, names of
functions are English, French, German or Italian, ``;`` or ``,`` separates arguments. Differences from Excel are few and
said in docs/how-to/map-columns.md.
"""

from __future__ import annotations

from difflib import get_close_matches

from engine.transform.formula_functions import BUILDERS
from engine.transform.formula_names import ENGLISH, TRUTHS
from engine.transform.formula_tokens import Token, tokens
from engine.transform.formula_values import (
    add,
    as_text,
    compared,
    concat,
    divide,
    multiply,
    negative,
    number_constant,
    percent,
    power,
    text_constant,
    truth_constant,
)
from engine.transform.node import MistakeError, Node, column

DEPTH_LIMIT = 40

_UNSTABLE = {
    "TODAY",
    "NOW",
    "RAND",
    "RANDBETWEEN",
    "AUJOURDHUI",
    "MAINTENANT",
    "HEUTE",
    "JETZT",
    "OGGI",
    "ADESSO",
    "ALEA",
}
_REACHING = {"HYPERLINK", "WEBSERVICE", "INDIRECT", "CALL", "REGISTER", "EXEC", "RTD", "DDE", "IMPORTDATA", "IMPORTXML",
             "LIEN_HYPERTEXTE", "INFO", "CELL", "FILTERXML", "OFFSET", "EVALUATE"}  # fmt: skip


def parse_formula(text: str) -> Node:
    """A formula as a tree whose value is text; NULL where Excel would show an error.

    >>> parse_formula('=UPPER([Nom])&" "&[Prénom]').columns
    ('Nom', 'Prénom')

    Raises:
        MistakeError: it is no formula over the columns of a row, or uses a function that is not known.
    """
    parser = _Parser(tokens(text))
    node = parser.comparison(0)
    parser.end()
    return as_text(node)


class _Parser:
    """Recursive descent, in Excel's order of operators: ``%``, ``^``, ``* /``, ``+ -``, ``&``, comparisons."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is_sign(self, *signs: str) -> bool:
        return self._next.kind == "sign" and self._next.text in signs

    def end(self) -> None:
        """Refuse what stands behind the formula."""
        if self._next.kind != "end":
            raise MistakeError(f"sign {self._next.at + 1}: {self._next.text[:20]} is not expected here")

    def comparison(self, depth: int) -> Node:
        """An expression."""
        if depth > DEPTH_LIMIT:
            raise MistakeError("the formula is nested too deeply")
        left = self._concat(depth)
        while self._is_sign("=", "<>", "<", ">", "<=", ">="):
            sign = self._take().text
            left = compared(sign, left, self._concat(depth))
        return left

    def _concat(self, depth: int) -> Node:
        parts = [self._sum(depth)]
        while self._is_sign("&"):
            self._take()
            parts.append(self._sum(depth))
        return parts[0] if len(parts) == 1 else concat(parts)

    def _sum(self, depth: int) -> Node:
        left = self._product(depth)
        while self._is_sign("+", "-"):
            sign = self._take().text
            left = add(sign, left, self._product(depth))
        return left

    def _product(self, depth: int) -> Node:
        left = self._power(depth)
        while self._is_sign("*", "/"):
            sign = self._take().text
            right = self._power(depth)
            left = multiply(left, right) if sign == "*" else divide(left, right)
        return left

    def _power(self, depth: int) -> Node:
        left = self._unary(depth)
        while self._is_sign("^"):
            self._take()
            left = power(left, self._unary(depth))
        return left

    def _unary(self, depth: int) -> Node:
        minus = False
        while self._is_sign("-", "+"):
            minus ^= self._take().text == "-"
        node = self._primary(depth)
        while self._is_sign("%"):
            self._take()
            node = percent(node)
        return negative(node) if minus else node

    def _primary(self, depth: int) -> Node:
        token = self._take()
        if token.kind == "number":
            return number_constant(token.text.replace(",", "."))
        if token.kind == "text":
            return text_constant(token.text)
        if token.kind == "column":
            return Node("coalesce({0}, '')", (column(token.text),), times=1)
        if token.kind == "sign" and token.text == "(":
            inner = self.comparison(depth + 1)
            self._close()
            return inner
        if token.kind == "name":
            if self._is_sign("("):
                return self._call(token, depth)
            if (truth := TRUTHS.get(token.text.upper())) is not None:
                return truth_constant(truth)
            raise MistakeError(f"{token.text[:40]}: write a column as [{token.text[:40]}] and a text in double quotes")
        raise MistakeError(
            "the formula ends too early" if token.kind == "end" else f"{token.text} is not expected here"
        )

    def _close(self) -> None:
        if not self._is_sign(")"):
            raise MistakeError("a bracket is not closed")
        self._take()

    def _call(self, token: Token, depth: int) -> Node:
        name = token.text.upper()
        english = ENGLISH.get(name)
        if english is None:
            raise MistakeError(_unknown(name))
        self._take()
        if english in ("VLOOKUP", "XLOOKUP"):
            return self._lookup(english, depth)
        arguments: list[Node] = []
        if not self._is_sign(")"):
            arguments.append(self._argument(depth))
            while self._next.kind == "comma":
                self._take()
                arguments.append(self._argument(depth))
        self._close()
        least, most, build = BUILDERS[english]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise MistakeError(f"{name} takes {wanted} arguments, not {len(arguments)}")
        return build(name, arguments)

    def _argument(self, depth: int) -> Node:
        if self._next.kind == "comma" or self._is_sign(")"):
            return text_constant("")  # an argument left out, as in IF(a;;b)
        return self.comparison(depth + 1)

    def _lookup(self, name: str, depth: int) -> Node:
        """``VLOOKUP([Code]; titles [; 2 [; FALSE]])``: the table is one of the mapping's ``tables:``."""
        key = as_text(self.comparison(depth + 1))
        if self._next.kind != "comma":
            raise MistakeError(f"{name} takes a value and the name of a table of this mapping")
        self._take()
        table = self._take()
        if table.kind not in ("name", "text"):
            raise MistakeError(f"{name}: the second argument is the name of a table of this mapping, no range")
        rest: list[Node] = []
        while self._next.kind == "comma":
            self._take()
            rest.append(self._argument(depth))
        self._close()
        allowed = (("2", "1"), ("false", "0", ""))
        if name == "VLOOKUP" and (
            len(rest) > 2 or any(a.constant not in ok for a, ok in zip(rest, allowed, strict=False))
        ):
            raise MistakeError(f"{name}: a table has a key and a value; write 2 and FALSE, or leave them out")
        found = Node(lookup=table.text, parts=(key,), times=key.times, plus=key.plus + 10_000)
        if name == "XLOOKUP" and rest:
            if len(rest) > 1:
                raise MistakeError(f"{name} takes a value, a table, and what to give when nothing is found")
            other = as_text(rest[0])
            return Node("coalesce({0}, {1})", (found, other), times=max(1, other.times), plus=found.plus + other.plus)
        return found


def _unknown(name: str) -> str:
    if name in _UNSTABLE:
        return f"{name} would give another result tomorrow: the same files must give the same bytes"
    if name in _REACHING:
        return f"{name} reaches outside the row and is not allowed"
    near = get_close_matches(name, ENGLISH, n=1)
    return f'function "{name[:40]}" is not known.' + (f"  Did you mean {near[0]}?" if near else "")
