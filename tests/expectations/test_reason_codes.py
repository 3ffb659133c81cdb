"""Every reason code of an attribute is judged exactly once: nothing standardisation says is lost or said twice."""

from __future__ import annotations

import pytest

from engine.rulebook import RuleBook
from engine.rulebook.expectations import ExpectationRule, load_suites
from engine.shipped import shipped
from engine.tables import REASONED

RULES = [rule for suite in load_suites(RuleBook(base=shipped("expectations"))) for rule in suite.expectations]
BY_NAME = {rule.name: rule for rule in RULES}

JUDGED_ELSEWHERE = {
    "email": {"not_importable": "email_importable"},
    "organisation": {
        "organisation_in_last_name": "last_name_not_an_organisation",
        "organisation_in_full_name": "last_name_not_an_organisation",
    },
    "title": {"title_gender_conflict": "title_agrees_with_gender"},
}
"""Codes whose facts an expectation on other columns finds."""


def naming(attribute: str) -> list[ExpectationRule]:
    """Expectations that name reason codes of ``attribute``."""
    return [
        rule
        for rule in RULES
        if rule.type == "expect_column_values_to_not_be_in_set" and rule.kwargs.column == f"{attribute}_reason"
    ]


@pytest.mark.parametrize("attribute", REASONED)
def test_no_code_is_named_by_two_expectations(attribute: str) -> None:
    codes = [code for rule in naming(attribute) for code in rule.kwargs.value_set or ()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("attribute", REASONED)
def test_the_rest_falls_to_one_of_two_expectations_that_know_which_codes_are_judged(attribute: str) -> None:
    named = {str(code) for rule in naming(attribute) for code in rule.kwargs.value_set or ()}
    judged = named | set(JUDGED_ELSEWHERE.get(attribute, {}))
    refused, doubted = BY_NAME[f"{attribute}_standardised"], BY_NAME[f"{attribute}_not_doubted"]
    assert set(refused.kwargs.apart_from or ()) == judged
    assert set(doubted.kwargs.value_set or ()) == judged
    assert refused.meta.reason_column == doubted.meta.reason_column == f"{attribute}_reason"


def test_codes_judged_elsewhere_are_judged_there() -> None:
    assert {name for codes in JUDGED_ELSEWHERE.values() for name in codes.values()} <= set(BY_NAME)


def test_a_finding_names_the_attribute_its_expectation_looks_at() -> None:
    astray = [
        rule.name
        for rule in RULES
        if rule.meta.reason_column is not None and rule.meta.reason_column != f"{rule.meta.column}_reason"
    ]
    assert astray == []


def test_names_are_unique_over_all_suites() -> None:
    assert len(BY_NAME) == len(RULES)
