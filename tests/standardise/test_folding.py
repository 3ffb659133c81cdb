from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.standardise.folding import fold, fold_sql
from engine.workspace import Workspace


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  L'Été à Straße-Ouest, n° 12 ", "l ete a strasse ouest n 12"),
        ("Łódź", "lodz"),
        ("Đorđe", "dorde"),
        ("Œuvre", "oeuvre"),
        ("e\u0301te\u0301", "ete"),
        ("Москва", "moskva"),
        ("12º B", "12o b"),
        ("ＦＵＬＬ width", "full width"),
        ("'s-Gravenhage", "s gravenhage"),
        ("...", ""),
        ("", ""),
    ],
)
def test_folding_keeps_letters_and_digits_only(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "text", ["L'Été à Straße-Ouest, n° 12", "Łódź Đorđe Œuvre æ Ħal ÞÓR", "e\u0301te", "12º B", "İstanbul", "--"]
)
def test_sql_folds_latin_letters_like_python(ws: Workspace, text: str) -> None:
    assert ws.value(f"select {fold_sql('$text')}", {"text": text}) == fold(text)
