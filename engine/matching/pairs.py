"""Scored pairs: ``m_scored`` from splink's pairs to the edges of clustering, and what blocking may have missed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.matching.clustering import Edges, components
from engine.matching.patterns import Floats
from engine.workspace import Workspace


def start(ws: Workspace) -> None:
    """Make an empty ``m_scored``: one row per pair of units that a model scored."""
    ws.execute(
        "create or replace temp table m_scored (unit_l bigint, unit_r bigint, match_weight double, "
        "match_probability double, evidence varchar, apart boolean, loose boolean)"
    )


def keep_scored(ws: Workspace, keep: float) -> None:
    """Append the pairs of ``m_pair`` with the score of their pattern, from weight ``keep`` up."""
    ws.execute(
        "insert into m_scored select unit_l, unit_r, match_weight, match_probability, evidence, apart, loose "
        "from m_pair join m_score using (code) where match_weight >= $keep",
        {"keep": keep},
    )


def share_between_rivals(ws: Workspace, ask: float, most: float) -> None:
    """Take from ``m_scored`` what a pair owes to a rival: a third unit that fits as well and contradicts the other one.

    Args:
        ask: weight from which a pair may be a match at all; two that reach less contradict each other.
        most: bits a rival counts at most.
    """
    ws.execute(
        f"create or replace temp table m_rival as {ws.statement('matching', 'rival')}", {"ask": ask, "most": most}
    )
    ws.execute(
        "update m_scored as s set match_weight = round(s.match_weight - r.bits, 9), "
        "match_probability = round(1 / (1 + pow(2, -greatest(least(s.match_weight - r.bits, 60), -60))), 9), "
        "evidence = s.evidence || format('; rival -{:.1f}', r.bits) "
        "from m_rival as r where r.unit_l = s.unit_l and r.unit_r = s.unit_r and s.loose and r.bits >= 0.05"
    )
    ws.drop("m_rival")


def weights(ws: Workspace) -> tuple[Floats, Floats]:
    """Distinct weights in ``m_scored``, ascending, and how many pairs have each."""
    found = ws.connection.execute(
        "select match_weight, count(*) as pairs from m_scored group by match_weight order by match_weight"
    ).fetchnumpy()
    return np.asarray(found["match_weight"], dtype=np.float64), np.asarray(found["pairs"], dtype=np.float64)


def edges(ws: Workspace) -> Edges:
    """All scored pairs, in one order whatever the threads."""
    found = ws.connection.execute(
        "select unit_l, unit_r, match_weight, apart from m_scored order by unit_l, unit_r"
    ).fetchnumpy()
    return Edges(
        np.asarray(found["unit_l"], dtype=np.int64),
        np.asarray(found["unit_r"], dtype=np.int64),
        np.asarray(found["match_weight"], dtype=np.float64),
        np.asarray(found["apart"], dtype=bool),
    )


def unseen_pairs(ws: Workspace, units: int, threshold: float, largest: int) -> int:
    """Make ``m_unseen``: pairs inside components of three and more that blocking never proposed."""
    scored = edges(ws)
    strong = scored.where(scored.weight >= threshold)
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


def estimated_recall(ws: Workspace, threshold: float) -> float:
    """Share of true pairs that blocking proposed, estimated from how many families proposed each (Chao 1987).

    Pairs that one family alone found tell how many none found: unseen = once * once / (2 * twice).
    """
    counts = dict(
        ws.rows(
            "with merged as (select unit_l, unit_r from m_scored where match_weight >= $threshold), "
            "shared as (select count(distinct l.family) as families from merged as m "
            "join m_block as l on l.unit = m.unit_l and l.family >= 0 "
            "join m_block as r on r.unit = m.unit_r and r.key = l.key "
            "group by m.unit_l, m.unit_r) "
            "select families, count(*) from shared group by families",
            {"threshold": threshold},
        )
    )
    seen = sum(counts.values())
    if not seen:
        return 1.0
    once, twice = counts.get(1, 0), counts.get(2, 0)
    return float(round(seen / (seen + once * once / (2.0 * twice + 1.0)), 6))
