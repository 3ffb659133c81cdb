"""The protocol put to the proof: a replay gives the same or says which step does not, two extracts are compared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from engine.errors import UsageError
from engine.options import RunOptions, project_options
from engine.preparing import prepare
from engine.presentation.protocol import protocol_data, read_protocol, write_protocol_json
from engine.presentation.protocol_kept import keep_protocol, kept_names
from engine.progress import Silent
from engine.project import load_project
from engine.protocolling import compare, load_protocol, mappings_of, verify
from engine.workspace import Workspace

TOML = """name = "p"
[[sources]]
name = "crm"
path = "incoming/crm.csv"
[[sources]]
name = "addresses"
path = "incoming/addresses.csv"
"""
CRM = "ID;NOM;Code;Naissance;Mail\n1;ZORGVLIED, jean;1;31.12.1999;A@zorg.ch\n2;müller, anna;2;3.2.01;anna\n3;;9;;\n"
ADDRESSES = "cid;rue;type\n1;Rue A 1;H\n1;Rue B 2;P\n2;Rue C 3;H\n9;Rue D;H\n"
MAPPING = """source: crm
columns:
  - {header: ID, attribute: source_key}
  - {header: Nom, attribute: last_name}
  - {header: Prénom, attribute: first_name}
  - {header: Titre, attribute: title}
  - {header: Naissance, attribute: birth_date}
  - {header: Mail, attribute: email}
  - {header: Rue, attribute: addr_line1}
join:
  - {table: addresses, on: {ID: cid}, where: "type = 'H'", take: {rue: Rue}}
tables:
  titles: {file: titles.csv}
steps:
  - {do: split, column: NOM, by: ",", into: [Nom, Prénom]}
  - {do: rename, column: Code, to: Titre}
  - {do: case, column: Nom, form: proper}
  - {do: lookup, column: Titre, table: titles, otherwise: empty}
  - {do: date, column: Naissance, reads: ["%d.%m.%Y", "%d.%m.%y"]}
  - {do: standardise, column: Mail, with: email}
  - {do: formula, to: Prénom, value: '=NOMPROPRE([Prénom])', when: "Nom is not null"}
