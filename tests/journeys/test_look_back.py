"""After a run: trace, explain, evaluate and review on what it left, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from cli import app

pytestmark = [pytest.mark.gx, pytest.mark.journey]

CONTACTS = """\
No;Nom;Prénom;E-mail;Téléphone;Adresse;CP;Ville
1;Dupont;Marie;marie.dupont@example.org;022 310 12 34;Rue du Rhône 12;1204;Genève
2;DUPONT;MARIE;Marie.Dupont@example.org;+41 22 310 12 34;rue du Rhône 12;1204;GENEVE
3;Martin;Paul;paul.martin@example.net;021 613 21 11;Avenue de la Gare 3;1003;Lausanne
4;Martin;Regula;;;Avenue de la Gare 3;1003;Lausanne
"""


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    source = folder / "contacts.csv"
    source.write_text(CONTACTS, encoding="utf-8")
    code, _, stderr = assay("init", folder / "p", "--from", source)
    assert code == 0, stderr
    return folder / "p"


@pytest.fixture(autouse=True)
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    if not (project / "out").exists():
        code, _, stderr = assay("run", "--as-of", "2026-11-22")
        assert code == 0, stderr


def test_a_number_is_traced_to_its_lines_and_to_its_import_row() -> None:
    code, stdout, stderr = assay("trace", "contacts#2", "--json")
    assert code == 0, stderr
    told = json.loads(stdout)
    assert sorted(record["line_no"] for record in told["records"]) == [1, 2]
    assert told["contact"]["records"] == 2
    assert told["operations"][0]["fields"]["CONTACT_NR"] == told["contact"]["contact_nr"]
    by_number = json.loads(assay("trace", told["contact"]["contact_nr"], "--json")[1])
    assert by_number["contact"] == told["contact"]


def test_two_rows_of_one_person_are_explained_and_drawn(project: Path) -> None:
    code, stdout, stderr = assay("explain", "contacts#1", "contacts#2", "--chart", project / "w.svg", "--json")
    assert code == 0, stderr
    told = json.loads(stdout)
    assert told["fate"] == "merged"
    assert told["steps"][-1]["so_far"] == pytest.approx(told["match_weight"], abs=0.06)
    drawing = (project / "w.svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg")
    assert "dupont" not in drawing.lower()


def test_nothing_is_drawn_where_nothing_was_compared(project: Path) -> None:
    code, _, stderr = assay("explain", "contacts#1", "contacts#3", "--chart", project / "none.svg")
    assert code == 2
    assert "never compared" in stderr
    assert not (project / "none.svg").exists()


def test_a_run_is_measured_and_a_gate_on_f1_gives_its_exit_code(project: Path) -> None:
    truth = project / "truth.csv"
    truth.write_text("source,line_no,entity_id\ncontacts,1,a\ncontacts,2,a\ncontacts,3,b\ncontacts,4,c\n")
    code, stdout, _ = assay("match", "evaluate", "--truth", truth, "--json", "--min-f1", "1")
    assert (code, json.loads(stdout)["total"]["f1"]) == (0, 1.0)
    truth.write_text("source,line_no,entity_id\ncontacts,1,a\ncontacts,2,b\ncontacts,3,c\ncontacts,4,d\n")
    assert assay("match", "evaluate", "--truth", truth, "--min-f1", "0.9")[0] == 1


def test_an_answer_in_the_workbook_parts_a_contact_on_the_next_run(project: Path) -> None:
    book = project / "review.xlsx"
    code, _, stderr = assay("review", "--export", book)
    assert code == 0, stderr
    sheet_book = openpyxl.load_workbook(book)
    sheet = sheet_book["review"]
    # answer about the first two lines, whatever the model asked
    first, second = (
        json.loads(assay("trace", name, "--json")[1])["records"][at]["record_id"]
        for name, at in (("contacts#1", 0), ("contacts#1", 1))
    )
    head = [cell.value for cell in sheet[2]]
    for row, record in ((3, first), (4, second)):
        sheet.cell(row, head.index("No.") + 1).value = "1"
        sheet.cell(row, head.index("Record") + 1).value = record
    sheet.cell(3, head.index("Answer") + 1).value = "no"
    sheet_book.save(book)
    code, _, stderr = assay("review", "--import", book, "--by", "Ana")
    assert code == 0, stderr
    assert assay("run", "--as-of", "2026-11-22")[0] == 0
    told = json.loads(assay("explain", "contacts#1", "contacts#2", "--json")[1])
    assert (told["together"], told["fate"]) == (False, "kept apart")


def test_a_look_back_without_a_run_says_what_to_do(tmp_path: Path) -> None:
    code, _, stderr = assay("trace", "x", "--out", tmp_path)
    assert code == 2
    assert "assay run" in stderr
