"""Pairs of extracts with changes of twelve kinds: what is seen, and planned, is exactly what was injected.

The whole measurement, twenty seeds of larger bases, is benchmarks/second_extract.
"""

from __future__ import annotations

import pytest

from benchmarks.second_extract import Outcome, measure

pytestmark = [pytest.mark.gx, pytest.mark.journey]


@pytest.fixture(scope="module", params=[101, pytest.param(102, marks=pytest.mark.slow)])
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return measure(tmp_path_factory.mktemp("pair") / "project", request.param, 200, each=1)


def test_every_injected_change_is_seen_as_what_it_is(outcome: Outcome) -> None:
    assert outcome.wrong.total() == 0, outcome.said
    assert outcome.right.total() == 15
    assert len(outcome.right) == 13  # kinds, "two contacts merged" and "split" with two contacts each


def test_the_operations_are_exactly_the_injected_changes(outcome: Outcome) -> None:
    assert outcome.operations_wrong.total() == 0, outcome.said
    assert outcome.stray_operations == 0


def test_whoever_was_not_touched_keeps_id_number_and_values(outcome: Outcome) -> None:
    assert outcome.stray == 0, outcome.said
    assert outcome.kept == outcome.untouched > 250


def test_the_same_extract_again_changes_nothing_and_asks_for_nothing(outcome: Outcome) -> None:
    assert (outcome.again, outcome.operations_again) == (0, 0)
