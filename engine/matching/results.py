"""Results: the stage's tables, from units back to records."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.matching import pairs
from engine.matching.blocking import Plan
from engine.matching.bridges import weakest_bridges
from engine.matching.clustering import Ints
from engine.matching.models import to_json
from engine.matching.training import Model
from engine.rulebook.matching import MatchRules
from engine.tables import MATCHING_CALIBRATION, MATCHING_CLUSTER, MATCHING_PAIR, MATCHING_QUALITY
from engine.vocabulary import Kind
from engine.workspace import Workspace


def write_blocks(ws: Workspace, kind: Kind, plan: Plan) -> None:
    """Append what blocking planned to matching.block."""
    if plan.families:
        ws.connection.executemany(
            "insert into matching.block values (?, ?, ?, ?, ?)", [[kind, *family] for family in plan.families]
        )


def write_clusters(ws: Workspace, kind: Kind, label: Ints, threshold: float, rules: MatchRules) -> None:
    """Append pairs and clusters of a kind; structures also tell relays where they belong (m_structure_cluster)."""
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
    ws.put("m_bridge", weakest_bridges(label, pairs.edges(ws)))
    large = int(rules.clustering.large.value)
    ws.append(MATCHING_QUALITY, ws.statement("matching", "quality"), {"kind": kind, "merge": threshold, "large": large})
    ws.drop("m_bridge")


BINS = (0.0, 0.05, 0.15, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999)
"""Lowest probabilities of the bins of matching.calibration: finer where decisions fall and where promises are great."""


def write_calibration(ws: Workspace) -> None:
    """Make matching.calibration from matching.pair and matching.cluster."""
    ws.build(MATCHING_CALIBRATION, ws.statement("matching", "calibration"), {"bins": list(BINS)})


def write_model(ws: Workspace, model: Model, rules: MatchRules, text: str) -> None:
    """Append a trained model to matching.parameter, level by level, and to matching.model as splink's JSON and ours."""
    weights = model.level_weights(rules)
    rows = [
        [
            model.kind,
            one.name,
            level.name,
            place + 1,
            *(float(levels[-1 - place]) for levels in (m, u, w)),
        ]
        for one, m, u, w in zip(model.comparisons, model.m, model.u, weights, strict=True)
        for place, level in enumerate(one.levels)
    ]
    ws.connection.executemany("insert into matching.parameter values (?, ?, ?, ?, ?, ?, ?)", rows)
    ws.connection.execute(
        "insert into matching.model (kind, json, trained) values (?, ?, ?)", [model.kind, text, to_json(model)]
    )
