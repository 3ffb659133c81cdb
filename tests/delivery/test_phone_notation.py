"""The import's own reading of telephone numbers, its six printed examples, and that what we write survives it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.delivery.forms import phone, ready_of
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.workspace import Workspace

COUNTRIES = {"FR": ("33", "0"), "CH": ("41", "0"), "US": ("1", "1"), "IT": ("39", ""), "ES": ("34", "9")}
"""Prefix and national prefix; Italy's 0 belongs to the number."""


def read_by_the_import(value: str, base: str) -> tuple[str | None, str]:
    """Prefix and rest as the ticketing system stores them, by its five printed steps.

    The last example (too short for a prefix) implies a least length that is not printed: eight digits here.
    """
    prefix, trunk = COUNTRIES[base]
    forced = re.match(r"\((\d{1,3})\)", value)
    if forced is not None:
        prefix, value = forced[1], value[forced.end() :]
        trunk = next((own for code, own in COUNTRIES.values() if code == prefix), "")
        digits = re.sub(r"\D", "", value)
    else:
        announced = re.match(r"\s*(?:\+|00)", value) is not None
        digits = re.sub(r"\D", "", value)
        if announced:
            bare = digits.removeprefix("00")
            digits = bare.removeprefix(prefix) if bare.startswith(prefix) else digits
    if len(digits) < 8:
        return None, digits
    return prefix, digits.removeprefix(trunk) if trunk in ("0", "1") else digits


@pytest.mark.parametrize(
    ("base", "given_", "stored"),
    [
        ("FR", "01 40 15 80 00", ("33", "140158000")),
        ("FR", "1 40 15 80 00", ("33", "140158000")),
        ("FR", "0041 21 613 21 11", ("33", "041216132111")),
        ("CH", "0041 21 613 21 11", ("41", "216132111")),
        ("CH", "+41 21 613 21 11", ("41", "216132111")),
        ("FR", "(41)216132111", ("41", "216132111")),
        ("FR", "(41)0216132111", ("41", "216132111")),
        ("FR", "01 SVP 77 77", (None, "017777")),
    ],
)
def test_the_printed_examples_of_the_format(base: str, given_: str, stored: tuple[str | None, str]) -> None:
    assert read_by_the_import(given_, base) == stored


NUMBERS = ("+33140158000", "+41216132111", "+390669812345", "+12127305848", "+34915212900", "+352621123457")


@pytest.mark.parametrize("base", ["FR", "CH", "IT", "ES"])
def test_what_is_written_is_read_back_whatever_the_address_says(base: str) -> None:
    with Workspace.memory() as ws:
        for number in NUMBERS:
            prefix, rest = read_by_the_import(written(ws, number), base)
            assert f"+{prefix}{rest}" == number


@given(st.sampled_from(["33", "41", "49", "352", "351", "44"]), st.integers(10_000_000, 999_999_999))
@settings(max_examples=20, deadline=None)
def test_any_number_keeps_its_prefix_and_its_digits(prefix: str, national: int) -> None:
    with Workspace.memory() as ws:
        assert written(ws, f"+{prefix}{national}") == f"({prefix}){national}"


def written(ws: Workspace, number: str) -> str:
    """An E.164 number in the form of the import file."""
    rules = RuleBook().load("delivery/secutix.yml", DeliveryRules)
    cell = phone(next(rule for rule in rules.fields if rule.name == "TELEPHONE"), "source")
    ready = f", {cell.ready} as {ready_of('TELEPHONE')}" if cell.ready else ""
    read = f"select *{ready} from (select $number as source)"
    return str(ws.value(f"select {cell.value} from ({read})", {"number": number}))
