"""Operations are the difference between golden records and what the environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import CeilingError
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import rows
from tests.planning.support import (
    ALONE,
    ANNA,
    EVERYBODY,
    OPERA,
    RELAY,
    ZOE,
    carried_out,
    cells,
    former,
    golden,
    operations,
    planned,
    requests,
    there,
)


def settled(ws: Workspace, folder: Path, *contacts: dict[str, str]) -> None:
    """An environment that holds what golden holds."""
    golden(ws, contacts or EVERYBODY, folder)
    planned(ws)
    assert carried_out(ws) == []
    assert planned(ws).rows == 0


@pytest.fixture(scope="module")
def everybody_settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An environment that holds everybody, made once for the module."""
    with Workspace.memory(threads=1) as workspace:
        workspace.create(PROTOCOL_STEP)
        settled(workspace, tmp_path_factory.mktemp("settled"))
        yield workspace


@pytest.fixture
def full(everybody_settled: Workspace) -> Iterator[Workspace]:
    """An environment that holds everybody; what a test does there is undone after it, temp tables too."""
    everybody_settled.execute("begin")
    try:
        yield everybody_settled
    finally:
        everybody_settled.execute("rollback")


def test_whoever_is_not_there_is_inserted_structures_first_and_completed_afterwards(
    ws: Workspace, tmp_path: Path
) -> None:
    golden(ws, EVERYBODY, tmp_path)
    plan = planned(ws)
    assert operations(ws) == [
        ("main", "INSERT", "200"),
        ("main", "INSERT", "151"),
        ("main", "INSERT", "150"),
        ("main", "INSERT", "101"),
        ("main", "INSERT", "102"),
        ("after", "UPDATE", "150"),
        ("after", "UPDATE", "200"),
    ]
    assert cells(ws, "150", "after") == {"LINE1": "5 Quai Sarrail", "ZIPCODE": "=", "TOWN": "Lyon", "COUNTRY": "FR"}
    assert cells(ws, "200", "after") == {"ADMIN_NUMBER": "TVA=FR83404833048"}
    assert (plan.sent, plan.unchanged, plan.kept_back, plan.removals) == (5, 0, 0, 0)


def test_new_contacts_come_in_the_order_of_the_run_s_own_file(ws: Workspace, tmp_path: Path) -> None:
    """Whoever comes first has the login of a shared address: both files must give it to the same contact."""
    golden(ws, [*EVERYBODY, {**ZOE, "contact_id": "p0", "contact_nr": "90"}], tmp_path)
    planned(ws)
    inserted = [row["CONTACT_NR"] for row in rows(ws, "delivery.operation", "row_no", "CONTACT_NR")]
    assert [number for _, operation, number in operations(ws) if operation == "INSERT"] == inserted


def test_the_same_golden_base_again_gives_no_operation(full: Workspace, tmp_path: Path) -> None:
    plan = planned(full)
    assert (plan.rows, plan.unchanged) == (0, 5)


def test_a_change_sends_the_changed_cells_only_and_clears_what_is_gone(full: Workspace, tmp_path: Path) -> None:
    changed = {**ANNA, "last_name": "Grand", "phone": None, "town": "Renens", "birth_date": None}
    golden(full, [changed, ZOE, OPERA, RELAY, ALONE], tmp_path)
    planned(full)
    assert operations(full) == [("main", "UPDATE", "101")]
    assert cells(full, "101") == {"LASTNAME": "Grand", "BIRTHDATE": "=", "TOWN": "Renens", "TELEPHONE": "="}
    assert carried_out(full) == []
    assert planned(full).rows == 0


def test_what_golden_does_not_write_is_left_alone(full: Workspace, tmp_path: Path) -> None:
    full.execute("update there_contact set \"LETTER_SALUTATION\" = 'Chère Anna', \"M_DEPARTMENT\" = 'VD'")
    assert planned(full).rows == 0


