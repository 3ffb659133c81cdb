from __future__ import annotations

from typing import Any

import pytest

from engine.rulebook.places import Phones
from engine.standardise import distinct
from engine.standardise.countries import resolve_countries
from engine.standardise.phone_columns import guess_country
from engine.standardise.phone_numbers import read_phone_cell
from engine.standardise.phones import standardise_phones
from engine.tables import STANDARDISE_VALUE
from engine.workspace import Workspace
from tests.conftest import given
from tests.standardise.places import BOOK, PHONES

Row = dict[str, Any]
LINE, LINE2, MOBILE, MOBILE2 = "01 42 68 53 00", "01 42 68 53 01", "06 98 76 54 32", "06 12 34 56 98"
E_LINE, E_LINE2, E_MOBILE, E_MOBILE2 = "+33142685300", "+33142685301", "+33698765432", "+33612345698"


def standardised(ws: Workspace, rows: list[Row], workers: int = 1) -> list[tuple[Any, ...]]:
    given(ws, "intake.record", rows)
    ws.create(STANDARDISE_VALUE)
    resolve_countries(ws, BOOK, home_country=None)
    standardise_phones(ws, BOOK, workers=workers)
    return ws.rows(
        "select std.phone, std.mobile, std.fax, phones, phone_reason, mobile_reason, fax_reason "
        "from std_phone as std join intake.record using (record_id) order by line_no"
    )


@pytest.mark.parametrize(
    ("phone", "mobile", "expected"),
    [
        (LINE, MOBILE, (E_LINE, E_MOBILE, None, None)),
        (LINE, None, (E_LINE, None, None, None)),
        (MOBILE, None, (None, E_MOBILE, "swapped_columns", "swapped_columns")),
        (None, LINE, (E_LINE, None, "swapped_columns", "swapped_columns")),
        (MOBILE, LINE, (E_LINE, E_MOBILE, "swapped_columns", "swapped_columns")),
        (LINE, LINE2, (E_LINE, E_LINE2, None, "landline_in_mobile")),
        (MOBILE, MOBILE2, (E_MOBILE, E_MOBILE2, "mobile_in_phone", None)),
        (MOBILE, MOBILE, (None, E_MOBILE, "same_as_mobile", None)),
        (LINE, LINE, (E_LINE, None, None, "same_as_phone")),
        (f"{LINE} ; {MOBILE}", None, (E_LINE, E_MOBILE, "several_numbers", "swapped_columns")),
        (f"{LINE} / {LINE2}", None, (E_LINE, None, "several_numbers", None)),
        ("0123456789", "néant", (None, None, "placeholder", "placeholder")),
        ("01 42", MOBILE, (None, E_MOBILE, "invalid_phone", None)),
    ],
)
def test_each_number_goes_to_its_column_and_none_is_lost(
    ws: Workspace, phone: str | None, mobile: str | None, expected: tuple[str | None, ...]
) -> None:
    found = standardised(ws, [{"country": "FR", "phone": phone, "mobile": mobile}])[0]
    assert (found[0], found[1], found[4], found[5]) == expected
    numbers = {E_LINE: LINE, E_LINE2: LINE2, E_MOBILE: MOBILE, E_MOBILE2: MOBILE2}
    written = f"{phone} {mobile}"
    assert found[3] == sorted(number for number, raw in numbers.items() if raw in written)


def test_fax_numbers_link_nobody(ws: Workspace) -> None:
    row = {"country": "FR", "phone": LINE, "fax": LINE2}
    assert standardised(ws, [row]) == [(E_LINE, None, E_LINE2, [E_LINE], None, None, None)]


def test_numbers_without_a_country_link_by_their_digits(ws: Workspace) -> None:
    rows: list[Row] = [
        {"phone": "212/730-5848"},
        {"phone": "1 212 730 5848"},
        {"phone": "2262649"},
        {"phone": "01 42 68 53 00", "mobile": "142685300"},
        {"phone": "12345"},
        {"phone": "7777777"},
    ]
    found = standardised(ws, rows)
    assert [row[3] for row in found] == [["~2127305848"], ["~2127305848"], ["~2262649"], ["~142685300"], [], []]
    assert [row[4] for row in found] == ["country_unknown"] * 4 + ["invalid_phone", "placeholder"]


def test_a_local_number_of_a_known_country_links_by_its_digits(ws: Workspace) -> None:
    found = standardised(ws, [{"country": "US", "phone": "226-2649"}])[0]
    assert (found[0], found[3], found[4]) == (None, ["~2262649"], "invalid_phone")


def test_the_prefix_outranks_the_country_of_the_row(ws: Workspace) -> None:
    found = standardised(ws, [{"country": "FR", "phone": "0041 22 327 41 11", "mobile": "+41 (0)79 123 45 68"}])[0]
    assert found[:2] == ("+41223274111", "+41791234568")


