"""Training without labels: u from random pairs, m and the share of matches by expectation maximisation.

Method: Fellegi and Sunter (1969); EM after Winkler (1988) as splink does it, on distinct patterns, with priors on m
(rules/matching/model.yml) and with the corrections inside the E-step. u from random pairs still holds the true pairs
among them: ``u = max(u_random - lambda * m, floor * u_random)`` takes them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.matching.adjustment import Adjustment
from engine.matching.case import Case
from engine.matching.corrections import correct
from engine.matching.households import Households, households
from engine.matching.levels import Comparison
from engine.matching.patterns import Bools, Floats, Patterns
from engine.rulebook.matching import MatchRules
from engine.vocabulary import Kind

_STRANGERS_AGREE = 0.002  # one level above the weakest, among strangers: what names do in the labelled sets
_NEVER_SEEN = 0.01  # share of its prior that a level keeps which no pair of the file reaches
_GOES_DOWN_TO = {"address": "gap", "birth_date": "year", "phone": "exact", "first_name": "exact_rare"}
"""The weakest level that may take over what the rules expect of stronger ones a file cannot show.

Where no two rows ever agree on a place, another town says nothing; another birth date always does."""
_DISAGREES = {
    "first_name": ("rare", "different"),
    "birth_date": ("different", "generation"),
    "phone": ("other_kind", "different"),
    "address": ("gap", "conflict"),
}
"""Levels at which two rows say different things, where there are others than ``different``."""
_IMAGINED = 300.0  # as many random pairs as 25 records make; forgotten in any real file


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model of one kind.

    Attributes:
        m: by comparison, P(level | same contact), weakest level first.
        u: by comparison, P(level | different contacts), weakest level first.
        match_share: lambda, the share of comparable pairs that are matches.
        expected_pairs: matches expected among the pairs blocking proposes.
        homes: what the file's households say.
        learned: what people's decisions add, where there were enough.
        threshold: weight from which pairs merged in the file it was learned from; None = to be set from this file's.
    """

    kind: Kind
    comparisons: Sequence[Comparison]
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    match_share: float
    expected_pairs: float
    homes: Households
    learned: Adjustment | None = None
    threshold: float | None = None

    @property
    def prior_weight(self) -> float:
        """log2 odds that a random pair matches."""
        return float(np.log2(self.match_share / (1 - self.match_share)))

    def level_weights(self, rules: MatchRules) -> list[Floats]:
        """Weight of each level by comparison, weakest first, within the limits the rules set for one level."""
        return level_weights(self.comparisons, self.m, self.u, rules)


def train(
    kind: Kind,
    rules: MatchRules,
    blocked: Patterns,
    by_chance: Sequence[Floats],
    *,
    units: int,
    comparable: float,
) -> Model:
    """Learn m, u and lambda.

    Args:
        kind: what the units are.
        rules: match rules.
        blocked: patterns of the pairs blocking proposes, ``pairs`` scaled up to all of them.
        by_chance: by comparison, the share of random pairs at each level, weakest first (:func:`chance`).
        units: number of units.
        comparable: number of pairs that could match at all, n(n-1)/2 unless structures keep units apart.
    """
    compared = blocked.comparisons
    priors = [_prior(one, blocked.level_counts(place)) for place, one in enumerate(compared)]
    m = list(priors)
    # random pairs are drawn from all units: true pairs are rarer among them than among comparable ones
    diluted = comparable / (units * (units - 1) / 2)
    expected = rules.training.expected_duplicates.value * units
    share = _share(10 * expected, comparable)
    trust = rules.training.prior_pairs.value
    matched = 0.0
    u = _unmatched(by_chance, m, share * diluted, rules, units)
    for _ in range(int(rules.training.rounds.value)):
        belief = posterior(kind, rules, blocked, m, u, share) * blocked.pairs
        matched = float(belief.sum())
        m = [
            (counts + trust * prior) / (counts.sum() + trust)
            for counts, prior in ((blocked.level_counts(place, belief), prior) for place, prior in enumerate(priors))
        ]
        share = max(_share(matched + expected, comparable + units), _share(expected / 2, comparable))
        u = _unmatched(by_chance, m, share * diluted, rules, units)
    m = [np.round(level, 12) for level in m]
    u = [np.round(level, 12) for level in u]
    share = float(round(share, 15))
    homes = households(weigh(blocked, level_weights(compared, m, u, rules), share, rules), rules.corrections)
    return Model(kind, compared, tuple(m), tuple(u), share, round(matched, 6), homes)


def posterior(
    kind: Kind, rules: MatchRules, patterns: Patterns, m: Sequence[Floats], u: Sequence[Floats], share: float
) -> Floats:
    """P(match) of each pattern after corrections."""
    case = weigh(patterns, level_weights(patterns.comparisons, m, u, rules), share, rules)
    correct(kind, case, rules.corrections)
    return probability(case.total() + np.log2(share / (1 - share)))


def weigh(patterns: Patterns, weights: Sequence[Floats], share: float, rules: MatchRules) -> Case:
    """The patterns with the weight of each comparison, ready for corrections."""
    table = np.column_stack(
        [
            np.where(patterns.levels[:, place] >= 0, weight[np.maximum(patterns.levels[:, place], 0)], 0.0)
            for place, weight in enumerate(weights)
        ]
    )
    level = -float(np.log2(share / (1 - share)))
    return Case(patterns, table, max(level, rules.corrections.evidence_floor.value), level)


