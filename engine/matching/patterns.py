"""Patterns: the distinct combinations of comparison levels among pairs; arithmetic runs on these, never on pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.matching.lean import first_alike, leaned, list_columns, once, shares_values
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
    forms = leaned(compared, list_columns(ws))
    direct: list[tuple[Comparison, int]] = []
    terms, known = [], {}
    for one, form, stride in zip(compared, forms, _strides(compared), strict=True):
        if shares_values(one):
            first, table = first_alike(one), f"m_{one.name}_compared"
            _values_compared(ws, form, first, pairs, table)
            terms.append(f"{table}.number * {stride}")
            known[first] = table
        else:
            direct.append((form, stride))
    sides, numbers = _sides([form for form, _ in direct], pairs, tuple(known))
    terms += [f"({number}::bigint + 1) * {stride}" for number, (_, stride) in zip(numbers, direct, strict=True)]
    joins = "".join(
        f" join {table} on {table}.unit_l = sides.{first}_l and {table}.unit_r = sides.{first}_r"
        for first, table in known.items()
    )
    ws.execute(
        f"create or replace temp table {into} as with {sides} "
        f"select sides.unit_l, sides.unit_r, {' + '.join(terms)} as code from sides{joins}"
    )
    ws.drop(*known.values())


def _values_compared(ws: Workspace, form: Comparison, first: str, pairs: str, into: str) -> None:
    """Make ``into`` (unit_l, unit_r, number): one comparison of any two values that meet in ``pairs``."""
    sides, (number,) = _sides([form], "met")
    ws.execute(
        f"create or replace temp table {into} as with met as ("
        f"select distinct a.{first} as unit_l, b.{first} as unit_r from {pairs} as p "
        f"join m_lean as a on a.unit = p.unit_l join m_lean as b on b.unit = p.unit_r), {sides} "
        f"select unit_l, unit_r, {number}::bigint + 1 as number from sides"
    )


def _sides(forms: Sequence[Comparison], pairs: str, others: Sequence[str] = ()) -> tuple[str, list[str]]:
    """A CTE ``sides``, a row per pair with what the comparisons and ``others`` read of both; a level number of each."""
    columns = sorted(set(others).union(*(one.columns() for one in forms)))
    both = "".join(
        f", {alias}.{column} as {column}_{side}" for column in columns for alias, side in (("a", "l"), ("b", "r"))
    )
    numbers, asked = once([one.number_sql() for one in forms])
    answered = "".join(f", {call} as {name}" for name, call in asked.items())
    return (
        f"met_sides as (select p.unit_l, p.unit_r{both} from {pairs} as p "
        "join m_lean as a on a.unit = p.unit_l join m_lean as b on b.unit = p.unit_r), "
        f"sides as (select *{answered} from met_sides)",
        numbers,
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
