from __future__ import annotations

from typing import Any

import pytest

from engine.standardise import distinct
from engine.standardise.addresses import standardise_addresses
from engine.standardise.countries import resolve_countries
from engine.tables import PROTOCOL_STEP, STANDARDISE_VALUE
from engine.workspace import Workspace
from tests.conftest import given
from tests.standardise.places import BOOK

Row = dict[str, Any]
PARTS = (
    "addr_line1", "addr_line2", "addr_line3", "house_number", "street", "po_box", "unit", "postcode", "town", "region",
    "addr_line1_reason", "postcode_reason", "town_reason",
)  # fmt: skip


def standardised(ws: Workspace, rows: list[Row], workers: int = 1) -> list[dict[str, Any]]:
    """The parts of each row's address that are not null."""
    given(ws, "intake.record", rows)
    ws.create(STANDARDISE_VALUE)
    resolve_countries(ws, BOOK, home_country=None)
    standardise_addresses(ws, BOOK, workers=workers)
    found = ws.rows(
        f"select {', '.join(f'std.{part}' for part in PARTS)} "
        "from std_address as std join intake.record using (record_id) order by line_no"
    )
    return [{part: cell for part, cell in zip(PARTS, row, strict=True) if cell is not None} for row in found]


CASES: list[tuple[Row, Row]] = [
    (
        {"country": "FR", "addr_line1": "12, RUE DE LA PAIX", "postcode": "F-75002", "town": "PARIS 2"},
        {"addr_line1": "12 Rue de la Paix", "house_number": "12", "street": "Rue de la Paix", "postcode": "75002",
         "town": "Paris"},
    ),
    (
        {"country": "CH", "house_number": "3", "street": "Bahnhofstr.", "postcode": "8001", "town": "Zurich"},
        {"addr_line1": "Bahnhofstrasse 3", "house_number": "3", "street": "Bahnhofstrasse", "postcode": "8001",
         "town": "Zürich"},
    ),
    (
        {"address_block": "Rue du Rhône 12, 1204 Genf"},
        {"addr_line1": "Rue du Rhône 12", "house_number": "12", "street": "Rue du Rhône", "postcode": "1204",
         "town": "Genève"},
    ),
    (
        {"address_block": "123 Main St, Apt 4, Los Angeles, CA 90012"},
        {"addr_line1": "123 Main Street", "addr_line2": "Apt 4", "unit": "Apt 4", "house_number": "123",
         "street": "Main Street", "postcode": "90012", "town": "Los Angeles", "region": "CA"},
    ),
    (
        {"addr_line1": "10 Downing St", "addr_line2": "London SW1A 2AA"},
        {"addr_line1": "10 Downing Street", "house_number": "10", "street": "Downing Street", "postcode": "SW1A 2AA",
         "town": "London",
         "addr_line1_reason": "place_in_line"},
    ),
    (
        {"house_number": "134", "addr_line1": "shara place", "addr_line2": "byrontatrcade", "town": "parkside",
         "postcode": "2448", "region": "nsw"},
        {"addr_line1": "134 Shara Place", "addr_line2": "Byrontatrcade", "house_number": "134", "street": "Shara Place",
         "postcode": "2448", "town": "Parkside", "region": "NSW"},
    ),
    ({"country": "FR", "postcode": "75007 PARIS"}, {"postcode": "75007", "town": "Paris"}),
    (
        {"addr_line1": "123 N Main St Apt 4 Springfield IL 62704"},
        {"addr_line1": "123 N Main Street", "addr_line2": "Apt 4", "house_number": "123", "street": "N Main Street",
         "unit": "Apt 4", "postcode": "62704", "town": "Springfield", "region": "IL",
         "addr_line1_reason": "place_in_line"},
    ),
    (
        {"addr_line1": "12 RUE VICTOR HUGO 75016 PARIS", "postcode": "75016", "town": "Paris", "country": "FR"},
        {"addr_line1": "12 Rue Victor Hugo", "house_number": "12", "street": "Rue Victor Hugo", "postcode": "75016",
         "town": "Paris", "addr_line1_reason": "place_in_line"},
    ),
    (
        {"addr_line1": "12 rue Victor Hugo 75016 Paris", "country": "FR"},
        {"addr_line1": "12 rue Victor Hugo", "house_number": "12", "street": "rue Victor Hugo", "postcode": "75016",
         "town": "Paris", "addr_line1_reason": "place_in_line"},
    ),
    (
        {"addr_line1": "5 rue du 11 novembre 1918 Paris", "country": "FR"},
        {"addr_line1": "5 rue du 11 novembre 1918 Paris", "house_number": "5",
         "street": "rue du 11 novembre 1918 Paris"},
    ),
    (
        {"addr_line1": "10 Downing Street London SW1A 2AA"},
        {"addr_line1": "10 Downing Street London", "house_number": "10", "street": "Downing Street London",
         "postcode": "SW1A 2AA", "addr_line1_reason": "place_in_line"},
    ),
    ({"country": "FR", "town": "75007 PARIS"}, {"postcode": "75007", "town": "Paris"}),
    ({"country": "FR", "postcode": "75340", "town": "PARIS CEDEX 07"}, {"postcode": "75340", "town": "Paris"}),
    (
        {"country": "CH", "postcode": "1020", "town": "Renens VD"},
        {"postcode": "1020", "town": "Renens VD", "region": "VD"},  # so the Swiss post calls it
    ),
    (
        {"country": "CH", "postcode": "1204", "town": "Genève GE"},
        {"postcode": "1204", "town": "Genève", "region": "GE"},
    ),
    ({"country": "CH", "postcode": "1630", "town": "Boll"}, {"postcode": "1630", "town": "Bulle"}),
    ({"country": "CH", "postcode": "3067", "town": "Boll"}, {"postcode": "3067", "town": "Boll"}),
    ({"country": "DE", "postcode": "79098", "town": "Freiburg"}, {"postcode": "79098", "town": "Freiburg im Breisgau"}),
    ({"country": "BE", "postcode": "7000", "town": "Bergen"}, {"postcode": "7000", "town": "Mons"}),
    ({"country": "BE", "postcode": "9600", "town": "Ronse"}, {"postcode": "9600", "town": "Ronse"}),
    ({"country": "AT", "postcode": "1010", "town": "WIEN"}, {"postcode": "1010", "town": "Wien"}),
    ({"country": "NL", "postcode": "2511ab", "town": "Den Haag"}, {"postcode": "2511 AB", "town": "'s-Gravenhage"}),
    ({"country": "PT", "postcode": "1100048", "town": "Lisbonne"}, {"postcode": "1100-048", "town": "Lisboa"}),
    ({"country": "LU", "postcode": "L-2520", "town": "Luxemburg"}, {"postcode": "2520", "town": "Luxembourg"}),
    ({"country": "FR", "postcode": "93200", "town": "ST DENIS"}, {"postcode": "93200", "town": "Saint-Denis"}),
    ({"country": "GB", "postcode": "sw1a1aa", "town": "LONDON"}, {"postcode": "SW1A 1AA", "town": "London"}),
    (
        {"country": "FR", "postcode": "1000", "town": "BOURG EN BRESSE"},
        {"postcode": "01000", "town": "Bourg-en-Bresse", "postcode_reason": "leading_zero_restored"},
    ),
    ({"country": "FR", "postcode": "1000"}, {"postcode_reason": "bad_postcode"}),
    ({"country": "FR", "postcode": "1000", "town": "Paris"}, {"postcode_reason": "bad_postcode", "town": "Paris"}),
    (
        {"country": "DE", "postcode": "1067", "town": "Dresden"},
        {"postcode": "01067", "town": "Dresden", "postcode_reason": "leading_zero_restored"},
    ),
    (
        {"country": "FR", "postcode": "75007", "town": "Lyon"},
        {"postcode": "75007", "town": "Lyon", "town_reason": "town_postcode_mismatch"},
    ),
    (
        {"country": "FR", "postcode": "31000", "town": "TOULOSE"},
        {"postcode": "31000", "town": "Toulose", "town_reason": "town_spelling"},
    ),
    (
        {"country": "FR", "postcode": "99123", "town": "Paris"},
        {"postcode": "99123", "town": "Paris", "postcode_reason": "postcode_unknown"},
    ),
    ({"country": "FR", "postcode": "00000", "town": "Paris"}, {"town": "Paris", "postcode_reason": "placeholder"}),
    ({"country": "FR", "postcode": "12345", "town": "Paris"}, {"town": "Paris", "postcode_reason": "placeholder"}),
    ({"country": "US", "postcode": "12345", "town": "Schenectady"}, {"postcode": "12345", "town": "Schenectady"}),
    ({"country": "US", "postcode": "90028", "town": "Hollywood"}, {"postcode": "90028", "town": "Hollywood"}),
    ({"country": "FR", "postcode": "75007", "town": "inconnu"}, {"postcode": "75007", "town_reason": "placeholder"}),
    ({"country": "FR", "addr_line1": "inconnu"}, {"addr_line1_reason": "placeholder"}),
    ({"postcode": "ABC 12", "town": "somewhere"}, {"postcode": "ABC 12", "town": "Somewhere"}),
    ({}, {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, Row]:
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        rows = [{**row, "source": f"s{number}"} for number, (row, _) in enumerate(CASES)]
        found = standardised(workspace, rows)
    return {str(row): answer for (row, _), answer in zip(CASES, found, strict=True)}


@pytest.mark.parametrize(("row", "expected"), CASES, ids=lambda row: " ".join(map(str, row.values())))
def test_an_address_becomes_its_countrys_form(answers: dict[str, Row], row: Row, expected: Row) -> None:
    assert answers[str(row)] == expected


def test_standardising_a_standard_address_changes_nothing(ws: Workspace) -> None:
    rows = [{**row, "source": f"s{number}"} for number, (row, _) in enumerate(CASES)]
    once = standardised(ws, rows)
    countries = [row[0] for row in ws.rows("select country from std_country order by substr(record_id, 2)::int")]
    cells = ("addr_line1", "addr_line2", "addr_line3", "postcode", "town", "region")
    again = [
        {"source": f"s{number}", "country": country, **{cell: row.get(cell) for cell in cells}}
        for number, (row, country) in enumerate(zip(once, countries, strict=True))
    ]
    twice = standardised(ws, again)
    parts = [part for part in PARTS if not part.endswith("_reason")]
    assert [[row.get(part) for part in parts] for row in twice] == [[row.get(part) for part in parts] for row in once]


def test_every_word_of_every_line_is_kept(ws: Workspace) -> None:
    row = {
        "country": "FR",
        "addr_line1": "c/o Durand",
        "addr_line2": "Résidence du Parc, 12 rue du Bac, appt 4",
        "addr_line3": "BP 34",
    }
    found = standardised(ws, [row])[0]
    assert found["addr_line1"] == "12 rue du Bac"
    kept = " ".join(found[line] for line in ("addr_line1", "addr_line2", "addr_line3"))
    for words in ("c/o Durand", "Résidence du Parc", "Appartement 4", "BP 34"):
        assert words in kept


def test_a_plain_line_reads_the_same_alone_and_with_its_street(ws: Workspace) -> None:
    lines = ["12 rue de la Paix", "RUE NEUVE 12", "12 r de la Paix", "Bahnhofstr. 3", "12 High St", "Via Roma 3"]
    countries = ["FR", "CH", "DE", "IT", "BE", "US", "AU", "XX"]
    rows = [
        {"country": country, "addr_line1": line, "addr_line2": other, "source": f"{country}{line}{other}"}
        for country in countries for line in lines for other in (None, "Hinterhaus")
    ]  # fmt: skip
    found = standardised(ws, rows)
    for plain, long_way in zip(found[::2], found[1::2], strict=True):
        for part in ("addr_line1", "house_number", "street"):
            assert plain.get(part) == long_way.get(part)


def test_workers_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"country": "FR", "addr_line1": f"{n} rue du {n} Mai", "town": f"Ville {n % 7}"} for n in range(40)]
    answers = []
    for threads, workers in ((1, 1), (2, 2)):
        monkeypatch.setattr(distinct, "IN_PROCESS_LIMIT", 20)
        with Workspace.memory(threads=threads) as workspace:
            workspace.create(PROTOCOL_STEP)
            answers.append(standardised(workspace, rows, workers=workers))
    assert answers[0] == answers[1]


def test_values_and_steps_are_recorded(ws: Workspace) -> None:
    standardised(ws, [{"country": "FR", "addr_line1": "12 r du Bac", "postcode": "F-75007", "town": "PARIS"}] * 2)
    assert ws.rows("select attribute, raw, standard, rows from standardise.value where context = 'FR' order by 1") == [
        ("addr_line1", "12 r du Bac", "12 Rue du Bac", 2),
        ("postcode", "F-75007", "75007", 2),
        ("town", "PARIS", "Paris", 2),
    ]
    assert ws.rows("select to_column, rows_in, rows_changed from protocol.step where to_column != 'country'") == [
        ("addr_line1", 2, 2),
        ("town", 2, 2),
        ("postcode", 2, 2),
    ]


def test_nothing_temporary_is_left_but_the_answers(ws: Workspace) -> None:
    standardised(ws, [{"country": "FR", "addr_line1": "12 r du Bac", "town": "PARIS"}])
    left = ws.rows("select table_name from duckdb_tables() where temporary order by 1")
    assert [name for (name,) in left] == ["std_address", "std_country"]
