"""Letters: which spellings are one text, which values are near."""

from __future__ import annotations

from typing import Literal

import pytest

from engine.golden.letters import Fold, letters_sql, near_sql
from engine.workspace import Workspace


@pytest.mark.parametrize(
    ("fold", "value", "letters"),
    [
        ("words", "HÉLÈNE  d'Œuvre", "helene d oeuvre"),
        ("words", "Straße-Łódź", "strasse lodz"),
        ("words", "Ольга", "ольга"),
        ("words", "...", "..."),
        ("compact", "007 BIS", "7bis"),
        ("compact", "000", "000"),
        ("exact", "MRS", "MRS"),
    ],
)
def test_letters_of_a_value(ws: Workspace, fold: Fold, value: str, letters: str) -> None:
    assert ws.value(f"select {letters_sql('$value', fold)}", {"value": value}) == letters


def test_null_has_no_letters(ws: Workspace) -> None:
    assert ws.value(f"select {letters_sql('null::varchar', 'words')}") is None


@pytest.mark.parametrize(
    ("near", "left", "right", "expected"),
    [
        ("typo", "meier", "meyer", True),
        ("typo", "meier", "mayar", False),
        ("typo", "vonlanthen", "vonlnaten", True),
        ("typo", "aubert", "pittet", False),
        ("slip", "+41223339900", "+41223339901", True),
        ("slip", "+41223339900", "+41223338801", False),
        ("slip", "a@gmail.com", "a@gmial.com", True),
    ],
)
def test_a_typing_error_apart(
    ws: Workspace, near: Literal["typo", "slip"], left: str, right: str, expected: bool
) -> None:
    found = ws.value(f"select {near_sql('$left', '$right', near)}", {"left": left, "right": right})
    assert found is expected
