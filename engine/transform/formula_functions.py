"""What each function of a formula becomes in SQL. An error of Excel is NULL here; an empty cell is an empty text.

Numbers are doubles as in Excel, written with 15 significant digits; a text where a number is needed is read as one
(``1'234,50``), and is an error when it is none. Texts are compared without regard to case, as Excel does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from engine.sql import literal
from engine.transform.node import MistakeError, Node, fixed
from engine.transform.sql_expression import number_sql

_READ_AS_DATE = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")
_NUMBER_SIGNS = 400

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
        return Node("format('{:.15g}', {0} + 0.0)", (node,), plus=_NUMBER_SIGNS)
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
    return Node(template, (node,), type="number", plus=_NUMBER_SIGNS)


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


def _numbers(template: str, *nodes: Node) -> Node:
    return Node(template, tuple(as_number(node) for node in nodes), type="number", plus=_NUMBER_SIGNS)


def add(sign: str, left: Node, right: Node) -> Node:
    """Sum or difference; a date and days give a date, two dates their days."""
    if left.type == "date" and right.type == "date" and sign == "-":
        return Node("(({0} - {1})::double)", (left, right), type="number")
    if left.type == "date":
        return Node(f"({{0}} {sign} {{1}}::integer)", (left, as_number(right)), type="date")
    return _numbers(f"({{0}} {sign} {{1}})", left, right)


def multiply(left: Node, right: Node) -> Node:
    """Product."""
    return _numbers("({0} * {1})", left, right)


def divide(left: Node, right: Node) -> Node:
    """Quotient; by zero an error."""
    return _numbers("({0} / nullif({1}, 0))", left, right)


def power(left: Node, right: Node) -> Node:
    """Power; an error where it is no finite number."""
    return _numbers("(case when isfinite(pow({0}, {1})) then pow({0}, {1}) end)", left, right)


def percent(node: Node) -> Node:
    """Hundredths."""
    return _numbers("({0} / 100)", node)


def negative(node: Node) -> Node:
    """The number with the other sign."""
    if node.constant is not None and node.type == "number":
        return number_constant(f"-{node.constant}")
    return _numbers("(- {0})", node)


def _text_like(template: str, role: str = "plain") -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        first = as_text(given[0])
        rest = tuple(as_number(node) for node in given[1:])
        return Node(template, (first, *rest), times=first.times, plus=first.plus, role="shorten" if role else "plain")

    return build


def _simple(template: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        first = as_text(given[0])
        return Node(template, (first,), times=first.times, plus=first.plus)

    return build


def _end(side: str) -> Build:
    def build(name: str, given: Sequence[Node]) -> Node:
        first = as_text(given[0])
        signs = as_number(given[1]) if len(given) > 1 else number_constant("1")
        template = f"(case when {{1}} >= 0 then {side}({{0}}, {{1}}::integer) end)"
        return Node(template, (first, signs), times=first.times, plus=first.plus, role="shorten")

    return build


def _mid(_: str, given: Sequence[Node]) -> Node:
    first = as_text(given[0])
    template = "(case when {1} >= 1 and {2} >= 0 then substr({0}, {1}::integer, {2}::integer) end)"
    parts = (first, as_number(given[1]), as_number(given[2]))
    return Node(template, parts, times=first.times, plus=first.plus, role="shorten")


def _written(name: str, node: Node, what: str) -> str:
    said = as_text(node).constant
    if said is None:
        raise MistakeError(f"{name}: {what} must be written out, not computed")
    return said


def _substitute(name: str, given: Sequence[Node]) -> Node:
    first = as_text(given[0])
    old, new = _written(name, given[1], "the old text"), _written(name, given[2], "the new text")
    if not old:
        return first
    grown = max(1, -(-len(new) // len(old)))
    parts = (first, text_constant(old), text_constant(new))
    return Node("replace({0}, {1}, {2})", parts, times=first.times * grown, plus=(first.plus + 1) * grown)


def _replace(_: str, given: Sequence[Node]) -> Node:
    first, new = as_text(given[0]), as_text(given[3])
    template = (
        "(case when {1} >= 1 and {2} >= 0 then "
        "left({0}, {1}::integer - 1) || {3} || substr({0}, {1}::integer + {2}::integer) end)"
    )
    parts = (first, as_number(given[1]), as_number(given[2]), new)
    return Node(template, parts, times=first.times + new.times, plus=first.plus + new.plus)


def _find(folded: bool) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        what, where = as_text(given[0]), as_text(given[1])
        start = as_number(given[2]) if len(given) > 2 else number_constant("1")
        low = ("lower(", ")") if folded else ("", "")
        what_sql, where_sql = f"{low[0]}{{0}}{low[1]}", f"{low[0]}{{1}}{low[1]}"
        template = (
            f"(case when {{2}} >= 1 then nullif(strpos(substr({where_sql}, {{2}}::integer), {what_sql}), 0) "
            "+ {2} - 1 end)"
        )
        return Node(template, (what, where, start), type="number", role="equality")

    return build


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


def _is_number(_: str, given: Sequence[Node]) -> Node:
    if given[0].type != "text":
        return truth_constant("true" if given[0].type == "number" else "false")
    return Node(f"({number_sql('{0}')} is not null)", (given[0],), type="truth")


def _is_error(_: str, given: Sequence[Node]) -> Node:
    return Node("({0} is null)", (given[0],), type="truth")


def _exact(_: str, given: Sequence[Node]) -> Node:
    return Node("({0} = {1})", (as_text(given[0]), as_text(given[1])), type="truth", role="equality")


def _concat(_: str, given: Sequence[Node]) -> Node:
    return concat(given)


def _text_join(name: str, given: Sequence[Node]) -> Node:
    between = text_constant(_written(name, given[0], "the separator"))
    skips = given[1]
    if skips.constant not in ("true", "false", "1", "0"):
        raise MistakeError(f"{name}: the second argument is TRUE (leave empty cells out) or FALSE")
    texts = tuple(as_text(node) for node in given[2:])
    slot = "nullif({N}, '')" if skips.constant in ("true", "1") else "{N}"
    slots = ", ".join(slot.replace("N", str(at)) for at in range(1, len(texts) + 1))
    # an error in a part is an error of the whole
    known = " and ".join(f"{{{at}}} is not null" for at in range(1, len(texts) + 1))
    return Node(
        f"(case when {known} then concat_ws({{0}}, {slots}) end)",
        (between, *texts),
        times=sum(one.times for one in texts),
        plus=sum(one.plus + between.plus for one in texts),
    )


def _rept(name: str, given: Sequence[Node]) -> Node:
    first = as_text(given[0])
    said = _written(name, given[1], "how often")
    if not said.isdecimal() or int(said) > 100:
        raise MistakeError(f"{name}: a number up to 100")
    often = int(said)
    return Node("repeat({0}, {1})", (first, fixed(said, said)), times=first.times * often, plus=first.plus * often)


def _text(name: str, given: Sequence[Node]) -> Node:
    form = _written(name, given[1], "the form")
    if found := re.fullmatch(r"(?:#[,’'])?#*(0+)(?:[.,](0+))?(%?)", form):
        whole, decimals, hundred = len(found.group(1)), len(found.group(2) or ""), found.group(3)
        value = as_number(given[0])
        scaled = "{0} * 100" if hundred else "{0}"
        width = whole + (decimals + 1 if decimals else 0)
        shown = f"format('{{:0{width}.{decimals}f}}', round({scaled}, {decimals})::double)"
        return Node(f"({shown}{' || ' + literal('%') if hundred else ''})", (value,), plus=_NUMBER_SIGNS)
    if form in ("@", "General", "Standard", "Standaard"):
        return as_text(given[0])
    return Node(f"strftime({{0}}, {literal(_date_form(name, form))})", (as_date(given[0]),), plus=60)


_DATE_WORDS = (
    (re.compile(r"[yaj]{4}", re.IGNORECASE), "%Y"),
    (re.compile(r"[ya]{2}", re.IGNORECASE), "%y"),
    (re.compile(r"mm", re.IGNORECASE), "%m"),
    (re.compile(r"m", re.IGNORECASE), "%-m"),
    (re.compile(r"dd|jj|tt|gg", re.IGNORECASE), "%d"),
    (re.compile(r"[djtg]", re.IGNORECASE), "%-d"),
    (re.compile(r"[-./ ]"), ""),
)


def _date_form(name: str, form: str) -> str:
    """``dd.mm.yyyy``, ``jj/mm/aaaa``, ``TT.MM.JJJJ`` or ``gg/mm/aaaa`` as strftime has it."""
    made, at = "", 0
    while at < len(form):
        for pattern, code in _DATE_WORDS:
            if match := pattern.match(form, at):
                made += code or match.group()
                at = match.end()
                break
        else:
            raise MistakeError(f'{name}: "{form[:30]}" is no form of a number (0.00) or date (dd.mm.yyyy)')
    return made


def _value(_: str, given: Sequence[Node]) -> Node:
    node = given[0]
    return node if node.type == "number" else Node(number_sql("{0}"), (as_text(node),), type="number")


def _date(_: str, given: Sequence[Node]) -> Node:
    parts = tuple(as_number(node) for node in given)
    # months and days beyond their ends roll over, as in Excel
    template = (
        "(case when {0} between 1 and 9999 and abs({1}) < 10000 and abs({2}) < 100000 then "
        "(make_date({0}::integer, 1, 1) + to_months({1}::integer - 1))::date + ({2}::integer - 1) end)"
    )
    return Node(template, parts, type="date")


def _date_value(_: str, given: Sequence[Node]) -> Node:
    return as_date(given[0])


def _of_date(part: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return Node(f"{part}({{0}})::double", (as_date(given[0]),), type="number", role="shorten")

    return build


def _of_numbers(template: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return _numbers(template, *given)

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
        return _numbers(f"(case when abs({{1}}) <= 15 then {ways[way]} end)", given[0], digits)

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
        return _numbers(f"(case when {known} then {inner} end)", *given)

    return build


def _moved_month(end: bool) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        moved = "({0} + to_months(trunc({1})::integer))::date"
        template = f"(case when abs({{1}}) < 10000 then {f'last_day({moved})' if end else moved} end)"
        return Node(template, (as_date(given[0]), as_number(given[1])), type="date")

    return build


def _days(_: str, given: Sequence[Node]) -> Node:
    return Node("(({0} - {1})::double)", (as_date(given[0]), as_date(given[1])), type="number")


def _date_difference(name: str, given: Sequence[Node]) -> Node:
    """DATEDIF: whole years, months or days between two days, the later one second."""
    unit = _written(name, given[2], "the unit").upper()
    parts = {"Y": "year", "M": "month", "D": "day"}
    if unit not in parts:
        raise MistakeError(f'{name}: the unit is "Y", "M" or "D"')
    template = f"(case when {{0}} <= {{1}} then datesub('{parts[unit]}', {{0}}, {{1}})::double end)"
    return Node(template, (as_date(given[0]), as_date(given[1])), type="number")


def _weekday(name: str, given: Sequence[Node]) -> Node:
    kind = _written(name, given[1], "the way to count") if len(given) > 1 else "1"
    ways = {"1": "dayofweek({0}) + 1", "2": "isodow({0})", "3": "isodow({0}) - 1"}
    if kind not in ways:
        raise MistakeError(f"{name}: the way to count is 1 (Sunday is 1), 2 (Monday is 1) or 3 (Monday is 0)")
    return Node(f"(({ways[kind]})::double)", (as_date(given[0]),), type="number", role="shorten")


def _of_text(template: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return Node(template, (as_text(given[0]),), type="number")

    return build


def _is_text(_: str, given: Sequence[Node]) -> Node:
    known = _is_number("ISNUMBER", given)
    return Node("({0} <> '' and not {1})", (as_text(given[0]), known), type="truth")


def _cut_at(before: bool) -> Build:
    """TEXTBEFORE and TEXTAFTER: at the first place of a text; an error where it is not."""

    def build(_: str, given: Sequence[Node]) -> Node:
        first, sign = as_text(given[0]), as_text(given[1])
        kept = "left({0}, strpos({0}, {1}) - 1)" if before else "substr({0}, strpos({0}, {1}) + length({1}))"
        template = f"(case when {{1}} <> '' and strpos({{0}}, {{1}}) > 0 then {kept} end)"
        return Node(template, (first, sign), times=first.times, plus=first.plus, role="shorten")

    return build


PROPER = (
    "list_aggregate(list_transform(regexp_extract_all(lower({0}), '[\\p{L}\\p{M}]+|[^\\p{L}\\p{M}]+'), "
    "lambda word: upper(word[1]) || word[2:]), 'string_agg', '')"
)
"""SQL of a text with a capital at the beginning of every word, as Excel's PROPER; NULL for an empty one."""

