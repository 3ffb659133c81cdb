"""Functions of formulas on numbers: ROUND, MOD, SUM, VALUE ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.transform.formula_values import (
    Build,
    as_number,
    as_text,
    number_constant,
    numbers,
)
from engine.transform.node import Node
from engine.transform.sql_expression import number_sql


def _value(_: str, given: Sequence[Node]) -> Node:
    node = given[0]
    return node if node.type == "number" else Node(number_sql("{0}"), (as_text(node),), type="number")


def _of_numbers(template: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return numbers(template, *given)

    return build


def _rounded(way: str) -> Build:
    scale = "pow(10, trunc({1}))"
    ways = {
        "near": "round({0}, {1}::integer)",
        "up": f"(sign({{0}}) * ceil(round(abs({{0}}) * {scale}, 9)) / {scale})",
        "down": f"(sign({{0}}) * floor(round(abs({{0}}) * {scale}, 9)) / {scale})",
    }

    def build(_: str, given: Sequence[Node]) -> Node:
        digits = given[1] if len(given) > 1 else number_constant("0")
        return numbers(f"(case when abs({{1}}) <= 15 then {ways[way]} end)", given[0], digits)

    return build


def _parity(given: Sequence[Node], rest: int) -> Node:
    return Node(f"(abs(trunc({{0}})) % 2 = {rest})", (as_number(given[0]),), type="truth")


def _folded(word: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        slots = ", ".join(f"{{{at}}}" for at in range(len(given)))
        plus = " + ".join(f"{{{at}}}" for at in range(len(given)))
        product = " * ".join(f"{{{at}}}" for at in range(len(given)))
        known = " and ".join(f"{{{at}}} is not null" for at in range(len(given)))
        ways = {"SUM": f"({plus})", "AVERAGE": f"(({plus}) / {len(given)})", "PRODUCT": f"({product})"}
        inner = ways.get(word, f"{word.lower()}({slots})")
        return numbers(f"(case when {known} then {inner} end)", *given)

    return build


NUMBERS: Mapping[str, tuple[int, int, Build]] = {
    "VALUE": (1, 1, _value),
    "TRUNC": (1, 2, _rounded("down")),
    "SIGN": (1, 1, _of_numbers("sign({0})::double")),
    "SQRT": (1, 1, _of_numbers("(case when {0} >= 0 then sqrt({0}) end)")),
    "QUOTIENT": (2, 2, _of_numbers("trunc({0} / nullif({1}, 0))")),
    "PRODUCT": (1, 30, _folded("PRODUCT")),
    "ISEVEN": (1, 1, lambda name, given: _parity(given, 0)),
    "ISODD": (1, 1, lambda name, given: _parity(given, 1)),
    "INT": (1, 1, _of_numbers("floor({0})")),
    "ROUND": (1, 2, _rounded("near")),
    "ROUNDUP": (1, 2, _rounded("up")),
    "ROUNDDOWN": (1, 2, _rounded("down")),
    "ABS": (1, 1, _of_numbers("abs({0})")),
    "MOD": (2, 2, _of_numbers("({0} - nullif({1}, 0) * floor({0} / nullif({1}, 0)))")),
    "MIN": (1, 30, _folded("LEAST")),
    "MAX": (1, 30, _folded("GREATEST")),
    "SUM": (1, 30, _folded("SUM")),
    "AVERAGE": (1, 30, _folded("AVERAGE")),
}
"""English name -> fewest and most arguments, and what builds the tree."""
