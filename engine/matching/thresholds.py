"""Thresholds: where pairs merge and where a person is asked, from the precision the model estimates itself."""

from __future__ import annotations

import numpy as np

from engine.matching.patterns import Floats
from engine.matching.training import probability
from engine.rulebook.matching import Thresholds


def merge_threshold(weights: Floats, pairs: Floats, rules: Thresholds, *, families: bool = False) -> float:
    """The lowest weight such that pairs at it and above are right as often as ``precision`` asks, within its limits.

    Args:
        weights: distinct weights of scored pairs.
        pairs: how many pairs have each.
        rules: the limits.
        families: the file has families, or branches.
    """
    if not len(weights):
        return rules.highest.value
    order = np.argsort(-weights, kind="stable")
    mean = np.cumsum(probability(weights[order]) * pairs[order]) / np.cumsum(pairs[order])
    wanted = rules.precision_families if families else rules.precision
    precise = np.flatnonzero(np.round(mean, 9) >= wanted.value)
    if not len(precise):
        return rules.highest.value
    return float(np.clip(weights[order][precise[-1]], rules.lowest.value, rules.highest.value))
