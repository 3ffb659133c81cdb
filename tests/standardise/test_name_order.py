"""Which half of a full-name column is the last name."""

from __future__ import annotations

from engine.standardise.name_order import decide_order, is_titled, order_vote
from tests.standardise.words import NAMES


def test_one_cell_votes_by_capitals_first_names_and_initials() -> None:
    cells = [
        "DURAND Jean",
        "Jean DURAND",
        "Durand Jean",
        "Jean Durand",
        "Durand J.",
        "Jean Marie",
        "Zyx Abc",
        "Durand, Jean",
    ]
    assert [order_vote(cell, NAMES) for cell in cells] == [-1, 1, -1, 1, -1, 0, 0, 0]


def test_the_column_follows_its_majority() -> None:
    found = decide_order(["Durand Jean", "Muller Marie", "Meier Hans", "Anna Zola"], None, NAMES)
    assert (found.order, found.why, found.votes, found.agree) == ("last_first", "values", 4, 0.75)


def test_the_header_decides_where_the_values_say_nothing() -> None:
    assert decide_order(["Zyx Abc"], "Nom Prénom", NAMES).order == "last_first"
    assert decide_order(["Zyx Abc"], "Vor- und Nachname", NAMES).order == "first_last"
    assert decide_order(["Zyx Abc"], "Nominativo", NAMES).why == "default"


def test_strong_values_outrank_the_header() -> None:
    cells = ["Jean Durand", "Marie Curie", "Hans Meier"]
    assert decide_order(cells, "Nom et prénom", NAMES).order == "first_last"


def test_the_half_with_fewer_different_words_holds_the_first_names() -> None:
    cells = [f"{last}ov {first}ko" for last in "abcdefghijklmnopqrst" for first in "xyz"]
    found = decide_order(cells, None, NAMES)
    assert (found.order, found.why) == ("last_first", "recurrence")


def test_a_column_with_plain_civilities_makes_a_lone_m_a_title() -> None:
    assert is_titled(["Mme Durand", "M Martin"], NAMES)
    assert not is_titled(["M Martin", "Durand"], NAMES)
