"""Functions of formulas that choose and ask: IF, SWITCH, AND, ISNUMBER ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.transform.formula_values import (
    Build,
    as_number,
    as_text,
    as_truth,
    compared,
    number_constant,
    truth_constant,
)
from engine.transform.node import MistakeError, Node
from engine.transform.sql_expression import number_sql


def _if(name: str, given: Sequence[Node]) -> Node:
    condition = as_truth(name, given[0])
    yes = given[1]
    no = given[2] if len(given) > 2 else truth_constant("false")
    yes, no = _alike([yes, no])
    return _branches([(condition, yes)], no)


def _alike(nodes: Sequence[Node]) -> list[Node]:
    """Branches of one type: their own when they agree, else text."""
    if len({node.type for node in nodes}) == 1:
        return list(nodes)
    return [as_text(node) for node in nodes]


def _branches(pairs: Sequence[tuple[Node, Node]], otherwise: Node | None) -> Node:
    """CASE whose unknown condition is an error, as in Excel, and not the other branch."""
    parts: list[Node] = []
    template, closing = "", ""
    for condition, value in pairs:
        at = len(parts)
        template += f"(case when {{{at}}} then {{{at + 1}}} when not {{{at}}} then "
        closing = " end)" + closing
        parts += [condition, value]
    if otherwise is None:
        template += "null"
    else:
        template += f"{{{len(parts)}}}"
        parts.append(otherwise)
    values = [value for _, value in pairs] + ([otherwise] if otherwise is not None else [])
    return Node(
        template + closing,
        tuple(parts),
        type=values[0].type,
        times=max(value.times for value in values),
        plus=max(value.plus for value in values),
    )


def _ifs(name: str, given: Sequence[Node]) -> Node:
    if len(given) % 2:
        raise MistakeError(f"{name} takes pairs of a condition and a value")
    values = _alike(given[1::2])
    return _branches(list(zip([as_truth(name, node) for node in given[0::2]], values, strict=True)), None)


def _switch(name: str, given: Sequence[Node]) -> Node:
    rest = list(given[1:])
    otherwise = rest.pop() if len(rest) % 2 else None
    values = _alike(rest[1::2] + ([otherwise] if otherwise is not None else []))
    conditions = [compared("=", given[0], case) for case in rest[0::2]]
    return _branches(list(zip(conditions, values, strict=False)), values[-1] if otherwise is not None else None)


def _choose(name: str, given: Sequence[Node]) -> Node:
    values = _alike(given[1:])
    at = Node("trunc({0})", (as_number(given[0]),), type="number")
    conditions = [compared("=", at, number_constant(str(place))) for place in range(1, len(values) + 1)]
    return _branches(list(zip(conditions, values, strict=True)), None)


def _if_error(_: str, given: Sequence[Node]) -> Node:
    value, other = _alike(given)
    # what raises inside is an error too, like what is none
    return Node(
        "coalesce({0}, {1})",
        (value, other),
        type=value.type,
        times=max(value.times, other.times),
        plus=max(value.plus, other.plus),
    )


def _all_of(word: str) -> Build:
    def build(name: str, given: Sequence[Node]) -> Node:
        parts = tuple(as_truth(name, node) for node in given)
        return Node("(" + f" {word} ".join(f"{{{at}}}" for at in range(len(parts))) + ")", parts, type="truth")

    return build


def _not(name: str, given: Sequence[Node]) -> Node:
    return Node("(not {0})", (as_truth(name, given[0]),), type="truth")


def _is_blank(_: str, given: Sequence[Node]) -> Node:
    return Node("({0} = '')", (as_text(given[0]),), type="truth")


def is_number(_: str, given: Sequence[Node]) -> Node:
    if given[0].type != "text":
        return truth_constant("true" if given[0].type == "number" else "false")
    return Node(f"({number_sql('{0}')} is not null)", (given[0],), type="truth")


def _is_error(_: str, given: Sequence[Node]) -> Node:
    return Node("({0} is null)", (given[0],), type="truth")


def _exact(_: str, given: Sequence[Node]) -> Node:
    return Node("({0} = {1})", (as_text(given[0]), as_text(given[1])), type="truth", role="equality")


def _is_text(_: str, given: Sequence[Node]) -> Node:
    known = is_number("ISNUMBER", given)
    return Node("({0} <> '' and not {1})", (as_text(given[0]), known), type="truth")


LOGIC: Mapping[str, tuple[int, int, Build]] = {
    "IF": (2, 3, _if),
    "IFS": (2, 60, _ifs),
    "IFERROR": (2, 2, _if_error),
    "IFNA": (2, 2, _if_error),
    "SWITCH": (3, 60, _switch),
    "CHOOSE": (2, 30, _choose),
    "AND": (1, 30, _all_of("and")),
    "OR": (1, 30, _all_of("or")),
    "NOT": (1, 1, _not),
    "ISBLANK": (1, 1, _is_blank),
    "ISNUMBER": (1, 1, is_number),
    "ISERROR": (1, 1, _is_error),
    "EXACT": (2, 2, _exact),
    "ISTEXT": (1, 1, _is_text),
}
"""English name -> fewest and most arguments, and what builds the tree."""
