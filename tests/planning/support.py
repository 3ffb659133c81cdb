"""Golden bases and environments for the tests of planning: plan, carry out, plan again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine.delivery import deliver
from engine.planning import Plan, carry_out, load_environment, plan_operations
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.tables import PLANNING_REQUEST
from engine.target import Base
from engine.workspace import Workspace
from tests.conftest import given, rows

AS_OF = date(2026, 11, 22)
BASE = Base("OPERA", "*", "CH", AS_OF)
BOOK = RuleBook()

ANNA = {
    "contact_id": "p1", "contact_nr": "101", "kind": "individual", "first_name": "Anna", "last_name": "Petit",
    "email": "anna@x.ch", "phone": "+41216132111", "addr_line1": "1 Rue Haute", "postcode": "1003", "town": "Lausanne",
    "country": "CH", "birth_date": "1980-05-17", "language": "fr", "title": "MRS", "remark": "||loge",
}  # fmt: skip
ZOE = {"contact_id": "p2", "contact_nr": "102", "kind": "individual", "last_name": "Zoé", "email": "zoe@x.ch"}
OPERA = {
    "contact_id": "s1", "contact_nr": "200", "kind": "structure", "organisation": "Opéra national " + "de Lyon " * 14,
    "addr_line1": "1 Place de la Comédie", "postcode": "69001", "town": "Lyon", "country": "FR",
    "siret": "40483304800022", "vat": "FR83404833048", "website": "opera.fr", "phone": "+33140158000",
}  # fmt: skip
RELAY = {
    "contact_id": "r1", "contact_nr": "150", "kind": "relay", "structure_contact_id": "s1", "last_name": "Relais",
    "organisation": "Opera", "addr_line1": "5 Quai Sarrail", "town": "Lyon", "country": "FR", "mobile": "+34912345678",
}  # fmt: skip
ALONE = {
    "contact_id": "r2", "contact_nr": "151", "kind": "relay", "last_name": "Seul", "organisation": "Fleurs SA",
    "addr_line1": "3 Bord du Lac", "postcode": "1800", "town": "Vevey", "country": "CH", "siren": "404833048",
}  # fmt: skip
EVERYBODY = (ANNA, ZOE, OPERA, RELAY, ALONE)


def golden(ws: Workspace, contacts: Sequence[Mapping[str, Any]], folder: Path, book: RuleBook = BOOK) -> None:
    """These contacts are what golden holds, and their rows stand in delivery."""
    given(ws, "golden.contact", contacts)
    if not ws.exists("golden.former_number"):
        given(ws, "golden.former_number", [])
    deliver(
        ws, book, institution="OPERA", organization="*", home_country=None, as_of=AS_OF, out=folder, watcher=Silent()
    )


def former(ws: Workspace, *found: tuple[str, str | None, str]) -> None:
    """(old number, number it leads to, state) of numbers given before."""
    given(
        ws,
        "golden.former_number",
        [
            {"old_number": old, "contact_nr": now, "state": state, "contact_id": now and f"of {now}"}
            for old, now, state in found
        ],
    )


def requests(ws: Workspace, *asked: tuple[str, str]) -> None:
    """(contact number, operation) that somebody asks for."""
    given(
        ws,
        PLANNING_REQUEST.name,
        [{"contact_number": nr, "operation": operation, "reason": "list"} for nr, operation in asked],
    )


def planned(ws: Workspace, book: RuleBook = BOOK) -> Plan:
    """Plan against what there_ holds; an empty environment where it holds nothing."""
    if not ws.value("select count(*) from duckdb_tables() where table_name = 'there_contact' and temporary"):
        load_environment(ws, None)
    return plan_operations(ws, book, BASE)


def carried_out(ws: Workspace, book: RuleBook = BOOK) -> list[str]:
    """Import the plan's rows into what there_ holds; the rules that the import remarks."""
    remarks = carry_out(ws, book.load("delivery/import_rules.yml", ImportRules), BASE)
    return [rule for rule in remarks if rule != "last_number"]


def there(ws: Workspace, number: str) -> dict[str, Any]:
    """A contact of the environment."""
    cursor = ws.connection.execute("select * from there_contact where contact_nr = ?", [number])
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


def operations(ws: Workspace) -> list[tuple[str, str, str]]:
    """(part, operation, number) of the plan's rows in order."""
    return [
        (row["part"], row["OPERATION"], row["CONTACT_NR"])
        for row in rows(ws, "planning.operation", "row_no", "part", "OPERATION", "CONTACT_NR")
    ]


def cells(ws: Workspace, number: str, part: str = "main") -> dict[str, str]:
    """The filled data cells of one row."""
    [row] = [row for row in rows(ws, "planning.operation") if row["CONTACT_NR"] == number and row["part"] == part]
    return {name: row[name] for name in row["changed"]}
