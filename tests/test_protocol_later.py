"""Golden records and import files put to the proof: whatever was changed after the run is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.import_files import deliver_records
from engine.options import rule_books
from engine.presentation.protocol import protocol_data, write_protocol_json
from engine.progress import Silent
from engine.protocolling import Difference, Verification, load_protocol, verify
from engine.protocolling.later import choose_again
from engine.workspace import Workspace
from tests.conftest import given
from tests.test_protocolling import edited, options, run

TOML = '[[sources]]\nname = "crm"\npath = "incoming/crm.csv"\n'
CRM = """N° client;Nom;Prénom;Adresse;NPA;Ville;E-mail;Raison sociale
101;Petit;Anna;Rue Haute 1;1003;Lausanne;anna@x.ch;
102;PETIT;Anna;rue haute 1;1003;LAUSANNE;;
103;Martin;Zoé;Quai Neuf 5;1800;Vevey;zoe@x.ch;
104;;;Place Neuve 2;1204;Genève;info@opera.ch;Opéra
105;Favre;Luc;Rue du Lac 9;1800;Vevey;luc@opera.ch;Opéra
"""
LINKED = [
    ("crm:101", "individual", "crm:101", None),
    ("crm:102", "individual", "crm:101", None),
    ("crm:103", "individual", "crm:103", None),
    ("crm:104", "structure", "crm:104", "crm:104"),
    ("crm:105", "relay", "crm:105", "crm:104"),
]
"""record_id, kind, cluster, cluster of the structure: what the run linked."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after a run whose links are given: golden and delivery are its own."""
    root = tmp_path_factory.mktemp("later")
    (root / "assay.toml").write_text(TOML, encoding="utf-8")
    (root / "incoming").mkdir()
    (root / "incoming" / "crm.csv").write_text(CRM, encoding="utf-8")
    run(root)
    asked = replace(options(root), institution="OPERA")
    with Workspace.open(root / ".assay", threads=1, memory="500MB", fresh=False) as ws:
        names = ("record_id", "kind", "cluster_id", "structure_cluster_id")
        given(ws, "matching.cluster", [dict(zip(names, link, strict=True)) for link in LINKED])
        choose_again(ws, asked, Silent())
        deliver_records(ws, rule_books(asked.project)[0], asked, root / "out", Silent()).check()
        write_protocol_json(protocol_data(ws), root / "out")
    told = {"country": None, "institution": "OPERA", "organization": "*"}
    manifest = {"as_of": asked.as_of.isoformat(), "options": told}
    (root / "out" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(made, tmp_path / "p"))


def verified(root: Path) -> Verification:
    return verify(options(root), Silent())


def kinds(found: Verification) -> list[tuple[str, str]]:
    return [(one.kind, one.where) for one in found.differences]


def step(data: dict[str, Any], stage: str, column: str) -> dict[str, Any]:
    return next(step for step in data["steps"] if (step["stage"], step["to_column"]) == (stage, column))


def in_the_workspace(root: Path, sql: str) -> None:
    with duckdb.connect(str(root / ".assay" / "workspace.duckdb")) as connection:
        connection.execute(sql)


def test_what_nobody_touched_is_proven_to_the_byte(project: Path) -> None:
    found = verified(project)
    assert (found.differences, found.written, found.files, found.left) == ((), 26, 1, 0)
    assert found.chosen > 5


def test_without_the_workspace_the_later_steps_are_said_to_be_unproven(project: Path) -> None:
    shutil.rmtree(project / ".assay")
    steps = [step for step in load_protocol(project / "out")["steps"] if step["stage"] in ("golden", "delivery")]
    found = verified(project)
    assert (found.differences, found.chosen, found.written, found.left) == ((), 0, 0, len(steps))


def test_a_changed_import_file_is_found(project: Path) -> None:
    path = project / "out" / "import" / "contacts_insert.csv"
    path.write_bytes(path.read_bytes().replace(b"Lausanne", b"Lausanna"))
    (found,) = verified(project).differences
    assert (found.kind, found.where) == ("file", "import/contacts_insert.csv")


def test_a_file_that_was_added_or_taken_away_is_found(project: Path) -> None:
    folder = project / "out" / "import"
    (folder / "contacts_insert.csv").rename(folder / "more.csv")
    assert kinds(verified(project)) == [("file", "import/contacts_insert.csv"), ("file", "import/more.csv")]


def test_a_changed_contact_is_found_by_its_column(project: Path) -> None:
    in_the_workspace(project, "update golden.contact set town = 'Renens' where town = 'Lausanne'")
    assert kinds(verified(project)) == [("contacts", "town")]


def test_a_value_that_was_not_chosen_is_found(project: Path) -> None:
    """Who links other records than the run did, or chooses by other rules, makes other contacts."""
    in_the_workspace(project, "update matching.cluster set cluster_id = record_id where record_id = 'crm:102'")
    found = kinds(verified(project))
    assert ("differs", "first_name") in found
    assert ("contacts", "contact_id") in found
    assert ("file", "import/contacts_insert.csv") in found


def test_records_that_the_raw_files_do_not_give_are_found(project: Path) -> None:
    in_the_workspace(project, "update standardise.record set email = 'x@y.ch' where email is not null")
    assert kinds(verified(project)) == [("records", "email")]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda data: step(data, "delivery", "TOWN")["parameters"].update(max_length=3), "TOWN"),
        (lambda data: step(data, "delivery", "LASTNAME").update(rows_in=99), "LASTNAME"),
        (lambda data: step(data, "golden", "first_name").update(output_hash="0" * 16), "first_name"),
    ],
)
def test_a_changed_step_is_found(change: Callable[[dict[str, Any]], None], where: str, project: Path) -> None:
    edited(project, change)
    first: Difference = verified(project).differences[0]
    assert (first.kind, first.where) == ("differs", where)


def test_the_fields_are_those_of_the_protocol_and_not_the_rules_of_today(project: Path) -> None:
    rules = project / "rules" / "delivery" / "secutix.yml"
    rules.parent.mkdir(parents=True)
    rules.write_text("fields:\n  - {name: TOWN, max_length: 3}\n", encoding="utf-8")
    assert verified(project).differences == ()
