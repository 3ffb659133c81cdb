"""Duplicates are counted as records minus contacts; what is doubtful widens the interval and never narrows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from engine.analysis.duplicates import Duplicates, estimate_duplicates, interval
from engine.workspace import Workspace
from tests.conftest import given

ANN: dict[str, Any] = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@x.ch", "postcode": "1204"}
PAUL: dict[str, Any] = {"first_name": "Paul", "last_name": "Martin", "email": "paul@x.ch", "postcode": "1003"}


def estimated(ws: Workspace, *records: dict[str, Any], sample: int = 1000) -> Duplicates:
    given(ws, "intake.record", list(records))
    return estimate_duplicates(ws, sample=sample)


@pytest.mark.parametrize(
    "twin",
    [
        ANN,
        {**ANN, "email": "MARIE@x.ch ", "postcode": None},
        {"first_name": "Dupont", "last_name": "Marie", "postcode": "12 04"},
        {"full_name": "DUPONT, Mărie", "email": "marie@x.ch"},
    ],
)
def test_the_same_name_and_one_more_thing_in_common_is_certain(twin: dict[str, Any], ws: Workspace) -> None:
    found = estimated(ws, ANN, twin, PAUL)
    assert (found.low, found.likely, found.high) == (1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {**PAUL, "postcode": "1204"},
        {"first_name": "Marie", "last_name": "Dupont", "postcode": "8001"},
        {"first_name": "Hugo", "last_name": "Zbinden", "email": "marie@x.ch"},
        {"first_name": "Paul", "last_name": "Dupont", "postcode": "1204"},
    ],
)
def test_one_thing_in_common_is_no_duplicate(other: dict[str, Any], ws: Workspace) -> None:
    found = estimated(ws, ANN, other)
    assert (found.low, found.high, found.questions) == (0, 0, 0)


@pytest.mark.parametrize(
    "doubtful",
    [
        {**ANN, "first_name": "Maria"},
        {**ANN, "first_name": None},
        {**ANN, "last_name": "Dupond", "email": None},
    ],
)
def test_what_is_only_probable_counts_at_the_upper_end_and_is_a_question(
    doubtful: dict[str, Any], ws: Workspace
) -> None:
    found = estimated(ws, ANN, doubtful)
    assert (found.low, found.high, found.questions) == (0, 1, 1)


def test_two_birth_dates_are_no_certain_duplicate(ws: Workspace) -> None:
    found = estimated(ws, {**ANN, "birth_date": "01.02.1980"}, {**ANN, "birth_date": "14.11.1957"})
    assert (found.low, found.high) == (0, 1)


def test_a_contact_of_k_records_is_k_minus_one_duplicates(ws: Workspace) -> None:
    found = estimated(ws, ANN, ANN, ANN, ANN, PAUL, PAUL)
    assert (found.low, found.high) == (4, 4)
    assert found.exact


def test_an_address_that_everybody_writes_links_nobody(ws: Workspace) -> None:
    crowd = [{"first_name": "Anna", "last_name": f"Name{n}", "email": "none@none.com"} for n in range(60)]
    assert estimated(ws, *crowd).high == 0


def test_a_sample_gives_the_same_interval_each_time_and_it_holds_the_truth(ws: Workspace) -> None:
    people = [{"first_name": "A", "last_name": f"P{n // 2}", "email": f"p{n // 2}@x.ch"} for n in range(80)]
    alone = [{"first_name": "B", "last_name": f"Q{n}", "email": f"q{n}@x.ch"} for n in range(320)]
    found = estimated(ws, *people, *alone, sample=120)
    assert found.looked_at == 120
    assert not found.exact
    assert found.low < 40 < found.high
    assert found == estimate_duplicates(ws, sample=120)


def test_no_records_are_no_duplicates(ws: Workspace) -> None:
    assert estimated(ws).likely == 0


@each(st.floats(0, 1), st.integers(1, 10_000), st.integers(1, 10**7))
def test_an_interval_holds_its_mean_and_stays_between_nothing_and_all(
    mean: float, sample: int, population: int
) -> None:
    low, high = interval(mean, sample, population)
    assert 0 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 1


@each(st.floats(0, 1), st.integers(50, 1000))
def test_a_larger_sample_never_widens_the_interval(mean: float, sample: int) -> None:
    small, large = interval(mean, sample, 10**6), interval(mean, sample * 10, 10**6)
    assert large[1] - large[0] <= small[1] - small[0] + 1e-9
