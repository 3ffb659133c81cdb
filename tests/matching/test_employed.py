"""A row that names a person and no organisation may still be a relay: its mailbox and its place say of whom."""

from __future__ import annotations

from typing import Any

import pytest

from engine.matching import link
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.matching.people import town

pytestmark = pytest.mark.long

PLACE = {"street": "Rue des Alpes", "house_number": "4", "postcode": "1950", "town": "Sion"}
ELSEWHERE = {"street": "Seeweg", "house_number": "9", "postcode": "8001", "town": "Zürich"}


def row(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"record_id": key, "kind": kind, "phones": [], "emails": [], **more}


FIRM = [
    row("f:1", "structure", organisation="Garage Wyss", emails=["info@garage-wyss.ch"], **PLACE),
    row("f:2", "structure", organisation="Garage Wyss SA", emails=["info@garage-wyss.ch"], **PLACE),
    row(
        "r:1",
        "relay",
        organisation="Garage Wyss",
        first_name="Ivo",
        last_name="Zahnd",
        emails=["ivo.zahnd@garage-wyss.ch"],
        **PLACE,
    ),
]


def found(ws: Workspace, *records: dict[str, Any]) -> dict[str, dict[str, Any]]:
    given(ws, "standardise.record", [*town(60, 20), *FIRM, *records])
    link(ws, RuleBook(), threads=2, watcher=Silent()).check()
    return {cluster["record_id"]: cluster for cluster in rows(ws, "matching.cluster")}


def test_a_relay_without_organisation_joins_itself_and_knows_its_structure(ws: Workspace) -> None:
    person = {"first_name": "Ivo", "last_name": "Zahnd", "emails": ["ivo.zahnd@garage-wyss.ch"]}
    cluster = found(ws, row("p:1", "individual", **person, postcode="1950", town="Sion"))
    assert cluster["p:1"]["kind"] == "relay"
    assert cluster["p:1"]["cluster_id"] == cluster["r:1"]["cluster_id"]
    assert cluster["p:1"]["structure_cluster_id"] == cluster["f:1"]["structure_cluster_id"] == "f:1"


@pytest.mark.parametrize(
    ("why", "person"),
    [
        ("a work mailbox beside a home of one's own", {"emails": ["ivo.zahnd@garage-wyss.ch"], **ELSEWHERE}),
        ("a work mailbox and no place at all", {"emails": ["ivo.zahnd@garage-wyss.ch"]}),
        ("a mailbox of a free provider in the same town", {"emails": ["ivo.zahnd@gmail.com"], "postcode": "1950"}),
        ("the place alone", dict(PLACE)),
    ],
)
def test_what_does_not_say_it_leaves_a_private_person(ws: Workspace, why: str, person: dict[str, Any]) -> None:
    cluster = found(ws, row("p:1", "individual", **{"first_name": "Ivo", "last_name": "Zahnd", **person}))
    assert cluster["p:1"]["kind"] == "individual", why
    assert cluster["p:1"]["cluster_id"] == "p:1"


def test_somebody_else_of_the_town_stays_private(ws: Workspace) -> None:
    person = {"first_name": "Rita", "last_name": "Kohli", "emails": ["rita.kohli@garage-wyss.ch"], "postcode": "1950"}
    assert found(ws, row("p:1", "individual", **person))["p:1"]["kind"] == "individual"
