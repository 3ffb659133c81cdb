"""Decisions: what people said of pairs outranks the model."""

from __future__ import annotations

from collections.abc import Sequence

from engine.vocabulary import Kind
from engine.workspace import Workspace

Decision = tuple[str, str, str]
"""record_id, record_id, "match" or "no_match"."""


def spoken(
    ws: Workspace, kind: Kind, decisions: Sequence[Decision]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Decisions about this kind as pairs of units that must, and must not, share a cluster.

    Relays that are one contact share their structure too. A pair of different kinds says nothing: kinds never meet.
    """
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
