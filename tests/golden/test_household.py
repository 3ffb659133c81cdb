"""Households: one home and one surname, named and never merged, carried by a criterion where a project asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import RuleErrors
from engine.golden import name_households
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.delivery.test_deliver import PERSON, overlay, run

HOME = {"postcode": "1204", "street": "Rue du Rhône", "house_number": "12", "country": "CH"}


def people(ws: Workspace, *contacts: dict[str, Any]) -> dict[str, str]:
    """Contacts c1, c2 ... with numbers 1, 2 ...; contact_id -> household of those that have one."""
    said = [
        {"contact_id": f"c{n}", "contact_nr": str(n), "kind": "individual", "records": 1, **HOME, **contact}
        for n, contact in enumerate(contacts, start=1)
    ]
    given(ws, "golden.contact", said)
    name_households(ws, RuleBook())
    return {row["contact_id"]: row["household"] for row in rows(ws, "golden.household", "contact_id", "household")}


def test_a_couple_and_the_child_with_a_double_name_are_one_household_called_after_the_smallest_number(
    ws: Workspace,
) -> None:
    named = [{"last_name": "Favre", "contact_nr": "0900"}, {"last_name": "Meier"}, {"last_name": "Favre-Meier"}]
    found = people(ws, *named, {"last_name": "FAVRÉ", "house_number": "14"})
    assert found == {"c1": "H2", "c2": "H2", "c3": "H2"}
    assert {row["household_name"] for row in rows(ws, "golden.household", "household_name")} == {"Meier"}
    assert ws.count("golden.contact") == 4


def test_flat_mates_a_particle_and_a_structure_make_no_household(ws: Workspace) -> None:
    mates = [{"last_name": "von Gunten"}, {"last_name": "von Allmen"}, {"last_name": "Rey"}]
    assert people(ws, *mates, {"last_name": "Rey", "kind": "relay"}, {"last_name": None}) == {}


def test_a_street_without_a_number_is_no_home(ws: Workspace) -> None:
    nowhere = {"last_name": "Rey", "house_number": None, "addr_line1": "Rue du Rhône"}
    assert people(ws, nowhere, nowhere) == {}


def test_more_people_of_one_name_than_a_family_has_are_none(ws: Workspace) -> None:
    assert people(ws, *[{"last_name": "Rey"}] * 9) == {}
    assert len(people(ws, *[{"last_name": "Rey"}] * 8)) == 8


def test_the_order_of_contacts_changes_nothing(ws: Workspace) -> None:
    chain = [{"last_name": f"Name{n} Name{n + 1}"} for n in range(1, 7)]
    first = people(ws, *chain)
    again = people(ws, *[{**chain[5 - n], "contact_id": f"c{6 - n}", "contact_nr": str(6 - n)} for n in range(6)])
    assert first == again == {f"c{n}": "H1" for n in range(1, 7)}


def test_a_project_sends_households_as_a_criterion(ws: Workspace, tmp_path: Path) -> None:
    rule = "{name: CRIT05, attribute: household, form: criterion, criterion: HOUSEH, kinds: [individual], why: x}"
    book = overlay(tmp_path / "rules", f"fields:\n  - {rule}\n")
    given(ws, "golden.household", [{"contact_id": PERSON["contact_id"], "household": "H100", "members": 2}])
    run(ws, [PERSON, {**PERSON, "contact_id": "p2", "contact_nr": "101"}], tmp_path, book)
    assert [row["CRIT05"] for row in rows(ws, "delivery.operation", "row_no", "CRIT05")] == ["HOUSEH=H100", None]


def test_a_misspelt_attribute_is_still_a_mistake(tmp_path: Path) -> None:
    rule = "{name: CRIT05, attribute: households, form: criterion, criterion: HOUSEH, kinds: [individual], why: x}"
    with pytest.raises(RuleErrors, match="households"):
        overlay(tmp_path / "rules", f"fields:\n  - {rule}\n").load("delivery/secutix.yml", DeliveryRules)
