"""The target's duplicate rule, as its documentation states it."""

from __future__ import annotations

import pytest

from benchmarks.peers.vendor_soundex import cluster, soundex
from engine.workspace import Workspace
from tests.conftest import given

HOME = {"house_number": "12", "street": "Rue du Lac", "postcode": "1003", "country": "CH"}


@pytest.mark.parametrize(
    ("name", "code"),
    [("Robert", "R163"), ("Rupert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522"), ("Pfister", "P236"),
     ("Honeyman", "H555"), ("Lee", "L000"), ("", ""), ("42", "")],
)  # fmt: skip
def test_soundex_codes(name: str, code: str) -> None:
    assert soundex(name) == code


def clusters(ws: Workspace, *people: dict[str, object]) -> list[set[str]]:
    given(ws, "standardise.record", [{"kind": "individual", **one} for one in people])
    cluster(ws)
    found: dict[str, set[str]] = {}
    for record, own in ws.rows("select record_id, cluster_id from peer_cluster"):
        found.setdefault(own, set()).add(record)
    return sorted(found.values(), key=min)


def test_names_that_sound_alike_at_one_address_match(ws: Workspace) -> None:
    one = {"record_id": "a", "first_name": "Robert", "last_name": "Meier", **HOME}
    other = {"record_id": "b", "first_name": "Rupert", "last_name": "Mayer", **HOME}
    elsewhere = {"record_id": "c", "first_name": "Robert", "last_name": "Meier", **HOME, "postcode": "1004"}
    assert clusters(ws, one, other, elsewhere) == [{"a", "b"}, {"c"}]


def test_without_a_post_code_the_mailbox_decides(ws: Workspace) -> None:
    name = {"first_name": "Anna", "last_name": "Favre"}
    one = {"record_id": "a", **name, "email": "anna@web.de"}
    other = {"record_id": "b", **name, "email": "anna@web.de"}
    third = {"record_id": "c", **name, "email": "a.favre@web.de"}
    assert clusters(ws, one, other, third) == [{"a", "b"}, {"c"}]


def test_with_neither_nothing_is_detected(ws: Workspace) -> None:
    name = {"first_name": "Anna", "last_name": "Favre"}
    assert clusters(ws, {"record_id": "a", **name}, {"record_id": "b", **name}) == [{"a"}, {"b"}]


def test_role_and_structure_stand_in_the_key(ws: Workspace) -> None:
    name = {"first_name": "Anna", "last_name": "Favre", **HOME}
    private = {"record_id": "a", **name}
    relay = {"record_id": "b", **name, "kind": "relay", "organisation": "Alpina"}
    other = {"record_id": "c", **name, "kind": "relay", "organisation": "Borealis"}
    assert clusters(ws, private, relay, other) == [{"a"}, {"b"}, {"c"}]
