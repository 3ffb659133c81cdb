"""Clustering: pairs become clusters, strongest evidence first, and two clusters join only when all their pairs agree.

Connected components alone let one wrong pair weld two families together. Here an edge joins two clusters only when the
mean weight over all pairs between them is high enough (a pair nobody compared counts against), in the manner of
Kruskal's algorithm with average linkage. Components whose pairs all agree, nearly all of them, need no such care.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.matching.patterns import Bools, Floats
from engine.rulebook.matching import Clustering

Ints = npt.NDArray[np.int64]
_EXACT = 1_000_000  # weights are summed as whole millionths of a bit: no sum depends on its order


@dataclass(frozen=True, slots=True)
class Edges:
    """Scored pairs of units; ``apart`` where the two contradict each other so that no third may join them."""

    left: Ints
    right: Ints
    weight: Floats
    apart: Bools

    def __len__(self) -> int:
        return len(self.left)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Edges:
        """A part of the edges."""
        return Edges(self.left[chosen], self.right[chosen], self.weight[chosen], self.apart[chosen])


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Smallest unit of each unit's connected component (vectorised min-label propagation with pointer jumping)."""
    label = np.arange(size, dtype=np.int64)
    while len(left):
        a, b = label[left], label[right]
        apart = a != b
        if not apart.any():
            break
        left, right = left[apart], right[apart]
        low, high = np.minimum(a[apart], b[apart]), np.maximum(a[apart], b[apart])
        np.minimum.at(label, high, low)
        while True:
            jumped = label[label]
            if np.array_equal(jumped, label):
                break
            label = jumped
    return label


def cluster(
    size: int,
    edges: Edges,
    threshold: float,
    rules: Clustering,
    *,
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
) -> Ints:
    """Smallest unit of each unit's cluster.

    Args:
        size: number of units, 0 .. size-1.
        edges: scored pairs, weights below the threshold included: they speak against a join.
        threshold: weight from which an edge may join.
        rules: when two clusters may join.
        must: pairs a person joined; they outrank everything but ``cannot``.
        cannot: pairs a person kept apart.
    """
    joined, apart = list(must), list(cannot)
    strong = edges.where(edges.weight >= threshold)
    must_left = np.array([pair[0] for pair in joined], dtype=np.int64)
    must_right = np.array([pair[1] for pair in joined], dtype=np.int64)
    label = components(size, np.concatenate([strong.left, must_left]), np.concatenate([strong.right, must_right]))
    contested = _contested(size, label, edges, strong, joined, apart)
    if not contested.any():
        return label
    inside = contested[label[edges.left]] & (label[edges.left] == label[edges.right])
    result = np.where(contested[label], np.arange(size, dtype=np.int64), label)
    for unit, root in _join(edges.where(inside), threshold, rules.join_mean.value, rules, joined, apart).items():
        result[unit] = root
    large = contested[label] & (np.bincount(result, minlength=size)[result] > rules.large.value)
    if large.any():  # giant by a chain of weak agreements: only what agrees well stays together
        within = edges.where(large[edges.left] & (result[edges.left] == result[edges.right]))
        kept = [pair for pair in joined if large[pair[0]] and large[pair[1]]]
        result[large] = np.flatnonzero(large)
        for unit, root in _join(within, threshold, rules.large_join_mean.value, rules, kept, apart).items():
            result[unit] = root
    return result


