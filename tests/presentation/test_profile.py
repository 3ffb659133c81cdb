"""The profile of each attribute and the kinds of change: every figure against tables counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.presentation.files import fill_gaps
from engine.presentation.sections.changes import changes
from engine.presentation.sections.profile import pattern, profile
from engine.presentation.sections.standardisation import standardisation
from engine.workspace import Workspace
from tests.conftest import given


@pytest.fixture(autouse=True)
def _tables(ws: Workspace) -> None:
    fill_gaps(ws)


def values(ws: Workspace, attribute: str, *rows: tuple[str, str | None, int]) -> None:
    """standardise.value with (raw, standard, rows), and as many records."""
    given(
        ws,
        "standardise.value",
        [{"attribute": attribute, "raw": raw, "standard": standard, "rows": n} for raw, standard, n in rows],
    )
    given(ws, "standardise.record", [{} for _ in range(20)])


def test_filled_different_and_lengths_are_those_of_the_rows(ws: Workspace) -> None:
    values(ws, "last_name", ("MEIER", "Meier", 6), ("meier", "Meier", 2), ("Lu", "Lu", 1), ("n/a", None, 1))
    (entry,) = profile(ws)
    raw, standard = entry["raw"], entry["standard"]
    assert (entry["attribute"], raw["filled"], raw["filled_share"], raw["distinct"]) == ("last_name", 10, 0.5, 4)
    assert (standard["filled"], standard["filled_share"], standard["distinct"]) == (9, 0.45, 2)
    # lengths of the ten rows: 2 3 5 5 5 5 5 5 5 5; the quartiles are 5 and 5, so 2 and 3 lie outside the fences
    assert raw["lengths"] == {"shortest": 2, "median": 5, "longest": 5, "odd": 2}
    assert standard["lengths"] == {"shortest": 2, "median": 5, "longest": 5, "odd": 1}


def test_patterns_are_counted_in_rows_and_the_rare_ones_named(ws: Workspace) -> None:
    values(ws, "phone", ("079 123", None, 500), ("Tel. 5", None, 2), ("0791", None, 498))
    (entry,) = profile(ws)
    assert entry["raw"]["patterns"] == [
        {"pattern": "999 999", "share": 0.5},
        {"pattern": "9999", "share": 0.498},
        {"pattern": "Aa. 9", "share": 0.002},
    ]
    assert entry["raw"]["rare"] == {"patterns": 1, "share": 0.002, "examples": ["Aa. 9"]}
    assert entry["standard"] == {
        "filled": 0, "filled_share": 0.0, "distinct": 0, "lengths": None, "patterns": [],
        "rare": {"patterns": 0, "share": 0, "examples": []}, "top": [],
    }  # fmt: skip


def test_frequent_values_are_masked_unless_they_are_harmless_and_shared(ws: Workspace) -> None:
    rows = [
        {"attribute": "town", "raw": "Lausanne", "standard": "Lausanne", "rows": 10},
        {"attribute": "town", "raw": "Zorgvlied", "standard": "Zorgvlied", "rows": 9},
        {"attribute": "last_name", "raw": "Meier", "standard": "Meier", "rows": 500},
        {"attribute": "last_name", "raw": "Once", "standard": "Once", "rows": 1},
    ]
    given(ws, "standardise.value", rows)
    name, town = profile(ws)
    assert [(top["value"], top["rows"], top["masked"]) for top in town["raw"]["top"]] == [
        ("Lausanne", 10, False),
        ("Z********", 9, True),
    ]
    assert name["raw"]["top"] == [
        {"value": "M****", "masked": True, "rows": 500, "share": pytest.approx(500 / 501, abs=1e-6)}
    ]


def test_the_same_raw_value_in_two_contexts_is_one_value(ws: Workspace) -> None:
    both = {"attribute": "phone", "raw": "079", "standard": "+4179", "rows": 1}
    given(ws, "standardise.value", [{**both, "context": "CH"}, {**both, "context": "FR", "standard": "+3379"}])
    (entry,) = profile(ws)
    assert (entry["raw"]["distinct"], entry["standard"]["distinct"]) == (1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Élodie McD 4b", "Aa AaA 9a"), ("12.03.1970", "99.99.9999"), ("LE  GOFF", "A A"), ("a😀b", "a?a"), ("東京", "a")],
)
def test_a_pattern_shows_capitals_small_letters_and_digits(ws: Workspace, text: str, expected: str) -> None:
    assert ws.value(f"select {pattern('$text::varchar')}", {"text": text}) == expected


@pytest.mark.parametrize(
    ("raw", "standard", "kind"),
    [
        ("Meier", "Meier", "kept"),
        (" Meier\u00a0", "Meier", "spaces"),
        ("MEIER ", "Meier", "case"),
        ("MULLER", "Müller", "accents"),
        ("ST-GALLEN", "St. Gallen", "signs"),
        ("rte de Lausanne", "Route de Lausanne", "form"),
        ("079 123 45 67", "+41791234567", "form"),
        ("none", None, "emptied"),
    ],
)
def test_a_change_is_named_by_the_smallest_difference_that_explains_it(
    ws: Workspace, raw: str, standard: str | None, kind: str
) -> None:
    values(ws, "town", (raw, standard, 3))
    (entry,) = changes(ws)
    assert [(change["kind"], change["rows"], change["values"]) for change in entry["kinds"]] == [(kind, 3, 1)]
    assert entry["changed"] == (0 if kind == "kept" else 3)


def test_an_example_is_that_of_most_rows_and_masked(ws: Workspace) -> None:
    values(ws, "last_name", ("DUPONT", "Dupont", 2), ("MEIER", "Meier", 5), ("ABEGG", "Abegg", 5), ("Lutz", "Lutz", 3))
    (entry,) = changes(ws)
    assert [(change["kind"], change["rows"], change["share"]) for change in entry["kinds"]] == [
        ("kept", 3, 0.2),
        ("case", 12, 0.8),
    ]
    assert entry["kinds"][1]["example"] == {"before": "AXXXX", "after": "Axxxx"}


def test_values_on_too_many_rows_are_named_masked(ws: Workspace) -> None:
    frequent: dict[str, Any] = {"attribute": "email", "verdict": "placeholder", "reason": "many_holders"}
    given(
        ws,
        "standardise.frequent",
        [
            {**frequent, "value": "office@zorgvlied.nl", "rows": 900, "holders": 700, "expected": 4.25},
            {**frequent, "value": "info@x.ch", "rows": 30, "holders": 20, "expected": 4.25, "verdict": "shared"},
        ],
    )
    found = standardisation(ws)["frequent"]
    assert found["values"] == 2
    assert [(entry["value"], entry["rows"], entry["verdict"]) for entry in found["shown"]] == [
        ("o*****@z********.**", 900, "placeholder"),
        ("i***@*.**", 30, "shared"),
    ]
