"""Cells of a formula as values: constants, what is read as text, number, truth or day, and what computes with them.

Numbers are doubles as in Excel, written with 15 significant digits; a text where a number is needed is read as one
(``1'234,50``), and is an error when it is none. Texts are compared without regard to case, as Excel does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from engine.sql import literal
from engine.transform.node import MistakeError, Node, fixed
from engine.transform.sql_expression import number_sql

_READ_AS_DATE = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")


NUMBER_SIGNS = 400


Build = Callable[[str, Sequence[Node]], Node]


def text_constant(text: str) -> Node:
    """A text written out."""
    if len(text) > 2_000 or "\x00" in text:
        raise MistakeError("a text has 2000 signs at most")
    return fixed(literal(text), text)


def number_constant(digits: str) -> Node:
    """A number written out."""
    return fixed(f"({float(digits)!r}::double)", digits, "number")


def truth_constant(word: str) -> Node:
    """TRUE or FALSE."""
    return fixed(word, word, "truth")


def as_text(node: Node) -> Node:
    """The text a cell would show."""
    if node.type == "number":
        if node.constant is not None:
            return text_constant(_general(node.constant))
        return Node("format('{:.15g}', {0} + 0.0)", (node,), plus=NUMBER_SIGNS)
    if node.type == "truth":
        return Node("case when {0} then 'TRUE' when not {0} then 'FALSE' end", (node,), plus=5)
    if node.type == "date":
        return Node("strftime({0}, '%Y-%m-%d')", (node,), plus=12)
    return node


def _general(digits: str) -> str:
    return format(float(digits), ".15g")


def as_number(node: Node) -> Node:
    """The number in a cell; an empty cell is 0, a text that is no number an error."""
    if node.type == "number":
        return node
    if node.type == "truth":
        return Node("(case when {0} then 1.0::double when not {0} then 0.0::double end)", (node,), type="number")
    if node.type == "date":
        raise MistakeError("a date is no number here: use YEAR, MONTH, DAY or TEXT")
    if node.constant is not None and re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", node.constant.strip()):
        return number_constant(node.constant.strip().replace(",", "."))
    is_cell = bool(node.parts) and node.template == "coalesce({0}, '')" and node.parts[0].column is not None
    read = number_sql("{0}")
    template = f"(case when trim({{0}}) = '' then 0.0::double else {read} end)" if is_cell else read
    return Node(template, (node,), type="number", plus=NUMBER_SIGNS)


def as_truth(name: str, node: Node) -> Node:
    """A condition."""
    if node.type == "truth":
        return node
    if node.type == "number":
        return Node("({0} <> 0)", (node,), type="truth")
    raise MistakeError(f'{name}: a condition is needed, such as [Column]="x"')


def as_date(node: Node) -> Node:
    """The day a text says, in one of the usual forms; the day comes before the month."""
    if node.type == "date":
        return node
    if node.type != "text":
        raise MistakeError("a date is needed here: a column of dates, or DATE(year;month;day)")
    four = "case when regexp_matches({0}, '\\d\\d\\d\\d') then "
    read = (
        four + "coalesce(" + ", ".join(f"try_strptime(trim({{0}}), '{form}')" for form in _READ_AS_DATE) + ")::date end"
    )
    return Node(f"({read})", (node,), type="date")


def compared(sign: str, left: Node, right: Node) -> Node:
    """A comparison; where one side is a number or a date, so is the other."""
    kinds = {left.type, right.type}
    if "date" in kinds:
        pair = (as_date(left), as_date(right))
    elif "number" in kinds:
        pair = (_compared_number(left), _compared_number(right))
    elif kinds == {"truth"}:
        pair = (left, right)
    elif "truth" in kinds:
        raise MistakeError("TRUE or FALSE can only be compared with a condition")
    else:
        pair = (_lowered(left), _lowered(right))
    return Node(f"({{0}} {sign} {{1}})", pair, type="truth", role="equality")


def _compared_number(node: Node) -> Node:
    """Empty is not 0 in a comparison, and a text that is no number equals none: it is not an error."""
    if node.type != "text":
        return as_number(node)
    return Node(f"coalesce({number_sql('{0}')}, 'nan'::double)", (node,), type="number")


def _lowered(node: Node) -> Node:
    return Node("lower({0})", (node,), times=node.times, plus=node.plus)


def concat(parts: Sequence[Node]) -> Node:
    """Texts one after the other."""
    texts = tuple(as_text(part) for part in parts)
    slots = " || ".join(f"{{{at}}}" for at in range(len(texts)))
    return Node(f"({slots})", texts, times=sum(one.times for one in texts), plus=sum(one.plus for one in texts))


def numbers(template: str, *nodes: Node) -> Node:
    return Node(template, tuple(as_number(node) for node in nodes), type="number", plus=NUMBER_SIGNS)


def add(sign: str, left: Node, right: Node) -> Node:
    """Sum or difference; a date and days give a date, two dates their days."""
    if left.type == "date" and right.type == "date" and sign == "-":
        return Node("(({0} - {1})::double)", (left, right), type="number")
    if left.type == "date":
        return Node(f"({{0}} {sign} {{1}}::integer)", (left, as_number(right)), type="date")
    return numbers(f"({{0}} {sign} {{1}})", left, right)


def multiply(left: Node, right: Node) -> Node:
    """Product."""
    return numbers("({0} * {1})", left, right)


def divide(left: Node, right: Node) -> Node:
    """Quotient; by zero an error."""
    return numbers("({0} / nullif({1}, 0))", left, right)


def power(left: Node, right: Node) -> Node:
    """Power; an error where it is no finite number."""
    return numbers("(case when isfinite(pow({0}, {1})) then pow({0}, {1}) end)", left, right)


def percent(node: Node) -> Node:
    """Hundredths."""
    return numbers("({0} / 100)", node)


def negative(node: Node) -> Node:
    """The number with the other sign."""
    if node.constant is not None and node.type == "number":
        return number_constant(f"-{node.constant}")
    return numbers("(- {0})", node)


def written_out(name: str, node: Node, what: str) -> str:
    said = as_text(node).constant
    if said is None:
        raise MistakeError(f"{name}: {what} must be written out, not computed")
    return said