BUILDERS: Mapping[str, tuple[int, int, Build]] = {
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
    "ISNUMBER": (1, 1, _is_number),
    "ISERROR": (1, 1, _is_error),
    "LEFT": (1, 2, _end("left")),
    "RIGHT": (1, 2, _end("right")),
    "MID": (3, 3, _mid),
    "LEN": (1, 1, lambda _, given: Node("length({0})::double", (as_text(given[0]),), type="number", role="shorten")),
    "TRIM": (1, 1, _simple("trim(regexp_replace({0}, ' +', ' ', 'g'))")),
    "CLEAN": (1, 1, _simple("regexp_replace({0}, '[\\x00-\\x1f]', '', 'g')")),
    "UPPER": (1, 1, _simple("upper({0})")),
    "LOWER": (1, 1, _simple("lower({0})")),
    "PROPER": (1, 1, _simple(f"case when {{0}} = '' then '' else {PROPER} end")),
    "SUBSTITUTE": (3, 3, _substitute),
    "REPLACE": (4, 4, _replace),
    "FIND": (2, 3, _find(folded=False)),
    "SEARCH": (2, 3, _find(folded=True)),
    "CONCAT": (1, 60, _concat),
    "TEXTJOIN": (3, 60, _text_join),
    "REPT": (2, 2, _rept),
    "EXACT": (2, 2, _exact),
    "TEXT": (2, 2, _text),
    "VALUE": (1, 1, _value),
    "DATE": (3, 3, _date),
    "DATEVALUE": (1, 1, _date_value),
    "YEAR": (1, 1, _of_date("year")),
    "MONTH": (1, 1, _of_date("month")),
    "DAY": (1, 1, _of_date("day")),
    "EDATE": (2, 2, _moved_month(end=False)),
    "EOMONTH": (2, 2, _moved_month(end=True)),
    "DAYS": (2, 2, _days),
    "DATEDIF": (3, 3, _date_difference),
    "WEEKDAY": (1, 2, _weekday),
    "ISOWEEKNUM": (1, 1, _of_date("week")),
    "ISTEXT": (1, 1, _is_text),
    "TEXTBEFORE": (2, 2, _cut_at(before=True)),
    "TEXTAFTER": (2, 2, _cut_at(before=False)),
    "UNICODE": (1, 1, _of_text("(case when {0} <> '' then unicode({0})::double end)")),
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
