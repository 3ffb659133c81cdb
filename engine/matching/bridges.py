"""Bridges: the weakest link a cluster hangs by, for every cluster of three and more.

The weakest edge of a maximum spanning tree: without it, and all that is weaker, the cluster falls in two.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.matching.clustering import Edges, Ints


def weakest_bridges(label: Ints, edges: Edges) -> pa.Table:
    """Columns ``label`` and ``weight``, one row per cluster of three units or more that scored pairs hold together.

    Args:
        label: cluster of each unit.
        edges: all scored pairs.
    """
    members = np.bincount(label, minlength=len(label))
    inside = edges.where((label[edges.left] == label[edges.right]) & (members[label[edges.left]] > 2))
    order = np.lexsort((inside.right, inside.left, -inside.weight))
    parent = {unit: unit for unit in np.unique(np.concatenate([inside.left, inside.right])).tolist()}
    weakest: dict[int, float] = {}

    def root(unit: int) -> int:
        while parent[unit] != unit:
            parent[unit] = parent[parent[unit]]
            unit = parent[unit]
        return unit

    for place in order.tolist():
        one, other = root(int(inside.left[place])), root(int(inside.right[place]))
        if one != other:
            parent[other] = one
            weakest[int(label[inside.left[place]])] = float(inside.weight[place])  # strongest first: the last one stays
    found = sorted(weakest)
    return pa.table(
        {
            "label": pa.array(found, pa.int64()),
            "weight": pa.array([weakest[cluster] for cluster in found], pa.float64()),
        }
    )
