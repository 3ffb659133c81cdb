"""Explanations: the fate of two records, and steps that add up to the weight."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from engine.errors import UsageError
from engine.explanation import explain
from engine.presentation.aloud import explanation_lines
from engine.workspace import Workspace
from tests.conftest import given

EVIDENCE = "last_name exact +8.0; email equal +5.0; household cap -3.0"


def base(ws: Workspace, pairs: list[Mapping[str, Any]], *, kinds: str = "iiii", clusters: str = "abcd") -> None:
    kind = {"i": "individual", "r": "relay", "s": "structure"}
    given(
        ws,
        "standardise.record",
        [
            {
                "record_id": f"r{n}",
                "kind": kind[kinds[n - 1]],
                "last_name": "Roy",
                "email": "a@x.org" if n > 1 else None,
            }
            for n in (1, 2, 3, 4)
        ],
    )
    given(
        ws,
        "matching.cluster",
        [
            {"record_id": f"r{n}", "kind": kind[kinds[n - 1]], "cluster_id": clusters[n - 1],
             "structure_cluster_id": clusters[n - 1]}
            for n in (1, 2, 3, 4)
        ],
    )  # fmt: skip
    given(
        ws,
        "matching.pair",
        [{"kind": "individual", "evidence": EVIDENCE, "match_probability": 0.9, **pair} for pair in pairs],
    )
    model = {"probability_two_random_records_match": 1 / 1025}
    given(ws, "matching.model", [{"kind": "individual", "json": json.dumps(model)}])


def pair(left: str, right: str, weight: float, outcome: str) -> dict[str, object]:
    return {"record_id_l": left, "record_id_r": right, "match_weight": weight, "outcome": outcome}


def test_the_steps_begin_with_the_prior_and_add_up_to_the_weight(ws: Workspace) -> None:
    base(ws, [pair("r1", "r2", 0.4, "ask")])
    told = explain(ws, "r2", "r1")
    assert [(step["name"], step["bits"]) for step in told["steps"]] == [
        ("before looking (prior odds)", -10.0),
        ("last_name exact", 8.0),
        ("email equal", 5.0),
        ("household cap", -3.0),
        ("all else, and rounding", 0.4),
    ]
    assert told["steps"][-1]["so_far"] == pytest.approx(told["match_weight"])
    assert (told["record_id_l"], told["record_id_r"]) == ("r1", "r2")


@pytest.mark.parametrize(
    ("pairs", "kinds", "clusters", "fate"),
    [
        ([pair("r1", "r2", 7, "merge")], "iiii", "aacd", "merged"),
        ([pair("r1", "r2", 7, "merge")], "iiii", "abcd", "kept apart"),
        ([pair("r1", "r2", 0, "ask")], "iiii", "abcd", "to ask"),
        ([pair("r1", "r2", -9, "leave")], "iiii", "abcd", "left"),
        ([pair("r1", "r3", 7, "merge"), pair("r2", "r3", 7, "merge")], "iiii", "aaad", "merged"),
        ([], "iiii", "abcd", "never compared"),
        ([], "iris", "abcd", "other kinds"),
        ([], "rrrr", "abcd", "other structures"),
    ],
)
def test_every_fate_has_its_name(
    ws: Workspace, pairs: list[Mapping[str, Any]], kinds: str, clusters: str, fate: str
) -> None:
    base(ws, pairs, kinds=kinds, clusters=clusters)
    told = explain(ws, "r1", "r2")
    assert told["fate"] == fate
    assert told["why"] in explanation_lines(told)


def test_rows_identical_in_everything_are_explained_through_the_row_that_stood_for_them(ws: Workspace) -> None:
    identical = {**pair("r1", "r2", 60, "merge"), "evidence": "identical in everything compared"}
    base(ws, [identical, pair("r1", "r3", 5, "merge")], clusters="aaad")
    assert explain(ws, "r1", "r2")["fate"] == "identical"
    told = explain(ws, "r2", "r3")
    assert (told["fate"], told["match_weight"], told["compared_as"]) == ("merged", 5, ["r1", "r3"])


def test_values_stand_side_by_side_and_equal_ones_are_marked(ws: Workspace) -> None:
    base(ws, [])
    told = {one["attribute"]: one for one in explain(ws, "r1", "r2")["values"]}
    assert told["last_name"]["same"]
    assert (told["email"]["left"], told["email"]["right"], told["email"]["same"]) == (None, "a@x.org", False)


def test_a_record_cannot_be_explained_to_itself(ws: Workspace) -> None:
    base(ws, [])
    with pytest.raises(UsageError, match="same record"):
        explain(ws, "r1", "r1")


def test_the_evidence_matching_writes_for_identical_rows_is_the_one_read_here() -> None:
    from importlib import resources

    from engine.explanation import IDENTICAL

    assert f"'{IDENTICAL}'" in resources.files("engine.matching").joinpath("sql", "pair.sql").read_text("utf-8")
