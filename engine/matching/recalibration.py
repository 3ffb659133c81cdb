"""Recalibration: what people said of pairs corrects the weights of the pairs nobody was asked about.

Penalised logistic regression with the trained model as its offset: the chance that a decision says "match" is
``sigmoid2(weight + adjustment)``, the adjustment a sum over the pair's evidence with a normal prior around nothing
(Gelman, Jakulin, Pittau, Su: "A weakly informative default prior distribution for logistic regression", 2008). People
are asked about open pairs, not about a random sample; a regression *given* the evidence is not misled by that, a share
of matches among the answers would be. Whether it helps is asked of decisions it has not seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from engine.matching.adjustment import OVERALL, SLOPE, Adjustment, features
from engine.matching.corrections import Case, correct
from engine.matching.decisions import Decision
from engine.matching.patterns import Bools, Floats, compare, gather
from engine.matching.training import Model, probability, weigh
from engine.rulebook.matching import MatchRules, Recalibration
from engine.workspace import Workspace

Outcome = Literal["recalibrated", "too_few", "no_better"]

_ROUNDS = 60
_SMALL = 0.005  # bits below which a learned change is not worth keeping


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
    place: np.ndarray[tuple[int], np.dtype[np.int64]]
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


def recalibrate(ws: Workspace, model: Model, rules: MatchRules, decisions: Sequence[Decision]) -> Recalibrated | None:
    """Fit an adjustment of ``model`` to the decisions on pairs of its kind; None when there are none.

    Reads m_unit and m_key. The same decisions in another order give the same model.
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
    evidence = _Evidence.of(answers, offset, told)
    after = np.empty(len(before))
    for fold in range(int(told.folds.value)):
        unseen = evidence.fold == fold
        after[unseen] = before[unseen] + evidence.added(unseen, evidence.fit(~unseen), answers, offset, told)
    loss_before, loss_after = (float(round(_surprise(weight, answers.match), 6)) for weight in (before, after))
    if loss_after >= loss_before:
        return Recalibrated("no_better", model, answers, before, after, loss_before, loss_after)
    found = evidence.adjustment(evidence.fit(np.ones(len(before), dtype=bool)), told)
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


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The regression's matrix: decisions by piece of evidence, and the spread of each piece's prior."""

    names: Sequence[str]
    shown: Floats
    spread: Floats
    offset: Floats
    match: Bools
    fold: np.ndarray[tuple[int], np.dtype[np.int64]]

    @classmethod
    def of(cls, answers: Answers, offset: Floats, told: Recalibration) -> _Evidence:
        columns = [
            (name, value[answers.place])
            for name, value in features(answers.case, offset, told.slope_up_to.value)
            if np.any(value[answers.place])
        ]
        names = [name for name, _ in columns]
        corrections = set(answers.case.taken)
        spread = [
            told.overall_bits.value
            if name == OVERALL
            else told.slope.value
            if name == SLOPE
            else told.correction_bits.value
            if name in corrections
            else told.level_bits.value
            for name in names
        ]
        # groups are dealt out in an order that says nothing of their content
        dealt = sorted(set(answers.group), key=lambda name: (hashlib.sha256(name.encode()).digest(), name))
        fold = {name: number % int(told.folds.value) for number, name in enumerate(dealt)}
        return cls(
            names,
            np.column_stack([value for _, value in columns]),
            np.array(spread),
            offset[answers.place],
            answers.match,
            np.array([fold[name] for name in answers.group], dtype=np.int64),
        )

    def fit(self, seen: Bools) -> Floats:
        """The most probable bits by piece of evidence, from the decisions ``seen`` (Newton's method, damped)."""
        shown, target = self.shown[seen], self.match[seen].astype(np.float64)
        precision = 1.0 / self.spread**2
        bits = np.zeros(len(self.names))
        best = self._cost(bits, seen, precision)
        for _ in range(_ROUNDS):
            chance = probability(self.offset[seen] + shown @ bits)
            slope = np.log(2.0) * shown.T @ (chance - target) + precision * bits
            if np.max(np.abs(slope)) < 1e-9:
                break
            curve = np.log(2.0) ** 2 * (shown.T * (chance * (1 - chance))) @ shown + np.diag(precision)
            step = np.linalg.solve(curve, slope)
            stride = 1.0
            while stride > 1e-6 and self._cost(bits - stride * step, seen, precision) > best:
                stride /= 2
            if stride <= 1e-6:
                break
            bits = bits - stride * step
            best = self._cost(bits, seen, precision)
        return bits

    def _cost(self, bits: Floats, seen: Bools, precision: Floats) -> float:
        weight = self.offset[seen] + self.shown[seen] @ bits
        return float(_nats(weight, self.match[seen]).sum() + 0.5 * (precision * bits**2).sum())

    def added(self, rows: Bools, bits: Floats, answers: Answers, offset: Floats, told: Recalibration) -> Floats:
        found: Floats = self.adjustment(bits, told).of(answers.case, offset)[answers.place[rows]]
        return found

    def adjustment(self, bits: Floats, told: Recalibration) -> Adjustment:
        kept = {
            name: float(value)
            for name, value in zip(self.names, np.round(bits, 6), strict=True)
            if abs(value) >= _SMALL
        }
        return Adjustment(kept, told.slope_up_to.value, told.most.value)


def _nats(weight: Floats, match: Bools) -> Floats:
    """Surprise of each decision: -ln of the probability the weight gives it."""
    against: Floats = np.log(2.0) * np.where(match, -weight, weight)
    surprise: Floats = np.logaddexp(0.0, against)
    return surprise


def _surprise(weight: Floats, match: Bools) -> float:
    return float(_nats(weight, match).mean() / np.log(2.0))
