"""Review: questions out into a workbook, answers back into decisions.jsonl."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import get_args

import openpyxl
import pytest

from engine.errors import SourceError
from engine.judgement import read_decisions
from engine.judgement.answers import ANSWERS, HEADS, SHEET
from engine.review import Taken, export_review, import_review
from engine.vocabulary import Language
from engine.workspace import Workspace
from tests.conftest import given

HOSTILE = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "http://example.org/x", "Ren\x07é", "x" * 40_000]


@pytest.fixture(autouse=True)
def base(ws: Workspace) -> None:
    names = [*HOSTILE, "Roy", "ROY"]
    given(ws, "standardise.record", [{"last_name": name, "first_name": "Ann"} for name in names])
    given(
        ws, "matching.cluster", [{"cluster_id": f"c{number}", "kind": "individual"} for number, _ in enumerate(names)]
    )
    given(
        ws,
        "matching.pair",
        [
            {"record_id_l": f"r{number}", "record_id_r": f"r{number + 1}", "outcome": "ask", "match_probability": 0.5}
            for number in (1, 3, 5, 7)
        ],
    )


def export(ws: Workspace, folder: Path, language: Language = "en", decisions: Path | None = None) -> Path:
    path = folder / "review.xlsx"
    export_review(ws, decisions, path, language=language, limit=10, as_of=date(2026, 11, 22))
    return path


def answer(path: Path, answers: dict[str, str], language: Language = "en", *, side: int = 0) -> None:
    """Fill the answer cell of each question that has the record, in its first or second row."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    head = [cell.value for cell in sheet[2]]
    place = {name: head.index(word) + 1 for name, word in HEADS[language].items()}
    for row in range(3, sheet.max_row + 1, 2):
        said = answers.get(str(sheet.cell(row, place["record"]).value))
        if said:
            sheet.cell(row + side, place["answer"]).value = said
            sheet.cell(row, place["why"]).value = "phoned"
    book.save(path)


def take(ws: Workspace, folder: Path, path: Path) -> Taken:
    return import_review(ws, folder / "decisions.jsonl", path, by="Ana", at="2026-11-22T10:00:00+01:00")


@pytest.mark.parametrize("language", get_args(Language))
def test_answers_come_back_in_every_language(ws: Workspace, tmp_path: Path, language: Language) -> None:
    path, words = export(ws, tmp_path, language), ANSWERS[language]
    answer(path, {"r1": words["match"], "r3": words["no_match"].upper(), "r5": words["unsure"]}, language)
    assert take(ws, tmp_path, path) == Taken(answers=3, added=3, unknown=0)
    found = {(one.record_id_l, one.record_id_r): one for one in read_decisions(tmp_path / "decisions.jsonl")}
    assert {pair: one.judgement for pair, one in found.items()} == {
        ("r1", "r2"): "match",
        ("r3", "r4"): "no_match",
        ("r5", "r6"): "unsure",
    }
    assert {(one.by, one.why) for one in found.values()} == {("Ana", "phoned")}


def test_the_answer_may_stand_in_the_second_row_too(ws: Workspace, tmp_path: Path) -> None:
    path = export(ws, tmp_path)
    answer(path, {"r1": "yes"}, side=1)
    assert take(ws, tmp_path, path).added == 1


def test_importing_twice_adds_nothing_and_answered_pairs_are_not_exported_again(ws: Workspace, tmp_path: Path) -> None:
    path = export(ws, tmp_path)
    answer(path, {"r1": "yes"})
    assert [take(ws, tmp_path, path).added for _ in range(2)] == [1, 0]
    export(ws, tmp_path, decisions=tmp_path / "decisions.jsonl")
    sheet = openpyxl.load_workbook(path)[SHEET]
    assert sheet.max_row == 2 + 2 * 3


def test_no_name_becomes_a_formula_a_link_or_a_broken_file(ws: Workspace, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(export(ws, tmp_path))[SHEET]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    shown = {str(cell.value) for cell in cells}
    assert {"=1+1", "@SUM(A1)", "http://example.org/x", "Ren é"} <= shown
    assert max(len(text) for text in shown) == 32_767


def test_the_same_questions_give_the_same_bytes(ws: Workspace, tmp_path: Path) -> None:
    assert export(ws, tmp_path).read_bytes() == export(ws, tmp_path).read_bytes()


def test_wrong_answers_are_all_told_by_row_and_nothing_is_taken(ws: Workspace, tmp_path: Path) -> None:
    path = export(ws, tmp_path)
    answer(path, {"r1": "perhaps", "r3": "yes"})
    book = openpyxl.load_workbook(path)
    book[SHEET].cell(6, 3).value = "no"
    book.save(path)
    with pytest.raises(SourceError, match=r"row 3: the answer is none(.|\n)*row 5: its two rows are answered differ"):
        take(ws, tmp_path, path)
    assert not (tmp_path / "decisions.jsonl").exists()


def test_answers_that_contradict_earlier_decisions_are_refused_with_the_chain(ws: Workspace, tmp_path: Path) -> None:
    said = [("r1", "r9"), ("r9", "r2")]
    (tmp_path / "decisions.jsonl").write_text(
        "".join(json.dumps({"record_id_l": a, "record_id_r": b, "judgement": "match"}) + "\n" for a, b in said)
    )
    path = export(ws, tmp_path)
    answer(path, {"r1": "no"})
    with pytest.raises(SourceError, match="r1 and r2 are kept apart, but joined by: r1 = r9 = r2"):
        take(ws, tmp_path, path)
    assert len(read_decisions(tmp_path / "decisions.jsonl")) == 2


def test_a_decision_is_not_glued_to_a_torn_last_line(ws: Workspace, tmp_path: Path) -> None:
    torn = json.dumps({"record_id_l": "a", "record_id_r": "b", "judgement": "match"})
    (tmp_path / "decisions.jsonl").write_text(torn)
    path = export(ws, tmp_path)
    answer(path, {"r1": "yes"})
    take(ws, tmp_path, path)
    assert len(read_decisions(tmp_path / "decisions.jsonl")) == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"Nom;Prenom\n"])
def test_a_file_that_is_no_workbook_is_refused(ws: Workspace, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"not an Excel workbook"):
        take(ws, tmp_path, path)


def test_another_workbook_is_refused(ws: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(SourceError, match="no sheet"):
        take(ws, tmp_path, tmp_path / "other.xlsx")
