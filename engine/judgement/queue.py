"""The review queue: which pairs are worth a person's minute, the one that changes most first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from engine.judgement.decision import Decision
from engine.workspace import Workspace

SURE = 0.995
"""Merges at least this probable are not asked about again."""


@dataclass(frozen=True, slots=True)
class Question:
    """One pair to look at.

    Attributes:
        asks: ``join``: are these two contacts one? ``right``: were these two rightly merged?
        kind: individual, structure or relay.
        record_id_l / record_id_r: the two records, the smaller first.
        match_weight / match_probability / evidence: what the model says.
        changes: pairs of records that the answer decides.
        worth: ``changes`` times how open the question is; the queue's order.
    """

    asks: Literal["join", "right"]
    kind: str
    record_id_l: str
    record_id_r: str
    match_weight: float
    match_probability: float
    evidence: str
    changes: int
    worth: float


def review_queue(ws: Workspace, decided: Sequence[Decision] = (), *, limit: int) -> list[Question]:
    """The ``limit`` questions that matter most, those already answered left out (``unsure`` counts as an answer).

    One question for two clusters however many of their records were paired, one for a cluster however large.
    """
    # `look` opens the workspace to read only; a temp table lives in DuckDB's own memory
    ws.put(
        "judgement_decided",
        pa.table(
            {
                "record_id_l": pa.array([min(said.record_id_l, said.record_id_r) for said in decided], pa.string()),
                "record_id_r": pa.array([max(said.record_id_l, said.record_id_r) for said in decided], pa.string()),
            }
        ),
    )
    try:
        rows = ws.rows(ws.statement("judgement", "queue"), {"limit": limit, "sure": SURE})
    finally:
        ws.drop("judgement_decided")
    return [Question(*row) for row in rows]
