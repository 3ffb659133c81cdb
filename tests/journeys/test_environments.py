"""A run's import files applied to environments, as a person types it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from cli import app
from engine.faces.environments import confirmation
from engine.presentation.import_log import LOG_FILES


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def damaged(text: str) -> str:
    """The second contact without its institution, the third a second time, the fourth with an unknown operation."""
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith("INSTITUTION;")) + 1
    lines[first + 1] = lines[first + 1].replace("OPERA;", ";", 1)
    lines.insert(first + 3, lines[first + 2])
    lines[first + 4] = lines[first + 4].replace(";INSERT;", ";UPSERT;", 1)
    return "\n".join(lines)


@pytest.mark.gx
@pytest.mark.journey
def test_a_run_s_files_are_imported_whole_and_damage_is_listed_row_by_row(
    sample_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sample_run, "out", ignore=shutil.ignore_patterns(".assay"))
    files = sorted(Path("out/import").glob("*.csv"))
    assert assay("env", "create", "dev", "--institution", "OPERA")[0] == 0
    code, stdout, stderr = assay("apply", *files, "--env", "dev", "--json")
    assert code == 0, stderr
    (fact,) = json.loads(stdout)["files"]
    assert fact["applied"]
    assert fact["rows"] == fact["imported"] > 5
    # the writer leaves nothing that the reader would have to leave out
    assert fact["imported_with_changes"] == 0
    code, _, stderr = assay("apply", *files, "--env", "dev")
    assert code == 0
    assert "nothing was changed" in stderr
    (base,) = json.loads(assay("env", "list", "--json")[1])["environments"]
    assert base["active"] >= fact["rows"]
    assert base["files_applied"] == 1

    Path("damaged.csv").write_text(damaged(files[0].read_text(encoding="utf-8")), encoding="utf-8")
    assert assay("env", "create", "preprod", "--institution", "OPERA")[0] == 0
    code, _, stderr = assay("apply", "damaged.csv", "--env", "preprod", "--language", "fr", "--log", "log")
    assert code == 1, stderr
    with Path("log/not_imported.csv").open(encoding="utf-8-sig", newline="") as handle:
        listed = list(csv.DictReader(handle, delimiter=";"))
    assert [(row["Ligne"], row["Colonne"], row["Règle"]) for row in listed] == [
        ("6", "INSTITUTION", "institution_missing"),
        ("8", "CONTACT_NR", "number_twice"),
        ("9", "OPERATION", "operation_unknown"),
    ]
    assert listed[0]["Raison"] == "INSTITUTION est vide"
    told = json.loads(assay("env", "diff", "dev", "preprod", "--json")[1])
    assert (told["only_left"], told["only_right"], told["differing"]) == (2, 0, 0)
    names = {path.name for path in Path("log").iterdir()}
    assert names == set(LOG_FILES)
    sheet = openpyxl.load_workbook("log/import_log.xlsx").active
    assert sheet is not None
    assert sheet.max_row >= 4


CONTACTS = """\
INSTITUTION;ORGANIZATION;OPERATION;CONTACT_NR;LASTNAME;EMAIL1;=cmd|' /C calc'!A0
OPERA;*;INSERT;1;Secretname;hidden@example.org;
OPERA;*;INSERT;1;Secretname;hidden@example.org;
OPERA;*;INSERT;Secretnumber;Secretname;broken@;
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("assay.toml").write_text('institution = "OPERA"\nlanguage = "de"\n', encoding="utf-8")
    Path("contacts.csv").write_text(CONTACTS, encoding="utf-8")
    return tmp_path


def test_no_value_of_a_contact_and_no_formula_gets_into_a_log(project: Path) -> None:
    assert assay("env", "create", "dev")[0] == 0
    code, stdout, stderr = assay("apply", "contacts.csv", "--env", "dev", "--json")
    assert code == 1, stderr
    texts = [stdout, stderr, *((project / "out/log/dev" / name).read_text("utf-8", "replace") for name in LOG_FILES)]
    sheet = openpyxl.load_workbook(project / "out/log/dev/import_log.xlsx").active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    for value in ("Secret", "hidden@", "broken@"):
        assert not any(value in text for text in [*texts, *cells])
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "\n=cmd" not in texts[3]
    assert ";=cmd" not in texts[3]
    assert "Die Kontaktnummer besteht nicht aus 1 bis 20 Ziffern" in texts[2]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("apply", "contacts.csv", "--env", "nowhere"), 2, "no environment nowhere"),
        (("apply", "contacts.csv", "--env", "prod"), 2, "production"),
        (("apply", "none.csv", "--env", "dev"), 3, "no such file"),
        (("apply", "assay.toml", "--env", "dev"), 3, "none of the first 10 rows"),
        (("env", "diff", "dev", "nowhere"), 2, "no environment nowhere"),
        (("env", "copy", "dev", "dev"), 2, "onto itself"),
        (("env", "create", "dev"), 2, "already"),
        (("env", "sales", "dev", "--list", "assay.toml"), 3, "no contact number"),
    ],
)
def test_a_mistake_ends_in_one_message_and_its_exit_code(
    arguments: tuple[str, ...], code: int, told: str, project: Path
) -> None:
    for name in ("dev", "prod"):
        assert assay("env", "create", name)[0] == 0
    found, stdout, stderr = assay(*arguments)
    assert (found, stdout) == (code, "")
    assert told in stderr


def test_production_is_changed_when_the_command_line_says_so(project: Path) -> None:
    assert assay("env", "create", "prod")[0] == 0
    assert assay("apply", "contacts.csv", "--env", "prod", "--yes-production")[0] == 1
    (base,) = json.loads(assay("env", "list", "--json")[1])["environments"]
    assert (base["name"], base["active"], base["production"]) == ("prod", 1, True)


@pytest.mark.parametrize(
    ("typed", "terminal", "granted"), [("prod\n", True, True), ("yes\n", True, False), ("prod\n", False, False)]
)
def test_production_wants_its_name_typed_on_a_terminal(
    typed: str, terminal: bool, granted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.StringIO(typed)
    monkeypatch.setattr(stdin, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stdin", stdin)
    assert confirmation(False).ask("prod") is granted
