"""The stage: structures first, then the people of structures inside them, then private individuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from engine.ledger import StageReport
from engine.matching import blocking, keys
from engine.matching.clustering import Edges, Ints, cluster, components
from engine.matching.comparisons import Comparison, comparisons
from engine.matching.patterns import compare, gather
from engine.matching.scoring import predict, score
from engine.matching.thresholds import merge_threshold
from engine.matching.training import Model, chance, colleagues, train
from engine.progress import Watcher
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import (
    MATCHING_BLOCK,
    MATCHING_CLUSTER,
    MATCHING_MODEL,
    MATCHING_PAIR,
    MATCHING_PARAMETER,
)
from engine.vocabulary import Kind
from engine.workspace import Workspace

Decision = tuple[str, str, str]
"""record_id, record_id, "match" or "no_match": what a person said, which outranks the model."""

_ORDER: tuple[Kind, ...] = ("structure", "relay", "individual")

_DECISIVE = ("suffix", "siren", "vat")
"""Columns compared however few records fill them: they keep apart what all else would merge."""


@dataclass(slots=True)
class _Told:
    """What the stage reports at its end."""

    notes: list[str] = field(default_factory=list)
    figures: dict[str, int | float | str] = field(default_factory=dict)


def link(
    ws: Workspace, book: RuleBook, *, threads: int, watcher: Watcher, decisions: Sequence[Decision] = ()
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

    Returns:
        The stage's report: every record gets a cluster. Figures per kind: units, pairs, threshold, match_share,
        blocking_recall (estimated).
    """
    rules = book.load("matching/model.yml", MatchRules)
    known = keys.words(book)
    for table in (MATCHING_PAIR, MATCHING_BLOCK, MATCHING_PARAMETER, MATCHING_MODEL, MATCHING_CLUSTER):
        ws.create(table)
    ws.execute(f"set threads = {int(threads)}")
    keys.prepare(ws, known)
    spoken = sorted({record for left, right, _ in decisions for record in (left, right)})
    ws.put("m_spoken", pa.table({"record_id": pa.array(spoken, pa.string())}))
    ws.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
    told = _Told()
    for kind in _ORDER:
        watcher.step(f"linking {kind}s")
        _link_kind(ws, kind, rules, known, decisions, told)
    records = ws.count("standardise.record")
    clusters = ws.count(MATCHING_CLUSTER.name)
    ws.drop("m_spoken", "m_structure_cluster", "m_latin", "m_nickname")
    told.figures["clusters"] = int(ws.value("select count(distinct cluster_id) from matching.cluster"))
    for note in told.notes:
        watcher.say(note)
    return StageReport("matching", "record", records, clusters, notes=tuple(told.notes), figures=told.figures)


def _link_kind(
    ws: Workspace, kind: Kind, rules: MatchRules, known: keys.Words, decisions: Sequence[Decision], told: _Told
) -> None:
    units = keys.build(ws, kind, rules, known)
    must, cannot = _spoken(ws, kind, decisions)
    label: Ints = np.arange(units, dtype=np.int64)
    compared = comparisons(kind, _filled(ws), rules.comparisons) if units > 1 else []
    threshold = rules.thresholds.highest.value
    ws.execute("create or replace temp table m_scored (unit_l bigint, unit_r bigint, match_weight double, "
               "match_probability double, evidence varchar)")
    if compared:
        model = _learn(ws, kind, rules, compared, units, told)
        if model is not None:
            threshold = _score(ws, model, rules, units, told)
    if units > 1:
        edges = _edges(ws)
        label = cluster(units, edges, threshold, rules.clustering, must=must, cannot=cannot)
    _write(ws, kind, label, threshold, rules)


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
    ws: Workspace, kind: Kind, rules: MatchRules, compared: Sequence[Comparison], units: int, told: _Told
) -> Model | None:
    plan = blocking.block(ws, kind, units, rules.blocking)
    ws.connection.executemany(
        "insert into matching.block values (?, ?, ?, ?, ?)", [[kind, *family] for family in plan.families]
    ) if plan.families else None
    comparable = (
        float(ws.value("select sum(n * (n - 1) / 2) from (select count(*) as n from m_key group by scl)") or 0)
        if kind == "relay"
        else units * (units - 1) / 2
    )
    if not plan.pairs or not comparable:
        told.notes.append(f"{kind}s: no two of {units} records have anything in common that could link them.")
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


def _score(ws: Workspace, model: Model, rules: MatchRules, units: int, told: _Told) -> float:
    """Score all blocked pairs into m_scored, and the pairs inside components that blocking missed."""
    text = predict(ws, model, rules)
    score(ws, model, rules, "m_pair", "m_score")
    _keep_scored(ws, rules.thresholds.keep.value)
    found = ws.connection.execute(
        "select match_weight, count(*) as pairs from m_scored group by match_weight order by match_weight"
    ).fetchnumpy()
    threshold = merge_threshold(
        np.asarray(found["match_weight"], dtype=np.float64), np.asarray(found["pairs"], dtype=np.float64), rules.thresholds
    )
    kind = model.kind
    told.figures[f"{kind}_blocking_recall"] = _recall(ws, threshold)
    if _unseen_pairs(ws, units, threshold, int(rules.clustering.compare_up_to.value)):
        compare(ws, model.comparisons, "m_unseen", "m_pair")
        score(ws, model, rules, "m_pair", "m_score")
        _keep_scored(ws, -np.inf)
    ws.drop("m_pair", "m_score", "m_unseen", "m_block")
    _write_model(ws, model, rules, text)
    told.figures |= {
        f"{kind}_units": units,
        f"{kind}_pairs": int(ws.value("select count(*) from m_scored")),
        f"{kind}_threshold": round(threshold, 6),
        f"{kind}_match_share": model.match_share,
    }
    return threshold


