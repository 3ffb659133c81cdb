"""What the model promises, how well clusters hang together, and tables that carry no model."""

from __future__ import annotations

import numpy as np
import pytest

from engine.matching import link, pairs, results
from engine.matching.bridges import weakest_bridges
from engine.matching.clustering import Edges, cluster
from engine.matching.comparisons import comparisons, too_thin
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import MATCHING_CLUSTER, MATCHING_PAIR
from engine.vocabulary import Kind
from engine.workspace import Workspace
from tests.conftest import given, rows

RULES = RuleBook().load("matching/model.yml", MatchRules)


def edges(*scored: tuple[int, int, float]) -> Edges:
    left, right, weight = zip(*scored, strict=True)
    return Edges(np.array(left), np.array(right), np.array(weight), np.zeros(len(scored), dtype=bool))


def test_the_weakest_bridge_is_the_link_a_cluster_falls_apart_without() -> None:
    """Two dense halves, 0-1-2 and 3-4-5, hang together by one pair."""
    halves = edges(
        (0, 1, 12.0), (0, 2, 11.0), (1, 2, 10.0), (3, 4, 12.0), (3, 5, 11.0), (4, 5, 10.0), (2, 3, 2.5), (1, 3, 1.0)
    )  # fmt: skip
    found = weakest_bridges(np.zeros(6, dtype=np.int64), halves).to_pylist()
    assert found == [{"label": 0, "weight": 2.5}]


def test_a_pair_is_its_own_bridge_and_needs_no_tree() -> None:
    assert weakest_bridges(np.zeros(2, dtype=np.int64), edges((0, 1, 4.0))).num_rows == 0


def chain(size: int, weight: float) -> Edges:
    """Everybody agrees strongly with the next one and weakly with all others."""
    return edges(
        *((one, other, 9.0 if other == one + 1 else weight) for one in range(size) for other in range(one + 1, size))
    )


def test_a_giant_of_weak_agreements_falls_into_the_parts_that_agree() -> None:
    size = int(RULES.clustering.large.value) + 20
    label = cluster(size, chain(size, -1.0), 1.0, RULES.clustering)
    assert np.bincount(label).max() <= RULES.clustering.large.value
    assert len(set(label.tolist())) < size


def test_a_giant_whose_records_all_agree_stays_whole() -> None:
    size = int(RULES.clustering.large.value) + 20
    assert set(cluster(size, chain(size, 8.0), 1.0, RULES.clustering).tolist()) == {0}


def test_a_person_who_joined_two_of_a_giant_is_heard() -> None:
    size = int(RULES.clustering.large.value) + 20
    label = cluster(size, chain(size, -1.0), 1.0, RULES.clustering, must=[(0, size - 1)])
    assert label[0] == label[size - 1]


@pytest.fixture
def scored(ws: Workspace) -> Workspace:
    pair = {"kind": "individual", "outcome": "merge", "evidence": "by hand"}
    given(
        ws,
        MATCHING_PAIR.name,
        [
            {**pair, "record_id_l": "a", "record_id_r": "b", "match_weight": 6.0, "match_probability": 0.985},
            {**pair, "record_id_l": "a", "record_id_r": "c", "match_weight": 6.5, "match_probability": 0.989},
            {**pair, "record_id_l": "b", "record_id_r": "c", "match_weight": 0.0, "match_probability": 0.5},
            {**pair, "record_id_l": "c", "record_id_r": "d", "match_weight": 60.0, "match_probability": 1.0},
        ],
    )
    home = {"a": "a", "b": "a", "c": "c", "d": "c"}
    given(
        ws,
        MATCHING_CLUSTER.name,
        [{"record_id": name, "kind": "individual", "cluster_id": own} for name, own in home.items()],
    )
    return ws


def test_the_reliability_table_counts_what_is_stated_and_what_was_joined(scored: Workspace) -> None:
    results.write_calibration(scored)
    found = {row["bin"]: row for row in rows(scored, "matching.calibration")}
    assert found[0.98]["pairs"] == 2
    assert found[0.98]["stated"] == pytest.approx(0.987)
    assert found[0.98]["expected"] == pytest.approx(1.974)
    assert found[0.98]["joined"] == 1
    assert found[0.5]["joined"] == 0


def test_identical_records_are_no_promise_of_the_model(scored: Workspace) -> None:
    results.write_calibration(scored)
    assert sum(row["pairs"] for row in rows(scored, "matching.calibration")) == 3


@pytest.mark.parametrize(
    ("kind", "filled", "thin"),
    [
        ("structure", ["orgs"], True),
        ("structure", ["orgs", "x1", "x2"], True),
        ("structure", ["x1", "x2", "x3"], True),
        ("structure", ["orgs", "street", "town"], False),
        ("individual", ["ln", "x1"], True),
        ("individual", ["fn", "ln", "gender"], True),
        ("individual", ["fn", "ln", "dob"], False),
        ("individual", ["em"], False),
        ("relay", ["fn", "ln"], False),
    ],
)
def test_a_name_or_figures_alone_carry_no_model(kind: Kind, filled: list[str], thin: bool) -> None:
    assert (too_thin(kind, comparisons(kind, filled, RULES.comparisons)) is not None) == thin


def test_a_table_of_products_merges_nothing_and_says_why(ws: Workspace) -> None:
    products = [
        {"record_id": f"p:{n:02d}", "kind": "structure", "organisation": f"Tasse blau {n % 7} cl"} for n in range(30)
    ]
    given(ws, "standardise.record", products)
    report = link(ws, RuleBook(), threads=2, watcher=Silent())
    assert ws.value("select count(distinct cluster_id) from matching.cluster") == 30
    assert any("nothing is merged" in note and "organisation" in note for note in report.notes)


def test_a_rival_takes_its_share_of_a_loose_pair_only(ws: Workspace) -> None:
    """Unit 1 fits 0 and 2, which contradict each other: nothing personal says which, so that neither is believed."""
    pairs.start(ws)
    ws.execute(
        "insert into m_scored values "
        "(0, 1, 3.0, 0.888888889, 'x', false, true), (1, 2, 3.0, 0.888888889, 'x', false, true), "
        "(5, 6, 12.0, 0.999755919, 'x', false, false), (6, 7, 12.0, 0.999755919, 'x', false, false), "
        "(10, 11, 3.0, 0.888888889, 'x', false, true), (11, 12, 3.0, 0.888888889, 'x', false, true), "
        "(10, 12, 5.0, 0.969696970, 'x', false, false)"
    )
    pairs.share_between_rivals(ws, RULES.thresholds.ask.value, RULES.corrections.rival.value)
    weight = {(one, other): bits for one, other, bits in ws.rows("select unit_l, unit_r, match_weight from m_scored")}
    assert weight[(0, 1)] == weight[(1, 2)] == pytest.approx(3.0 - np.log2(9.0))
    assert weight[(5, 6)] == 12.0
    assert weight[(10, 11)] == 3.0