def _contested(
    size: int, label: Ints, edges: Edges, strong: Edges, must: list[tuple[int, int]], cannot: list[tuple[int, int]]
) -> npt.NDArray[np.bool_]:
    """Components that need care, by label: not every pair in them is above the threshold, or a person spoke."""
    members = np.bincount(label, minlength=size)
    agreeing = np.bincount(label[strong.left], minlength=size)
    contested = (members > 2) & (agreeing < members * (members - 1) // 2)
    for one, other in (*must, *cannot):
        contested[label[one]] = True
        contested[label[other]] = True
    return contested


def _join(
    edges: Edges,
    threshold: float,
    join_mean: float,
    rules: Clustering,
    must: list[tuple[int, int]],
    cannot: list[tuple[int, int]],
) -> dict[int, int]:
    clip = rules.clip.value
    clipped = np.rint(np.clip(edges.weight, -clip, clip) * _EXACT).astype(np.int64)
    unseen, lowest = round(rules.unseen.value * _EXACT), round(join_mean * _EXACT)
    between: dict[int, dict[int, tuple[int, int]]] = {}
    for left, right, weight in zip(edges.left.tolist(), edges.right.tolist(), clipped.tolist(), strict=True):
        between.setdefault(left, {})[right] = (weight, 1)
        between.setdefault(right, {})[left] = (weight, 1)
    cannot = [*cannot, *zip(edges.left[edges.apart].tolist(), edges.right[edges.apart].tolist(), strict=True)]
    forbidden: dict[int, set[int]] = {}
    for one, other in cannot:
        forbidden.setdefault(one, set()).add(other)
        forbidden.setdefault(other, set()).add(one)
    for pair in must:
        for unit in pair:
            between.setdefault(unit, {})
    forest = _Forest(between, forbidden)
    for one, other in sorted(must):
        forest.join(one, other)
    strong = np.flatnonzero(edges.weight >= threshold)
    order = strong[np.lexsort((edges.right[strong], edges.left[strong], -edges.weight[strong]))]
    waiting = list(zip(edges.left[order].tolist(), edges.right[order].tolist(), strict=True))
    for _ in range(int(rules.passes.value)):
        refused = []
        for one, other in waiting:
            if not forest.together(one, other) and not (
                forest.mean(one, other, unseen) >= lowest and forest.join(one, other)
            ):
                refused.append((one, other))
        if len(refused) == len(waiting):
            break
        waiting = refused
    return forest.smallest()


class _Forest:
    """Clusters as a forest, with the summed weight and count of the pairs between any two."""

    def __init__(self, between: dict[int, dict[int, tuple[int, int]]], forbidden: dict[int, set[int]]) -> None:
        self._between = between
        self._forbidden = forbidden
        self._parent = {unit: unit for unit in between}
        self._size = dict.fromkeys(between, 1)

    def _root(self, unit: int) -> int:
        while self._parent[unit] != unit:
            self._parent[unit] = self._parent[self._parent[unit]]
            unit = self._parent[unit]
        return unit

    def together(self, one: int, other: int) -> bool:
        return self._root(one) == self._root(other)

    def mean(self, one: int, other: int, unseen: int) -> float:
        """Mean weight over all pairs between the clusters of two units; pairs never compared count ``unseen``."""
        a, b = self._root(one), self._root(other)
        summed, seen = self._between[a].get(b, (0, 0))
        pairs = self._size[a] * self._size[b]
        return (summed + (pairs - seen) * unseen) / pairs

    def join(self, one: int, other: int) -> bool:
        """Join the clusters of two units unless a person keeps them apart."""
        a, b = self._root(one), self._root(other)
        if a == b:
            return True
        if any(self._parent.get(unit) is not None and self._root(unit) == b for unit in self._forbidden.get(a, ())):
            return False
        if len(self._between[a]) < len(self._between[b]):
            a, b = b, a
        self._parent[b] = a
        self._size[a] += self._size[b]
        kept, moved = self._between[a], self._between.pop(b)
        kept.pop(b, None)
        moved.pop(a, None)
        for unit, (weight, pairs) in moved.items():
            before = kept.get(unit, (0, 0))
            total = (before[0] + weight, before[1] + pairs)
            kept[unit] = total
            self._between[unit].pop(b, None)
            self._between[unit][a] = total
        if b in self._forbidden:
            self._forbidden.setdefault(a, set()).update(self._forbidden.pop(b))
        return True

    def smallest(self) -> dict[int, int]:
        """Smallest unit of each unit's cluster."""
        root = {unit: self._root(unit) for unit in sorted(self._parent)}
        first: dict[int, int] = {}
        for unit, own in root.items():
            first.setdefault(own, unit)
        return {unit: first[own] for unit, own in root.items()}