def test_a_north_american_number_stays_in_its_column(ws: Workspace) -> None:
    found = standardised(ws, [{"country": "US", "phone": "212 730 5848", "mobile": "310 730 5848"}])[0]
    assert found[:2] == ("+12127305848", "+13107305848")


NUMBERS = {
    "FR": ("33", ["142685300", "698765432", "752345698", "800123456", "962345678", "999999999", "12345678"]),
    "CH": ("41", ["223274111", "791234568", "438101234", "800123456", "581234567", "123456789"]),
    "DE": ("49", ["89123456", "1711234568", "30901820", "15112345678", "8001234567", "3012", "20112345678901"]),
    "AT": ("43", ["158858", "6641234568", "512123456", "800123456", "1"]),
    "BE": ("32", ["25111212", "475123457", "80012345", "9123456"]),
    "NL": ("31", ["206221011", "612345698", "8001234", "912345678"]),
    "GB": ("44", ["2072193000", "7911123456", "1632960001", "8001111", "7700900123"]),
    "AU": ("61", ["292507111", "412345698", "1300123456", "912345678"]),
    "IE": ("353", ["16792777", "871234568", "1234"]),
}


def test_sql_and_library_agree_on_every_spelling(ws: Workspace) -> None:
    rows: list[Row] = []
    for country, (code, numbers) in NUMBERS.items():
        for significant in numbers:
            national = "0" + significant
            pairs = [national[start : start + 2] for start in range(0, len(national), 2)]
            spelled = (
                national, " ".join(pairs), ".".join(pairs), "-".join(pairs), f"+{code} {significant}",
                f"00{code}{significant}", f"+{code} (0){significant}", f"({national[:3]}) {national[3:]}",
                significant, f"+{code}{national}",
            )  # fmt: skip
            rows += [{"country": country, "fax": raw} for raw in spelled]
    for country, plain in (("IT", "0236598765 3471234568 390612345678"), ("ES", "915212900 612345698"),
                           ("PT", "213915000 912345698"), ("LU", "26123456 621123457"), ("MC", "93108500 612345678"),
                           ("US", "2127305848 12127305848 5551234567"), ("CA", "4165550123"), ("RE", "0262412345"),
                           ("LI", "2361234 0791234568")):  # fmt: skip
        rows += [{"country": country, "fax": raw} for raw in plain.split()]
    found = standardised(ws, rows)
    for row, answer in zip(rows, found, strict=True):
        library = read_phone_cell(row["fax"], row["country"], PHONES)
        assert (answer[2], answer[6]) == (library.numbers[0] if library.numbers else None, library.reason), row


def test_a_plain_valid_number_never_reaches_the_library(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the library was asked")

    monkeypatch.setattr("engine.standardise.phones.read_phone_cell", refuse)
    row = {"country": "FR", "phone": LINE, "mobile": "+33 6 98 76 54 32"}
    assert standardised(ws, [row])[0][:2] == (E_LINE, E_MOBILE)


def test_workers_change_nothing(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [{"country": "FR", "phone": f"01 42 68 53 {n:02} (bureau)"} for n in range(30)]
    alone = standardised(ws, rows)
    monkeypatch.setattr(distinct, "IN_PROCESS_LIMIT", 10)
    assert standardised(ws, rows, workers=2) == alone


def test_no_phones_at_all_are_no_problem(ws: Workspace) -> None:
    assert standardised(ws, [{"town": "Paris"}]) == [(None, None, None, [], None, None, None)]


def test_values_and_steps_are_recorded(ws: Workspace) -> None:
    standardised(ws, [{"country": "FR", "phone": LINE}, {"country": "FR", "phone": LINE}, {"phone": "2262649"}])
    assert ws.rows(
        "select context, raw, standard, reason, rows from standardise.value where attribute = 'phone' order by raw"
    ) == [("FR", LINE, E_LINE, None, 2), ("FR", "2262649", None, "invalid_phone", 1)]
    assert ws.rows("select rows_in, rows_changed, rows_refused from protocol.step where from_column = 'phone'") == [
        (3, 2, 1)
    ]


@pytest.mark.parametrize(
    ("numbers", "country"),
    [
        ([f"212/730-58{n}" for n in range(10, 40)], "US"),
        ([f"416-555-01{n}" for n in range(10, 40)], "CA"),
        ([f"26 12 34 {n}" for n in range(10, 40)], "LU"),
        ([f"01 42 68 53 {n}" for n in range(10, 40)], None),
        ([f"212/730-58{n}" for n in range(10, 20)], None),
    ],
)
def test_a_sample_of_numbers_names_one_plan_or_none(numbers: list[str], country: str | None) -> None:
    assert guess_country(numbers, BOOK.load("standardisation/phones.yml", Phones)) == country
