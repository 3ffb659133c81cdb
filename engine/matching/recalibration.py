"""Recalibration: what people said of pairs corrects the weights of the pairs nobody was asked about.

Gaussian process classification with the trained model as its mean (Rasmussen and Williams: "Gaussian Processes for
Machine Learning", 2006, chapter 3): the chance that a decision says "match" is ``sigmoid2(weight + adjustment)``, and
pairs move together the more alike their evidence and their weight are. People are asked about open pairs, not about a
random sample; what is learned *given* the evidence is not misled by that, and pairs unlike any that was asked about
stay where the model put them. Whether it helps is asked of decisions it has not seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from engine.matching.adjustment import Adjustment, Evidence, Likeness
from engine.matching.case import Case
from engine.matching.clustering import Ints
from engine.matching.corrections import correct
from engine.matching.decisions import Decision
from engine.matching.patterns import Bools, Floats, compare, gather
from engine.matching.training import Model, probability, weigh
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace

Outcome = Literal["recalibrated", "too_few", "no_better"]

_ROUNDS = 60
_LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Answers:
    """Decisions on pairs of one kind with the pattern of each.

    Attributes:
        pairs: record_id_l, record_id_r, smaller first, in order.
        match: what people said.
        case: patterns of the distinct codes, corrected.
        place: row of ``case`` of each decision.
        group: decisions of one group share records and are never parted by cross-validation.
        left_out: decisions that contradict others, not among ``pairs``.
    """

    pairs: Sequence[tuple[str, str]]
    match: Bools
    case: Case
    place: Ints
    group: Sequence[str]
    left_out: int


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """What came of it.

    Attributes:
        model: with its adjustment when ``outcome`` is "recalibrated", else as it was.
        answers: what it learned from.
        before / after: match weight of each answer as trained, and by a model that has not seen its group (None when
            there were too few).
        loss_before / loss_after: mean bits of surprise of the two.
    """

    outcome: Outcome
    model: Model
    answers: Answers
    before: Floats
    after: Floats | None
    loss_before: float | None
    loss_after: float | None


def recalibrate(
    ws: Workspace, model: Model, rules: MatchRules, decisions: Sequence[Decision], *, line: float
) -> Recalibrated | None:
    """Fit an adjustment of ``model`` to the decisions on pairs of its kind; None when there are none.

    Reads m_unit and m_key. The same decisions in another order give the same model.

    Args:
        line: weight from which pairs merge under ``model``.
    """
    answers = _answers(ws, model, rules, decisions)
    if answers is None:
        return None
    told = rules.recalibration
    offset = answers.case.total() + model.prior_weight
    before = offset[answers.place]
    matches = int(answers.match.sum())
    fewest = min(matches, len(answers.match) - matches)
    if len(answers.match) < told.fewest.value or fewest < told.fewest_of_each.value:
        return Recalibrated("too_few", model, answers, before, None, None, None)
    evidence = Evidence.of(answers.case, offset)
    fold = _folds(answers.group, int(told.folds.value))
    after = np.empty(len(before))
    for number in range(int(told.folds.value)):
        unseen = fold == number
        fitted = _fit(evidence, answers.place[~unseen], answers.match[~unseen], rules, line)
        after[unseen] = (offset + fitted.of(answers.case, offset))[answers.place[unseen]]
    loss_before, loss_after = (float(round(_surprise(weight, answers.match), 6)) for weight in (before, after))
    if loss_after >= loss_before:
        return Recalibrated("no_better", model, answers, before, after, loss_before, loss_after)
    found = _fit(evidence, answers.place, answers.match, rules, line)
    return Recalibrated("recalibrated", replace(model, learned=found), answers, before, after, loss_before, loss_after)


def _answers(ws: Workspace, model: Model, rules: MatchRules, decisions: Sequence[Decision]) -> Answers | None:
    said = {(min(left, right), max(left, right)): word == "match" for left, right, word in decisions}
    ordered = sorted(said)
    ws.put(
        "m_answer",
        pa.table(
            {
                "record_id_l": pa.array([left for left, _ in ordered], pa.string()),
                "record_id_r": pa.array([right for _, right in ordered], pa.string()),
            }
        ),
    )
    ws.execute(  # decided records are never collapsed, so two of them are two units
        "create or replace temp table m_asked as select least(l.unit, r.unit) as unit_l, "
        "greatest(l.unit, r.unit) as unit_r, record_id_l, record_id_r from m_answer "
        "join m_unit as l on l.record_id = record_id_l and l.kind = $kind "
        "join m_unit as r on r.record_id = record_id_r and r.kind = $kind where l.unit <> r.unit",
        {"kind": model.kind},
    )
    compare(ws, model.comparisons, "m_asked", "m_asked_coded")
    codes, patterns = gather(ws, model.comparisons, "m_asked_coded")
    rows = ws.rows(
        "select a.record_id_l, a.record_id_r, c.code from m_asked as a join m_asked_coded as c using (unit_l, unit_r) "
        "order by a.record_id_l, a.record_id_r"
    )
    ws.drop("m_answer", "m_asked", "m_asked_coded")
    if not rows:
        return None
    group = _groups([(left, right) for left, right, _ in rows])
    against = _contradicted([(left, right, said[left, right]) for left, right, _ in rows])
    kept = [row for row in rows if group[row[0]] not in against]
    case = weigh(patterns, model.level_weights(rules), model.match_share, rules)
    correct(model.kind, case, rules.corrections, model.homes)
    return Answers(
        pairs=[(left, right) for left, right, _ in kept],
        match=np.array([said[left, right] for left, right, _ in kept], dtype=bool),
        case=case,
        place=np.searchsorted(codes, np.array([code for _, _, code in kept], dtype=np.int64)),
        group=[group[left] for left, _, _ in kept],
        left_out=len(rows) - len(kept),
    )


def _groups(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Smallest record of the group of each record; a group hangs together by pairs."""
    parent: dict[str, str] = {}

    def root(record: str) -> str:
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for left, right in pairs:
        a, b = root(left), root(right)
        parent[max(a, b)] = min(a, b)
    return {record: root(record) for record in parent}


