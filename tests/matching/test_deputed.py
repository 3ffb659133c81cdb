"""A row that gives a structure and nobody's name may still be a relay's: its mailbox is made of a relay's name."""

from __future__ import annotations

from typing import Any

import pytest

from engine.matching import keys
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.test_employed import FIRM, PLACE, found, row

HOUSE = {"organisation": "Garage Wyss", **PLACE}


def deputed(ws: Workspace, *records: dict[str, Any]) -> list[str]:
    given(ws, "standardise.record", [*FIRM, *records])
    keys.prepare(ws, keys.words(RuleBook()))
    return [record for record, *_ in ws.rows("select * from m_employed order by record_id")]


def test_a_relay_without_a_name_joins_the_relay_whose_mailbox_it_gives(ws: Workspace) -> None:
    cluster = found(
        ws,
        row("n:1", "structure", emails=["ivo.zahnd@garage-wyss.ch"], **HOUSE),
        row("n:2", "structure", emails=["zahnd.ivo@bluewin.ch"], **HOUSE),
    )
    for nameless in ("n:1", "n:2"):
        assert cluster[nameless]["kind"] == "relay"
        assert cluster[nameless]["cluster_id"] == cluster["r:1"]["cluster_id"]
        assert cluster[nameless]["structure_cluster_id"] == cluster["f:1"]["cluster_id"] == "f:1"


def test_an_initial_does_in_a_mailbox_the_relay_gives_too(ws: Workspace) -> None:
    relay = row("r:2", "relay", first_name="Ivo", last_name="Zahnd", emails=["i.zahnd@bluewin.ch"], **HOUSE)
    assert deputed(ws, relay, row("n:1", "structure", emails=["i.zahnd@bluewin.ch"], **HOUSE)) == ["n:1"]


@pytest.mark.parametrize(
    ("why", "row_of_the_house"),
    [
        ("a role's mailbox", {"emails": ["direction@garage-wyss.ch"]}),
        ("somebody else's mailbox", {"emails": ["rita.kohli@garage-wyss.ch"]}),
        ("a mailbox nobody gives, made of a last name and an initial", {"emails": ["i.zahnd@garage-wyss.ch"]}),
        ("another house", {"emails": ["ivo.zahnd@garage-wyss.ch"], "organisation": "Garage Zbinden"}),
    ],
)
def test_what_does_not_say_it_leaves_a_structure(ws: Workspace, why: str, row_of_the_house: dict[str, Any]) -> None:
    assert deputed(ws, row("n:1", "structure", **{**HOUSE, **row_of_the_house})) == [], why


def test_a_mailbox_that_names_the_house_is_the_houses(ws: Workspace) -> None:
    of_meyer = {"organisation": "Cabinet Meyer", "emails": ["paul.meyer@cabinet-meyer.ch"]}
    relay = row("r:2", "relay", first_name="Paul", last_name="Meyer", **of_meyer)
    assert deputed(ws, relay, row("n:1", "structure", **of_meyer)) == []


def test_two_relays_who_could_be_meant_say_nothing(ws: Workspace) -> None:
    mailbox = {"emails": ["ada.zahnd@garage-wyss.ch"], **HOUSE}
    both = [row(f"r:{last}", "relay", first_name="Ada", last_name=last, **mailbox) for last in ("Zahnd", "Azahnd")]
    assert deputed(ws, *both, row("n:1", "structure", **mailbox)) == []
