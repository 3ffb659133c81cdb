"""The sample workflow and the pre-commit hook do what the how-to says."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from docs.build import ROOT
from tests.support.yaml_files import read_yaml

SAMPLES = ROOT / "docs" / "sample" / "ci"
HEAD = "Nr;Anrede;Vorname;Nachname;Strasse;PLZ;Ort;Land;Telefon;E-Mail\n"
GOOD = "1;Frau;Anna;Muster;Bahnhofstrasse 12;8001;Zürich;CH;044 123 45 67;anna@muster.ch\n"
BAD = "2;Herr;;;Bahnhofstrasse 12;8001;Zürich;CH;044 123 45 67;nobody\n"


def loaded(path: Path) -> Any:
    return read_yaml(path)


def commands() -> list[list[str]]:
    """The arguments of every ``run: assay ...`` of the workflow."""
    steps = loaded(SAMPLES / "contacts.yml")["jobs"]["check"]["steps"]
    runs = [shlex.split(step["run"]) for step in steps if step.get("run", "").startswith("assay ")]
    assert len(runs) == 2
    return [run[1:] for run in runs]


def expanded(arguments: list[str]) -> list[str]:
    """As the shell would: patterns become the files they match."""
    return [
        name
        for argument in arguments
        for name in (sorted(str(path) for path in Path().glob(argument)) if "*" in argument else [argument])
    ]


@pytest.fixture
def contacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contacts").mkdir()
    (tmp_path / "contacts" / "a.csv").write_text(HEAD + GOOD, encoding="utf-8")
    return tmp_path / "contacts"


@pytest.mark.gx
@pytest.mark.parametrize("arguments", commands(), ids=["github", "sarif"])
def test_the_workflow_s_commands_pass_a_good_file_and_stop_a_bad_one(arguments: list[str], contacts: Path) -> None:
    assert CliRunner().invoke(app, expanded(arguments)).exit_code == 0
    (contacts / "b.csv").write_text(HEAD + GOOD + BAD, encoding="utf-8")
    result = CliRunner().invoke(app, expanded(arguments))
    assert result.exit_code == 1
    assert "::error " in result.stdout or Path("assay.sarif").is_file()


def test_the_workflow_triggers_on_the_files_it_checks() -> None:
    workflow = loaded(SAMPLES / "contacts.yml")
    triggers = workflow[True]  # YAML 1.1 reads the key `on` so; GitHub does not
    assert {path for trigger in triggers.values() for path in trigger["paths"]} == {"contacts/**"}
    assert all("contacts/*.csv" in arguments for arguments in commands())


@pytest.mark.gx
def test_the_hook_s_entry_checks_the_files_pre_commit_hands_it(contacts: Path) -> None:
    (hook,) = loaded(ROOT / ".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language", "types_or"} <= set(hook)
    program, *entry = shlex.split(hook["entry"])
    assert program == "assay"
    (config,) = loaded(SAMPLES / "pre-commit-config.yaml")["repos"]
    (used,) = config["hooks"]
    assert used["id"] == hook["id"]
    call = [*entry, *map(str, used["args"]), "contacts/a.csv"]
    assert CliRunner().invoke(app, call).exit_code == 0
    (contacts / "b.csv").write_text(HEAD + BAD, encoding="utf-8")
    assert CliRunner().invoke(app, [*call, "contacts/b.csv"]).exit_code == 1


def test_the_program_the_hook_names_is_installed() -> None:
    assert (Path(sys.executable).parent / "assay").is_file()
