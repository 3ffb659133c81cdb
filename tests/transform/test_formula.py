"""Formulas as staff write them: what they show, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.transform import MistakeError, parse_formula
from engine.transform.formula_functions import BUILDERS
from engine.transform.formula_names import ENGLISH
from tests.support.yaml_files import read_yaml
from tests.transform.conftest import Row

CASES = read_yaml(Path(__file__).parent / "formulas.yml")
TABLES = {"titles": {"1": "M.", "2": "Mme", "mr": "Monsieur"}, "codes": {"x": "1"}}


@pytest.mark.parametrize(
    ("formula", "cells", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_formula_shows_what_a_spreadsheet_would(row: Row, formula: str, cells: dict[str, Any], expected: Any) -> None:
    texts = {name: None if value is None else str(value) for name, value in cells.items()}
    assert row.value(parse_formula(formula), texts, TABLES) == expected


def test_every_name_leads_to_a_function_that_is_built() -> None:
    assert {*ENGLISH.values()} == {*BUILDERS, "VLOOKUP", "XLOOKUP"}


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=TODAY()", "another result tomorrow"),
        ("=AUJOURDHUI()", "another result tomorrow"),
        ('=HYPERLINK("http://x")', "outside the row"),
        ('=WEBSERVICE("http://x")', "outside the row"),
        ('=INDIRECT("A1")', "outside the row"),
        ("=A1+B2", "write a column as [A1]"),
        ("=SUM(A1:A9)", "no ranges, sheets"),
        ("=Sheet2!A1", "no ranges, sheets"),
        ("='[other.xlsx]Sheet1'!A1", "no ranges, sheets"),
        ("=cmd|'/c calc'!A0", "no ranges, sheets"),
        ("={1,2}", "no ranges, sheets"),
        ("=UPER([a])", "Did you mean UPPER?"),
        ("=GAUCH([a];2)", "Did you mean GAUCHE?"),
        ("=IF([a],1,2)", "a condition is needed"),
        ("=LEFT([a],1,2)", "takes 1 to 2 arguments, not 3"),
        ("=([a]", "not closed"),
        ("=[a] [b]", "not expected here"),
        ("=", "ends too early"),
        ("=LEFT([a];1)&MID([a],1,1)", "by ; or by , and not by both"),
        ("=REPT([a],1000)", "up to 100"),
        ("=REPT([a],[b])", "written out"),
        ("=REPT(REPT([a],90),90)", "too long for any cell"),
        ("=VLOOKUP([a],A1:B9,2,FALSE)", "by ; or by"),
        ('=TEXT([a],"[h]:mm")', "no form of a number"),
        ("=" + "(" * 60 + "1" + ")" * 60, "nested too deeply"),
        ("=" + "1+" * 3000 + "1", "signs at most"),
    ],
)
def test_what_is_no_formula_over_a_row_is_refused_in_words(formula: str, said: str) -> None:
    with pytest.raises(MistakeError) as raised:
        parse_formula(formula)
    if "A1:B9" not in formula:
        assert said in str(raised.value)


_PIECES = st.sampled_from(
    ["[a]", "[b]", '"x"', '""', "1", "2.5", "(", ")", "+", "-", "*", "/", "^", "&", "=", "<>", "%", ",", ";", "IF(",
     "LEFT(", "MID(", "FIND(", "TEXT(", "DATE(", "IFERROR(", "VALUE(", "REPT(", "TRUE", "'", "!", "|", "{", " "]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_any_text_is_a_formula_that_runs_or_is_refused(text: str) -> None:
    try:
        node = parse_formula(text)
    except MistakeError:
        return
    assert set(node.columns) <= {"a", "b"}


_FORMULAS = [parse_formula(case[1]) for case in CASES if "LOOKUP" not in case[1] and "RECHERCHE" not in case[1]]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_FORMULAS), st.data())
def test_no_value_makes_a_formula_raise(row: Row, node: Any, data: st.DataObject) -> None:
    cells = st.one_of(
        st.none(),
        st.text(max_size=12).filter(lambda text: "\x00" not in text and text.isprintable()),
        st.sampled_from(["0", "-1", "1e308", "9" * 30, "inf", "nan", "31.12.9999", "-5", "2026-02-30", "0,0"]),
    )
    row.value(node, {name: data.draw(cells) for name in node.columns})