def _keep_scored(ws: Workspace, keep: float) -> None:
    ws.execute(
        "insert into m_scored select unit_l, unit_r, match_weight, match_probability, evidence "
        "from m_pair join m_score using (code) where match_weight >= $keep",
        {"keep": keep},
    )


def _unseen_pairs(ws: Workspace, units: int, threshold: float, largest: int) -> int:
    """Make ``m_unseen``: pairs inside components of three and more that blocking never proposed."""
    edges = _edges(ws)
    strong = edges.where(edges.weight >= threshold)
    label = components(units, strong.left, strong.right)
    size = np.bincount(label, minlength=units)[label]
    inside = np.flatnonzero((size > 2) & (size <= largest))
    ws.put(
        "m_component",
        pa.table({"unit": pa.array(inside, pa.int64()), "label": pa.array(label[inside], pa.int64())}),
    )
    ws.execute(
        "create or replace temp table m_unseen as select l.unit as unit_l, r.unit as unit_r "
        "from m_component as l join m_component as r on l.label = r.label and l.unit < r.unit "
        "anti join m_scored as s on s.unit_l = l.unit and s.unit_r = r.unit"
    )
    ws.drop("m_component")
    return int(ws.value("select count(*) from m_unseen"))


def _recall(ws: Workspace, threshold: float) -> float:
    """Share of true pairs that blocking proposed, estimated from how many families proposed each (Chao 1987).

    Pairs that one family alone found tell how many none found: unseen = once * once / (2 * twice).
    """
    counts = dict(
        ws.rows(
            "with merged as (select unit_l, unit_r from m_scored where match_weight >= $threshold), "
            "shared as (select count(distinct l.family) as families from merged as m "
            "join m_block as l on l.unit = m.unit_l join m_block as r on r.unit = m.unit_r and r.key = l.key "
            "group by m.unit_l, m.unit_r) "
            "select families, count(*) from shared group by families",
            {"threshold": threshold},
        )
    )
    seen = sum(counts.values())
    if not seen:
        return 1.0
    once, twice = counts.get(1, 0), counts.get(2, 0)
    return round(seen / (seen + once * once / (2.0 * twice + 1.0)), 6)


def _edges(ws: Workspace) -> Edges:
    found = ws.connection.execute("select unit_l, unit_r, match_weight from m_scored order by unit_l, unit_r").fetchnumpy()
    return Edges(
        np.asarray(found["unit_l"], dtype=np.int64),
        np.asarray(found["unit_r"], dtype=np.int64),
        np.asarray(found["match_weight"], dtype=np.float64),
    )


def _spoken(
    ws: Workspace, kind: Kind, decisions: Sequence[Decision]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Decisions about this kind as pairs of units; relays that are one contact share their structure too."""
    if not decisions:
        return [], []
    unit, kinds = {}, {}
    for record, number, own in ws.rows("select record_id, unit, kind from m_unit semi join m_spoken using (record_id)"):
        unit[record], kinds[record] = int(number), own
    must, cannot = [], []
    for left, right, said in decisions:
        if left not in unit or right not in unit or kinds[left] != kinds[right]:
            continue
        pair = (min(unit[left], unit[right]), max(unit[left], unit[right]))
        if said == "match":
            must.append(pair)
        elif kinds[left] == kind:
            cannot.append(pair)
    return must, cannot


def _write(ws: Workspace, kind: Kind, label: Ints, threshold: float, rules: MatchRules) -> None:
    ws.put(
        "m_label",
        pa.table({"unit": pa.array(np.arange(len(label)), pa.int64()), "label": pa.array(label, pa.int64())}),
    )
    bounds = {"kind": kind, "merge": threshold, "ask": rules.thresholds.ask.value, "keep": rules.thresholds.keep.value}
    ws.append(MATCHING_PAIR, ws.statement("matching", "pair"), bounds)
    if kind == "structure":
        ws.execute(
            "create or replace temp table m_structure_cluster as "
            "select record_id, label as scl from m_unit join m_label using (unit)"
        )
    ws.append(MATCHING_CLUSTER, ws.statement("matching", "cluster"), {"kind": kind})
    ws.drop("m_label", "m_scored", "m_unit", "m_key")


def _write_model(ws: Workspace, model: Model, rules: MatchRules, text: str) -> None:
    weights = model.level_weights(rules)
    rows = [
        [model.kind, one.name, level.name, place + 1, float(m[::-1][place]), float(u[::-1][place]), float(w[::-1][place])]
        for one, m, u, w in zip(model.comparisons, model.m, model.u, weights, strict=True)
        for place, level in enumerate(one.levels)
    ]
    ws.connection.executemany("insert into matching.parameter values (?, ?, ?, ?, ?, ?, ?)", rows)
    ws.connection.execute("insert into matching.model values (?, ?)", [model.kind, text])