def probability(weight: Floats) -> Floats:
    """log2 odds to probability."""
    return 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))


def level_weights(
    compared: Sequence[Comparison], m: Sequence[Floats], u: Sequence[Floats], rules: MatchRules
) -> list[Floats]:
    """log2(m/u) by comparison, weakest level first; some levels are held back by rule.

    What differs never speaks for a match: in a file of a few rows its shares are guesses, and two people who differ in
    everything that can be compared would be one. A swapped first name counts nothing because the last name carries the
    swap; an e-mail made of the name repeats the name; a suffix never speaks for a match when it differs; an unmapped
    column may not decide.
    """
    weights = []
    for one, m_levels, u_levels in zip(compared, m, u, strict=True):
        weight = np.log2(m_levels / u_levels)
        names = [level.name for level in one.levels][::-1]
        weight = np.where(_differs(one), np.minimum(weight, 0.0), weight)
        if one.name == "first_name":
            weight[names.index("swapped")] = 0.0
        elif one.name == "suffix":
            weight = np.minimum(
                weight, [0.0 if name != "equal" else rules.corrections.local_name.value for name in names]
            )
        elif one.name == "email":
            for level in ("local_name", "close_name"):
                place = names.index(level)
                weight[place] = min(weight[place], rules.corrections.local_name.value)
        elif one.name.startswith("extra_"):
            limit = rules.corrections.extra.value
            weight = np.clip(weight, -limit, limit)
        weights.append(weight)
    return weights


def chance(random: Patterns) -> list[Floats]:
    """By comparison, the share of random pairs at each level, weakest first."""
    return [_smoothed(random.level_counts(place), one) for place, one in enumerate(random.comparisons)]


def colleagues(within: Patterns, by_chance: Sequence[Floats]) -> list[Floats]:
    """``by_chance`` for relays: inside one structure, how often do *different* people share a phone or mailbox?

    Pairs of one structure whose names differ on both sides answer that; twenty pairs' worth of global chance steadies
    the answer where there are few.
    """
    where = {one.name: place for place, one in enumerate(within.comparisons)}
    other_people = np.ones(len(within), dtype=bool)
    for name, levels in (("first_name", ("different", "rare", "weak")), ("last_name", ("different",))):
        if name in where:
            one = within.comparisons[where[name]]
            other_people &= np.isin(within.levels[:, where[name]], [one.position(level) for level in levels])
    shared = list(by_chance)
    for name in ("phone", "email"):
        if name in where:
            counts = within.level_counts(where[name], np.where(other_people, within.pairs, 0.0))
            shared[where[name]] = (counts + 20.0 * by_chance[where[name]]) / (counts.sum() + 20.0)
    return shared


def _prior(one: Comparison, seen: Floats) -> Floats:
    """Prior shares of the levels, weakest first.

    A file without streets never shows an equal street, one without days never an equal day: what the rules expect of
    such levels goes to the next weaker level that the file can show.
    """
    prior = np.array([level.m for level in one.levels][::-1])
    weakest = _GOES_DOWN_TO.get(one.name)
    if weakest is not None:
        bottom = one.position(weakest)
        for place in range(len(prior) - 1, bottom, -1):
            if not seen[place] and seen[bottom:place].any():
                prior[place - 1] += prior[place] * (1 - _NEVER_SEEN)
                prior[place] *= _NEVER_SEEN
    return _normal(prior)


def _smoothed(counts: Floats, one: Comparison) -> Floats:
    """Shares of the levels, steadied by a few hundred imagined pairs of strangers: a kind may have five members."""
    size = len(counts)
    if one.name == "gender":
        strangers = np.full(size, 1 / size)
    else:
        differs = _differs(one)
        strangers = np.full(size, _STRANGERS_AGREE)
        strangers[differs] = (1.0 - _STRANGERS_AGREE * (size - differs.sum())) / differs.sum()
    shares: Floats = (counts + _IMAGINED * strangers) / (counts.sum() + _IMAGINED)
    return shares


def _differs(one: Comparison) -> Bools:
    """Levels, weakest first, at which two rows say different things; the weakest where none is named."""
    names = [level.name for level in one.levels][::-1]
    differs = np.isin(names, _DISAGREES.get(one.name, ("different",)))
    if not differs.any():
        differs[0] = True
    return differs


def _unmatched(
    by_chance: Sequence[Floats],
    m: Sequence[Floats],
    share: float,
    rules: MatchRules,
    units: int,
) -> list[Floats]:
    floor = rules.training.u_floor.value
    found = []
    for chance, matched in zip(by_chance, m, strict=True):
        u = np.maximum(chance - share * matched, floor * chance)
        u = np.maximum(u, min(rules.training.chance_sharing.value / units, _STRANGERS_AGREE))
        found.append(_normal(u))
    return found


def _share(matches: float, comparable: float) -> float:
    return min(0.5, max(matches / max(comparable, 1.0), 1e-12))


def _normal(levels: Floats) -> Floats:
    total: Floats = levels / levels.sum()
    return total
