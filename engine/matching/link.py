"""The stage: structures first, then the people of structures inside them, then private individuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from engine.counted import counted
from engine.ledger import StageReport
from engine.matching import blocking, judged, keys, lean, pairs, recalibration, results, seen
from engine.matching.clustering import Ints, cluster
from engine.matching.comparisons import comparisons, too_thin
from engine.matching.decisions import Decision, spoken
from engine.matching.levels import Comparison
from engine.matching.patterns import compare, gather
from engine.matching.scoring import predict, score
from engine.matching.spark.options import SparkOptions
from engine.matching.thresholds import merge_threshold
from engine.matching.training import Model, chance, colleagues, train
from engine.progress import Watcher
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import (
    MATCHING_BLOCK,
    MATCHING_CLUSTER,
    MATCHING_JUDGED,
    MATCHING_LEARNED,
    MATCHING_MODEL,
    MATCHING_PAIR,
    MATCHING_PARAMETER,
    MATCHING_QUALITY,
    MATCHING_RECALIBRATION,
)
from engine.vocabulary import Kind
from engine.workspace import Workspace

_ORDER: tuple[Kind, ...] = ("structure", "relay", "individual")

_DECISIVE = ("suffix", "siren", "vat")
"""Columns compared however few records fill them: they keep apart what all else would merge."""


@dataclass(slots=True)
class _Told:
    """What the stage reports at its end, and where pairs are compared."""

    notes: list[str] = field(default_factory=list)
    figures: dict[str, int | float | str] = field(default_factory=dict)
    spark: SparkOptions | None = None


def link(
    ws: Workspace,
    book: RuleBook,
    *,
    threads: int,
    watcher: Watcher,
    decisions: Sequence[Decision] = (),
    models: Mapping[Kind, Model] | None = None,
    spark: SparkOptions | None = None,
    together: str | None = None,
    replay: Path | None = None,
    keep: Path | None = None,
) -> StageReport:
    """Find the records that are one contact.

    Reads standardise.record; builds matching.pair, matching.cluster, matching.block, matching.parameter and
    matching.model. Kinds stay apart: structures are linked first, the structure half of relays included; relays merge
    only within one structure cluster; individuals never meet either.

    Args:
        ws: workspace holding standardise.record.
        book: rules; rules/matching/ decides priors, caps, thresholds and budget.
        threads: DuckDB threads; the result does not depend on them.
        watcher: hears what happens.
        decisions: pairs a person joined ("match") or kept apart ("no_match").
        models: trained models to use again, by kind (:func:`engine.matching.load_models`); a kind without one learns.
        spark: where Spark is, when pairs are compared there instead of in DuckDB; the result is the same.
        together: SELECT of record_id and contact_id before; records that were one contact are compared again.
        replay: folder of what a rehearsal saw in its base: judge by that (see :mod:`engine.matching.seen`).
        keep: folder to write into what this run judged by.

    Returns:
        The stage's report: every record gets a cluster. Figures per kind: units, pairs, threshold, match_share,
        blocking_recall (estimated).
    """
    rules = book.load("matching/model.yml", MatchRules)
    known = keys.words(book)
    for table in (
        MATCHING_PAIR, MATCHING_BLOCK, MATCHING_PARAMETER, MATCHING_MODEL, MATCHING_CLUSTER,
        MATCHING_JUDGED, MATCHING_RECALIBRATION, MATCHING_LEARNED, MATCHING_QUALITY,
    ):  # fmt: skip
        ws.create(table)
    ws.execute(f"set threads = {int(threads)}")
    keys.prepare(ws, known)
    seen.start(ws, replay)
    blocking.remember(ws, together)
    named = sorted({record for left, right, _ in decisions for record in (left, right)})
    ws.put("m_spoken", pa.table({"record_id": pa.array(named, pa.string())}))
    ws.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
    told = _Told(spark=spark)
    for kind in _ORDER:
        watcher.step(f"linking {kind}s")
        _link_kind(ws, kind, rules, known, decisions, (models or {}).get(kind), told)
    results.write_calibration(ws)
    records = ws.count("standardise.record")
    clusters = ws.count(MATCHING_CLUSTER.name)
    if keep is not None:
        seen.keep(ws, keep)
    seen.finish(ws)
    ws.drop("m_spoken", "m_structure_cluster", "m_latin", "m_nickname", "m_together")
    told.figures["clusters"] = int(ws.value("select count(distinct cluster_id) from matching.cluster"))
    for note in told.notes:
        watcher.say(note)
    return StageReport("matching", "record", records, clusters, notes=tuple(told.notes), figures=told.figures)


def _link_kind(
    ws: Workspace,
    kind: Kind,
    rules: MatchRules,
    known: keys.Words,
    decisions: Sequence[Decision],
    model: Model | None,
    told: _Told,
) -> None:
    units = keys.build(ws, kind, rules, known)
    must, cannot = spoken(ws, kind, decisions)
    label: Ints = np.arange(units, dtype=np.int64)
    compared: Sequence[Comparison] = comparisons(kind, _filled(ws), rules.comparisons) if units > 1 else []
    threshold = rules.thresholds.highest.value
    pairs.start(ws)
    if compared:
        lean.make(ws, (*compared, *(model.comparisons if model is not None else ())))
        plan = blocking.block(ws, kind, units, rules.blocking)
        results.write_blocks(ws, kind, plan)
        known_model = model is not None and plan.pairs > 0
        if not known_model:
            model = _learn(ws, kind, rules, compared, plan, units, told)
        if model is not None:
            threshold = _score(ws, model, rules, plan, units, told, () if known_model else decisions)
    if units > 1:
        label = cluster(units, pairs.edges(ws), threshold, rules.clustering, must=must, cannot=cannot)
    results.write_clusters(ws, kind, label, threshold, rules)
    ws.drop("m_label", "m_scored", "m_unit", "m_key", "m_lean", "m_block")


def _filled(ws: Workspace) -> list[str]:
    """Columns of m_key that hold something in one of a hundred units, and in two at least."""
    columns = [row[0] for row in ws.rows("describe m_key") if row[0] not in ("unit", "first_record", "scl")]
    counts = ws.rows(f"select count(*), {', '.join(f'count({column})' for column in columns)} from m_key")[0]
    return [
        column
        for column, count in zip(columns, counts[1:], strict=True)
        if count >= (1 if column in _DECISIVE else max(2, counts[0] // 100))
    ]


def _learn(
    ws: Workspace,
    kind: Kind,
    rules: MatchRules,
    compared: Sequence[Comparison],
    plan: blocking.Plan,
    units: int,
    told: _Told,
) -> Model | None:
    comparable = (
        float(ws.value("select sum(n * (n - 1) / 2) from (select count(*) as n from m_key group by scl)") or 0)
        if kind == "relay"
        else units * (units - 1) / 2
    )
    if thin := too_thin(kind, compared):
        told.notes.append(thin)
        return None
    if not plan.pairs or not comparable:
        told.notes.append(f"{kind}s: nothing in common that could link any two of {counted(units, 'record')}.")
        return None
    stands_for = blocking.sample_blocked(ws, units, int(rules.training.sample_pairs.value), plan.pairs)
    blocking.sample_random(ws, units, int(rules.training.random_pairs.value))
    compare(ws, compared, "m_sample", "m_sample_coded")
    compare(ws, compared, "m_random", "m_random_coded")
    _, blocked = gather(ws, compared, "m_sample_coded")
    _, random = gather(ws, compared, "m_random_coded")
    ws.drop("m_sample", "m_random", "m_sample_coded", "m_random_coded")
    if not len(blocked):
        told.notes.append(f"{kind}s: too few pairs to learn a model from; every record stays by itself.")
        return None
    by_chance = chance(random)
    if kind == "relay":
        by_chance = colleagues(blocked, by_chance)
    blocked.pairs[:] *= stands_for
    return train(kind, rules, blocked, by_chance, units=units, comparable=comparable)


def _score(
    ws: Workspace,
    model: Model,
    rules: MatchRules,
    plan: blocking.Plan,
    units: int,
    told: _Told,
    decisions: Sequence[Decision],
) -> float:
    """Score all blocked pairs into m_scored, and the pairs inside components that blocking missed.

    Decisions recalibrate the model first; a model used again has learned from them before.
    """
    text = _predict(ws, model, rules, told.spark)
    model = _recalibrate(ws, model, rules, decisions, told)
    score(ws, model, rules, "m_pair", "m_score")
    pairs.keep_scored(ws, rules.thresholds.keep.value)
    threshold = _threshold(ws, model, rules)
    kind = model.kind
    recall = 1.0 if plan.complete else pairs.estimated_recall(ws, threshold)
    if pairs.unseen_pairs(ws, units, threshold, int(rules.clustering.compare_up_to.value)):
        compare(ws, model.comparisons, "m_unseen", "m_pair")
        score(ws, model, rules, "m_pair", "m_score")
        pairs.keep_scored(ws, -np.inf)
    if model.homes.families:
        pairs.share_between_rivals(ws, rules.thresholds.ask.value, rules.corrections.rival.value)
        threshold = _threshold(ws, model, rules)
    ws.drop("m_pair", "m_score", "m_unseen")
    results.write_model(ws, replace(model, threshold=threshold), rules, text)
    told.figures |= {
        f"{kind}_blocking_recall": recall,
        f"{kind}_units": units,
        f"{kind}_pairs": int(ws.value("select count(*) from m_scored")),
        f"{kind}_threshold": round(threshold, 6),
        f"{kind}_match_share": model.match_share,
    }
    return threshold


def _threshold(ws: Workspace, model: Model, rules: MatchRules) -> float:
    """The threshold that the model brings, so that a second extract moves no pair of the first; else from the pairs."""
    if model.threshold is not None:
        return model.threshold
    return merge_threshold(*pairs.weights(ws), rules.thresholds, families=model.homes.families)


def _predict(ws: Workspace, model: Model, rules: MatchRules, spark: SparkOptions | None) -> str:
    if spark is None:
        return predict(ws, model, rules)
    from engine.matching.spark.run import predict as predict_on_spark

    return predict_on_spark(ws, model, rules, spark)


def _recalibrate(ws: Workspace, model: Model, rules: MatchRules, decisions: Sequence[Decision], told: _Told) -> Model:
    """The model after people's decisions; what they changed stands in matching.judged, .recalibration and .learned."""
    if not decisions:
        return model
    found = recalibration.recalibrate(ws, model, rules, decisions, line=judged.merge_line(ws, model, rules))
    if found is None:
        return model
    moved = judged.sides(ws, model, found.model, rules) if found.outcome == "recalibrated" else None
    judged.write_judged(ws, found, moved)
    told.notes.append(judged.sentence(found, moved))
    return found.model
