"""All standardisers together: names, e-mails, phones, addresses and countries of one row."""

from __future__ import annotations

from datetime import date

from engine.progress import Silent
from engine.standardise.apply import apply
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.standardise.words import BOOK


def test_a_row_comes_out_standard_in_every_column(ws: Workspace) -> None:
    raw = {
        "title": "Mme", "first_name": "ANNE-LAURE", "last_name": "LE GOFF", "birth_date": "28/02/1985",
        "addr_line1": "12 bis r. de la Paix", "postcode": "75002", "town": "PARIS", "country": "France",
        "phone": "01 42 68 53 00", "mobile": "06 79 34 56 12", "email": "AL.LeGoff@Orange.fr", "language": "Français",
    }  # fmt: skip
    given(ws, "intake.record", [raw, {}])
    report = apply(ws, BOOK, home_country=None, as_of=date(2026, 11, 22), workers=1, watcher=Silent()).check()
    found = rows(
        ws, "standardise.record", "title", "first_name", "last_name", "birth_date", "country", "phone", "mobile",
        "phones", "emails", "language", "kind", "postcode", order_by="line_no",
    )  # fmt: skip
    assert found[0] == {
        "title": "MRS", "first_name": "Anne-Laure", "last_name": "Le Goff", "birth_date": date(1985, 2, 28),
        "country": "FR", "phone": "+33142685300", "mobile": "+33679345612",
        "phones": ["+33142685300", "+33679345612"], "emails": ["al.legoff@orange.fr"], "language": "fr",
        "kind": "individual", "postcode": "75002",
    }  # fmt: skip
    assert report.rows_out == 2
