"""What lets a reader doubt a match model: how full its columns are, and what people said of its pairs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from engine.sql import identifier
from engine.workspace import Workspace

STEPS = 40
"""Thresholds on the curve at most."""

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)
"""Bounds of the bins of stated probability."""

_FILLED: dict[str, str] = {
    "first_name": "first_name is not null",
    "last_name": "last_name is not null",
    "suffix": "suffix is not null",
    "birth_date": "birth_date is not null or birth_year is not null",
    "function": '"function" is not null',
    "gender": "gender is not null",
    "email": "len(emails) > 0",
    "identifier": "identifier is not null",
    "phone": "len(phones) > 0",
    "address": "coalesce(street, postcode, town) is not null",
    "organisation": "organisation is not null",
    "registration": "coalesce(siret, siren, vat) is not null",
    "domain": "website is not null",
}
"""What has to stand in a record so that a comparison can speak."""


def diagnostics(ws: Workspace, kind: str, compared: Sequence[str]) -> dict[str, Any]:
    """Of one kind: completeness by source, what the model promises of its pairs, what its clusters are like.

    And what decisions say, None when there are none.
    """
    return {
        "completeness": _completeness(ws, kind, compared),
        "calibration": _calibration(ws, kind),
        "clusters": _clusters(ws, kind),
        "decisions": _decisions(ws, kind),
    }


def _calibration(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "from": low,
            "pairs": pairs,
            "stated": round(stated, 4),
            "expected": round(expected, 1),
            "right": round(joined / pairs, 4),
        }
        for low, pairs, stated, expected, joined in ws.rows(
            "select bin, pairs, stated, expected, joined from matching.calibration where kind = $kind and pairs > 0 "
            "order by bin",
            {"kind": kind},
        )
    ]


def _clusters(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    """Clusters of two records and more by what became of looking at how they hang together."""
    return [
        {"verdict": verdict, "clusters": clusters, "records": records}
        for verdict, clusters, records in ws.rows(
            "select verdict, count(*), sum(records)::bigint from matching.quality where kind = $kind "
            "group by verdict order by count(*) desc, verdict",
            {"kind": kind},
        )
    ]


def _completeness(ws: Workspace, kind: str, compared: Sequence[str]) -> list[dict[str, Any]]:
    names = [name for name in _FILLED if name in compared]
    if not names:
        return []
    counts = ", ".join(f"count(*) filter ({_FILLED[name]}) as {identifier(name)}" for name in names)
    found = ws.rows(
        f"select source, count(*), {counts} from standardise.record where kind = $kind group by source order by source",
        {"kind": kind},
    )
    return [
        {"comparison": name, "source": row[0], "records": row[1], "share": round(row[2 + place] / row[1], 4)}
        for place, name in enumerate(names)
        for row in found
    ]


def _decisions(ws: Workspace, kind: str) -> dict[str, Any] | None:
    columns = (
        "matches", "no_matches", "left_out", "outcome", "loss_before", "loss_after", "threshold_before",
        "threshold_after", "merge_before", "ask_before", "leave_before", "merge_after", "ask_after", "leave_after",
        "changed",
    )  # fmt: skip
    rows = ws.rows(f"select {', '.join(columns)} from matching.recalibration where kind = $kind", {"kind": kind})
    if not rows:
        return None
    told = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in zip(columns, rows[0], strict=True)
    }
    judged = ws.rows(
        'select "match", weight_before, weight_after from matching.judged where kind = $kind '
        'order by weight_before desc, weight_after desc, "match"',
        {"kind": kind},
    )
    before = [(row[1], row[0]) for row in judged]
    after = [(row[2], row[0]) for row in judged if row[2] is not None]
    if told["outcome"] == "recalibrated":
        for when, pairs in (("before", before), ("after", after)):
            told[f"precision_{when}"], told[f"recall_{when}"] = at_threshold(pairs, told[f"threshold_{when}"])
    return {
        **told,
        "curve": [
            *({"when": "before", **point} for point in curve(before)),
            *({"when": "after", **point} for point in curve(after)),
        ],
        "reliability": [
            *({"when": "before", **point} for point in reliability(before)),
            *({"when": "after", **point} for point in reliability(after)),
        ],
        "learned": [
            {"evidence": evidence, "bits": round(bits, 2), "decisions": count}
            for evidence, bits, count in ws.rows(
                "select evidence, bits, decisions from matching.learned where kind = $kind and abs(bits) >= 0.05 "
                "order by abs(bits) * sqrt(decisions) desc, evidence limit 15",
                {"kind": kind},
            )
        ],
    }


def at_threshold(pairs: Sequence[tuple[float, bool]], threshold: float) -> tuple[float, float]:
    """Precision and recall of merging from ``threshold`` up; 1 where nothing can be wrong.

    >>> at_threshold([(5.0, True), (2.0, False), (1.0, True)], 2.0)
    (0.5, 0.5)
    """
    merged = [match for weight, match in pairs if weight >= threshold]
    matches = sum(match for _, match in pairs)
    right = sum(merged)
    return round(right / len(merged), 4) if merged else 1.0, round(right / matches, 4) if matches else 1.0


def curve(pairs: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Precision and recall on the decided pairs at thresholds between them, the highest first."""
    weights = sorted({weight for weight, _ in pairs}, reverse=True)
    every = max(1, -(-len(weights) // STEPS))
    points = []
    for weight in weights[::every]:
        precision, recall = at_threshold(pairs, weight)
        points.append({"threshold": round(weight, 3), "precision": precision, "recall": recall})
    return points


def reliability(pairs: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Decided pairs by the probability the model stated: stated on average, and the share that people call a match."""
    points = []
    for low, high in pairwise(BINS):
        inside = [
            (stated, match)
            for stated, match in ((_probability(weight), match) for weight, match in pairs)
            if low <= stated < high or (high == 1.0 and stated == 1.0)
        ]
        if inside:
            points.append(
                {
                    "from": low,
                    "pairs": len(inside),
                    "stated": round(sum(stated for stated, _ in inside) / len(inside), 4),
                    "right": round(sum(match for _, match in inside) / len(inside), 4),
                }
            )
    return points


def _probability(weight: float) -> float:
    odds: float = 2.0 ** max(-60.0, min(60.0, weight))
    return odds / (1.0 + odds)