"""


def options(root: Path) -> RunOptions:
    return project_options(
        load_project(root), RunOptions((), root / "out", root / ".assay", date(2026, 11, 22), threads=1, memory="1GB")
    )


def run(root: Path) -> None:
    """Prepare the records and write what a verification reads: protocol.json and the manifest's day and country."""
    shutil.rmtree(root / ".assay", ignore_errors=True)
    prepare(options(root), Silent())
    with Workspace.open(root / ".assay", threads=1, memory="500MB", fresh=False) as ws:
        (root / "out").mkdir(exist_ok=True)
        write_protocol_json(protocol_data(ws), root / "out")
    manifest = {"as_of": "2026-11-22", "options": {"country": None}}
    (root / "out" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a mapping of its own, prepared once."""
    root = tmp_path_factory.mktemp("project")
    for name, text in {
        "assay.toml": TOML,
        "incoming/crm.csv": CRM,
        "incoming/addresses.csv": ADDRESSES,
        "rules/mapping/crm.yml": MAPPING,
        "rules/mapping/titles.csv": "code;titre\n1;M.\n2;Mme\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    run(root)
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(made, tmp_path / "p"))


def edited(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = root / "out" / "protocol.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def step_of(data: dict[str, Any], rule: str) -> dict[str, Any]:
    return next(step for step in data["steps"] if step["rule"] == rule)


def test_a_replay_gives_the_same_counts_and_fingerprints_and_leaves_nothing_behind(project: Path) -> None:
    found = verify(options(project), Silent())
    assert found.differences == ()
    assert found.replayed == len(load_protocol(project / "out")["steps"]) > 15
    assert not (project / ".assay" / "replay").exists()


def test_a_replay_takes_nothing_from_the_rules_of_today(project: Path) -> None:
    (project / "rules" / "mapping" / "crm.yml").write_text("source: crm\ncolumns: []\n", encoding="utf-8")
    (project / "rules" / "mapping" / "titles.csv").unlink()
    assert verify(options(project), Silent()).differences == ()


def test_a_file_that_is_not_the_one_of_the_protocol_is_named(project: Path) -> None:
    path = project / "incoming" / "crm.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("anna", "Anna"), encoding="utf-8")
    found = verify(options(project), Silent())
    assert [(one.kind, one.where) for one in found.differences] == [("source", "crm")]


def test_a_changed_parameter_is_found_at_its_step_first(project: Path) -> None:
    edited(project, lambda data: step_of(data, "case")["parameters"].update(form="upper"))
    found = verify(options(project), Silent())
    first = found.differences[0]
    assert (first.kind, first.where) == ("differs", "crm Nom")
    assert "output_hash" in first.fields
    assert "ZORG" not in str(found).upper()


def test_a_changed_lookup_table_is_found(project: Path) -> None:
    edited(project, lambda data: step_of(data, "lookup")["parameters"]["tables"]["titles"].update({"1": "Mme"}))
    assert verify(options(project), Silent()).differences[0].where == "crm Titre"


def test_a_changed_count_is_found(project: Path) -> None:
    edited(project, lambda data: step_of(data, "date").update(rows_changed=99))
    (found,) = verify(options(project), Silent()).differences
    assert found.fields == {"rows_changed": (99, 2)}


@pytest.mark.parametrize(
    "harm",
    [
        lambda step: step["parameters"].update(form="sideways"),
        lambda step: step["parameters"].update(do="delete"),
        lambda step: step.update(parameters=["x"]),
        lambda step: step["parameters"].update(when="exists(select 1)"),
        lambda step: step["parameters"].update(step="first"),
    ],
)
def test_damaged_parameters_are_refused_not_run(project: Path, harm: Callable[[dict[str, Any]], None]) -> None:
    edited(project, lambda data: harm(step_of(data, "case")))
    with pytest.raises(UsageError, match="cannot be replayed"):
        mappings_of(load_protocol(project / "out"))


def test_no_protocol_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no protocol"):
        load_protocol(tmp_path)
    (tmp_path / "protocol.json").write_text("[1]", encoding="utf-8")
    assert read_protocol(tmp_path / "protocol.json") is None


def test_a_second_extract_shows_other_counts_and_changed_steps(project: Path) -> None:
    before = load_protocol(project / "out")
    (project / "incoming" / "crm.csv").write_text(CRM + "4;NOIR, eva;1;1.1.1980;e@x.ch\n", encoding="utf-8")
    path = project / "rules" / "mapping" / "crm.yml"
    text = path.read_text(encoding="utf-8").replace("column: Nom, form: proper", "column: Nom, form: upper")
    path.write_text(text + "  - {do: constant, to: Pays, value: CH}\n", encoding="utf-8")
    run(project)
    found = {(one.kind, one.where): one.fields for one in compare(before, load_protocol(project / "out"))}
    assert found["changed", "crm Nom"]["parameters"][1]["form"] == "upper"  # type: ignore[index]
    assert ("added", "crm Pays") in found
    assert found["counts", "crm Prénom"]["rows_in"] == (2, 3)
    assert compare(before, before) == []
    assert ("removed", "crm Pays") in {(one.kind, one.where) for one in compare(load_protocol(project / "out"), before)}


def test_protocols_are_kept_by_extract(project: Path) -> None:
    keep_protocol(project, project / "out", "first")
    keep_protocol(project, project / "nowhere", "second")
    assert kept_names(project) == ["first"]


def test_the_command_shows_verifies_and_compares(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    keep_protocol(project, project / "out", "rehearsal")

    def assay(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["protocol", *arguments])
        return result.exit_code, result.stdout, result.stderr

    code, shown, _ = assay("--language", "fr")
    assert code == 0
    assert "une majuscule au début de chaque mot" in shown
    assert "rules/mapping/crm.yml:16" in shown
    assert "ZORG" not in shown.upper()
    assert assay("--diff", "rehearsal")[1] == "The steps are the same.\n"
    code, _, said = assay("--diff", "rehearsel")
    assert (code, "there are: rehearsal" in said) == (2, True)
    code, shown, said = assay("--verify", "--threads", "1")
    assert (code, "the same counts" in shown) == (0, True), said
    edited(project, lambda data: step_of(data, "case")["parameters"].update(form="upper"))
    code, shown, _ = assay("--verify", "--threads", "1", "--language", "de")
    assert (code, shown.startswith("Schritt ")) == (1, True)
    code, shown, _ = assay("--diff", "rehearsal", "--json")
    assert [one["kind"] for one in json.loads(shown)["differences"]] == ["changed"]
