"""Functions of formulas on texts: LEFT, SUBSTITUTE, TEXTJOIN, TEXT ..."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.sql import literal
from engine.transform.formula_values import (
    NUMBER_SIGNS,
    Build,
    as_date,
    as_number,
    as_text,
    concat,
    number_constant,
    text_constant,
    written_out,
)
from engine.transform.node import MistakeError, Node, fixed


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


def _substitute(name: str, given: Sequence[Node]) -> Node:
    first = as_text(given[0])
    old, new = written_out(name, given[1], "the old text"), written_out(name, given[2], "the new text")
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


def _concat(_: str, given: Sequence[Node]) -> Node:
    return concat(given)


def _text_join(name: str, given: Sequence[Node]) -> Node:
    between = text_constant(written_out(name, given[0], "the separator"))
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
    said = written_out(name, given[1], "how often")
    if not said.isdecimal() or int(said) > 100:
        raise MistakeError(f"{name}: a number up to 100")
    often = int(said)
    return Node("repeat({0}, {1})", (first, fixed(said, said)), times=first.times * often, plus=first.plus * often)


def _text(name: str, given: Sequence[Node]) -> Node:
    form = written_out(name, given[1], "the form")
    if found := re.fullmatch(r"(?:#[,’'])?#*(0+)(?:[.,](0+))?(%?)", form):
        whole, decimals, hundred = len(found.group(1)), len(found.group(2) or ""), found.group(3)
        value = as_number(given[0])
        scaled = "{0} * 100" if hundred else "{0}"
        width = whole + (decimals + 1 if decimals else 0)
        shown = f"format('{{:0{width}.{decimals}f}}', round({scaled}, {decimals})::double)"
        return Node(f"({shown}{' || ' + literal('%') if hundred else ''})", (value,), plus=NUMBER_SIGNS)
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


def _of_text(template: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return Node(template, (as_text(given[0]),), type="number")

    return build


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


TEXTS: Mapping[str, tuple[int, int, Build]] = {
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
    "TEXT": (2, 2, _text),
    "TEXTBEFORE": (2, 2, _cut_at(before=True)),
    "TEXTAFTER": (2, 2, _cut_at(before=False)),
    "UNICODE": (1, 1, _of_text("(case when {0} <> '' then unicode({0})::double end)")),
}
"""English name -> fewest and most arguments, and what builds the tree."""
