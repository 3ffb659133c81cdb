"""The merge threshold: as low as the estimated precision allows, within limits."""

from __future__ import annotations

import numpy as np

from engine.matching.thresholds import merge_threshold
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules

RULES = RuleBook().load("matching/model.yml", MatchRules).thresholds


def test_sure_pairs_let_doubtful_ones_in_down_to_the_limit() -> None:
    lowest = RULES.lowest.value
    weights, pairs = np.array([12.0, lowest, lowest - 0.1]), np.array([1800.0, 1.0, 1.0])
    assert merge_threshold(weights, pairs, RULES) == lowest


def test_many_doubtful_pairs_raise_the_threshold_above_the_limit() -> None:
    between = (RULES.lowest.value + RULES.highest.value) / 2
    weights, pairs = np.array([12.0, between, RULES.lowest.value]), np.array([100.0, 5.0, 500.0])
    assert merge_threshold(weights, pairs, RULES) == between


def test_without_pairs_and_where_all_is_doubtful_the_highest_stands() -> None:
    nothing = np.array([], dtype=np.float64)
    assert merge_threshold(nothing, nothing, RULES) == RULES.highest.value
    assert merge_threshold(np.array([0.0]), np.array([50.0]), RULES) == RULES.highest.value


def test_a_file_with_families_may_ask_for_more() -> None:
    stricter = RULES.precision.model_copy(update={"value": RULES.precision.value + 0.02})
    rules = RULES.model_copy(update={"precision_families": stricter})
    between = (RULES.lowest.value + RULES.highest.value) / 2
    doubt = 1 / (1 + 2**between)
    share = RULES.precision.value + 0.01  # of right pairs, between the two
    weights, pairs = np.array([40.0, between]), np.array([doubt / (1 - share) - 1, 1.0])
    assert merge_threshold(weights, pairs, rules) == between
    assert merge_threshold(weights, pairs, rules, families=True) == RULES.highest.value
