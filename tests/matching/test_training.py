"""What a model may believe where there is little to learn from."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from engine.matching import link
from engine.matching.comparisons import everything
from engine.matching.patterns import Patterns
from engine.matching.training import chance, level_weights, train
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.vocabulary import Kind
from engine.workspace import Workspace
from tests.conftest import given

BOOK = RuleBook()
RULES = BOOK.load("matching/model.yml", MatchRules)

DIFFERS = {
    "first_name": {"rare", "different"},
    "birth_date": {"different", "generation"},
    "phone": {"other_kind", "different"},
    "address": {"gap", "conflict"},
}


def test_two_people_who_differ_in_everything_are_not_one_in_a_file_of_four_rows(ws: Workspace) -> None:
    marie = {
        "kind": "individual", "first_name": "Marie", "last_name": "Dupont", "postcode": "1204", "town": "Genève",
    }  # fmt: skip
    given(
        ws,
        "standardise.record",
        [
            {**marie, "record_id": "k:100", "emails": ["marie@bluewin.ch"], "phones": ["+41223101234"],
             "birth_date": datetime.date(1980, 2, 1)},
            {**marie, "record_id": "k:101", "emails": ["marie@bluewin.ch"]},
            {"kind": "individual", "record_id": "k:A12", "first_name": "Paul", "last_name": "Martin",
             "phones": ["+41216132111"], "birth_date": datetime.date(1990, 3, 3), "postcode": "1003",
             "town": "Lausanne"},
            {"kind": "individual", "record_id": "k:300", "emails": ["eva.keller@gmail.com"],
             "phones": ["+41313112233"], "postcode": "3011", "town": "Bern"},
        ],
    )  # fmt: skip
    link(ws, BOOK, threads=1, watcher=Silent())
    cluster = dict(ws.rows("select record_id, cluster_id from matching.cluster"))
    assert cluster["k:100"] == cluster["k:101"]
    assert len(set(cluster.values())) == 3
    outcomes = dict(ws.rows("select record_id_l || ' ' || record_id_r, outcome from matching.pair"))
    assert outcomes == {"k:100 k:101": "merge"}


@pytest.mark.parametrize("kind", ["individual", "structure", "relay"])
@pytest.mark.parametrize("seen", ["different", "weakest", "strongest"])
def test_what_differs_never_speaks_for_a_match_whatever_a_small_file_shows(kind: Kind, seen: str) -> None:
    compared = tuple(everything(kind, RULES.comparisons))
    at = [
        {"weakest": 0, "strongest": len(one.levels) - 1}.get(
            seen, one.position("different") if "different" in {level.name for level in one.levels} else 0
        )
        for one in compared
    ]
    blocked = Patterns(compared, np.array([at], dtype=np.int64), np.array([6.0]))
    nobody = Patterns(compared, np.zeros((0, len(compared)), dtype=np.int64), np.zeros(0))
    model = train(kind, RULES, blocked, chance(nobody), units=4, comparable=6.0)
    for one, weights in zip(compared, level_weights(compared, model.m, model.u, RULES), strict=True):
        for level in one.levels:
            if level.name in DIFFERS.get(one.name, {"different"}):
                assert weights[one.position(level.name)] <= 0, f"{one.name} {level.name}"


def test_strangers_differ_in_every_way_two_people_can() -> None:
    compared = tuple(one for one in everything("individual", RULES.comparisons) if one.name in DIFFERS)
    shares = chance(Patterns(compared, np.zeros((0, len(compared)), dtype=np.int64), np.zeros(0)))
    for one, levels in zip(compared, shares, strict=True):
        assert levels.sum() == pytest.approx(1)
        differing = {name: levels[one.position(name)] for name in DIFFERS[one.name]}
        assert min(differing.values()) > 0.4, one.name
    assert {one.name for one in compared} == set(DIFFERS)


@pytest.mark.parametrize(
    ("shown", "strongest"), [({"year", "different"}, "year"), ({"different"}, "exact"), (set(), "exact")]
)
def test_a_year_of_birth_takes_over_from_the_day_only_where_the_file_has_years_alone(
    shown: set[str], strongest: str
) -> None:
    (dates,) = (one for one in everything("individual", RULES.comparisons) if one.name == "birth_date")
    at = np.array([[dates.position(level)] for level in sorted(shown)], dtype=np.int64).reshape(-1, 1)
    blocked = Patterns((dates,), at, np.full(len(shown), 3.0))
    nobody = Patterns((dates,), np.zeros((0, 1), dtype=np.int64), np.zeros(0))
    model = train("individual", RULES, blocked, chance(nobody), units=4, comparable=6.0)
    (weights,) = level_weights((dates,), model.m, model.u, RULES)
    assert dates.levels[::-1][int(weights.argmax())].name == strongest
    assert weights[dates.position("different")] <= 0
