"""The lineage adds up: every value of every golden record has one source and one rule, whatever the records say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from engine.golden.attributes import value_sql
from engine.sql import identifier
from engine.tables import PROTOCOL_STEP
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace
from tests.golden.base import survive_base

POOLS: dict[str, list[Any]] = {
    "first_name": ["Hélène", "Helene", "HELENE", "Helen", None], "last_name": ["Roy", "Roi", "ROY", "de Roy", None],
    "title": ["MRS", "MR", None], "birth_date": [date(1980, 1, 1), date(1980, 5, 17), None],
    "language": ["fr", "de", None], "function": ["Directrice", "directrice", None],
    "organisation": ["Opéra SA", "OPERA", "Opera S.A.", None], "siret": ["40483304800022", None],
    "addr_line1": ["12 Rue Haute", "12 r. Haute", "3 Quai Bas", None], "house_number": ["12", "3", None],
    "street": ["Rue Haute", "Quai Bas", None], "postcode": ["1003", "1204", None],
    "town": ["Genève", "GENEVE", "Lausanne", None], "country": ["CH", "FR", None],
    "phone": ["+41216132111", "+41223101234", None], "mobile": ["+41794122517", "+33784641310", None],
    "email": ["a@x.ch", "b@x.ch", "b@gmail.com", None], "remark": ["loge", "rappeler", None],
    "updated_on": [date(2020, 3, 1), date(2024, 3, 1), None],
}  # fmt: skip


def record(dice: random.Random) -> dict[str, Any]:
    """Anything, e-mails and phones as lists too."""
    row = {name: dice.choice(pool) for name, pool in POOLS.items() if dice.random() < 0.7}
    row["emails"] = [row["email"]] if row.get("email") else []
    row["phones"] = [row[name] for name in ("phone", "mobile") if row.get(name)]
    return row


@pytest.fixture(scope="module", params=[1])
def survived(request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """Seventy contacts: of one record and of several, persons, structures, and persons who share one."""
    dice = random.Random(request.param)
    contacts: dict[str, list[dict[str, Any]]] = {}
    for number in range(70):
        kind = dice.choice(["individual", "individual", "structure", "relay"])
        shared = {} if kind == "individual" else {"structure": f"s{dice.randrange(12)}:1"}
        rows = [{**record(dice), "kind": kind, **shared} for _ in range(dice.choice([1, 1, 2, 3, 5]))]
        contacts[f"c{number}"] = rows
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        survive_base(ws, contacts)
        attributes = ", ".join(identifier(name) for name in CONTACT_ATTRIBUTES)
        ws.execute(
            f"create temp table told as from (select contact_id, {attributes} from golden.contact) "
            f"unpivot (value for attribute in ({attributes}))"
        )
        yield ws


def test_every_golden_value_has_exactly_one_source_and_rule_and_no_source_has_no_value(survived: Workspace) -> None:
    assert survived.value("select count(*) from told") > 500
    missing = survived.rows("select contact_id, attribute, value from told except all select * from lineage")
    stray = survived.rows("select * from lineage except all select contact_id, attribute, value from told")
    assert (missing, stray) == ([], [])
    assert survived.rows("select 1 from golden.choice where rule = '' or candidates < 1") == []


@pytest.fixture(autouse=True)
def lineage(survived: Workspace) -> None:
    survived.execute("create or replace temp view lineage as select contact_id, attribute, value from golden.choice")


def test_every_source_is_a_record_of_the_contact_or_of_its_structure(survived: Workspace) -> None:
    assert (
        survived.rows(
            """
            select choice.contact_id, choice.attribute from golden.choice as choice
            join golden.crosswalk as source using (record_id)
            join golden.contact as contact on contact.contact_id = choice.contact_id
            left join matching.cluster as theirs on theirs.record_id = choice.record_id
            where source.contact_id <> choice.contact_id and not exists (
                select 1 from golden.crosswalk as own join matching.cluster as mine using (record_id)
                where own.contact_id = choice.contact_id
                    and mine.structure_cluster_id = theirs.structure_cluster_id
            )
            """
        )
        == []
    )


@pytest.mark.parametrize("attribute", ["first_name", "last_name", "birth_date", "organisation", "mobile", "email"])
def test_the_source_says_the_value_unless_it_was_repaired(survived: Workspace, attribute: str) -> None:
    said = survived.rows(
        f"select choice.contact_id from golden.choice as choice join standardise.record as record using (record_id) "
        f"where attribute = $name and not repaired and choice.value is distinct from {value_sql(attribute)}",
        {"name": attribute},
    )
    assert said == []
