"""SQL expressions over a row, rebuilt from DuckDB's own parse tree: what is not on the list is refused.

Only the parser sees the text. The tree it gives is taken apart here, and new SQL is made of known functions, quoted
literals and columns of the row; so no subquery, file function, setting, parameter or macro can come through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any, Literal

from engine.sql import literal
from engine.transform import sandbox
from engine.transform.node import MistakeError, Node, Role, column, fixed

DEPTH_LIMIT = 150
_CONSTANT_LIMIT = 2_000

Growth = Literal["first", "sum", "short"]
"""Length of a result: as its first argument, as all together, or a number or a few signs."""


@dataclass(frozen=True, slots=True)
class _Allowed:
    """A function that may be called.

    Attributes:
        least / most: number of arguments.
        growth: see :data:`Growth`.
        fixed: positions of arguments that must be written out, and what they are.
        role: see :data:`engine.transform.node.Role`.
        template: SQL, where it is not ``name(arguments)``.
    """

    least: int
    most: int
    growth: Growth = "first"
    fixed: Mapping[int, str] | None = None
    role: Role = "plain"
    template: str = ""


_PATTERN = {1: "pattern"}
_WORD = "({0} WORD {1})"

FUNCTIONS: Mapping[str, _Allowed] = {
    **{name: _Allowed(1, 1) for name in ("lower", "upper", "reverse", "strip_accents")},
    **{name: _Allowed(1, 2) for name in ("trim", "ltrim", "rtrim")},
    **{name: _Allowed(1, 1, "short") for name in ("length", "len", "abs", "floor", "ceil", "ceiling", "sign")},
    **{name: _Allowed(1, 1, "short") for name in ("year", "month", "day", "last_day")},
    **{name: _Allowed(2, 2, "first", role="shorten") for name in ("left", "right")},
    **{name: _Allowed(2, 3, "first", role="shorten") for name in ("substr", "substring")},
    "split_part": _Allowed(3, 3, "first", role="shorten"),
    "replace": _Allowed(3, 3, "first", fixed={1: "text", 2: "text"}),
    "translate": _Allowed(3, 3, "first"),
    "concat": _Allowed(1, 50, "sum"),
    "concat_ws": _Allowed(2, 50, "sum", fixed={0: "text"}),
    "||": _Allowed(2, 2, "sum", template="({0} || {1})"),
    "lpad": _Allowed(3, 3, "first", fixed={1: "length", 2: "text"}),
    "rpad": _Allowed(3, 3, "first", fixed={1: "length", 2: "text"}),
    **{name: _Allowed(2, 2, "short", role="equality") for name in ("contains", "starts_with", "prefix")},
    **{name: _Allowed(2, 2, "short", role="equality") for name in ("suffix", "ends_with")},
    **{name: _Allowed(2, 2, "short", template="strpos({0}, {1})") for name in ("strpos", "instr", "position")},
    "~~": _Allowed(2, 2, "short", {1: "text"}, "equality", _WORD.replace("WORD", "like")),
    "!~~": _Allowed(2, 2, "short", {1: "text"}, "equality", _WORD.replace("WORD", "not like")),
    "~~*": _Allowed(2, 2, "short", {1: "text"}, "equality", _WORD.replace("WORD", "ilike")),
    "!~~*": _Allowed(2, 2, "short", {1: "text"}, "equality", _WORD.replace("WORD", "not ilike")),
    "regexp_matches": _Allowed(2, 2, "short", _PATTERN, "equality"),
    "regexp_full_match": _Allowed(2, 2, "short", _PATTERN, "equality"),
    "regexp_extract": _Allowed(2, 3, "first", {**_PATTERN, 2: "group"}, "shorten"),
    "regexp_replace": _Allowed(3, 4, "first", {**_PATTERN, 2: "text", 3: "options"}),
    "nullif": _Allowed(2, 2, "first"),
    "ifnull": _Allowed(2, 2, "sum"),
    **{name: _Allowed(2, 20, "sum") for name in ("greatest", "least")},
    **{name: _Allowed(1, 2, "short") for name in ("round", "trunc")},
    **{name: _Allowed(2, 2, "short", template=f"({{0}} {name} {{1}})") for name in ("*", "/", "//", "%")},
    **{name: _Allowed(1, 2, "short", template=f"({{0}} {name} {{1}})") for name in ("+", "-")},
    "mod": _Allowed(2, 2, "short"),
    "strptime": _Allowed(2, 2, "short", {1: "form"}),
    "try_strptime": _Allowed(2, 2, "short", {1: "form"}),
    "strftime": _Allowed(2, 2, "short", {1: "form"}),
    "make_date": _Allowed(3, 3, "short"),
    "date_part": _Allowed(2, 2, "short", {0: "date part"}),
}  # fmt: skip
"""Scalar functions of an expression; none reads a file, a setting, a clock or chance."""

_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "mod", "abs", "round", "floor", "ceil", "ceiling", "trunc",
                         "greatest", "least"})  # fmt: skip

_COMPARISONS = {
    "COMPARE_EQUAL": ("=", "equality"),
    "COMPARE_NOTEQUAL": ("<>", "equality"),
    "COMPARE_LESSTHAN": ("<", "equality"),
    "COMPARE_GREATERTHAN": (">", "equality"),
    "COMPARE_LESSTHANOREQUALTO": ("<=", "equality"),
    "COMPARE_GREATERTHANOREQUALTO": (">=", "equality"),
    "COMPARE_DISTINCT_FROM": ("is distinct from", "equality"),
    "COMPARE_NOT_DISTINCT_FROM": ("is not distinct from", "equality"),
}
_TYPES = frozenset({"VARCHAR", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIMESTAMP", "BOOLEAN"})
_PARTS_OF_A_DATE = frozenset({"year", "month", "day", "quarter", "week", "isodow", "dow", "doy"})


def parse_expression(text: str) -> Node:
    """An SQL expression of staff; its value is a text, a number, a date or a truth value.

    >>> parse_expression("upper(\\"Nom\\") || ' '").columns
    ('Nom',)

    Raises:
        MistakeError: it is no expression over the columns of a row, or uses what is not allowed.
    """
    node = _node(sandbox.parse(text), 0)
    _bind(node)
    return node


def parse_condition(text: str) -> Node:
    """An SQL expression that is true or false (``when:``).

    Raises:
        MistakeError: as for :func:`parse_expression`, or it is no truth value.
    """
    node = _node(sandbox.parse(text), 0)
    if _bind(node) != "BOOLEAN":
        raise MistakeError("this is no condition: write something that is true or false, such as \"Country\" = 'CH'")
    return node


def parse_arithmetic(text: str) -> Node:
    """Numbers of columns, ``+ - * / %``, brackets, round, abs, floor, ceil, trunc, greatest and least.

    A text is read as a number, with point or comma and blanks or apostrophes between thousands; one that is none
    makes the value refused.

    Raises:
        MistakeError: it is anything else.
    """
    node = _node(sandbox.parse(text), 0, of_column=_number, only=_ARITHMETIC)
    if _bind(node) in ("VARCHAR", "BOOLEAN", "DATE"):
        raise MistakeError("arithmetic takes columns, numbers and + - * / % only")
    return node


def number_sql(cell: str) -> str:
    """SQL of the number a text holds: ``1'234,50`` is 1234.5; NULL when it is none.

    >>> "regexp_extract" in number_sql("x")
    True
    """
    compact = f"replace(regexp_replace({cell}, '[\\s\\p{{Z}}''’]', '', 'g'), ',', '.')"
    return f"try_cast(nullif(regexp_extract({compact}, '^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)$'), '') as double)"


def _number(name: str) -> Node:
    return Node(number_sql("{0}"), (column(name),), type="number", plus=400)


def _bind(node: Node) -> str:
    names = {name: f"c{place}" for place, name in enumerate(node.columns)}
    return sandbox.type_of(node.render(names.__getitem__), list(names.values()))


def _node(
    told: Mapping[str, Any],
    depth: int,
    of_column: Callable[[str], Node] = column,
    only: frozenset[str] | None = None,
) -> Node:
    if depth > DEPTH_LIMIT:
        raise MistakeError("the expression is nested too deeply")

    def below(child: Mapping[str, Any]) -> Node:
        return _node(child, depth + 1, of_column, only)

    kind = told["class"]
    if kind == "COLUMN_REF":
        names = told["column_names"]
        if len(names) != 1:
            raise MistakeError(f'"{".".join(names)[:60]}": name a column alone, in double quotes')
        return of_column(names[0])
    if kind == "CONSTANT":
        return _constant(told["value"])
    if kind == "FUNCTION":
        return _function(told, [below(child) for child in told["children"]], only)
    if only is not None and told["type"] != "OPERATOR_COALESCE":
        raise MistakeError("arithmetic takes columns, numbers and + - * / % only")
    if kind == "COMPARISON":
        return _comparison(told["type"], below(told["left"]), below(told["right"]))
    if kind == "CONJUNCTION":
        word = " and " if told["type"] == "CONJUNCTION_AND" else " or "
        parts = tuple(below(child) for child in told["children"])
        return Node("(" + word.join(f"{{{at}}}" for at in range(len(parts))) + ")", parts, plus=5)
    if kind == "BETWEEN":
        parts = (below(told["input"]), below(told["lower"]), below(told["upper"]))
        return Node("({0} between {1} and {2})", parts, plus=5, role="equality")
    if kind == "CASE":
        return _case(told, below)
    if kind == "CAST":
        return _cast(told, below(told["child"]))
    if kind == "OPERATOR":
        return _operator(told["type"], tuple(below(child) for child in told["children"]))
    said = {"SUBQUERY": "a subquery", "PARAMETER": "a parameter", "WINDOW": "a window", "STAR": "*", "LAMBDA": "->"}
    raise MistakeError(f"{said.get(kind, kind.lower())} is not allowed: an expression sees the columns of one row only")


def _constant(value: Mapping[str, Any]) -> Node:
    if value["is_null"]:
        return Node("null")
    kind, told = value["type"]["id"], value["value"]
    if kind == "VARCHAR":
        if len(told) > _CONSTANT_LIMIT:
            raise MistakeError(f"a text has {_CONSTANT_LIMIT} signs at most")
        return fixed(literal(told), told)
    if kind == "DECIMAL":
        scale = int(value["type"]["type_info"]["scale"])
        digits = str(abs(int(told))).rjust(scale + 1, "0")
        text = ("-" if int(told) < 0 else "") + digits[: len(digits) - scale] + "." + digits[len(digits) - scale :]
        return fixed(text, text)
    if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT") and isinstance(told, int):
        return fixed(str(told), str(told))
    if kind == "DOUBLE" and isinstance(told, float | int) and isfinite(told):
        return fixed(repr(float(told)), str(told))
    raise MistakeError(f"a constant of type {kind.lower()} is not allowed")


def _function(told: Mapping[str, Any], parts: list[Node], only: frozenset[str] | None) -> Node:
    name = str(told["function_name"]).lower()
    allowed = FUNCTIONS.get(name)
    if allowed is None or (only is not None and name not in only):
        near = get_close_matches(name, only or FUNCTIONS, n=1)
        raise MistakeError(
            f'function "{name[:40]}" is not allowed in an expression.' + (f"  Did you mean {near[0]}?" if near else "")
        )
    strange = told["distinct"] or told["filter"] or told["order_bys"]["orders"] or told["catalog"]
    if strange or told["schema"] not in ("", "main"):
        raise MistakeError(f"{name}: write it plainly, as {name}(...)")
    if not allowed.least <= len(parts) <= allowed.most:
        raise MistakeError(f"{name} takes {allowed.least} to {allowed.most} arguments, not {len(parts)}")
    _check_fixed(name, allowed, parts)
    if name in ("+", "-") and len(parts) == 1:
        return Node(f"({name}{{0}})", tuple(parts), plus=30)
    slots = ", ".join(f"{{{at}}}" for at in range(len(parts)))
    template = allowed.template or f"{name}({slots})"
    times, plus = _growth(name, allowed, parts)
    return Node(template, tuple(parts), times=times, plus=plus, role=allowed.role)


def _check_fixed(name: str, allowed: _Allowed, parts: list[Node]) -> None:
    for at, what in (allowed.fixed or {}).items():
        if at >= len(parts):
            continue
        said = parts[at].constant
        if said is None:
            raise MistakeError(f"{name}: argument {at + 1} must be written out, not computed")
        if what == "pattern":
            sandbox.check_pattern(said)
        elif what == "form":
            sandbox.check_date_form(said)
        elif what == "length" and not (said.isdecimal() and int(said) <= 1_000):
            raise MistakeError(f"{name}: a length is a number up to 1000")
        elif what == "group" and not (said.isdecimal() and int(said) <= sandbox.groups_of(parts[1].constant or "")):
            raise MistakeError(f"{name}: the pattern has no group {said[:10]}")
        elif what == "options" and not set(said) <= set("gicmsnl"):
            raise MistakeError(f"{name}: options are g (all places), i (any case), m, s")
        elif what == "date part" and said.lower() not in _PARTS_OF_A_DATE:
            raise MistakeError(f"{name}: {said[:20]} is no part of a date")
    if name in ("lpad", "rpad") and not parts[2].constant:
        raise MistakeError(f"{name}: fill with at least one sign")


def _growth(name: str, allowed: _Allowed, parts: list[Node]) -> tuple[int, int]:
    """How long the result may be: so many cells, and so many signs besides."""
    if allowed.growth == "short":
        return 0, 400
    if allowed.growth == "sum":
        return sum(part.times for part in parts), sum(part.plus for part in parts)
    if name in ("replace", "regexp_replace"):
        old = parts[1].constant or ""
        new = parts[2].constant or ""
        per_sign = max(1, -(-len(new) // max(1, len(old)))) if name == "replace" else replaced_growth(new)
        return parts[0].times * per_sign, (parts[0].plus + 1) * per_sign
    if name in ("lpad", "rpad"):
        return parts[0].times, parts[0].plus + int(parts[1].constant or 0)
    return parts[0].times, parts[0].plus


def replaced_growth(replacement: str) -> int:
    """How many signs a replaced sign may become: an empty match stands between any two."""
    return 2 + len(replacement)


def _comparison(kind: str, left: Node, right: Node) -> Node:
    if kind not in _COMPARISONS:
        raise MistakeError("this comparison is not allowed")
    word, role = _COMPARISONS[kind]
    assert role == "equality"
    return Node(f"({{0}} {word} {{1}})", (left, right), plus=5, role="equality")


def _case(told: Mapping[str, Any], below: Callable[[Mapping[str, Any]], Node]) -> Node:
    parts: list[Node] = []
    template = "(case"
    results: list[Node] = []
    for check in told["case_checks"]:
        when, then = below(check["when_expr"]), below(check["then_expr"])
        template += f" when {{{len(parts)}}} then {{{len(parts) + 1}}}"
        parts += [when, then]
        results.append(then)
    otherwise = below(told["else_expr"])
    template += f" else {{{len(parts)}}} end)"
    results.append(otherwise)
    return Node(
        template,
        (*parts, otherwise),
        times=max(part.times for part in results),
        plus=max(part.plus for part in results),
    )


def _cast(told: Mapping[str, Any], child: Node) -> Node:
    kind = told["cast_type"]["id"]
    if kind not in _TYPES:
        raise MistakeError(f"casting to {str(kind).lower()} is not allowed")
    if kind == "DECIMAL":
        info = told["cast_type"]["type_info"]
        kind = f"DECIMAL({int(info['width'])},{int(info['scale'])})"
    word = "try_cast" if told["try_cast"] else "cast"
    if kind == "BOOLEAN" and child.constant in ("t", "f"):
        return fixed("true" if child.constant == "t" else "false", child.constant)
    return Node(f"{word}({{0}} as {kind})", (child,), times=child.times, plus=child.plus + 400)


def _operator(kind: str, parts: tuple[Node, ...]) -> Node:
    simple = {
        "OPERATOR_NOT": "(not {0})",
        "OPERATOR_IS_NULL": "({0} is null)",
        "OPERATOR_IS_NOT_NULL": "({0} is not null)",
    }
    slots = [f"{{{at}}}" for at in range(len(parts))]
    if kind in simple:
        return Node(simple[kind], parts, plus=5)
    if kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
        word = "in" if kind == "COMPARE_IN" else "not in"
        return Node(f"({slots[0]} {word} ({', '.join(slots[1:])}))", parts, plus=5, role="equality")
    if kind == "OPERATOR_COALESCE":
        return Node(
            f"coalesce({', '.join(slots)})",
            parts,
            times=max(part.times for part in parts),
            plus=max(part.plus for part in parts),
        )
    raise MistakeError("this operator is not allowed in an expression")
