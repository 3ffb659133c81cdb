"""Who is one contact and who is not: the situations a ticket office knows, in a small town that trains the model."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from engine.matching import link
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.matching.people import person, town

BORN = datetime.date(1971, 5, 9)
HOME = {"street": "Chemin du Parc", "house_number": "8", "postcode": "1009", "town": "Pully"}
AWAY = {"street": "Lindenweg", "house_number": "31", "postcode": "4051", "town": "Basel"}


def one(record_id: str, first: str | None = None, last: str | None = None, **more: Any) -> dict[str, Any]:
    return {"record_id": record_id, "kind": "individual", "first_name": first, "last_name": last, **more}


def firm(record_id: str, name: str, **more: Any) -> dict[str, Any]:
    return {"record_id": record_id, "kind": "structure", "organisation": name, **more}


def relay(record_id: str, first: str, last: str, name: str, **more: Any) -> dict[str, Any]:
    return {**one(record_id, first, last, **more), "kind": "relay", "organisation": name}


FIRMS = [
    firm(
        f"firm:{n:03d}",
        f"{word} {kind}",
        **{**HOME, "house_number": str(n), "street": f"Rue {word}"},
        phones=[f"+4122{4000000 + n * 7919}"],
        website=f"https://{word.lower()}-{kind.lower()}.ch",
    )
    for n, (word, kind) in enumerate(
        (word, kind)
        for word in ("Alpina", "Borealis", "Cervin", "Dolder", "Eiger", "Furka", "Gotthard", "Helvetia")
        for kind in ("Garage", "Hotel", "Pharmacie", "Optique", "Traiteur")
    )
]
FAMILIES = [
    {
        **person(n),
        "record_id": f"spouse:{n}",
        "first_name": spouse,
        "birth_date": datetime.date(1850 + n, 2, 2 + n % 20),
    }
    for n, spouse in enumerate(
        ("Ursula", "Viktor", "Wanda", "Xaver", "Yolanda", "Zeno", "Beatrix", "Cyrill"), start=100
    )
]
"""Spouses of town people: they teach the model that this file has families."""

SITUATIONS: dict[str, list[dict[str, Any]]] = {
    "spouses who share a mailbox": [
        one("a:1", "Paul", "Rochat", emails=["famille.rochat@web.de"], phones=["+41217777777"], **HOME),
        one("a:2", "Nicole", "Rochat", emails=["famille.rochat@web.de"], phones=["+41217777777"], **HOME),
    ],
    "father and son": [
        one("b:1", "Marc", "Weber", suffix="SENIOR", **HOME),
        one("b:2", "Marc", "Weber", suffix="JUNIOR", **HOME),
    ],
    "twins": [
        one("c:1", "Lena", "Zwahlen", birth_date=BORN, **{**HOME, "house_number": "77"}),
        one("c:2", "Sophie", "Zwahlen", birth_date=BORN, **{**HOME, "house_number": "77"}),
    ],
    "moved": [
        one("d:1", "Yves", "Tissot", birth_date=BORN, emails=["ytissot71@gmail.com"], **HOME),
        one("d:2", "Yves", "Tissot", birth_date=BORN, emails=["ytissot71@gmail.com"], **AWAY),
    ],
    "married": [
        one("e:1", "Claire", "Bonnet", birth_date=datetime.date(1988, 2, 27), emails=["claireb27@gmail.com"], **HOME),
        one("e:2", "Claire", "Uldry", birth_date=datetime.date(1988, 2, 27), emails=["claireb27@gmail.com"], **HOME),
    ],
    "identical": [one(f"f:{n}", "Vera", "Wenger", birth_date=datetime.date(1955, 8, 3), **AWAY) for n in (1, 2, 3)],
    "private person and relay": [
        one("g:1", "Samuel", "Yersin", emails=["samuel.yersin@alpina-hotel.ch"], phones=["+41791234500"]),
        relay(
            "g:2", "Samuel", "Yersin", "Alpina Hotel", emails=["samuel.yersin@alpina-hotel.ch"], phones=["+41791234500"]
        ),
    ],
    "relay twice in one structure": [
        relay(
            "h:1",
            "Ida",
            "Zbinden",
            "Eiger Optique",
            emails=["ida.zbinden@eiger-optique.ch"],
            website="https://eiger-optique.ch",
        ),
        relay("h:2", "Ida", "Zbinden", "Eiger Optique SA", emails=["ida.zbinden@eiger-optique.ch"]),
    ],
    "one person of two structures": [
        relay("i:1", "Otto", "Wüthrich", "Furka Garage", emails=["otto.w77@gmail.com"], birth_date=BORN),
        relay("i:2", "Otto", "Wüthrich", "Dolder Traiteur", emails=["otto.w77@gmail.com"], birth_date=BORN),
    ],
    "branches": [
        firm("j:1", "Boulangerie Maillard", website="https://maillard.ch", **HOME),
        firm("j:2", "Boulangerie Maillard", website="https://maillard.ch", **AWAY),
    ],
    "a structure written twice": [
        firm("k:1", "Théâtre de Beausobre SA", phones=["+41218041590"], **{**HOME, "house_number": "9"}),
        firm("k:2", "THEATRE BEAUSOBRE", phones=["+41218041590"], **{**HOME, "house_number": "9"}),
    ],
}


@pytest.fixture(scope="module")
def linked() -> Iterator[Workspace]:
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        run(workspace, [*town(), *FAMILIES, *FIRMS, *(row for situation in SITUATIONS.values() for row in situation)])
        yield workspace


def run(ws: Workspace, records: Sequence[dict[str, Any]], *, threads: int = 2, **more: Any) -> dict[str, str]:
    given(ws, "standardise.record", records)
    link(ws, RuleBook(), threads=threads, watcher=Silent(), **more).check()
    return dict(ws.rows("select record_id, cluster_id from matching.cluster"))


@pytest.mark.parametrize(
    ("situation", "contacts"),
    [
        ("spouses who share a mailbox", 2),
        ("father and son", 2),
        ("twins", 2),
        ("moved", 1),
        ("married", 1),
        ("identical", 1),
        ("private person and relay", 2),
        ("relay twice in one structure", 1),
        ("one person of two structures", 2),
        ("branches", 2),
        ("a structure written twice", 1),
    ],
)
def test_a_situation_gives_as_many_contacts_as_it_has(linked: Workspace, situation: str, contacts: int) -> None:
    cluster = dict(linked.rows("select record_id, cluster_id from matching.cluster"))
    assert len({cluster[row["record_id"]] for row in SITUATIONS[situation]}) == contacts


def test_copies_join_their_person_and_nobody_else(linked: Workspace) -> None:
    cluster = dict(linked.rows("select record_id, cluster_id from matching.cluster"))
    together = sum(cluster[f"town:{n:04d}"] == cluster[f"copy:{n:04d}"] for n in range(60))
    assert together >= 58
    assert len({cluster[f"town:{n:04d}"] for n in range(200)}) == 200


def test_every_record_has_a_cluster_named_after_its_smallest_member(linked: Workspace) -> None:
    wrong = linked.value(
        "select count(*) from "
        "(select cluster_id, min(record_id) as smallest from matching.cluster group by cluster_id) "
        "where cluster_id <> smallest"
    )
    assert wrong == 0
    assert linked.count("matching.cluster") == linked.count("standardise.record")


def test_relays_know_the_cluster_of_their_structure(linked: Workspace) -> None:
    found = {row["record_id"]: row for row in rows(linked, "matching.cluster")}
    assert found["h:1"]["structure_cluster_id"] == found["h:2"]["structure_cluster_id"]
    assert found["i:1"]["structure_cluster_id"] != found["i:2"]["structure_cluster_id"]
    assert found["a:1"]["structure_cluster_id"] is None


def test_a_pair_says_why(linked: Workspace) -> None:
    pair = next(row for row in rows(linked, "matching.pair") if row["record_id_l"] == "d:1")
    assert pair["record_id_r"] == "d:2"
    assert pair["outcome"] == "merge"
    assert "birth_date exact +" in pair["evidence"]
    assert "address conflict -" in pair["evidence"]


def test_each_pair_stands_once_in_order(linked: Workspace) -> None:
    pairs = linked.rows("select record_id_l, record_id_r from matching.pair")
    assert len(pairs) == len(set(pairs))
    assert all(left < right for left, right in pairs)


def test_the_model_is_told_level_by_level(linked: Workspace) -> None:
    levels = linked.rows(
        "select level from matching.parameter where kind = 'individual' and comparison = 'birth_date' order by level_no"
    )
    assert [row[0] for row in levels] == ["exact", "year", "near", "two_parts", "different", "generation"]
    assert linked.value("select json from matching.model where kind = 'individual'").startswith("{")


def test_neither_row_order_nor_threads_matter(ws: Workspace, linked: Workspace) -> None:
    before = dict(linked.rows("select record_id, cluster_id from matching.cluster"))
    weights = linked.rows("select * from matching.pair order by all")
    records = [*town(), *FAMILIES, *FIRMS, *(row for situation in SITUATIONS.values() for row in situation)]
    shuffled = sorted(records, key=lambda row: row["record_id"][::-1])
    assert run(ws, shuffled, threads=1) == before
    assert ws.rows("select * from matching.pair order by all") == weights


def test_what_people_decided_outranks_the_model(ws: Workspace) -> None:
    records = [*town(60, 20), *SITUATIONS["moved"], *SITUATIONS["twins"], *SITUATIONS["identical"]]
    said = [("d:1", "d:2", "no_match"), ("c:1", "c:2", "match"), ("f:1", "f:3", "no_match")]
    cluster = run(ws, records, decisions=said)
    assert cluster["d:1"] != cluster["d:2"]
    assert cluster["c:1"] == cluster["c:2"]
    assert cluster["f:1"] != cluster["f:3"]


def test_a_placeholder_that_everybody_has_links_nobody_in_a_clean_file(ws: Workspace) -> None:
    records = [{**person(n), "emails": ["client@salle.ch"], "phones": ["+41213000000"]} for n in range(150)]
    cluster = run(ws, records)
    assert len(set(cluster.values())) == 150
    assert ws.value("select count(*) from matching.parameter where comparison in ('email', 'phone')") == 0


def test_a_third_record_does_not_join_senior_and_junior(ws: Workspace) -> None:
    """The middle row fits both: it may belong to one of them, never make them one person."""
    home = {**HOME, "house_number": "31"}
    three = [
        one("x:1", "Marc", "Weber", suffix="SENIOR", emails=["weber31@web.de"], **home),
        one("x:2", "Marc", "Weber", emails=["weber31@web.de"], phones=["+41791112233"], **home),
        one("x:3", "Marc", "Weber", suffix="JUNIOR", phones=["+41791112233"], **home),
    ]
    cluster = run(ws, [*town(), *FAMILIES, *three])
    assert cluster["x:1"] != cluster["x:3"]


def test_a_row_without_first_name_does_not_join_two_spouses(ws: Workspace) -> None:
    home = {**HOME, "house_number": "33"}
    three = [
        one("y:1", "Paul", "Rochat", phones=["+41217777777"], **home),
        one("y:2", "Nicole", "Rochat", phones=["+41217777777"], **home),
        one("y:3", None, "Rochat", phones=["+41217777777"], **home),
    ]
    cluster = run(ws, [*town(), *FAMILIES, *three])
    assert cluster["y:1"] != cluster["y:2"]


def test_a_mailbox_tells_which_spouse_a_row_without_first_name_is(ws: Workspace) -> None:
    home = {**HOME, "house_number": "33"}
    three = [
        one("y:1", "Paul", "Rochat", emails=["paul.rochat@web.de"], **home),
        one("y:2", "Nicole", "Rochat", emails=["nicole.rochat@web.de"], **home),
        one("y:3", None, "Rochat", emails=["nicole.rochat@web.de"], **home),
    ]
    cluster = run(ws, [*town(), *FAMILIES, *three])
    assert cluster["y:3"] == cluster["y:2"] != cluster["y:1"]


def test_colleagues_of_one_last_name_stay_apart(ws: Workspace) -> None:
    two = [
        relay("z:1", "Anna", "Romano", "Alpina Hotel", website="https://alpina-hotel.ch", phones=["+41223334455"]),
        relay("z:2", "Stefano", "Romano", "Alpina Hotel", website="https://alpina-hotel.ch", phones=["+41223334455"]),
    ]
    cluster = run(ws, [*town(), *FIRMS, *two])
    assert cluster["z:1"] != cluster["z:2"]


def test_a_place_of_birth_is_read_from_the_source(ws: Workspace) -> None:
    """Two of one name, nothing else but where they were born: the place decides."""
    records = [*town(), one("w:1", "Igor", "Zoller"), one("w:2", "Igor", "Zoller"), one("w:3", "Igor", "Zoller")]
    given(ws, "standardise.record", records)
    born = {"w:1": "Sion", "w:2": "Sion", "w:3": "Hamburg"}
    given(ws, "intake.record", [{**kept, "birth_place": born.get(kept["record_id"])} for kept in _keys(records)])
    link(ws, RuleBook(), threads=2, watcher=Silent()).check()
    weight = {(row["record_id_l"], row["record_id_r"]): row["match_weight"] for row in rows(ws, "matching.pair")}
    assert weight[("w:1", "w:2")] > weight.get(("w:1", "w:3"), -5.0)


def _keys(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"record_id": record["record_id"]} for record in records]


def test_nothing_in_nothing_out(ws: Workspace) -> None:
    assert run(ws, []) == {}
    assert rows(ws, "matching.pair") == []


def test_one_record_is_one_contact(ws: Workspace) -> None:
    assert run(ws, [person(1)]) == {"town:0001": "town:0001"}


def test_people_without_anything_in_common_stay_apart(ws: Workspace) -> None:
    records = [one("s:1", "Anna", None), one("s:2", None, "Berset"), one("s:3", None, None)]
    assert len(set(run(ws, records).values())) == 3