def test_a_phone_is_sent_as_it_was_written_not_as_it_is_stored(full: Workspace, tmp_path: Path) -> None:
    golden(full, [ANNA, ZOE, OPERA, {**RELAY, "mobile": "+34991234567"}, ALONE], tmp_path)
    planned(full)
    assert cells(full, "150") == {"CELLPHONE": "(34)991234567"}
    carried_out(full)
    assert there(full, "150")["CELLPHONE"] == "(34)91234567"  # the national 9 is taken off once
    assert planned(full).rows == 0


def test_a_structure_changes_once_and_its_relays_stay(full: Workspace, tmp_path: Path) -> None:
    moved = {**OPERA, "addr_line1": "2 Rue Neuve", "siret": "55210055400013", "vat": None, "website": None}
    relay = {**RELAY, "addr_line1": None, "town": None, "country": None}
    golden(full, [ANNA, ZOE, moved, relay, ALONE], tmp_path)
    planned(full)
    assert operations(full) == [("main", "UPDATE", "200"), ("main", "UPDATE", "150"), ("after", "UPDATE", "200")]
    assert cells(full, "200") == {"ADMIN_NUMBER": "SIRET=55210055400013", "WEB_SITE": "=", "LINE1": "2 Rue Neuve"}
    assert cells(full, "200", "after") == {"ADMIN_NUMBER": "TVA="}
    # without an address of its own a relay has its structure's
    assert cells(full, "150") == {"LINE1": "2 Rue Neuve", "ZIPCODE": "69001"}
    carried_out(full)
    assert planned(full).rows == 0


def test_a_new_relay_joins_its_structure_that_is_renamed_in_the_same_plan(ws: Workspace, tmp_path: Path) -> None:
    settled(ws, tmp_path, OPERA)
    golden(ws, [{**OPERA, "organisation": "Opéra"}, {**RELAY, "organisation": "x"}], tmp_path)
    planned(ws)
    carried_out(ws)
    assert there(ws, "150")["structure_nr"] == "200"
    assert planned(ws).rows == 0


def test_whoever_is_invalid_there_is_woken_with_what_changed(full: Workspace, tmp_path: Path) -> None:
    full.execute("update there_contact set state = 'invalid', login = false where contact_nr in ('101', '102')")
    golden(full, [{**ANNA, "language": "de"}, ZOE, OPERA, RELAY, ALONE], tmp_path)
    planned(full)
    assert operations(full) == [("main", "UPDATEACT", "101"), ("main", "UPDATEACT", "102")]
    assert (cells(full, "101"), cells(full, "102")) == ({"PREF_LANG": "de"}, {})
    carried_out(full)
    assert (there(full, "102")["state"], there(full, "102")["login"]) == ("active", True)
    assert planned(full).rows == 0


