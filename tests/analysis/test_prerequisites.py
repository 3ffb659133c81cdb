"""What must hold before an import is counted on raw records, and scaled up from a sample of standardised ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.analysis.prerequisites import Counted, count_raw, count_standard
from engine.workspace import Workspace
from tests.conftest import given

DAY = date(2026, 11, 22)


def raw(ws: Workspace, *records: dict[str, Any], held: tuple[str, ...] = ()) -> dict[Any, Counted]:
    given(ws, "intake.source", [{"source": "s", "lines": len(records) + len(held)}])
    given(ws, "intake.held", [{"reason": reason} for reason in held])
    given(ws, "intake.record", list(records))
    return count_raw(ws, without_totals=1)


def test_a_contact_without_any_name_is_counted(ws: Workspace) -> None:
    found = raw(ws, {"email": "a@x.ch"}, {"first_name": "A"}, {"full_name": "B"}, {"organisation": "C"})
    assert found["names"] == Counted(1, 4)


def test_numbers_that_are_not_digits_too_long_or_double_cannot_be_kept(ws: Workspace) -> None:
    numbers = ("1", "007", "A12", "1" * 21, "5", "5", None)
    found = raw(ws, *({"contact_number": number} for number in numbers))
    assert found["contact_numbers"] == Counted(4, 6)


def test_blank_lines_are_nothing_that_could_not_be_read(ws: Workspace) -> None:
    found = raw(ws, {"first_name": "A"}, held=("blank_row", "total_line", "too_many_cells"))
    assert found["readable_lines"] == Counted(1, 4)


def test_a_login_is_missed_by_every_further_name_of_an_address(ws: Workspace) -> None:
    rows = [("A", "x@x.ch"), ("B", "X@x.ch "), ("C", "x@x.ch"), ("A", "x@x.ch"), ("D", "d@x.ch"), ("E", None)]
    found = raw(ws, *({"last_name": name, "email": email} for name, email in rows))
    assert found["logins"] == Counted(2, 5)


def test_structure_types_are_counted_once_each(ws: Workspace) -> None:
    found = raw(ws, *({"structure_type": name} for name in ("School", "School", "Club", None)))
    assert found["structure_types"].count == 2


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("titles", {"title_raw": "Herr", "title": "MR"}, {"title_raw": "Sire"}),
        ("emails", {"email_raw": "a@x.ch", "emails": ["a@x.ch"]}, {"email_raw": "a@"}),
        ("phones", {"phone_raw": "079", "phones": ["+4179"]}, {"mobile_raw": "12"}),
        ("birth_dates", {"birth_date_raw": "1", "birth_date": DAY}, {"birth_date_raw": "31.02.1990"}),
        ("postcodes", {"postcode_raw": "1204", "postcode": "1204"}, {"postcode_raw": "0"}),
        ("countries", {"country_raw": "CH", "country": "CH"}, {"country_raw": "Atlantis"}),
        ("old_data", {"last_order_on": date(2022, 1, 1)}, {"updated_on": date(2020, 1, 1)}),
    ],
)
def test_values_without_a_standard_one_are_counted_and_scaled_up(
    name: Any, good: dict[str, Any], bad: dict[str, Any], ws: Workspace
) -> None:
    given(ws, "standardise.record", [good, bad, {}, good])
    found = count_standard(ws, records=400, as_of=DAY, old_after=5)
    assert found[name] == Counted(100, 300, sampled=True)
    assert count_standard(ws, records=4, as_of=DAY, old_after=5)[name] == Counted(1, 3)
