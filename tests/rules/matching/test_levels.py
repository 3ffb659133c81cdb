"""Every case of levels.yml: two literal records, and the level each named comparison gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.matching import keys, seen
from engine.matching.comparisons import comparisons
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace
from tests.conftest import given
from tests.support.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).parent / "levels.yml")
BOOK = RuleBook()
RULES = BOOK.load("matching/model.yml", MatchRules)
WORDS = keys.words(BOOK)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_level(ws: Workspace, case: dict[str, Any]) -> None:
    kind = case["kind"]
    records = [{"kind": kind, **record} for record in (case["l"], case["r"], *case.get("also", []))]
    given(ws, "standardise.record", records)
    seen.start(ws, None)
    keys.prepare(ws, WORDS)
    ws.execute("create temp table m_structure_cluster (record_id varchar, scl bigint)")
    ws.execute("create temp table m_spoken as select record_id from standardise.record")
    keys.build(ws, kind, RULES, WORDS)
    columns = [row[0] for row in ws.rows("describe m_key")]
    available = {one.name: one for one in comparisons(kind, columns, RULES.comparisons)}
    expected = {name: level for name, level in case.items() if name in available}
    assert expected, "the case names no comparison"
    for name, level in expected.items():
        one = available[name]
        sides = ", ".join(f"l.{c} as {c}_l, r.{c} as {c}_r" for c in sorted(one.columns()))
        number = ws.value(
            f"select {one.number_sql()} from (select {sides} from m_key as l, m_key as r "
            "where l.first_record = 'r1' and r.first_record = 'r2')"
        )
        reached = "missing" if number < 0 else one.levels[len(one.levels) - 1 - number].name
        assert reached == level, f"{name}: {reached}"


def test_every_comparison_has_a_case() -> None:
    named = {name for case in CASES for name in case}
    kinds = ("individual", "structure")
    everything = [
        "street",
        "zip",
        "siren",
        "x1",
        *(c for c in ("fn", "ln", "dob", "em", "ph", "id", "gender", "suffix")),
    ]
    for kind in kinds:
        for one in comparisons(kind, everything, RULES.comparisons):
            assert one.name in named, f"no case for {one.name}"
