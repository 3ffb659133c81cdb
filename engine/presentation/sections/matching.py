"""How the records were compared: weights, thresholds, clusters, what comparing cost, what the model learned."""

from __future__ import annotations

from typing import Any

from engine.presentation.facts import RunFacts
from engine.presentation.sections.match_diagnostics import diagnostics
from engine.vocabulary import KINDS
from engine.workspace import Workspace

LOWEST, HIGHEST = -20, 40
"""Bins of the histogram, in bits: a million to one against, a million million to one for; the ends take the rest."""


def matching(ws: Workspace, facts: RunFacts) -> dict[str, Any]:
    """Per kind: histogram of the match weights, thresholds, blocking and model; cluster sizes over all kinds."""
    report = facts.stage("matching")
    figures = dict(sorted(report.figures.items())) if report else {}
    tables = ("matching.cluster", "matching.pair", "matching.block")
    found = {row[0] for row in ws.rows(" union ".join(f"select kind from {name}" for name in tables))}
    return {
        "figures": figures,
        "kinds": [_kind(ws, kind, figures) for kind in KINDS if kind in found],
        "cluster_sizes": _cluster_sizes(ws),
    }


def _kind(ws: Workspace, kind: str, figures: dict[str, Any]) -> dict[str, Any]:
    records, clusters = ws.rows(
        "select count(*), count(distinct cluster_id) from matching.cluster where kind = $kind", {"kind": kind}
    )[0]
    outcomes = ws.rows(
        "select outcome, count(*) from matching.pair where kind = $kind group by outcome order by outcome",
        {"kind": kind},
    )
    parameters = _parameters(ws, kind)
    return {
        "kind": kind,
        "records": records,
        "clusters": clusters,
        "outcomes": dict(outcomes),
        "thresholds": _thresholds(ws, kind, figures.get(f"{kind}_threshold")),
        "expected": _expected(ws, kind),
        "figures": {
            name.removeprefix(f"{kind}_"): value for name, value in figures.items() if name.startswith(f"{kind}_")
        },
        "histogram": _histogram(ws, kind),
        "blocks": _blocks(ws, kind),
        "parameters": parameters,
        "diagnostics": diagnostics(ws, kind, [one["comparison"] for one in parameters]),
    }


def _thresholds(ws: Workspace, kind: str, merge: float | None) -> dict[str, float | None]:
    """The weights from which pairs are merged and asked about; what the stage does not tell, the pairs show."""
    found = ws.rows(
        "select min(match_weight) filter (outcome = 'merge'), min(match_weight) filter (outcome = 'ask') "
        "from matching.pair where kind = $kind",
        {"kind": kind},
    )[0]
    weights = {"merge": found[0] if merge is None else merge, "ask": found[1]}
    return {outcome: None if weight is None else round(weight, 4) for outcome, weight in weights.items()}


def _expected(ws: Workspace, kind: str) -> dict[str, float | None]:
    """The share of true matches to expect among the pairs of each outcome: the mean of their probabilities.

    The model thinks so of itself: above a weight of 8 it is known to be a little too sure.
    """
    found = ws.rows(
        # whole numbers: a sum of fractions would depend on the order of the threads
        "select outcome, sum((match_probability * 1e9)::bigint)::double / 1e9 / count(*) from matching.pair "
        "where kind = $kind group by outcome order by outcome",
        {"kind": kind},
    )
    return {outcome: round(mean, 4) for outcome, mean in found}


def _histogram(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    found = ws.rows(
        f"""
        select
            greatest({LOWEST}, least({HIGHEST}, floor(match_weight)))::integer as bin,
            count(*) filter (outcome = 'merge'),
            count(*) filter (outcome = 'ask'),
            count(*) filter (outcome = 'leave')
        from matching.pair
        where kind = $kind
        group by bin
        order by bin
        """,
        {"kind": kind},
    )
    return [{"weight": weight, "merge": merge, "ask": ask, "leave": leave} for weight, merge, ask, leave in found]


def _blocks(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    found = ws.rows(
        "select family, pairs, largest_block, rows_capped from matching.block where kind = $kind "
        "order by pairs desc, family",
        {"kind": kind},
    )
    return [
        {"family": family, "pairs": pairs, "largest_block": largest, "rows_capped": capped}
        for family, pairs, largest, capped in found
    ]


def _parameters(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    """Comparisons with their levels, the one that can say most first."""
    found = ws.rows(
        "select comparison, level, m, u, weight, max(abs(weight)) over (partition by comparison) as reach "
        "from matching.parameter where kind = $kind order by reach desc, comparison, level_no",
        {"kind": kind},
    )
    comparisons: dict[str, list[dict[str, Any]]] = {}
    for comparison, level, m, u, weight, _reach in found:
        comparisons.setdefault(comparison, []).append(
            {"level": level, "m": round(m, 6), "u": round(u, 9), "weight": round(weight, 3)}
        )
    return [{"comparison": comparison, "levels": levels} for comparison, levels in comparisons.items()]


def _cluster_sizes(ws: Workspace) -> list[dict[str, int]]:
    """How many clusters have 1, 2, 3 ... records; 10 stands for ten and more."""
    found = ws.rows(
        """
        with cluster as (
            select cluster_id, least(count(*), 10) as size
            from matching.cluster
            group by cluster_id
        )
        select size, count(*)
        from cluster
        group by size
        order by size
        """
    )
    return [{"size": size, "clusters": clusters} for size, clusters in found]
