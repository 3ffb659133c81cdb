"""Lean conditions are true for the same pairs as the conditions they stand for."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.matching import lean
from engine.workspace import Workspace

CONDITIONS = (
    "list_has_any(em_l, em_r)",
    "coalesce(list_has_any(em_l, em_r), false)",
    "len(list_intersect(em_l, em_r)) >= 1",
    "len(list_intersect(em_l, em_r)) < least(len(em_l), len(em_r))",
    "coalesce(len(list_intersect(em_l, em_r)) / sqrt(len(em_l) * len(em_r) + 0.001), 0) >= 0.5",
    "len(em_r) > 1",
    "em_l is null or em_r is null",
    "levenshtein(word_l, word_r) <= 1",
    "levenshtein(word_l, word_r) <= 2 or len(em_l) > 1",
)
words = st.one_of(st.none(), st.text("abé", max_size=4))
lists = st.one_of(st.none(), st.lists(st.text("ab", min_size=1, max_size=2), unique=True, max_size=4))


@given(st.lists(st.tuples(words, lists), min_size=2, max_size=6))
def test_the_lean_form_of_a_condition_holds_for_the_same_pairs(
    units: list[tuple[str | None, list[str] | None]],
) -> None:
    with Workspace.memory(threads=1) as ws:
        ws.put(
            "m_key",
            pa.table(
                {
                    "unit": pa.array(range(len(units)), pa.int64()),
                    "word": pa.array([one[0] for one in units], pa.string()),
                    "em": pa.array([one[1] for one in units], pa.list_(pa.string())),
                }
            ),
        )
        held = lean.list_columns(ws)
        told = [lean.lean(condition, held) for condition in CONDITIONS]
        ws.execute(
            "create temp table m_lean as select unit, word, "
            + ", ".join(lean.column(name, held) for name in ("em", "em_bits", "em_count"))
            + " from m_key"
        )
        assert _true(ws, "m_key", CONDITIONS, ("word", "em")) == _true(
            ws, "m_lean", told, ("word", "em", "em_bits", "em_count")
        )


def _true(ws: Workspace, table: str, conditions: list[str] | tuple[str, ...], columns: tuple[str, ...]) -> list[object]:
    sides = ", ".join(f"{side}.{name} as {name}_{side}" for name in columns for side in "lr")
    asked = ", ".join(f"coalesce({condition}, false)" for condition in conditions)
    return ws.rows(
        f"select l_unit, r_unit, {asked} from (select l.unit as l_unit, r.unit as r_unit, {sides} "
        f"from {table} as l, {table} as r) order by l_unit, r_unit"
    )


def test_no_list_is_left_in_what_pairs_are_made_of() -> None:
    found = lean.lean("list_has_any(ph_l, ph_r) and len(tok_l) > 1", frozenset({"ph", "tok"}))
    assert "tok_count_l > 1" in found
    assert duckdb.sql(f"select {found} from (select 'a' as ph_l, 'a' as ph_r, 2 as tok_count_l)").fetchall() == [
        (True,)
    ]


@pytest.mark.parametrize("condition", ["fn_l = fn_r", "list_has_any(ph_l, ph_r)", "len(fn_l) > 1"])
def test_what_names_no_list_stays_as_it_is(condition: str) -> None:
    assert lean.lean(condition, frozenset({"em"})) == condition
