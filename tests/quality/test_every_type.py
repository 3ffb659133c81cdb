"""Every type a suite may use, on values, missing values and a row condition: findings are the failures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import quality
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.expectations import TYPES, Kwargs
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.quality.warmed import warmed

pytestmark = pytest.mark.gx

RECORDS: list[dict[str, Any]] = [
    {
        "record_id": "a",
        "kind": "individual",
        "last_name": "Roth",
        "first_name": "Roth",
        "email": "a_1@x.ch",
        "siren": "404833048",
        "remark": "01.06.1985",
    },
    {
        "record_id": "b",
        "kind": "individual",
        "last_name": "O'Neil",
        "first_name": "Zoé",
        "email": "a_1@x.ch",
        "siren": "404833049",
        "remark": "29.02.2000",
    },
    {
        "record_id": "c",
        "kind": "individual",
        "last_name": None,
        "first_name": "50%",
        "email": None,
        "siren": None,
        "remark": "30.02.1999",
    },
    {
        "record_id": "d",
        "kind": "structure",
        "last_name": "Roth",
        "first_name": None,
        "email": "b\\d@y.de",
        "siren": None,
        "remark": "1.6.1985",
    },
    {
        "record_id": "e",
        "kind": "structure",
        "last_name": None,
        "first_name": None,
        "email": "b\\d@y.de",
        "siren": "303265045",
        "remark": None,
    },
    {
        "record_id": "f",
        "kind": "structure",
        "last_name": "Li",
        "first_name": "Anna 2",
        "email": "c2@z.fr",
        "siren": "12345",
        "remark": "01.01.2031",
    },
]
PERSON = {"type": "comparison", "column": {"name": "kind"}, "operator": "==", "parameter": "individual"}
NAMES = {"column_A": "last_name", "column_B": "first_name"}
BOTH = {"ignore_row_if": "either_value_is_missing"}
EVERY = {"ignore_row_if": "any_value_is_missing"}
FIT = "expect_column_values_to_fit_country"
CHECK_DIGITS = "expect_column_values_to_have_valid_check_digits"
REAL_DATES = "expect_column_values_to_be_real_dates"
FREQUENT = "expect_column_values_to_be_plausibly_frequent"
A_OVER_B = "expect_column_pair_values_a_to_be_greater_than_b"
WITHIN = "expect_select_column_values_to_be_unique_within_record"

# type, kwargs, records that fail, records that fail where kind is individual
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("expect_column_values_to_not_be_null", {"column": "last_name"}, "ce", "c"),
    ("expect_column_values_to_be_null", {"column": "last_name"}, "abdf", "ab"),
    ("expect_column_values_to_be_in_set", {"column": "last_name", "value_set": ["Roth"]}, "bf", "b"),
    ("expect_column_values_to_not_be_in_set", {"column": "last_name", "value_set": ["O'Neil", "Li"]}, "bf", "b"),
    ("expect_column_values_to_match_regex", {"column": "email", "regex": r"^\w+@\w+\.(ch|fr)$"}, "de", ""),
    ("expect_column_values_to_not_match_regex", {"column": "email", "regex": r"\\d@"}, "de", ""),
    ("expect_column_values_to_match_regex_list", {"column": "email", "regex_list": ["ch$", "de$"]}, "f", ""),
    ("expect_column_values_to_not_match_regex_list", {"column": "email", "regex_list": ["ch$", "de$"]}, "abde", "ab"),
    ("expect_column_values_to_match_like_pattern", {"column": "email", "like_pattern": "%@x.%"}, "def", ""),
    ("expect_column_values_to_not_match_like_pattern", {"column": "email", "like_pattern": "%@x.%"}, "ab", "ab"),
    ("expect_column_value_lengths_to_be_between", {"column": "last_name", "min_value": 3, "max_value": 5}, "bf", "b"),
    ("expect_column_value_lengths_to_equal", {"column": "last_name", "value": 4}, "bf", "b"),
    ("expect_column_values_to_be_between", {"column": "line_no", "min_value": 2, "max_value": 5}, "af", "a"),
    ("expect_column_values_to_be_unique", {"column": "email"}, "abde", "ab"),
    ("expect_column_pair_values_to_be_equal", NAMES, "bcdf", "bc"),
    ("expect_column_pair_values_to_be_equal", {**NAMES, **BOTH}, "bf", "b"),
    (A_OVER_B, {**NAMES, **BOTH}, "ab", "ab"),
    ("expect_column_pair_values_to_be_in_set", {**NAMES, **BOTH, "value_pairs_set": [["Roth", "Roth"]]}, "bf", "b"),
    ("expect_compound_columns_to_be_unique", {"column_list": ["kind", "email"]}, "abde", "ab"),
    ("expect_compound_columns_to_be_unique", {"column_list": ["kind", "email"], **EVERY}, "abde", "ab"),
    (WITHIN, {"column_list": ["last_name", "first_name"], **EVERY}, "a", "a"),
    ("unexpected_rows_expectation", {"unexpected_rows_query": "select * from {batch} where email like '%2%'"}, "f", ""),
    (FIT, {"column": "email", "country_column": "last_name", "patterns": {"Roth": "^b", "Li": "fr$"}}, "a", "a"),
    (CHECK_DIGITS, {"column": "siren", "scheme": "siren"}, "bf", "b"),
    (REAL_DATES, {"column": "remark", "formats": ["%d.%m.%Y"], "not_after": {"$PARAMETER": "as_of"}}, "cdf", "c"),
    (FREQUENT, {"column": "email", "max_share": 0.3, "at_least": 2}, "abde", "ab"),
    (FREQUENT, {"column": "email", "max_share": 0.5, "at_least": 2}, "", "ab"),  # of persons both, of all a third
    (FREQUENT, {"column": "email", "max_share": 0.3, "at_least": 3}, "", ""),
]  # fmt: skip
STANDARDISED = "expect_column_values_to_be_standardised"  # proven by its shipped cases, which need raw columns


def expectation(name: str, type_: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    sentence = dict.fromkeys(("en", "fr", "de", "it"), "It failed.")
    meta = {"dimension": "validity", "reason": "failed", "sentence": sentence}
    return {"name": name, "type": type_, "kwargs": kwargs, "severity": "warning", "meta": meta}


def suite_of(folder: Path, expectations: list[dict[str, Any]], name: str = "mine") -> RuleBook:
    folder.mkdir(exist_ok=True)
    suite = {"suite": name, "table": "standardise.record", "why": "to try it", "expectations": expectations}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    return RuleBook(base=folder)


def test_findings_are_the_records_that_fail_with_and_without_a_row_condition(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", RECORDS)
    wanted: dict[str, str] = {}
    expectations = []
    for number, (type_, kwargs, all_failing, persons_failing) in enumerate(CASES):
        wanted[f"all_{number}"] = all_failing
        expectations.append(expectation(f"all_{number}", type_, kwargs))
        if "row_condition" in TYPES[type_].optional:
            wanted[f"persons_{number}"] = persons_failing
            conditioned = {**kwargs, "row_condition": PERSON}
            expectations.append(expectation(f"persons_{number}", type_, conditioned))
    book = suite_of(tmp_path / "suites", expectations)
    quality.check(ws, book, as_of=date(2026, 11, 22), watcher=Silent())

    found = dict.fromkeys(wanted, "")
    for row in rows(ws, "quality.finding", "expectation", "record_id", order_by="record_id"):
        found[row["expectation"]] += row["record_id"]
    assert found == wanted
    counted = {row["expectation"]: row for row in rows(ws, "quality.expectation")}
    assert {name: counted[name]["rows_failed"] for name in wanted} == {name: len(wanted[name]) for name in wanted}
    assert {name: counted[name]["success"] for name in wanted} == {name: not wanted[name] for name in wanted}


def test_every_type_that_judges_records_is_tried_above() -> None:
    by_record = {name for name, type_ in TYPES.items() if type_.by_record}
    assert by_record == {type_ for type_, *_ in CASES} | {STANDARDISED}


def test_an_expectation_of_the_whole_table_fails_without_findings(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", RECORDS)
    whole: list[tuple[str, dict[str, Any], bool]] = [
        ("expect_table_row_count_to_be_between", {"min_value": 7}, False),
        ("expect_column_unique_value_count_to_be_between", {"column": "last_name", "min_value": 3}, True),
        ("expect_column_proportion_of_unique_values_to_be_between", {"column": "email", "min_value": 1}, False),
        ("expect_column_proportion_of_non_null_values_to_be_between", {"column": "email", "min_value": 0.5}, True),
        ("expect_column_distinct_values_to_be_in_set", {"column": "kind", "value_set": ["structure"]}, False),
        ("expect_column_min_to_be_between", {"column": "line_no", "min_value": 2}, False),
        ("expect_column_max_to_be_between", {"column": "line_no", "max_value": 6}, True),
    ]
    assert {name for name, type_ in TYPES.items() if not type_.by_record} == {type_ for type_, *_ in whole}
    book = suite_of(tmp_path / "suites", [expectation(type_, type_, kwargs) for type_, kwargs, _ in whole])
    quality.check(ws, book, as_of=date(2026, 11, 22), watcher=Silent())
    found = {row["expectation"]: row["success"] for row in rows(ws, "quality.expectation")}
    assert found == {type_: success for type_, _, success in whole}
    assert rows(ws, "quality.finding") == []


def test_the_arguments_listed_for_a_type_are_those_great_expectations_takes() -> None:
    assert warmed()
    from engine.quality.types import expectation_class

    # of its own accord every class takes these; a suite says them elsewhere or not at all
    general = {
        "id",
        "meta",
        "notes",
        "result_format",
        "description",
        "catch_exceptions",
        "rendered_content",
        "severity",
    }
    general |= {"batch_id", "windows", "condition_parser", "library_metadata"}
    ignored_in_silence = {"expect_column_pair_values_to_be_in_set": {"row_condition"}}
    for name, type_ in TYPES.items():
        fields = expectation_class(name).__fields__
        assert {*type_.required, *type_.optional} == set(fields) - general - ignored_in_silence.get(name, set()), name
        needed = {field for field, spec in fields.items() if spec.required}
        assert needed <= set(type_.required), name
    assert {argument for type_ in TYPES.values() for argument in (*type_.required, *type_.optional)} == set(
        Kwargs.model_fields
    )
