"""What decisions changed: the tables matching.judged, matching.recalibration, matching.learned, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.counted import counted
from engine.matching.adjustment import Evidence
from engine.matching.patterns import Floats, gather
from engine.matching.recalibration import Recalibrated
from engine.matching.scoring import DECIMALS, corrected
from engine.matching.thresholds import merge_threshold
from engine.matching.training import Model
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace

_FORGOTTEN = -1


@dataclass(frozen=True, slots=True)
class Sides:
    """Blocked pairs on each side of the thresholds, before and after.

    Attributes:
        threshold_before / threshold_after: weight from which pairs merge.
        before / after: pairs that merge, that a person is asked about, that are left.
        changed: pairs on another side than before.
    """

    threshold_before: float
    threshold_after: float
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    changed: int


def sides(ws: Workspace, before: Model, after: Model, rules: MatchRules, coded: str = "m_pair") -> Sides:
    """Where the pairs of ``coded`` (unit_l, unit_r, code) stand under two models of the same comparisons."""
    _, patterns = gather(ws, before.comparisons, coded)
    told = []
    for model in (before, after):
        weight = corrected(model, patterns, rules)[1]
        threshold = _threshold(weight, patterns.pairs, rules, families=model.homes.families)
        side = np.select(
            [weight >= threshold, weight >= rules.thresholds.ask.value, weight >= rules.thresholds.keep.value],
            [0, 1, 2],
            _FORGOTTEN,
        )
        told.append((threshold, side))
    (first, one), (second, other) = told
    return Sides(
        first,
        second,
        _count(one, patterns.pairs),
        _count(other, patterns.pairs),
        int(patterns.pairs[one != other].sum()),
    )


def merge_line(ws: Workspace, model: Model, rules: MatchRules, coded: str = "m_pair") -> float:
    """Weight from which the pairs of ``coded`` merge under ``model``."""
    _, patterns = gather(ws, model.comparisons, coded)
    return _threshold(corrected(model, patterns, rules)[1], patterns.pairs, rules, families=model.homes.families)


def _threshold(weight: Floats, pairs: Floats, rules: MatchRules, *, families: bool) -> float:
    kept = weight >= rules.thresholds.keep.value
    distinct, place = np.unique(weight[kept], return_inverse=True)
    counts = np.bincount(place, weights=pairs[kept], minlength=len(distinct)).astype(np.float64)
    return merge_threshold(distinct, counts, rules.thresholds, families=families)


def _count(side: np.ndarray[tuple[int], np.dtype[np.int64]], pairs: Floats) -> tuple[int, int, int]:
    merge, ask, leave = (int(pairs[side == number].sum()) for number in range(3))
    return merge, ask, leave


def write_judged(ws: Workspace, found: Recalibrated, moved: Sides | None) -> None:
    """Append what a kind's decisions came to.

    Args:
        moved: where pairs stand before and after; None unless the model was recalibrated.
    """
    answers, kind = found.answers, found.model.kind
    after: Sequence[float | None] = [None] * len(answers.pairs) if found.after is None else found.after.tolist()
    if answers.pairs:
        ws.connection.executemany(
            "insert into matching.judged values (?, ?, ?, ?, ?, ?)",
            [
                [kind, left, right, bool(match), round(before, DECIMALS), None if new is None else round(new, DECIMALS)]
                for (left, right), match, before, new in zip(
                    answers.pairs, answers.match.tolist(), found.before.tolist(), after, strict=True
                )
            ],
        )
    matches = int(answers.match.sum())
    counts = (
        [None] * 9
        if moved is None
        else [moved.threshold_before, moved.threshold_after, *moved.before, *moved.after, moved.changed]
    )
    ws.connection.execute(
        f"insert into matching.recalibration values ({', '.join('?' * 16)})",
        [
            kind, matches, len(answers.match) - matches, answers.left_out, found.outcome,
            found.loss_before, found.loss_after, *counts,
        ],
    )  # fmt: skip
    _write_learned(ws, found)


def _write_learned(ws: Workspace, found: Recalibrated) -> None:
    """For each level and correction that decided pairs show: by how much the adjustment moves them on average."""
    model, answers = found.model, found.answers
    if model.learned is None:
        return
    offset = answers.case.total() + model.prior_weight
    added = model.learned.of(answers.case, offset)[answers.place]
    evidence = Evidence.of(answers.case, offset).rows(answers.place)
    rows = [
        [model.kind, name, round(float(added[shown].mean()), 6), int(shown.sum())]
        for names, table in ((evidence.level_names, evidence.levels), (evidence.taken_names, evidence.taken))
        for name, shown in zip(names, table.T, strict=True)
        if shown.any()
    ]
    ws.connection.executemany("insert into matching.learned values (?, ?, ?, ?)", rows)


def sentence(found: Recalibrated, moved: Sides | None) -> str:
    """One line for people who look on."""
    answers, kind = found.answers, found.model.kind
    matches = int(answers.match.sum())
    said = (
        f"{kind}s: {counted(len(answers.match), 'decision')} ({matches} match, {len(answers.match) - matches} no match)"
    )
    if answers.left_out:
        said += f", {answers.left_out} more contradict each other"
    if found.outcome == "too_few":
        return f"{said}; too few to recalibrate the model."
    better = f"surprise per decision it had not seen {found.loss_before:.2f} -> {found.loss_after:.2f} bits"
    if found.outcome == "no_better" or moved is None:
        return f"{said} agree with the model, which stays as trained ({better})."
    said_match = answers.match.tolist()
    assert found.after is not None
    precision, recall = quality(found.before, said_match, moved.threshold_before)
    new_precision, new_recall = quality(found.after, said_match, moved.threshold_after)
    return (
        f"{said} recalibrated the model: {better}, precision {precision:.2f} -> {new_precision:.2f}, "
        f"recall {recall:.2f} -> {new_recall:.2f}; "
        f"pairs merged {moved.before[0]:,} -> {moved.after[0]:,}, asked {moved.before[1]:,} -> {moved.after[1]:,}, "
        f"{moved.changed:,} changed side."
    )


def quality(weight: Floats, match: Sequence[bool], threshold: float) -> tuple[float, float]:
    """Precision and recall of "merge at ``threshold`` and above" on decisions; 1 where nothing can be wrong."""
    merged, said = weight >= threshold, np.array(match, dtype=bool)
    right = int((merged & said).sum())
    return right / max(int(merged.sum()), 1) if merged.any() else 1.0, right / int(said.sum()) if said.any() else 1.0
