"""What levels two values reach."""

from __future__ import annotations

import duckdb
import pytest

from engine.matching.comparisons import comparisons
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules

PRIORS = RuleBook().load("matching/model.yml", MatchRules).comparisons


def level(name: str, column: str, left: dict[str, object], right: dict[str, object]) -> str:
    """The level that two units reach; a column that is not given is null."""
    one = next(one for one in comparisons("individual", [column], PRIORS) if one.name == name)
    values = {f"{name}_{side}": told.get(name) for side, told in (("l", left), ("r", right)) for name in one.columns()}
    listed = ", ".join(f"{_literal(value)} as {name}" for name, value in values.items())
    found = duckdb.sql(f"select {one.number_sql()} from (select {listed})").fetchone()
    assert found is not None
    return "missing" if found[0] < 0 else one.levels[len(one.levels) - 1 - found[0]].name


def _literal(value: object) -> str:
    return "null" if value is None else repr(value)


def given(name: str) -> dict[str, object]:
    return {"fn": name, "f1": name.split()[0], "fi": name[0], "fn_c": 9, "fn_read": False, "fn_band": "u"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("jean", "jean luc", "close"),
        ("john adam", "john a", "close"),
        ("jean luc", "jean pierre", "different"),
        ("john", "john", "exact"),
    ],
)
def test_another_second_name_is_another_person(left: str, right: str, expected: str) -> None:
    assert level("first_name", "fn", given(left), given(right)) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("43", "47", "close"),
        ("43", "67", "different"),
        ("w", "walter", "close"),
        ("french", "german", "different"),
        ("thai", "thai", "exact"),
    ],
)
def test_ages_years_apart_and_initials_are_close(left: str, right: str, expected: str) -> None:
    assert level("extra_1", "x1", {"x1": left}, {"x1": right}) == expected
