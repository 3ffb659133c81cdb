"""The whole stage on one base: lineage, identity, relays, and that order and threads do not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.golden import Numbers
from engine.ledger import StageReport
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace
from tests.golden.base import Records, choices, golden, survive_base

STAGE = {"kind": "structure", "structure": "theatre:1"}
AT_STAGE = {"kind": "relay", "structure": "theatre:1"}

CONTACTS: Mapping[str, Records] = {
    "theatre": [
        {**STAGE, "organisation": "Théâtre du Lac", "siret": "80314744100025", "updated_on": "2024-01-01",
         "addr_line1": "Quai Neuf 1", "street": "Quai Neuf", "house_number": "1", "postcode": "1800", "town": "Vevey"},
        {**STAGE, "organisation": "THEATRE DU LAC", "website": "https://lac.example"},
    ],
    "director": [{**AT_STAGE, "first_name": "Rosa", "last_name": "Lang", "organisation": "Theatre du Lac",
                  "postcode": "1800", "town": "VEVEY", "phone": "+41215550001", "function": "Director"}],
    "treasurer": [
        {**AT_STAGE, "first_name": "Emil", "last_name": "Roth", "organisation": "Théatre du Lac"},
        {**AT_STAGE, "first_name": "Emil", "last_name": "Rot", "email": "emil@lac.example"},
    ],
    "freelance": [{"kind": "relay", "first_name": "Ida", "last_name": "Noll", "organisation": "Atelier Noll"}],
    "twice": [
        {"first_name": "Ulla", "last_name": "Stein", "email": "ulla@a.example", "birth_date": "1970-02-03",
         "mobile": "+41790001122", "remark": "box 4", "updated_on": "2020-02-02"},
        {"first_name": "ULLA", "last_name": "STEIN", "email": "stein@b.example", "email2": "u@c.example",
         "mobile": "+41788887766", "remark": "vegetarian", "updated_on": "2023-02-02"},
        {"first_name": "Ula", "last_name": "Steyn", "addr_line1": "Bachweg 2", "street": "Bachweg",
         "house_number": "2", "postcode": "8400", "town": "Winterthur", "country": "CH"},
    ],
    "once": [{"first_name": "Olaf", "last_name": "Berg", "email": "o@b.example", "email2": "o@c.example",
              "emails": ["o@b.example", "o@c.example", "o@d.example"], "birth_date": "1980-12-24", "status": ""}],
}  # fmt: skip


@pytest.fixture(scope="module")
def survived() -> Iterator[tuple[Workspace, StageReport]]:
    """The workspace after one survive."""
    with Workspace.memory() as ws:
        yield ws, survive_base(ws, CONTACTS)


def test_every_record_is_in_the_crosswalk_under_its_contact(survived: tuple[Workspace, StageReport]) -> None:
    ws, report = survived
    assert (report.rows_in, report.rows_out) == (10, 10)
    assert ws.count("golden.contact") == len(CONTACTS)
    found = ws.rows(
        "select split_part(record_id, ':', 1), count(distinct contact_id), count(distinct contact_nr) "
        "from golden.crosswalk group by 1"
    )
    assert {row[1:] for row in found} == {(1, 1)}


def test_every_golden_value_has_one_choice_and_every_choice_a_golden_value(
    survived: tuple[Workspace, StageReport],
) -> None:
    ws, _ = survived
    listing = ", ".join(f'"{name}"' for name in CONTACT_ATTRIBUTES)
    values = ws.rows(
        f"select contact_id, attribute, value from golden.contact unpivot (value for attribute in ({listing})) "
        "order by all"
    )
    chosen = ws.rows("select contact_id, attribute, value from golden.choice order by all")
    assert chosen == values
    assert not [value for _, _, value in values if not value]


def test_every_choice_names_a_record_of_its_group_that_holds_the_value(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    shared = {"organisation", "siret", "website", "addr_line1", "street", "house_number", "postcode", "town"}
    for name in CONTACTS:
        for attribute, choice in choices(ws, name).items():
            holder = choice["record_id"].split(":")[0]
            assert holder == name or (attribute in shared and holder in {"theatre", "director", "treasurer"})
            if choice["rule"] == "union" or attribute in {"email", "email2", "email3", "phone"} or choice["repaired"]:
                continue
            held = ws.value(
                f'select "{attribute}"::varchar from standardise.record where record_id = $id',
                {"id": choice["record_id"]},
            )
            assert held == choice["value"]


def test_a_lone_record_goes_straight_across(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    contact = golden(ws, "once")
    assert (contact["birth_date"], contact["email3"], contact["status"]) == ("1980-12-24", "o@d.example", None)
    lineage = choices(ws, "once")
    assert {choice["rule"] for choice in lineage.values()} == {"only_value"}
    assert {choice["record_id"] for choice in lineage.values()} == {"once:1"}


def test_relays_repeat_the_block_of_their_structure_to_the_letter(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    block = ("organisation", "siret", "website", "addr_line1", "postcode", "town")
    expected = ("Théâtre du Lac", "80314744100025", "https://lac.example", "Quai Neuf 1", "1800", "Vevey")
    for name in ("theatre", "director", "treasurer"):
        contact = golden(ws, name)
        assert tuple(contact[attribute] for attribute in block) == expected
        assert choices(ws, name)["siret"]["record_id"] == "theatre:1"
    assert golden(ws, "freelance")["organisation"] == "Atelier Noll"


def test_a_relay_keeps_its_own_person_and_phone(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    director, theatre = golden(ws, "director"), golden(ws, "theatre")
    assert (director["last_name"], director["phone"], director["function"]) == ("Lang", "+41215550001", "Director")
    assert theatre["phone"] is None
    assert (director["kind"], theatre["kind"]) == ("relay", "structure")


def test_a_relay_names_the_contact_of_its_structure(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    assert golden(ws, "treasurer")["structure_contact_id"] == golden(ws, "theatre")["contact_id"]
    assert golden(ws, "theatre")["structure_contact_id"] is None
    assert golden(ws, "freelance")["structure_contact_id"] is None


def test_a_contact_is_named_after_its_founder(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    digest = hashlib.md5(b"twice:1", usedforsecurity=False).hexdigest()
    assert golden(ws, "twice")["contact_id"] == "c" + digest[:15]


def test_the_report_counts_the_rules_that_decided(survived: tuple[Workspace, StageReport]) -> None:
    ws, report = survived
    assert report.figures["contacts"] == 6
    assert report.figures["rule.next_variant"] == ws.value(
        "select count(*) from golden.choice where rule = 'next_variant'"
    )
    assert report.figures["trust"] is False


def test_the_protocol_names_the_lists_of_every_attribute_chosen(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    steps = ws.rows(
        "select to_column, rule, rows_in, rows_changed, parameters from protocol.step "
        "where stage = 'golden' and to_column in ('remark', 'first_name') order by step_no"
    )
    assert [step[:4] for step in steps] == [("first_name", "best", 3, 0), ("remark", "union", 1, 0)]
    assert '"letters": ["valid", "not_swapped"' in steps[0][4]


def test_nothing_is_left_behind_but_the_tables(survived: tuple[Workspace, StageReport]) -> None:
    ws, _ = survived
    left = ws.rows("select table_name from duckdb_tables() where temporary and table_name like 'golden%'")
    assert left == [("golden_new_line",)]


def test_rows_in_another_order_and_one_thread_give_the_same_golden_records(
    survived: tuple[Workspace, StageReport],
) -> None:
    ws, _ = survived
    turned: dict[str, Records] = dict(reversed(CONTACTS.items()))
    with Workspace.memory(threads=1) as other:
        survive_base(other, turned)
        for table, columns in (
            ("golden.contact", "*"),
            ("golden.choice", "*"),
            ("golden.crosswalk", "* exclude (line_no)"),
        ):
            query = f"select {columns} from {table} order by all"
            assert other.rows(query) == ws.rows(query)


def test_another_salt_gives_other_contact_ids() -> None:
    with Workspace.memory() as ws:
        survive_base(ws, {"a": [{"last_name": "Moser"}]}, numbers=Numbers(salt="opera"))
        digest = hashlib.md5(b"operaa:1", usedforsecurity=False).hexdigest()
        assert golden(ws, "a")["contact_id"] == "c" + digest[:15]
        assert golden(ws, "a")["contact_nr"] == "9000001"


def test_an_empty_base_survives() -> None:
    nobody: dict[str, list[dict[str, Any]]] = {}
    with Workspace.memory() as ws:
        report = survive_base(ws, nobody)
        assert (report.rows_out, ws.count("golden.contact"), ws.count("golden.choice")) == (0, 0, 0)


def test_what_only_the_alphabet_decided_is_to_be_confirmed() -> None:
    alike = {"last_name": "Moser", "birth_date": "1970-03-04"}
    with Workspace.memory() as ws:
        survive_base(
            ws,
            {
                "torn": [{**alike, "department": "Presse"}, {**alike, "department": "Archiv"}],
                "written": [{**alike, "department": "Bureau"}, {**alike, "department": "BUREAU"}],
                "agreed": [
                    {**alike, "department": "Foyer"},
                    {**alike, "department": "Foyer"},
                    {**alike, "department": "Bar"},
                ],
            },
        )
        found = ws.rows("select attribute, value, runner_up, reason from golden.doubt")
        assert found == [("department", "Archiv", "Presse", "guessed")]


def test_of_two_homes_without_a_date_the_one_taken_is_to_be_confirmed() -> None:
    bern = {"last_name": "Moser", "street": "Amselweg", "house_number": "3", "postcode": "3007", "town": "Bern"}
    chur = {"last_name": "Moser", "street": "Plessurquai", "house_number": "9", "postcode": "7000", "town": "Chur"}
    with Workspace.memory() as ws:
        survive_base(
            ws,
            {
                "undated": [bern, {**chur, "updated_on": "2020-01-01"}],
                "dated": [{**bern, "updated_on": "2024-05-05"}, {**chur, "updated_on": "2020-01-01"}],
            },
        )
        found = ws.rows("select record_id, attribute, value, runner_up, reason from golden.doubt")
        assert [(row[1], row[4]) for row in found] == [("address_block", "undated_move")]
        assert "Chur" in found[0][2]
        assert "Bern" in found[0][3]
