"""Suites: what a mistake in one says, without Great Expectations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from engine.errors import RuleErrors
from engine.rulebook import RuleBook
from engine.rulebook.expectations import ExpectationRule, load_suites, suite_names
from engine.shipped import shipped

HEAD = "suite: mine\ntable: standardise.record\nwhy: to try it\nexpectations:\n"


def entry(name: str, type_: str, kwargs: str, *, column: str = "email", severity: str = "info") -> str:
    return (
        f"  - name: {name}\n    type: {type_}\n    kwargs: {kwargs}\n    severity: {severity}\n"
        f"    meta: {{dimension: validity, column: {column}, reason: failed, "
        "sentence: {en: No., fr: Non., de: Nein., it: No.}}\n"
    )


def mistakes(tmp_path: Path, text: str, name: str = "mine") -> list[tuple[int, str]]:
    (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleErrors) as raised:
        load_suites(RuleBook(base=tmp_path))
    return [(problem.line, problem.message) for problem in raised.value.problems]


def test_the_shipped_suites_load() -> None:
    book = RuleBook(base=shipped("expectations"))
    names = ("address", "completeness", "consistency", "contact", "delivery", "format", "golden", "uniqueness")
    assert suite_names(book) == names
    assert tuple(suite.suite for suite in load_suites(book)) == names


def test_an_unknown_type_is_told_with_the_nearest_known_one_and_its_line(tmp_path: Path) -> None:
    text = HEAD + entry("ok", "expect_column_values_to_not_be_null", "{column: email}")
    text += entry("wrong", "expect_column_values_to_match_regexp", "{column: email, regex: a}")
    [(line, message)] = mistakes(tmp_path, text)
    assert line == 11
    assert "Did you mean expect_column_values_to_match_regex?" in message


def test_missing_and_stray_arguments_are_told_together(tmp_path: Path) -> None:
    text = HEAD + entry("wrong", "expect_column_values_to_match_regex", "{column: email, value_set: [a]}")
    [(_, message)] = mistakes(tmp_path, text)
    assert "kwargs lack regex" in message
    assert "takes no value_set" in message


@pytest.mark.parametrize(
    "kwargs",
    [
        "{column: emial}",
        "{column: email, row_condition: {type: nullity, column: {name: emial}, is_null: true}}",
    ],
)
def test_a_column_that_the_table_has_not_is_told_with_the_nearest_one(tmp_path: Path, kwargs: str) -> None:
    [(line, message)] = mistakes(tmp_path, HEAD + entry("wrong", "expect_column_values_to_not_be_null", kwargs))
    assert (line, message) == (5, 'wrong: unknown column "emial".  Did you mean email?')


def test_mistakes_of_several_suites_come_together(tmp_path: Path) -> None:
    wrong = entry("wrong", "expect_column_values_to_not_be_null", "{column: emial}")
    (tmp_path / "other.yml").write_text(HEAD + wrong, encoding="utf-8")
    found = mistakes(tmp_path, HEAD + wrong + entry("x", "expect_column_values_to_be_null", "{column: townn}"))
    assert [message.split(": ")[1].split(".")[0] for _, message in found[:2]] == [
        'unknown column "emial"',
        'unknown column "townn"',
    ]
    assert any('suite is "mine", the file "other"' in message for _, message in found)


@pytest.mark.parametrize(
    ("type_", "kwargs", "told"),
    [
        ("unexpected_rows_expectation", '{unexpected_rows_query: "select 1"}', "reads {batch}"),
        ("unexpected_rows_expectation", '{unexpected_rows_query: "select {x} from {batch}"}', "no other braces"),
        ("unexpected_rows_expectation", '{unexpected_rows_query: "select { from {batch}"}', "unexpected '{'"),
        ("expect_column_values_to_be_between", "{column: line_no, min_value: {$PARAMETER: now}}", "known names: as_of"),
        ("expect_column_values_to_be_standardised", "{column: email}", "must be a raw value"),
        ("expect_column_values_to_not_be_null", "{column: email, mostly: 2}", "less than or equal to 1"),
    ],
)
def test_an_argument_that_cannot_work_is_refused(tmp_path: Path, type_: str, kwargs: str, told: str) -> None:
    [(_, message)] = mistakes(tmp_path, HEAD + entry("wrong", type_, kwargs))
    assert told in message


def test_a_suite_that_nobody_has_is_told_with_the_nearest_one() -> None:
    with pytest.raises(RuleErrors, match=r'unknown suite "contacts".  Did you mean contact\?'):
        load_suites(RuleBook(base=shipped("expectations")), ["contacts"])


def test_a_suite_with_no_near_name_is_told_with_all_there_are() -> None:
    with pytest.raises(RuleErrors, match=r'unknown suite "nope"; known: address, completeness'):
        load_suites(RuleBook(base=shipped("expectations")), ["nope"])


def test_a_project_switches_a_whole_suite_off_and_adds_one(tmp_path: Path) -> None:
    (tmp_path / "address.yml").write_text("enabled: false\n", encoding="utf-8")
    own = HEAD + entry("own", "expect_column_values_to_not_be_null", "{column: email}")
    (tmp_path / "mine.yml").write_text(own, encoding="utf-8")
    names = [suite.suite for suite in load_suites(RuleBook([tmp_path], base=shipped("expectations")))]
    assert "mine" in names
    assert "address" not in names


def test_the_example_of_the_docs_is_a_valid_expectation() -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "quality.md"
    [block] = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    [example] = yaml.safe_load(block)
    assert ExpectationRule.model_validate(example).by_record
