"""From golden.contact to delivery.operation, held, note and files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.delivery import deliver
from engine.errors import RuleErrors, UsageError
from engine.ledger import StageReport
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace
from tests.conftest import given, rows

OPERA = {
    "contact_id": "s1", "contact_nr": "200", "kind": "structure", "organisation": "Opéra de Lyon",
    "addr_line1": "1 Place de la Comédie", "postcode": "69001", "town": "Lyon", "country": "FR",
    "siret": "40483304800022",
}  # fmt: skip
RELAY = {
    "contact_id": "r1", "contact_nr": "150", "kind": "relay", "structure_contact_id": "s1",
    "organisation": "OPERA LYON", "last_name": "Petit",
    "addr_line1": "1 Place de la Comédie", "postcode": "69001", "town": "Lyon", "country": "FR",
}  # fmt: skip
PERSON = {"contact_id": "p1", "contact_nr": "100", "kind": "individual", "last_name": "Dupont"}
BLOCK = (
    "OFFICIAL_NAME", "ADDRESS_NAME1", "ADDRESS_NAME2", "LINE1", "LINE2", "LINE3", "ZIPCODE", "TOWN",
    "TOWN_COMPLEMENT", "COUNTRY",
)  # fmt: skip


def run(
    ws: Workspace,
    contacts: Sequence[dict[str, Any]],
    out: Path,
    book: RuleBook | None = None,
    institution: str = "OPERA",
    organization: str = "*",
) -> StageReport:
    given(ws, "golden.contact", contacts)
    return deliver(
        ws,
        book or RuleBook(),
        institution=institution,
        organization=organization,
        home_country=None,
        as_of=date(2026, 11, 22),
        out=out,
        watcher=Silent(),
    ).check()


def overlay(folder: Path, text: str) -> RuleBook:
    (folder / "delivery").mkdir(parents=True)
    (folder / "delivery" / "secutix.yml").write_text(text, encoding="utf-8")
    return RuleBook([folder])


def test_structures_come_first_then_relays_then_individuals_by_number(ws: Workspace, tmp_path: Path) -> None:
    second = {**OPERA, "contact_id": "s2", "contact_nr": "90"}
    of_second = {**RELAY, "contact_id": "r2", "contact_nr": "999", "structure_contact_id": "s2"}
    run(ws, [PERSON, RELAY, of_second, OPERA, second], tmp_path)
    assert [row["contact_id"] for row in rows(ws, "delivery.operation", "row_no", "contact_id")] == [
        "s2", "s1", "r2", "r1", "p1",
    ]  # fmt: skip


def test_contact_numbers_sort_as_numbers(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [{**PERSON, "contact_id": f"p{nr}", "contact_nr": nr} for nr in ("1000", "9", "20")], tmp_path)
    assert [row["CONTACT_NR"] for row in rows(ws, "delivery.operation", "row_no", "CONTACT_NR")] == ["9", "20", "1000"]


def test_a_relay_repeats_the_block_of_its_structure_exactly(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [OPERA, RELAY], tmp_path)
    structure, relay = rows(ws, "delivery.operation", "row_no", "LASTNAME", "CONTACT_NR", *BLOCK)
    assert {code: relay[code] for code in BLOCK} == {code: structure[code] for code in BLOCK}
    assert (relay["LASTNAME"], relay["CONTACT_NR"]) == ("Petit", "150")


def test_a_relay_whose_structure_is_not_known_gives_its_own_block(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [{**RELAY, "structure_contact_id": None}], tmp_path)
    assert rows(ws, "delivery.operation", "OFFICIAL_NAME") == [{"OFFICIAL_NAME": "OPERA LYON"}]


def test_the_own_address_of_a_relay_is_told(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [OPERA, {**RELAY, "addr_line1": "5 Quai Sarrail"}], tmp_path)
    assert rows(ws, "delivery.note", "contact_id", "field", "rule", "outcome") == [
        {"contact_id": "r1", "field": "LINE1", "rule": "relay_address", "outcome": "warned"}
    ]


def test_the_own_address_of_a_relay_follows_as_an_update(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [OPERA, {**RELAY, "addr_line1": "5 Quai Sarrail", "postcode": None, "country": "UK"}], tmp_path)
    assert rows(ws, "delivery.after", "OPERATION", "CONTACT_NR", "LINE1", "ZIPCODE", "TOWN", "COUNTRY") == [
        {
            "OPERATION": "UPDATE",
            "CONTACT_NR": "150",
            "LINE1": "5 Quai Sarrail",
            "ZIPCODE": "=",
            "TOWN": "Lyon",
            "COUNTRY": "=",
        }
    ]


def test_further_numbers_of_a_structure_follow_unless_another_implies_them(ws: Workspace, tmp_path: Path) -> None:
    both = {**OPERA, "siren": "404833048", "vat": "FR83404833048"}
    second = {**OPERA, "contact_id": "s2", "contact_nr": "201", "siret": None, "siren": "404833048", "vat": "CHE1"}
    run(ws, [both, second, {**RELAY, "siren": "404833048", "vat": "X"}], tmp_path)
    assert [(row["CONTACT_NR"], row["ADMIN_NUMBER"]) for row in rows(ws, "delivery.after")] == [
        ("200", "TVA=FR83404833048"),
        ("201", "TVA=CHE1"),
    ]


def test_a_fault_in_a_structures_block_is_told_once_not_for_each_relay(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [{**OPERA, "country": "UK"}, {**RELAY, "country": "UK"}], tmp_path)
    assert [note["contact_id"] for note in rows(ws, "delivery.note", "contact_id")] == ["s1"]


def test_a_project_sends_an_attribute_as_a_criterion(ws: Workspace, tmp_path: Path) -> None:
    rule = "{name: CRIT03, attribute: household_id, form: criterion, criterion: HOUSE, kinds: [individual], why: x}"
    book = overlay(tmp_path / "rules", f"fields:\n  - {rule}\n")
    second = {**PERSON, "contact_id": "p2", "contact_nr": "101", "household_id": "a|b"}
    run(ws, [{**PERSON, "household_id": "h7"}, second], tmp_path, book)
    assert [row["CRIT03"] for row in rows(ws, "delivery.operation", "row_no", "CRIT03")] == ["HOUSE=h7", None]
    assert rows(ws, "delivery.note", "contact_id", "rule") == [{"contact_id": "p2", "rule": "criterion_sign"}]


@pytest.mark.parametrize(
    ("town", "first", "rest", "rule"),
    [
        ("Lyon", "Lyon", None, None),
        ("Saint Remy en Bouzemont", "Saint Remy en", "Bouzemont", "continued"),
        ("Saint-Remy-en-Bouzemont", "Saint-Remy-en-", "Bouzemont", "continued"),
        ("Llanfairpwllgwyngyllgogery", "Llanfairpwllgwyngyll", "gogery", "continued"),
        ("Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson", None, None, "too_long"),
        ("Aaaaaaaaaa bbbbbbbbb =", None, None, "lone_equals"),
    ],
)
def test_a_town_goes_on_in_its_complement_where_an_institution_takes_less(
    town: str, first: str | None, rest: str | None, rule: str | None, ws: Workspace, tmp_path: Path
) -> None:
    lengths = "fields:\n  - {name: TOWN, max_length: 20}\n  - {name: TOWN_COMPLEMENT, max_length: 20}\n"
    run(ws, [{**PERSON, "town": town}], tmp_path, overlay(tmp_path / "rules", lengths))
    assert rows(ws, "delivery.operation", "TOWN", "TOWN_COMPLEMENT") == [{"TOWN": first, "TOWN_COMPLEMENT": rest}]
    assert [(note["field"], note["rule"]) for note in rows(ws, "delivery.note")] == ([("TOWN", rule)] if rule else [])


@pytest.mark.parametrize(
    "fields", ["[{name: TOWN, max_length: 20}, {name: TOWN_COMPLEMENT, enabled: false}]",
               "[{name: TOWN, max_length: 20, form: text}]"],
)  # fmt: skip
def test_a_town_without_a_complement_is_written_whole_or_not_at_all(fields: str, ws: Workspace, tmp_path: Path) -> None:
    second = {**PERSON, "contact_id": "p2", "contact_nr": "101", "town": "Lyon"}
    contacts = [{**PERSON, "town": "Saint Remy en Bouzemont"}, second]
    run(ws, contacts, tmp_path, overlay(tmp_path / "rules", f"fields: {fields}\n"))
    found = rows(ws, "delivery.operation", "row_no", "TOWN", "TOWN_COMPLEMENT")
    assert [(row["TOWN"], row["TOWN_COMPLEMENT"]) for row in found] == [(None, None), ("Lyon", None)]


def test_every_row_is_an_insert_with_its_codes(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [PERSON], tmp_path, organization="")
    assert rows(ws, "delivery.operation", "INSTITUTION", "ORGANIZATION", "OPERATION") == [
        {"INSTITUTION": "OPERA", "ORGANIZATION": "*", "OPERATION": "INSERT"}
    ]


def test_a_contact_without_any_name_is_held(ws: Workspace, tmp_path: Path) -> None:
    nameless = {**PERSON, "contact_id": "p2", "contact_nr": "101", "last_name": None, "email": "a@b.ch"}
    report = run(ws, [PERSON, nameless], tmp_path)
    assert (report.rows_in, report.rows_out, report.rows_held) == (2, 1, 1)
    assert rows(ws, "delivery.held", "contact_id", "reason") == [{"contact_id": "p2", "reason": "no_name"}]


def test_a_relay_without_a_person_is_held(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [OPERA, {**RELAY, "last_name": None}], tmp_path)
    assert rows(ws, "delivery.held", "contact_id", "reason") == [{"contact_id": "r1", "reason": "no_person_name"}]


def test_a_number_with_letters_and_a_number_given_twice_are_held(ws: Workspace, tmp_path: Path) -> None:
    contacts = [
        {**PERSON, "contact_id": "a", "contact_nr": "A-7"},
        {**PERSON, "contact_id": "b", "contact_nr": "7"},
        {**PERSON, "contact_id": "c", "contact_nr": "7"},
    ]
    run(ws, contacts, tmp_path)
    assert rows(ws, "delivery.held", "contact_id", "reason") == [
        {"contact_id": "a", "reason": "number_form"},
        {"contact_id": "c", "reason": "number_twice"},
    ]


def test_held_contacts_have_no_notes(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [{**PERSON, "last_name": "="}], tmp_path)
    assert ws.count("delivery.held") == 1
    assert ws.count("delivery.note") == 0


def test_the_first_row_of_the_file_keeps_the_login_of_a_shared_email(ws: Workspace, tmp_path: Path) -> None:
    contacts = [
        {**PERSON, "contact_id": f"p{nr}", "contact_nr": nr, "email": address}
        for nr, address in (("1", "a@b.ch"), ("2", "A@B.ch"), ("3", "c@d.ch"))
    ]
    run(ws, contacts, tmp_path)
    assert rows(ws, "delivery.note", "contact_nr", "field", "rule", "outcome") == [
        {"contact_nr": "2", "field": "EMAIL1", "rule": "no_login", "outcome": "warned"}
    ]
    assert {row["EMAIL1"] for row in rows(ws, "delivery.operation", "EMAIL1")} == {"a@b.ch", "c@d.ch"}


def test_the_file_has_three_blank_rows_the_codes_and_the_data(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [PERSON], tmp_path)
    lines = (tmp_path / "import" / "contacts_insert.csv").read_bytes().decode("utf-8").split("\n")
    assert lines[:3] == [";" * 85] * 3
    assert lines[3] == ";".join(FIELD_CODES)
    assert lines[4].startswith("OPERA;*;INSERT;100;UNDEFINED;")
    assert lines[5:] == [""]


def test_a_file_has_quotes_doubled_and_nothing_escaped_against_spreadsheets(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [{**PERSON, "last_name": "@home", "remark": 'dit "le grand"; rappeler'}], tmp_path)
    text = (tmp_path / "import" / "contacts_insert.csv").read_text(encoding="utf-8")
    assert ';"dit ""le grand""; rappeler";;@home;' in text


def test_files_are_private_and_no_temporary_one_is_left(ws: Workspace, tmp_path: Path) -> None:
    run(ws, [PERSON], tmp_path)
    files = list((tmp_path / "import").iterdir())
    assert [file.name for file in files] == ["contacts_insert.csv"]
    assert files[0].stat().st_mode & 0o777 == 0o600


def test_no_contact_at_all_gives_a_file_with_its_head_only(ws: Workspace, tmp_path: Path) -> None:
    report = run(ws, [], tmp_path)
    assert report.rows_out == 0
    assert (tmp_path / "import" / "contacts_insert.csv").read_text(encoding="utf-8").count("\n") == 4


def test_many_rows_are_spread_over_numbered_files(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "file: {rows_per_file: 2, header_row: 1}\n")
    contacts = [{**PERSON, "contact_id": f"p{number}", "contact_nr": str(number)} for number in range(1, 6)]
    report = run(ws, contacts, tmp_path, book)
    files = sorted((tmp_path / "import").iterdir())
    assert [file.name for file in files] == [f"contacts_insert_00{number}.csv" for number in (1, 2, 3)]
    assert [len(file.read_text(encoding="utf-8").splitlines()) for file in files] == [3, 3, 2]
    assert report.figures["import_files"] == 3


def test_the_rows_of_the_downloaded_template_stand_above_the_codes(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "file: {head: template_head.csv}\n")
    (tmp_path / "rules" / "delivery" / "template_head.csv").write_text(
        "Groupe;x\nLibellé;y\nAide;z\n", encoding="utf-8"
    )
    run(ws, [PERSON], tmp_path, book)
    lines = (tmp_path / "import" / "contacts_insert.csv").read_text(encoding="utf-8").splitlines()
    # as wide as every other row
    assert lines[:3] == [row + ";" * (len(FIELD_CODES) - 2) for row in ("Groupe;x", "Libellé;y", "Aide;z")]
    assert lines[3] == ";".join(FIELD_CODES)


def test_a_template_with_too_few_rows_is_a_mistake_of_the_rules(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "file: {head: template_head.csv}\n")
    (tmp_path / "rules" / "delivery" / "template_head.csv").write_text("Groupe\n", encoding="utf-8")
    with pytest.raises(RuleErrors, match="3 stand above the header"):
        run(ws, [PERSON], tmp_path, book)


def test_a_project_maps_structure_types_to_its_codes(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "fields:\n  - {name: STRUCT_TYPE, codes: {École: SCHOOL}}\n")
    run(ws, [{**OPERA, "structure_type": "école"}], tmp_path, book)
    assert rows(ws, "delivery.operation", "STRUCT_TYPE") == [{"STRUCT_TYPE": "SCHOOL"}]


def test_a_field_switched_off_stays_empty(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "fields:\n  - {name: REMARK, enabled: false}\n")
    run(ws, [{**PERSON, "remark": "VIP"}], tmp_path, book)
    assert rows(ws, "delivery.operation", "REMARK") == [{"REMARK": None}]


def test_an_unknown_attribute_in_a_rule_is_told_with_its_line(ws: Workspace, tmp_path: Path) -> None:
    book = overlay(tmp_path / "rules", "fields:\n  - {name: REMARK, attribute: remarks}\n")
    with pytest.raises(RuleErrors, match=r"secutix\.yml:2 .*unknown attribute \"remarks\""):
        run(ws, [PERSON], tmp_path, book)


@pytest.mark.parametrize(("institution", "organization"), [("", "*"), ("X" * 16, "*"), ("OPERA", "ORG_TOO_LONG")])
def test_codes_that_the_format_cannot_hold_are_refused(
    ws: Workspace, tmp_path: Path, institution: str, organization: str
) -> None:
    with pytest.raises(UsageError):
        run(ws, [PERSON], tmp_path, institution=institution, organization=organization)


def test_the_protocol_tells_what_was_done_to_each_column(ws: Workspace, tmp_path: Path) -> None:
    contacts = [
        {**PERSON, "birth_date": "1980-02-03"},
        {**PERSON, "contact_id": "p2", "contact_nr": "101", "birth_date": "2030-01-01"},
    ]
    run(ws, contacts, tmp_path)
    step = next(row for row in rows(ws, "protocol.step") if row["to_column"] == "BIRTHDATE")
    assert (step["stage"], step["rule"], step["from_column"]) == ("delivery", "date", "birth_date")
    assert (step["rows_in"], step["rows_changed"], step["rows_refused"]) == (2, 1, 1)
    assert step["origin"].startswith("rules/delivery/secutix.yml:")
    assert json.loads(step["parameters"])["kinds"] == ["individual", "relay"]


def test_the_bytes_do_not_depend_on_the_order_of_contacts_or_on_threads(tmp_path: Path) -> None:
    contacts = [OPERA, RELAY, PERSON, {**PERSON, "contact_id": "p2", "contact_nr": "7", "email": "a@b.ch"}]
    found = []
    for number, (order, threads) in enumerate([(contacts, 1), (contacts[::-1], 2)]):
        with Workspace.memory(threads=threads) as ws:
            ws.create(PROTOCOL_STEP)
            ws.execute("set preserve_insertion_order = false")
            run(ws, order, tmp_path / str(number))
        found.append((tmp_path / str(number) / "import" / "contacts_insert.csv").read_bytes())
    assert found[0] == found[1]
