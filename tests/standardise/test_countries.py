from __future__ import annotations

from typing import Any

import pytest

from engine.standardise.countries import resolve_countries
from engine.tables import PROTOCOL_STEP, STANDARDISE_VALUE
from engine.workspace import Workspace
from tests.conftest import given
from tests.standardise.places import BOOK

Row = dict[str, Any]


def resolved(ws: Workspace, rows: list[Row], home_country: str | None = None) -> list[tuple[Any, ...]]:
    given(ws, "intake.record", rows)
    ws.create(STANDARDISE_VALUE)
    resolve_countries(ws, BOOK, home_country=home_country)
    return ws.rows(
        "select std_country.country, country_source, country_reason "
        "from std_country join intake.record using (record_id) order by line_no"
    )


TOLD: list[tuple[Row, str, str]] = [
    ({"country": "Schweiz"}, "CH", "column"),
    ({"country": "CH - Suisse"}, "CH", "column"),
    ({"postcode": "CH-1201"}, "CH", "postcode"),
    ({"postcode": "F-75007"}, "FR", "postcode"),
    ({"postcode": "D 10115"}, "DE", "postcode"),
    ({"postcode": "L-2520"}, "LU", "postcode"),
    ({"postcode": "FL-9490"}, "LI", "postcode"),
    ({"postcode": "SW1A 1AA"}, "GB", "postcode"),
    ({"postcode": "sw1a1aa"}, "GB", "postcode"),
    ({"postcode": "L1 8JQ"}, "GB", "postcode"),
    ({"postcode": "1234 AB"}, "NL", "postcode"),
    ({"postcode": "1000-001"}, "PT", "postcode"),
    ({"postcode": "90210-1234"}, "US", "postcode"),
    ({"postcode": "K1A 0B1"}, "CA", "postcode"),
    ({"postcode": "1201", "town": "GENEVE"}, "CH", "postcode"),
    ({"postcode": "1201", "town": "Genf"}, "CH", "postcode"),
    ({"postcode": "1000", "town": "Lausanne"}, "CH", "postcode"),
    ({"postcode": "1000", "town": "Bruxelles"}, "BE", "postcode"),
    ({"postcode": "1000", "town": "Bourg-en-Bresse"}, "FR", "postcode"),
    ({"postcode": "1010", "town": "Wien"}, "AT", "postcode"),
    ({"postcode": "9600", "town": "Ronse"}, "BE", "postcode"),
    ({"postcode": "75007", "town": "Paris 7e"}, "FR", "postcode"),
    ({"postcode": "75340", "town": "PARIS CEDEX 07"}, "FR", "postcode"),
    ({"postcode": "75007", "town": "Carrollton"}, "US", "postcode"),
    ({"postcode": "31000", "town": "TOULOSE"}, "FR", "postcode"),
    ({"postcode": "98000", "town": "Monaco"}, "MC", "postcode"),
    ({"postcode": "97400", "town": "Saint-Denis"}, "RE", "postcode"),
    ({"postcode": "2000", "region": "nsw"}, "AU", "region"),
    ({"postcode": "6000", "region": "WA"}, "AU", "region"),
    ({"postcode": "98101", "region": "WA"}, "US", "region"),
    ({"region": "qld"}, "AU", "region"),
    ({"region": "Ontario"}, "CA", "region"),
    ({"postcode": "1020", "region": "VD"}, "CH", "region"),
    ({"mobile": "+41 79 123 45 68"}, "CH", "phone"),
    ({"phone": "0033 1 42 68 53 00"}, "FR", "phone"),
    ({"phone": "+1 416 555 0123"}, "CA", "phone"),
    ({"phone": "+1 212 730 5848"}, "US", "phone"),
    ({"address_block": "Rue du Rhône 12, 1201 Genève"}, "CH", "postcode"),
    ({"address_block": "Rue X 12, 1000 Ville, Belgique"}, "BE", "column"),
]

UNTOLD: list[tuple[Row, str]] = [
    ({}, "country_unknown"),
    ({"town": "Dallas"}, "country_unknown"),
    ({"postcode": "75007"}, "country_unknown"),
    ({"postcode": "1234"}, "country_unknown"),
    ({"region": "WA"}, "country_unknown"),
    ({"region": "CA"}, "country_unknown"),
    ({"phone": "212/730-5848"}, "country_unknown"),
    ({"phone": "+1 242 322 1234"}, "country_unknown"),
    ({"country": "étranger"}, "not_a_country"),
    ({"country": "NC"}, "not_a_country"),
    ({"country": "Utopia"}, "country_unknown"),
]


@pytest.fixture(scope="module")
def alone() -> dict[str, tuple[Any, ...]]:
    """Every row of TOLD and UNTOLD in a source of its own, so that no other row can decide for it."""
    rows = [row for row, *_ in TOLD] + [row for row, _ in UNTOLD]
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        found = resolved(workspace, [{**row, "source": f"s{number}"} for number, row in enumerate(rows)])
    return {str(row): answer for row, answer in zip(rows, found, strict=True)}


@pytest.mark.parametrize(("row", "country", "source"), TOLD, ids=str)
def test_the_row_itself_tells_its_country(alone: dict[str, Any], row: Row, country: str, source: str) -> None:
    assert alone[str(row)] == (country, source, None)


