"""The commands of milestone J as a person or a scheduler calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from engine.vocabulary import LANGUAGES
from tests.milestone.base import made, ran

CLIENTS = "Kundennr;Name;Vorname;E-Mail\n1;Dupont;Marie;canary@bluewin.ch\n2;Martin;Paul;\n"


def assay(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    (tmp_path / "control.csv").write_text("measure;value\nrows;2\nfilled E-Mail;2\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", [("status",), ("milestone",), ("sign", "data", "--by", "A"), ("handover",)])
def test_without_a_project_there_is_one_clear_message(command: tuple[str, ...], folder: Path) -> None:
    code, stdout, stderr = assay(*command)
    assert (code, stdout) == (2, "")
    assert "a milestone belongs to a project" in stderr


def test_a_scheduler_gets_an_exit_code_and_a_person_the_reason(folder: Path) -> None:
    made(folder)
    assert assay("status", "--as-of", "2026-11-01")[0] == 0
    code, stdout, stderr = assay("status", "--as-of", "2026-12-02", "--json")
    assert code == 1
    assert json.loads(stdout)["alarms"] == ["gate data", "step data_received"]
    assert "missed: gate data, step data_received" in stderr


def test_j_is_set_shown_and_written_as_a_calendar(folder: Path) -> None:
    made(folder)
    code, stdout, _ = assay("milestone", "--date", "2027-01-31", "--calendar", "j.ics", "--language", "de")
    assert code == 0
    assert "In die Produktion importieren" in stdout
    assert "date = 2027-01-31   # J" in (folder / "assay.toml").read_text(encoding="utf-8")
    assert (folder / "j.ics").read_bytes().count(b"BEGIN:VEVENT") == stdout.count("\n") - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_says_what_is_missing_and_ends_with_one(language: str, folder: Path) -> None:
    code, stdout, stderr = assay("receipt", "clients.csv", "--control", "control.csv", "--language", language)
    assert code == 1, stderr
    names = [Path(line).name for line in stdout.splitlines()]
    assert names == ["receipt.json", "receipt.html", "receipt.md"]
    told = json.loads((folder / "out/receipt/receipt.json").read_text(encoding="utf-8"))
    assert told["controls"]["missed"] == ["clients filled E-Mail"]
    assert told["sources"][0]["rows"] == 2
    for name in names:
        text = (folder / "out/receipt" / name).read_text(encoding="utf-8")
        assert told["sources"][0]["sha256"] in text
        assert "canary" not in text
        assert "Dupont" not in text


def test_a_receipt_of_what_is_complete_ends_with_nought(folder: Path) -> None:
    (folder / "control.csv").write_text("measure;value\nrows;2\n", encoding="utf-8")
    code, stdout, _ = assay("receipt", "clients.csv", "--control", "control.csv", "--json")
    assert code == 0
    assert json.loads(stdout)["complete"] is True


def test_a_second_extract_is_due_a_day_before_j(folder: Path) -> None:
    project = made(folder)
    (folder / "incoming").mkdir()
    (folder / "incoming/crm.csv").write_text(CLIENTS, encoding="utf-8")
    told = json.loads(assay("receipt", "--json", "--as-of", "2026-12-14")[1])
    assert (told["due"], told["days_late"]) == ("2026-12-01", 13)
    ran(project, sources={"crm": told["sources"][0]["sha256"]})
    assert json.loads(assay("receipt", "--json", "--as-of", "2026-12-14")[1])["days_late"] == 13
    (folder / "incoming/crm.csv").write_text(CLIENTS + "3;Keller;Eva;\n", encoding="utf-8")
    told = json.loads(assay("receipt", "--json", "--as-of", "2026-12-14")[1])
    assert (told["due"], told["days_late"]) == ("2026-12-14", 0)


def test_an_analysis_needs_something_to_look_at(folder: Path) -> None:
    code, stdout, stderr = assay("analyse")
    assert (code, stdout) == (2, "")
    assert "no files given" in stderr
