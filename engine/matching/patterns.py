"""Patterns: the distinct combinations of comparison levels among pairs; arithmetic runs on these, never on pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.matching.lean import leaned, list_columns
from engine.matching.levels import Comparison
from engine.workspace import Workspace

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Level numbers (-1 = missing) by pattern and comparison, and how many pairs show each pattern."""

    comparisons: Sequence[Comparison]
    levels: npt.NDArray[np.int64]
    pairs: Floats

    def __len__(self) -> int:
        return len(self.levels)

    def level_counts(self, place: int, weights: Floats | None = None) -> Floats:
        """Pairs (or their weights) at each level of a comparison, weakest first."""
        size = len(self.comparisons[place].levels)
        counts = np.bincount(
            self.levels[:, place] + 1, weights=self.pairs if weights is None else weights, minlength=size + 1
        )
        return counts[1:].astype(np.float64)


def compare(ws: Workspace, compared: Sequence[Comparison], pairs: str, into: str) -> None:
    """Make ``into`` (unit_l, unit_r, code): every pair of ``pairs`` compared, its pattern packed into one number.

    Reads ``m_lean`` (:func:`engine.matching.lean.make`).
    """
    compared = leaned(compared, list_columns(ws))
    columns = sorted(set().union(*(one.columns() for one in compared)))
    sides = ", ".join(
        f"{alias}.{column} as {column}_{side}" for column in columns for alias, side in (("a", "l"), ("b", "r"))
    )
    strides = _strides(compared)
    code = " + ".join(
        f"({one.number_sql()}::bigint + 1) * {stride}" for one, stride in zip(compared, strides, strict=True)
    )
    ws.execute(
        f"create or replace temp table {into} as with sides as ("
        f"select p.unit_l, p.unit_r, {sides} from {pairs} as p "
        "join m_lean as a on a.unit = p.unit_l join m_lean as b on b.unit = p.unit_r) "
        f"select unit_l, unit_r, {code} as code from sides"
    )


def gather(ws: Workspace, compared: Sequence[Comparison], coded: str) -> tuple[npt.NDArray[np.int64], Patterns]:
    """The distinct codes of ``coded``, ascending, and their patterns."""
    found = ws.connection.execute(
        f"select code, count(*) as pairs from {coded} group by code order by code"
    ).fetchnumpy()
    codes = np.asarray(found["code"], dtype=np.int64)
    return codes, Patterns(compared, _unpack(codes, compared), np.asarray(found["pairs"], dtype=np.float64))


def _strides(compared: Sequence[Comparison]) -> list[int]:
    strides, stride = [], 1
    for one in compared:
        strides.append(stride)
        stride *= len(one.levels) + 1
    return strides


def _unpack(codes: npt.NDArray[np.int64], compared: Sequence[Comparison]) -> npt.NDArray[np.int64]:
    levels = np.empty((len(codes), len(compared)), dtype=np.int64)
    rest = codes.copy()
    for place, one in enumerate(compared):
        size = len(one.levels) + 1
        levels[:, place] = rest % size - 1
        rest //= size
    return levels