@pytest.mark.parametrize(("row", "reason"), UNTOLD, ids=str)
def test_without_evidence_there_is_no_country_and_never_the_us_by_default(
    alone: dict[str, Any], row: Row, reason: str
) -> None:
    assert alone[str(row)] == (None, None, reason)


def test_numbers_of_two_countries_tell_none(ws: Workspace) -> None:
    row = {"phone": "+33 1 42 68 53 00", "mobile": "+41 79 123 45 68"}
    assert resolved(ws, [row]) == [(None, None, "country_unknown")]


def test_the_column_wins_but_is_doubted_when_code_and_town_say_otherwise(ws: Workspace) -> None:
    row = {"country": "FR", "postcode": "1201", "town": "Genève"}
    assert resolved(ws, [row]) == [("FR", "column", "country_doubtful")]


def test_monaco_under_a_french_country_column_is_no_doubt(ws: Workspace) -> None:
    assert resolved(ws, [{"country": "FR", "postcode": "98000", "town": "Monaco"}]) == [("FR", "column", None)]


def test_the_home_country_is_for_rows_that_say_nothing(ws: Workspace) -> None:
    rows: list[Row] = [{}, {"country": "étranger"}, {"postcode": "1201", "town": "Genève"}, {"country": "inconnu"}]
    assert resolved(ws, rows, home_country="FR") == [
        ("FR", "option", None),
        (None, None, "not_a_country"),
        ("CH", "postcode", None),
        ("FR", "option", None),
    ]


def test_nine_rows_of_ten_decide_for_the_rest_of_their_source(ws: Workspace) -> None:
    rows: list[Row] = [{"country": "FR"}] * 9 + [{"country": "CH"}, {}, {"postcode": "75007"}, {"postcode": "SW9"}]
    assert resolved(ws, rows)[10:] == [
        ("FR", "file", None),
        ("FR", "file", None),
        (None, None, "country_unknown"),  # no French post code
    ]


def test_a_national_number_and_the_language_tell_a_row_among_its_sources_countries(ws: Workspace) -> None:
    decided = [{"country": "FR"}] * 5 + [{"country": "DE"}] * 5 + [{"country": "CH"}] * 5 + [{"country": "IT"}] * 5
    undecided = [
        {"phone": "06 65 06 73 05", "language": "fr"},
        {"phone": "06 65 06 73 05"},
        {"phone": "06 65 06 73 05", "language": "fr", "postcode": "12"},
        {"phone": "044 268 64 00", "language": "Deutsch"},
        {"phone": "030 901820", "mobile": "06 65 06 73 05"},
    ]
    found = resolved(ws, [*decided, *undecided])[len(decided) :]
    nothing = (None, None, "country_unknown")
    assert found == [("FR", "phone", None), nothing, nothing, nothing, nothing]


def test_another_source_decides_nothing(ws: Workspace) -> None:
    rows: list[Row] = [{"country": "FR"}] * 9 + [{"source": "other"}]
    assert resolved(ws, rows)[9] == (None, None, "country_unknown")


def test_a_source_split_between_countries_decides_nothing(ws: Workspace) -> None:
    rows: list[Row] = [{"country": "FR"}] * 4 + [{"country": "CH"}] * 4 + [{}]
    assert resolved(ws, rows)[8] == (None, None, "country_unknown")


def test_a_whole_column_of_post_codes_tells_its_country(ws: Workspace) -> None:
    codes = [
        f"606{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
    ]
    found = resolved(ws, [{"postcode": code} for code in codes])
    assert set(found) == {("US", "file", None)}


def test_a_column_of_north_american_numbers_tells_its_country(ws: Workspace) -> None:
    numbers = [f"{area}/730-58{line:02}" for area in (212, 310, 404, 415) for line in range(10, 16)]
    assert set(resolved(ws, [{"phone": number} for number in numbers])) == {("US", "file", None)}


def test_a_column_of_numbers_several_plans_could_have_tells_nothing(ws: Workspace) -> None:
    numbers = [f"01 42 68 53 {line:02}" for line in range(10, 40)]
    assert set(resolved(ws, [{"phone": number} for number in numbers])) == {(None, None, "country_unknown")}


def test_the_answer_does_not_depend_on_threads_or_row_order() -> None:
    rows: list[Row] = [{"country": "FR"}] * 5 + [{"postcode": "1201", "town": "Genève"}, {"phone": "+49 30 901820"}, {}]
    answers = []
    for threads, turned in ((1, rows), (2, rows[::-1])):
        with Workspace.memory(threads=threads) as workspace:
            workspace.create(PROTOCOL_STEP)
            found = resolved(workspace, turned)
            answers.append(sorted(found, key=str))
    assert answers[0] == answers[1]


def test_values_and_steps_are_recorded(ws: Workspace) -> None:
    resolved(ws, [{"country": "Suisse"}, {"country": "Suisse"}, {"country": "étranger"}, {}])
    assert ws.rows("select raw, standard, reason, rows from standardise.value order by raw") == [
        ("Suisse", "CH", None, 2),
        ("étranger", None, "not_a_country", 1),
    ]
    assert ws.value("select sum(rows_in) from protocol.step where rule = 'resolve_country'") == 4