def test_a_loser_of_a_merge_is_made_invalid_after_its_head_is_up_to_date(full: Workspace, tmp_path: Path) -> None:
    golden(full, [{**ANNA, "email2": "zoe@x.ch"}, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", "101", "joined"))
    plan = planned(full)
    assert operations(full) == [("main", "UPDATE", "101"), ("remove", "INVALIDATE", "102")]
    assert plan.removals_by_reason == {"joined": 1}
    carried_out(full)
    assert planned(full).rows == 0


def test_a_head_that_takes_the_address_of_its_loser_gets_the_login(full: Workspace, tmp_path: Path) -> None:
    golden(full, [{**ANNA, "email": "zoe@x.ch"}, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", "101", "joined"))
    planned(full)
    assert operations(full) == [
        ("free", "UPDATE", "102"),
        ("main", "UPDATE", "101"),
        ("remove", "INVALIDATE", "102"),
    ]
    assert carried_out(full) == []
    assert (there(full, "101")["EMAIL1"], there(full, "101")["login"]) == ("zoe@x.ch", True)
    assert planned(full).rows == 0


def test_an_undone_merge_yields_the_compensating_operations(full: Workspace, tmp_path: Path) -> None:
    before = {number: there(full, number) for number in ("101", "102")}
    golden(full, [{**ANNA, "email": "zoe@x.ch"}, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", "101", "joined"))
    planned(full)
    carried_out(full)
    golden(full, EVERYBODY, tmp_path)
    former(full)
    planned(full)
    assert operations(full) == [("main", "UPDATE", "101"), ("main", "UPDATEACT", "102")]
    assert (cells(full, "101"), cells(full, "102")) == ({"EMAIL1": "anna@x.ch"}, {"EMAIL1": "zoe@x.ch"})
    assert carried_out(full) == []
    for number, contact in before.items():
        assert {**there(full, number), "modified": False} == contact


def test_a_loser_with_sales_is_left_to_be_merged_by_hand(full: Workspace, tmp_path: Path) -> None:
    full.execute("insert into there_sale values ('102')")
    golden(full, [ANNA, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", "101", "joined"))
    assert planned(full).rows == 0
    assert rows(full, "planning.held", "contact_nr", "reason", "head_nr") == [
        {"contact_nr": "102", "reason": "has_sales", "head_nr": "101"}
    ]


def test_whoever_is_gone_is_listed_and_left(full: Workspace, tmp_path: Path) -> None:
    golden(full, [ANNA, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", None, "gone"))
    assert planned(full).rows == 0
    assert rows(full, "planning.held", "contact_nr", "reason") == [{"contact_nr": "102", "reason": "gone"}]


def test_contacts_that_are_not_ours_are_left_alone(full: Workspace, tmp_path: Path) -> None:
    golden(full, [ANNA], tmp_path)
    plan = planned(full)
    assert (plan.rows, plan.held) == (0, {})


def test_more_removals_than_the_ceiling_are_refused_unless_accepted(full: Workspace, tmp_path: Path) -> None:
    golden(full, [ANNA, OPERA, RELAY, ALONE], tmp_path)
    former(full, ("102", "101", "joined"))
    plan = planned(full)
    assert (plan.removals, plan.there, plan.too_many) == (1, 6, True)  # the structure that a relay made counts too
    with pytest.raises(CeilingError, match="1 of 6 contacts would be removed"):
        plan.refuse_removals()


@pytest.mark.parametrize(
    ("operation", "state"), [("INVALIDATE", "invalid"), ("ANONYMIZE", "anonymised"), ("DELETE", "active")]
)
def test_a_request_is_carried_out_once_and_nothing_else_is_sent(
    operation: str, state: str, full: Workspace, tmp_path: Path
) -> None:
    golden(full, [{**ANNA, "last_name": "Grand"}, ZOE, OPERA, RELAY, ALONE], tmp_path)
    requests(full, ("101", operation))
    planned(full)
    assert operations(full) == [("remove", operation, "101")]
    assert carried_out(full) == []
    assert there(full, "101")["state"] == state
    assert (there(full, "101")["EMAIL1"] is None) == (operation != "INVALIDATE")
    assert planned(full).rows == 0


def test_a_dropped_contact_is_not_inserted_again_while_the_request_stands(ws: Workspace, tmp_path: Path) -> None:
    settled(ws, tmp_path, ZOE)
    requests(ws, ("102", "DROP"))
    planned(ws)
    assert operations(ws) == [("remove", "DROP", "102")]
    carried_out(ws)
    assert planned(ws).rows == 0
    requests(ws, ("102", "DROP"), ("102", "UPDATEACT"))
    planned(ws)
    assert operations(ws) == [("main", "INSERT", "102")]


def test_a_request_that_the_import_would_refuse_is_held(full: Workspace, tmp_path: Path) -> None:
    full.execute("insert into there_sale values ('101')")
    full.execute("update there_contact set modified = true where contact_nr = '102'")
    requests(full, ("101", "INVALIDATE"), ("102", "DROP"), ("999", "DROP"))
    assert planned(full).rows == 0
    assert rows(full, "planning.held", "contact_nr", "operation", "reason") == [
        {"contact_nr": "101", "operation": "INVALIDATE", "reason": "has_sales"},
        {"contact_nr": "102", "operation": "DROP", "reason": "modified_since"},
    ]


def test_two_contacts_that_change_their_addresses_both_keep_a_login(full: Workspace, tmp_path: Path) -> None:
    golden(full, [{**ANNA, "email": "zoe@x.ch"}, {**ZOE, "email": "anna@x.ch"}, OPERA, RELAY, ALONE], tmp_path)
    planned(full)
    assert carried_out(full) == []
    assert [there(full, number)["login"] for number in ("101", "102")] == [True, True]
    assert planned(full).rows == 0


def test_an_address_is_given_up_before_a_new_contact_takes_it(ws: Workspace, tmp_path: Path) -> None:
    settled(ws, tmp_path, ZOE)
    golden(ws, [{**ZOE, "email": "z@x.ch"}, {**ANNA, "email": "zoe@x.ch", "contact_nr": "1"}], tmp_path)
    planned(ws)
    assert operations(ws) == [("main", "UPDATE", "102"), ("main", "INSERT", "1")]
    assert carried_out(ws) == []


def test_what_a_file_cannot_do_is_held(ws: Workspace, tmp_path: Path) -> None:
    second = {**OPERA, "contact_id": "s2", "contact_nr": "201", "organisation": "Ballet"}
    settled(ws, tmp_path, ANNA, ZOE, OPERA, RELAY, second)
    ws.execute("update there_contact set state = 'anonymised' where contact_nr = '102'")
    person = {**ANNA, "kind": "structure", "organisation": "Anna SA"}
    golden(ws, [person, ZOE, OPERA, {**RELAY, "structure_contact_id": "s2"}, second], tmp_path)
    plan = planned(ws)
    assert rows(ws, "planning.held", "contact_nr", "reason") == [
        {"contact_nr": "101", "reason": "kind_changed"},
        {"contact_nr": "102", "reason": "anonymised_there"},
        {"contact_nr": "150", "reason": "structure_changed"},
    ]
    assert (plan.rows, plan.kept_back) == (0, 2)


def test_the_structure_that_a_relay_made_follows_its_relay(ws: Workspace, tmp_path: Path) -> None:
    settled(ws, tmp_path, ANNA, ALONE)
    made = there(ws, "151")["structure_nr"]
    second = {**ALONE, "contact_id": "r3", "contact_nr": "900", "last_name": "Deux"}
    moved = {"addr_line1": "4 Bord du Lac", "website": "fleurs.ch", "siren": "552100554", "vat": "CHE123456788"}
    golden(ws, [ANNA, {**ALONE, **moved}, {**second, **moved}], tmp_path)
    planned(ws)
    # the structure first, so that the new relay finds it under its new address
    assert operations(ws) == [("main", "UPDATE", made), ("main", "UPDATE", "151"), ("main", "INSERT", "900")]
    assert cells(ws, made) == {
        "ADMIN_NUMBER": "SIREN=552100554",
        "WEB_SITE": "http://fleurs.ch",
        "LINE1": "4 Bord du Lac",
    }
    assert carried_out(ws) == []
    assert there(ws, "900")["structure_nr"] == made
    assert planned(ws).rows == 0


def test_a_relay_s_structure_under_another_name_may_be_another_one(ws: Workspace, tmp_path: Path) -> None:
    settled(ws, tmp_path, ALONE)
    made = there(ws, "151")["structure_nr"]
    golden(ws, [{**ALONE, "organisation": "Bois SA"}], tmp_path)
    assert planned(ws).rows == 0
    assert rows(ws, "planning.held", "contact_nr", "reason", "head_nr") == [
        {"contact_nr": made, "reason": "structure_changed", "head_nr": "151"}
    ]
