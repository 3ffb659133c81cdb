"""`assay rules`: what is in force and why, every mistake at once, copies and schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli import app
from engine.errors import RuleErrors
from engine.project import load_project
from engine.ruling import validate

TOML = 'name = "p"\n[[sources]]\nname = "crm"\npath = "incoming/crm.csv"\n'
MAPPING = (
    "source: crm\ncolumns:\n  - {header: Nom, attribute: last_name}\nsteps:\n  - {do: case, column: Nom, form: upper}\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules" / "mapping").mkdir(parents=True)
    (tmp_path / "expectations").mkdir()
    (tmp_path / "assay.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "rules" / "mapping" / "crm.yml").write_text(MAPPING, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def assay(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rules", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_all_files_are_listed_with_whose_they_are(project: Path) -> None:
    write(project, "rules/survivorship/numbers.yml", "why: mine\n")
    listed = dict(line.split(maxsplit=1) for line in assay("show")[1].splitlines())
    assert listed["rules/mapping/crm.yml"] == "project"
    assert listed["rules/mapping/headers.yml"] == "shipped"
    assert listed["rules/survivorship/numbers.yml"] == "shipped + project"


def test_the_origin_of_every_value_is_told(project: Path) -> None:
    write(project, "rules/survivorship/numbers.yml", "# mine\nwhy: mine\n")
    lines = assay("show", "numbers", "--origin")[1].splitlines()
    assert 'why: "mine"  # rules/survivorship/numbers.yml:2' in lines
    assert any("# shipped rules/survivorship/numbers.yml:" in line for line in lines)


@pytest.mark.parametrize("name", ["mapping/content", "survivorship/contact", "expectations/format", "mapping/crm"])
def test_what_is_shown_reads_back_as_what_is_in_force(project: Path, name: str) -> None:
    from engine.rulebook.registry import find_rule
    from engine.ruling import effective, known_rules

    here = load_project(project)
    shown = assay("show", name)[1]
    assert yaml.safe_load(shown) == effective(find_rule(name, known_rules(here)), here).data


def test_right_rules_are_right(project: Path) -> None:
    code, said, _ = assay("validate")
    assert (code, said.endswith("rule files are right\n")) == (0, True)


def test_every_mistake_of_every_file_is_said_at_once(project: Path) -> None:
    write(
        project, "rules/mapping/crm.yml", MAPPING.replace("form: upper", "form: uper").replace("last_name", "lastname")
    )
    write(project, "rules/mapping/cmr.yml", "source: cmr\ncolumns: []\n")
    write(project, "rules/mapping/other.yml", "source: crm\ncolumns: []\n")
    write(project, "rules/survivorship/contacts.yml", "x: 1\n")
    write(project, "rules/survivorship/numbers.yml", "rangs: []\n")
    write(project, "expectations/contact.yml", "expectations:\n  - {name: x, type: expect_nothing}\n")
    with pytest.raises(RuleErrors) as raised:
        validate(load_project(project))
    found = {f"{Path(one.file).name}:{one.line}": one.message for one in raised.value.problems}
    assert "Did you mean last_name" in found["crm.yml:3"]
    assert "'upper'" in found["crm.yml:5"]
    assert "Did you mean crm?" in found["cmr.yml:1"]
    assert "must be called rules/mapping/crm.yml" in found["other.yml:1"]
    assert "Did you mean rules/survivorship/contact.yml" in found["contacts.yml:1"]
    assert "Did you mean ranges" in found["numbers.yml:1"]
    assert any(key.startswith("contact.yml:") for key in found)
    code, _, said = assay("validate")
    assert (code, "crm.yml:5" in said) == (2, True)


def test_a_word_that_is_no_preference_is_found_without_a_run(project: Path) -> None:
    write(project, "rules/survivorship/contact.yml", "attributes:\n  email:\n    letters: [valid, rows_agre]\n")
    code, _, said = assay("validate")
    assert code == 2
    assert "contact.yml:3" in said
    assert 'unknown preference "rows_agre"' in said
    assert "Did you mean rows_agree?" in said


def test_a_mapping_of_a_column_that_nothing_makes_is_found_without_a_run(project: Path) -> None:
    steps = "  - {do: constant, to: x, value: y, when: \"ID = '7'\"}\n"
    write(
        project,
        "rules/mapping/crm.yml",
        MAPPING.replace("columns:\n", "columns:\n  - {header: ID, attribute: source_key}\n") + steps,
    )
    with pytest.raises(RuleErrors, match="never single rows"):
        validate(load_project(project))


def test_a_shipped_file_is_copied_once_with_what_it_replaces_and_its_schema(project: Path) -> None:
    code, said, _ = assay("eject", "survivorship/numbers")
    assert code == 0
    copied = (project / "rules" / "survivorship" / "numbers.yml").read_text(encoding="utf-8")
    modeline, replaces = copied.splitlines()[:2]
    schema = modeline.rpartition("=")[2]
    assert json.loads((project / "rules" / "survivorship" / schema).read_text(encoding="utf-8"))["title"]
    assert "replaces rules/survivorship/numbers.yml" in replaces
    assert len(said.splitlines()) == 2
    assert assay("validate")[0] == 0
    assert assay("eject", "survivorship/numbers")[0] == 2
    assert assay("eject", "mapping/crm")[0] == 2


def test_schemas_are_printed_and_written(project: Path) -> None:
    printed = json.loads(assay("schema", "mapping/SOURCE")[1])
    assert printed["title"] == "rules/mapping/SOURCE.yml"
    code, said, _ = assay("schema", "--out", "schemas")
    assert code == 0
    assert "schemas/rules.mapping.SOURCE.json" in said.splitlines()
    assert assay("schema")[0] == 2


def test_rules_are_looked_at_outside_a_project_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert assay("show", "content")[0] == 0
    assert assay("validate")[0] == 0
    assert assay("eject", "content")[0] == 2
