"""Cells that a person opens in a spreadsheet."""

from __future__ import annotations

import pytest

from engine.presentation.people import safe_cell
from engine.workspace import Workspace

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", " =1+1", "\n=1",
    "＝1+1", "＋1", "－1", "＠A1",
    "=HYPERLINK(\"http://x\")", "+41 79 DROP", "-1 x", "+", "=", "-", "@", "+41;=1", "\x00=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_start_a_formula_is_shown_as_text(ws: Workspace, text: str) -> None:
    shown = ws.value(f"select {safe_cell('$text::varchar')}", {"text": text})
    assert shown.lstrip()[0] not in "=+-@＝＋－＠\t\r"


@pytest.mark.parametrize(
    "text", ["+41791234567", "+41 79 123 45 67", "-12", "3.5", "-3,5", "Anne-Marie", "a=b", "", "O'Neill"]
)
def test_a_harmless_text_stays_as_it_is(ws: Workspace, text: str) -> None:
    assert ws.value(f"select {safe_cell('$text::varchar')}", {"text": text}) == text


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\n", "\x07", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f"])
def test_a_hidden_character_becomes_a_space(ws: Workspace, sign: str) -> None:
    assert ws.value(f"select {safe_cell('$text::varchar')}", {"text": f"a{sign}b"}) == "a b"


def test_nothing_stays_nothing(ws: Workspace) -> None:
    assert ws.value(f"select {safe_cell('null::varchar')}") is None
