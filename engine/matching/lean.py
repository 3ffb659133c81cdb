"""Lean pairs: the same conditions in a form that costs less per pair; what they say stays word for word the same.

A list is copied for every pair that carries it; a text is not, and DuckDB then finds units by their place. So lists
become texts of one word an element before pairs are made, and are cut again only where that can matter: where one of
two has several elements, or where two bags of words share a bit of their signatures. Comparisons of such bags cost
most and see the same values again and again: units that hold the same are numbered by the first of them, and any two
values meet once. On Spark lists stay lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from engine.matching.levels import Comparison
from engine.workspace import Workspace

_GLUE = "chr(31)"  # between the elements of a list; stands in no value that was folded
_BITS, _COUNT = "_bits", "_count"
_SIDES = r"\b([a-z_0-9]+)_l, \1_r\)"
_COSTLY = re.compile(
    r"jaro_winkler_similarity\(([a-z_0-9]+)_l, \1_r\)|\(case when [a-z_0-9]+_bits_l & .*? then 0 end\)"
)
"""What several levels ask of a pair, with another bound each: a likeness, and how many words two bags share."""


def make(ws: Workspace, compared: Iterable[Comparison]) -> None:
    """Make ``m_lean``: one row per unit of ``m_key`` with what the comparisons read, lists as texts."""
    lists = list_columns(ws)
    forms = leaned(compared, lists)
    columns = [column(name, lists) for name in sorted(set().union(*(one.columns() for one in forms)))]
    columns += [
        f"min(unit) over (partition by {', '.join(sorted(one.columns()))}) as {first_alike(one)}"
        for one in compared
        if shares_values(one)
    ]
    ws.execute(f"create or replace temp table m_lean as select unit, {', '.join(dict.fromkeys(columns))} from m_key")


def shares_values(one: Comparison) -> bool:
    """Whether a comparison is made once for any two values: bags of words cost most, and many units have the same."""
    return "list_intersect(" in one.number_sql()


def first_alike(one: Comparison) -> str:
    """The column of ``m_lean`` that names the first unit with the same in everything a comparison reads."""
    return f"{one.name}_first"


def leaned(compared: Iterable[Comparison], lists: frozenset[str]) -> list[Comparison]:
    """The comparisons over ``m_lean``."""
    return [
        replace(
            one,
            missing=lean(one.missing, lists),
            levels=tuple(
                level if level.condition is None else replace(level, condition=lean(level.condition, lists))
                for level in one.levels
            ),
        )
        for one in compared
    ]


def list_columns(ws: Workspace) -> frozenset[str]:
    """Columns of ``m_key`` that hold lists."""
    return frozenset(row[0] for row in ws.rows("describe m_key") if row[1].endswith("[]"))


@lru_cache(maxsize=1024)
def lean(condition: str, lists: frozenset[str]) -> str:
    """The condition over ``m_lean``: true for the same pairs.

    >>> lean("levenshtein(a_l, a_r) <= 1", frozenset())
    '(abs(strlen(a_l) - strlen(a_r)) <= 1 and levenshtein(a_l, a_r) <= 1)'

    Args:
        condition: of a level, over the columns of m_key.
        lists: columns that m_key holds as lists.
    """

    def any_in_common(found: re.Match[str]) -> str:
        name = found[1]
        if name not in lists:
            return found[0]
        both = f"{_words(name, 'l')}, {_words(name, 'r')}"
        several = f"contains({name}_l, {_GLUE}) or contains({name}_r, {_GLUE})"
        return f"(({name}_l = {name}_r and {name}_l <> '') or (({several}) and list_has_any({both})))"

    def how_many_in_common(found: re.Match[str]) -> str:
        name = found[1]
        if name not in lists:
            return found[0]
        both = f"{_words(name, 'l')}, {_words(name, 'r')}"
        return (
            f"(case when {name}{_BITS}_l & {name}{_BITS}_r <> 0 then len(list_intersect({both}))"
            f" when {name}_l is not null then 0 end)"  # as DuckDB: nothing in common with a missing list on the right
        )

    def how_many(found: re.Match[str]) -> str:
        return f"{found[1]}{_COUNT}_{found[2]}" if found[1] in lists else found[0]

    def few_edits(found: re.Match[str]) -> str:
        one, other, most = found[1], found[2], found[3]
        return f"(abs(strlen({one}) - strlen({other})) <= {most} and {found[0]})"

    condition = re.sub(r"\blen\(([a-z_0-9]+)_([lr])\)", how_many, condition)
    condition = re.sub(r"\blen\(list_intersect\(" + _SIDES + r"\)", how_many_in_common, condition)
    condition = re.sub(r"\blist_has_any\(" + _SIDES, any_in_common, condition)
    return re.sub(r"\blevenshtein\(([a-z_0-9]+), ([a-z_0-9]+)\) <= ([0-9])\b", few_edits, condition)


def once(numbers: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """What is asked of a pair several times, asked once: the texts with names in its place, and what each name means.

    >>> once(["jaro_winkler_similarity(a_l, a_r) >= 0.9 or jaro_winkler_similarity(a_l, a_r) >= 0.8 and b_l = b_r"])
    (['once_0 >= 0.9 or once_0 >= 0.8 and b_l = b_r'], {'once_0': 'jaro_winkler_similarity(a_l, a_r)'})
    """
    asked = Counter(found[0] for text in numbers for found in _COSTLY.finditer(text))
    names = {call: f"once_{place}" for place, call in enumerate(sorted(call for call, n in asked.items() if n > 1))}
    told = [_COSTLY.sub(lambda found: names.get(found[0], found[0]), text) for text in numbers]
    return told, {name: call for call, name in names.items()}


def column(name: str, lists: frozenset[str]) -> str:
    """A column of ``m_lean``: a list as a text, a signature of its elements (a bit each), their number; or as it is."""
    if name in lists:
        return f"array_to_string({name}, {_GLUE}) as {name}"
    if name.removesuffix(_BITS) in lists:
        bit = "1::hugeint << (hash(w) % 126)::integer"
        return f"list_bit_or(list_transform({name.removesuffix(_BITS)}, lambda w: {bit})) as {name}"
    if name.removesuffix(_COUNT) in lists:
        return f"len({name.removesuffix(_COUNT)}) as {name}"
    return name


def _words(column: str, side: str) -> str:
    return f"string_split({column}_{side}, {_GLUE})"