def _contradicted(said: Sequence[tuple[str, str, bool]]) -> set[str]:
    """Groups in which a chain of "match" joins two records that a "no match" keeps apart."""
    joined = _groups([(left, right) for left, right, match in said if match])
    group = _groups([(left, right) for left, right, _ in said])
    return {
        group[left]
        for left, right, match in said
        if not match and left in joined and right in joined and joined[left] == joined[right]
    }


def _folds(group: Sequence[str], folds: int) -> Ints:
    """The fold of each decision: groups are dealt out in an order that says nothing of their content."""
    dealt = sorted(set(group), key=lambda name: (hashlib.sha256(name.encode()).digest(), name))
    fold = {name: number % folds for number, name in enumerate(dealt)}
    return np.array([fold[name] for name in group], dtype=np.int64)


def _fit(evidence: Evidence, place: Ints, match: Bools, rules: MatchRules, line: float) -> Adjustment:
    """The most probable adjustment given decisions ``match`` on the patterns ``place`` of ``evidence``.

    Newton's method on the pull of each decision (Rasmussen and Williams, 2006, algorithm 3.1), damped.
    """
    told = rules.recalibration
    likeness = Likeness(told.overall_bits.value, told.level_bits.value, told.correction_bits.value, told.reach.value)
    distinct, own = np.unique(place, return_inverse=True)
    decided = evidence.rows(distinct)
    alike = likeness.between(decided, decided)[np.ix_(own, own)]
    offset, target = evidence.weight[place], match.astype(np.float64)
    pull = np.zeros(len(place))
    best = _cost(offset, alike, pull, match)
    for _ in range(_ROUNDS):
        moved = alike @ pull
        chance = probability(offset + moved)
        slope = _LN2 * (target - chance)
        if np.max(np.abs(slope - pull)) < 1e-10:
            break
        curve = np.maximum(_LN2**2 * chance * (1 - chance), 1e-12)
        root = np.sqrt(curve)
        inner = np.eye(len(place)) + root[:, None] * alike * root[None, :]
        wanted = curve * moved + slope
        step = wanted - root * np.linalg.solve(inner, root * (alike @ wanted)) - pull
        stride = 1.0
        while stride > 1e-6 and _cost(offset, alike, pull + stride * step, match) > best:
            stride /= 2
        if stride <= 1e-6:
            break
        pull = pull + stride * step
        best = _cost(offset, alike, pull, match)
    by_pattern = np.bincount(own, weights=pull, minlength=len(distinct))
    return Adjustment(
        decided,
        np.round(by_pattern, 9),
        likeness,
        told.most.value,
        line,
        max(line + told.crossing.value, rules.thresholds.highest.value),
        line - told.crossing.value,
    )


def _cost(offset: Floats, alike: Floats, pull: Floats, match: Bools) -> float:
    moved = alike @ pull
    return float(_nats(offset + moved, match).sum() + 0.5 * (pull @ moved))


def _nats(weight: Floats, match: Bools) -> Floats:
    """Surprise of each decision: -ln of the probability the weight gives it."""
    against: Floats = np.log(2.0) * np.where(match, -weight, weight)
    surprise: Floats = np.logaddexp(0.0, against)
    return surprise


def _surprise(weight: Floats, match: Bools) -> float:
    return float(_nats(weight, match).mean() / np.log(2.0))
