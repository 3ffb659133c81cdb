"""SQL of the plain steps: case, split, join, regular expressions and dates. Builders take and give SQL of a text.

The text of ``cell`` is NULL where the cell is empty; so is the result. Literals are quoted here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from engine.sql import literal
from engine.transform.formula_texts import PROPER
from engine.transform.sandbox import groups_of

CaseForm = Literal["upper", "lower", "proper"]


def case_sql(cell: str, form: CaseForm) -> str:
    """Upper case, lower case, or a capital at the beginning of every word.

    >>> case_sql("x", "upper")
    'upper(x)'
    """
    return PROPER.replace("{0}", cell) if form == "proper" else f"{form}({cell})"


def split_sql(cell: str, by: str, parts: int, *, from_end: bool = False) -> list[str]:
    """The parts of ``cell`` at ``by``: the last one takes the rest (with ``from_end`` the first one does).

    >>> split_sql("x", ",", 1)
    ["nullif(trim(array_to_string((string_split(x, ','))[1:], ',')), '')"]
    """
    cut = f"string_split({cell}, {literal(by)})"
    made = []
    for number in range(1, parts + 1):
        if from_end:
            last = parts - number  # so many parts stand behind this one
            begin = "1" if number == 1 else f"greatest(len({cut}) - {last}, 1)"
            end = f"len({cut}) - {last}"
            there = f"len({cut}) > {last}"
            taken = f"case when {there} then array_to_string(({cut})[{begin}:{end}], {literal(by)}) end"
        else:
            end = str(number) if number < parts else ""
            taken = f"array_to_string(({cut})[{number}:{end}], {literal(by)})"
        made.append(f"nullif(trim({taken}), '')")
    return made


def join_sql(cells: Sequence[str], between: str) -> str:
    """The cells one after the other, empty ones left out.

    >>> join_sql(["a", "b"], " ")
    "nullif(concat_ws(' ', a, b), '')"
    """
    return f"nullif(concat_ws({literal(between)}, {', '.join(cells)}), '')"


def replace_sql(cell: str, find: str, replacement: str, *, ignore_case: bool) -> str:
    """Every place where the pattern ``find`` fits replaced; ``\\1`` is what its first group found."""
    return f"regexp_replace({cell}, {literal(find)}, {literal(replacement)}, {literal('gi' if ignore_case else 'g')})"


def extract_sql(cell: str, find: str, *, ignore_case: bool) -> str:
    """What the first group of ``find`` found, or the whole where it has none; NULL when it does not fit."""
    group = 1 if groups_of(find) else 0
    options = f", {literal('i')}" if ignore_case else ""
    fits = f"regexp_matches({cell}, {literal(find)}{options})"
    return f"case when {fits} then nullif(regexp_extract({cell}, {literal(find)}, {group}{options}), '') end"


def date_sql(cell: str, reads: Sequence[str], writes: str) -> str:
    """The date that ``cell`` says in the first of the forms ``reads`` that fits; NULL when none does.

    ``%Y`` takes four digits and no fewer: ``3.2.20`` is no date of the year 20.
    """
    tries = []
    for form in reads:
        read = f"try_strptime(trim({cell}), {literal(form)})"
        if "%Y" in form:
            read = f"case when regexp_matches({cell}, '\\d{{4}}') then {read} end"
        tries.append(read)
    return f"strftime(coalesce({', '.join(tries)}), {literal(writes)})"


def references_of(replacement: str) -> set[int]:
    """The groups a replacement names.

    >>> sorted(references_of(r"\\2 \\1"))
    [1, 2]
    """
    return {int(found) for found in re.findall(r"\\(\d)", replacement)}
