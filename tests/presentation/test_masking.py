"""Masks: the form of a value, never the value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.presentation.masking import LONGEST, mask, mask_with_case


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("Jean Dupont", "J*** D*****"),
        ("Li Na", "** **"),
        ("Ng", "**"),
        ("A", "*"),
        ("O'Neill", "*'N****"),
        ("jean.dupont@gmial.com", "j***.d*****@g****.c**"),
        ("+41 79 123 45 67", "+99 99 999 99 99"),
        ("12/03/1970", "99/99/9999"),
        ("rue du Lac 4b", "r** ** L** 9*"),
        ("\u0645\u062d\u0645\u062f", "\u0645***"),
        ("", ""),
    ],
)
def test_a_mask_keeps_the_form(value: str, masked: str) -> None:
    assert mask(value) == masked


def test_a_mask_with_case_shows_what_a_standardiser_changed() -> None:
    assert [mask_with_case(value) for value in ("MÜLLER", "Mueller", "müller", "Li")] == [
        "MÉXXXX",
        "Mxxxxxx",
        "méxxxx",
        "Xx",
    ]


@given(st.text(max_size=60))
def test_a_mask_keeps_at_most_one_letter_of_a_word_and_no_digit(value: str) -> None:
    masked = mask(value)
    assert len(masked) <= LONGEST
    kept = [sign for sign in masked if sign.isalpha()]
    words = "".join(sign if sign.isalpha() else " " for sign in masked.replace("*", "")).split()
    assert all(len(word) <= 2 for word in words)  # two words may touch only where a sign between them was hidden
    assert len(kept) <= len(value)
    assert not any(sign.isdigit() and sign != "9" for sign in masked if sign.isascii())


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=2))
def test_nothing_of_a_short_word_is_kept(word: str) -> None:
    assert not set(mask(word)) - {"*", "?"}


def test_a_long_value_is_cut() -> None:
    masked = mask("abc " * 1_000_000)
    assert len(masked) == LONGEST
    assert masked.endswith("…")
