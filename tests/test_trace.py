"""Traces: what the tables hold of one contact, and a lineage that adds up."""

from __future__ import annotations

import pytest

from engine.presentation.aloud import trace_lines
from engine.trace import trace, unsourced
from engine.workspace import Workspace
from tests.conftest import given


@pytest.fixture(autouse=True)
def base(ws: Workspace) -> None:
    given(ws, "intake.line", [{"cells": ["7", "ROY"]}, {"cells": ["8", None]}])
    given(
        ws,
        "intake.mapping",
        [
            {"source": "s", "position": 1, "header": "No", "attribute": "source_key"},
            {"source": "s", "position": 2, "header": "Nom", "attribute": "last_name"},
        ],
    )
    given(
        ws,
        "standardise.record",
        [
            {"kind": "individual", "last_name": "Roy", "last_name_raw": "ROY", "town": "Lyon"},
            {"kind": "individual", "last_name": "Roi", "town_raw": "-", "town_reason": "placeholder"},
        ],
    )
    given(ws, "matching.cluster", [{"cluster_id": "r1"}, {"cluster_id": "r1"}])
    given(
        ws,
        "matching.pair",
        [
            {"record_id_l": "r1", "record_id_r": "r2", "match_weight": 5.0, "outcome": "merge"},
            {"record_id_l": "r1", "record_id_r": "z9", "match_weight": 9.0, "outcome": "ask"},
        ],
    )
    given(ws, "quality.finding", [{"record_id": "r2", "suite": "address", "expectation": "town", "severity": "error"}])
    given(
        ws,
        "golden.contact",
        [
            {
                "contact_id": "c1",
                "contact_nr": "7",
                "kind": "individual",
                "records": 2,
                "last_name": "Roy",
                "town": "Lyon",
            }
        ],
    )
    given(ws, "golden.crosswalk", [{"contact_id": "c1"}, {"contact_id": "c1"}])
    given(
        ws,
        "golden.choice",
        [
            {"contact_id": "c1", "attribute": "town", "value": "Lyon", "record_id": "r1", "rule": "only_value"},
            {"contact_id": "c1", "attribute": "last_name", "value": "Roy", "record_id": "r1", "rule": "rows_agree"},
        ],
    )
    given(ws, "delivery.operation", [{"row_no": 4, "contact_id": "c1", "CONTACT_NR": "7", "LASTNAME": "Roy"}])
    given(ws, "delivery.held", [])
    given(ws, "delivery.note", [{"contact_id": "c1", "field": "TOWN", "outcome": "truncated", "rule": "length"}])


def test_the_golden_value_names_its_record_its_rule_and_what_lost(ws: Workspace) -> None:
    name, town = trace(ws, "7")["contact"]["attributes"]
    assert (name["attribute"], name["value"], name["record_id"], name["rule"]) == (
        "last_name",
        "Roy",
        "r1",
        "rows_agree",
    )
    assert name["lost"] == [{"value": "Roi", "records": ["r2"]}]
    assert town["lost"] == []


def test_a_record_shows_the_cells_as_written_then_what_they_became(ws: Workspace) -> None:
    first, second = trace(ws, "r2")["records"]
    assert first["cells"] == [
        {"header": "No", "cell": "7", "attribute": "source_key"},
        {"header": "Nom", "cell": "ROY", "attribute": "last_name"},
    ]
    values = {one["attribute"]: one for one in second["values"]}
    assert values["town"] == {"attribute": "town", "raw": "-", "standard": None, "reason": "placeholder"}
    assert second["findings"][0]["expectation"] == "town"


def test_pairs_inside_the_contact_come_before_stronger_ones_to_others(ws: Workspace) -> None:
    assert [(one["record_id_r"], one["inside"]) for one in trace(ws, "c1")["pairs"]] == [("r2", True), ("z9", False)]


def test_the_road_ends_at_the_import_row_and_what_was_dropped_there(ws: Workspace) -> None:
    told = trace(ws, "c1")
    assert told["operations"] == [{"row_no": 4, "fields": {"CONTACT_NR": "7", "LASTNAME": "Roy"}}]
    assert told["notes"][0]["outcome"] == "truncated"


def test_everything_told_is_also_said_in_lines(ws: Workspace) -> None:
    said = "\n".join(trace_lines(trace(ws, "c1")))
    for word in ("number 7", "rows_agree", "Roi", "Record r2", "placeholder", "address.town", "Import row 4", "TOWN"):
        assert word in said


def test_a_trace_before_golden_records_were_made_still_shows_the_record(ws: Workspace) -> None:
    for later in ("golden.contact", "golden.crosswalk", "golden.choice", "delivery.operation"):
        ws.execute(f"drop table {later}")
    told = trace(ws, "r1")
    assert (told["contact"], [one["record_id"] for one in told["records"]]) == (None, ["r1"])


def test_the_lineage_adds_up_and_a_value_of_nobody_or_of_two_is_counted(ws: Workspace) -> None:
    assert unsourced(ws) == 0
    ws.execute("update golden.contact set country = 'FR'")
    assert unsourced(ws) == 1
    ws.execute("insert into golden.choice by name select * from golden.choice where attribute = 'town'")
    assert unsourced(ws) == 2
    ws.execute("update golden.contact set last_name = 'Roi'")
    assert unsourced(ws) == 3
