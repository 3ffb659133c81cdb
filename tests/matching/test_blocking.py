"""How many pairs may be compared: fewer a row in large files, but never so few that true pairs are lost."""

from __future__ import annotations

import pytest

from engine.matching.blocking import pair_budget
from engine.rulebook import RuleBook
from engine.rulebook.matching import Blocking, MatchRules
from engine.vocabulary import Kind


@pytest.fixture(scope="module")
def rules() -> Blocking:
    return RuleBook().load("matching/model.yml", MatchRules).blocking


def test_a_small_file_is_compared_completely(rules: Blocking) -> None:
    assert pair_budget("individual", 700, 1.0, rules) == rules.free_pairs.value


def test_up_to_a_million_units_the_limit_of_a_kind_holds(rules: Blocking) -> None:
    assert pair_budget("individual", 950_000, 1.3, rules) == rules.most_pairs.value


@pytest.mark.parametrize(
    ("kind", "units"), [("individual", 3_000_000), ("individual", 10_000_000), ("structure", 2_000_000)]
)
def test_beyond_it_the_limit_grows_with_the_units(rules: Blocking, kind: Kind, units: int) -> None:
    assert 2 * units <= pair_budget(kind, units, 1.3, rules) <= 4 * units


def test_the_budget_grows_with_copies(rules: Blocking) -> None:
    assert pair_budget("individual", 50_000, 4.0, rules) > pair_budget("individual", 50_000, 1.0, rules)
