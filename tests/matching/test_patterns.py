"""Pairs become patterns: values compared once give what pairs compared one by one give, and splink agrees."""

from __future__ import annotations

import pyarrow as pa
import pytest

from engine.matching import lean, link, patterns, scoring
from engine.matching.comparisons import everything
from engine.matching.levels import Comparison
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import town

NAMES = ("alpha bank", "alpha bank", "alpha bau", "bau bank", None, "alpha bank", "zeta", "bau", "alpha bau")


def _organisations(ws: Workspace) -> list[Comparison]:
    """``m_key`` of structures, several of one name; the comparison of organisations as shipped."""
    told = [name.split() if name else None for name in NAMES]
    weighed = [[f"{word}#{copy}" for word in words for copy in range(2)] if words else None for words in told]
    joined = ["".join(words) if words else None for words in told]
    texts = ("orgs", "orgj")
    other = ("former", "part", "acr_self", "acr_told", "acr_all")
    ws.put(
        "m_key",
        pa.table(
            {
                "unit": pa.array(range(len(NAMES)), pa.int64()),
                **{name: pa.array(joined, pa.string()) for name in texts},
                **{name: pa.array([None] * len(NAMES), pa.string()) for name in other},
                "tok": pa.array(told, pa.list_(pa.string())),
                "tq": pa.array(weighed, pa.list_(pa.string())),
                "tq_away": pa.array([words[:2] if words else None for words in weighed], pa.list_(pa.string())),
            }
        ),
    )
    rules = RuleBook().load("matching/model.yml", MatchRules)
    ws.execute(
        "create temp table m_all as select l.unit as unit_l, r.unit as unit_r from m_key as l join m_key as r "
        "on l.unit < r.unit"
    )
    return [one for one in everything("structure", rules.comparisons) if one.name == "organisation"]


def test_values_compared_once_give_what_every_pair_by_itself_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.memory(threads=1) as ws:
        compared = _organisations(ws)
        assert lean.shares_values(compared[0])
        found = []
        for shared in (lean.shares_values, lambda _: False):
            monkeypatch.setattr(patterns, "shares_values", shared)
            lean.make(ws, compared)
            patterns.compare(ws, compared, "m_all", "m_coded")
            found.append(ws.rows("from m_coded order by all"))
        assert found[0] == found[1]
        assert len({code for _, _, code in found[0]}) > 3


def test_splink_sees_each_pattern_as_it_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    real = scoring._score_shown

    def watched(ws: Workspace, *rest: object) -> str:
        text = real(ws, *rest)  # type: ignore[arg-type]
        ws.execute("create or replace temp table m_strange as from m_kept anti join m_shown using (code)")
        seen.append((int(ws.value("select count(*) from m_kept")), int(ws.value("select count(*) from m_strange"))))
        return text

    monkeypatch.setattr(scoring, "_score_shown", watched)
    with Workspace.memory() as ws:
        given(ws, "standardise.record", town(120, 40))
        link(ws, RuleBook(), threads=2, watcher=Silent())
    assert seen
    assert all(kept > 4 and strange == 0 for kept, strange in seen)
