"""What counts against the gate."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.presentation.verdict.model import Before, Gate
from tests.presentation.verdict.made import against, entry, verdict


def test_an_error_counts_and_a_warning_does_not() -> None:
    made = verdict(entry("bad", failed=1), entry("odd", "warning", failed=9), entry("so", "info", failed=9))
    assert [one.name for one in made.against] == ["bad"]
    assert not made.passed


def test_fail_on_warning_counts_both_but_never_an_information() -> None:
    entries = (entry("bad", failed=1), entry("odd", "warning", failed=9), entry("so", "info", failed=9))
    assert [one.name for one in verdict(*entries, gate=Gate("warning")).against] == ["bad", "odd"]


@pytest.mark.parametrize(("failed", "counts"), [(1, False), (2, True)])
def test_an_expectation_counts_when_more_than_the_share_of_all_rows_failed(failed: int, counts: bool) -> None:
    made = verdict(entry("bad", failed=failed), gate=Gate(max_failed=Fraction(1, 200)))
    assert made.passed is not counts


def test_rows_that_failed_within_mostly_do_not_count() -> None:
    assert verdict(entry("lenient", failed=5, success=True)).passed


def test_a_table_that_fails_as_a_whole_counts_whatever_share_is_allowed() -> None:
    whole = entry("rows_enough", success=False, column=None, places=())
    assert not verdict(whole, gate=Gate(max_failed=Fraction(1, 2))).passed


@pytest.mark.parametrize(
    ("before", "change", "counts"),
    [
        (None, "new", True),
        (Before(False, 200, 10), "same", False),
        (Before(False, 400, 20), "same", False),  # the same share of a larger table
        (Before(False, 200, 11), "better", False),
        (Before(False, 200, 9), "worse", True),
        (Before(True, 200, 0), "worse", True),
    ],
)
def test_with_a_baseline_only_what_got_worse_counts(before: Before | None, change: str, counts: bool) -> None:
    made = against({} if before is None else {("format", "bad"): before}, entry("bad", failed=10))
    assert made.entries[0].change == change
    assert made.passed is not counts


def test_an_expectation_that_is_met_and_not_in_the_baseline_is_no_change() -> None:
    assert against({}, entry("fine")).entries[0].change == "same"


def test_a_worse_share_within_the_allowed_one_does_not_count() -> None:
    before = {("format", "bad"): Before(True, 200, 0)}
    assert against(before, entry("bad", failed=1), max_failed="0.01").passed
