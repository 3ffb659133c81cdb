"""Decisions that cannot all be true: A is B, B is C, but A is not C."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from engine.judgement.decision import Decision


@dataclass(frozen=True, slots=True)
class Conflict:
    """A ``no_match`` whose two records other decisions join.

    Attributes:
        apart: the decision that keeps them apart.
        chain: the shortest chain of ``match`` decisions from one to the other, in order.
    """

    apart: Decision
    chain: tuple[Decision, ...]


def conflicts(decisions: Sequence[Decision]) -> list[Conflict]:
    """Every contradiction among ``decisions`` (one a pair, as read), ordered as they are."""
    joined: dict[str, list[tuple[str, Decision]]] = {}
    for said in decisions:
        if said.judgement == "match":
            joined.setdefault(said.record_id_l, []).append((said.record_id_r, said))
            joined.setdefault(said.record_id_r, []).append((said.record_id_l, said))
    found = []
    for said in decisions:
        if said.judgement == "no_match":
            chain = _chain(joined, said.record_id_l, said.record_id_r)
            if chain is not None:
                found.append(Conflict(said, chain))
    return found


def _chain(joined: dict[str, list[tuple[str, Decision]]], start: str, goal: str) -> tuple[Decision, ...] | None:
    """Shortest way from ``start`` to ``goal`` over matches (breadth first; ties go to the smaller record_id)."""
    came: dict[str, tuple[str, Decision] | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == goal:
            chain = []
            step = came[here]
            while step is not None:
                chain.append(step[1])
                step = came[step[0]]
            return tuple(reversed(chain))
        for there, said in sorted(joined.get(here, []), key=lambda way: way[0]):
            if there not in came:
                came[there] = (here, said)
                queue.append(there)
    return None
