"""Workbooks: every sheet a source, all cells text, hostile files refused."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from engine.errors import SourceError
from engine.intake import SourceFile
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage

Write = Callable[[str, str | bytes], Path]
Sheets = dict[str, dict[tuple[int, int], object]]


def workbook(path: Path, sheets: Sheets) -> Path:
    book = xlsxwriter.Workbook(str(path))
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for (row, column), value in cells.items():
            if isinstance(value, datetime.datetime):
                sheet.write_datetime(row, column, value, date)
            else:
                sheet.write(row, column, value)
    book.close()
    return path


def table(*lines: list[object], top: int = 0) -> dict[tuple[int, int], object]:
    return {
        (top + row, column): value for row, line in enumerate(lines) for column, value in enumerate(line) if value != ""
    }


def test_a_workbook_is_read_as_text_with_iso_dates(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    sheet = table(["Nom", "CP", "Naissance"], ["Dupré", "01000", datetime.datetime(1976, 12, 1)], ["Meier", 8001, ""])
    stage(workbook(tmp_path / "c.xlsx", {"Feuil1": sheet}))
    (source,) = rows(ws, "intake.source", "source", "sheet", "format", "header_line", "lines")
    assert source == {"source": "c", "sheet": "Feuil1", "format": "xlsx", "header_line": 1, "lines": 2}
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["Dupré", "01000", "1976-12-01"],
        ["Meier", "8001", None],
    ]


def test_the_header_may_stand_lower_and_blank_rows_are_no_records(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    sheet = {
        (1, 0): "Export",
        **table(["Nom", "Ville", "Mail"], ["A", "B", "a@x.ch"], ["", "", ""], ["C", "D", ""], top=4),
    }
    stage(workbook(tmp_path / "c.xlsx", {"S": sheet}))
    (source,) = rows(ws, "intake.source", "header_line", "headers")
    assert source == {"header_line": 5, "headers": ["Nom", "Ville", "Mail"]}
    assert [(r["line_no"], r["file_line"]) for r in rows(ws, "intake.line", "line_no", "file_line")] == [(1, 6), (2, 8)]


def test_every_filled_sheet_is_a_source_of_its_own(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    people = table(["Nom", "Prénom"], ["A", "B"])
    report = stage(
        workbook(tmp_path / "c.xlsx", {"Clients": people, "Vide": {}, "Notes": {(0, 0): "à revoir"}, "Pros": people})
    )
    assert [row["source"] for row in rows(ws, "intake.source", "source")] == ["c_Clients", "c_Pros"]
    assert 'c.xlsx: sheet "Notes" is no table and was left out' in report.notes


def test_one_sheet_may_be_asked_for_by_name(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    path = workbook(tmp_path / "c.xlsx", {"A": table(["Nom", "CP"], ["x", 1]), "B": table(["Nom", "CP"], ["y", 2])})
    stage(SourceFile(path, sheet="B"))
    assert [row["cells"] for row in rows(ws, "intake.line", "cells")] == [["y", "2"]]
    with pytest.raises(SourceError, match="no sheet 'C'") as caught:
        stage(SourceFile(path, sheet="C"))
    assert caught.value.hint == "Its sheets: A, B."


def test_a_workbook_with_a_csv_name_and_a_csv_with_a_workbook_name_are_told_by_their_bytes(
    ws: Workspace, tmp_path: Path, write: Write, stage: Stage
) -> None:
    book = workbook(tmp_path / "x.xlsx", {"A": table(["Nom", "CP"], ["x", 1])}).rename(tmp_path / "x.csv")
    stage(book, write("y.xlsx", "Nom;CP\ny;2\n"))
    assert [(r["source"], r["format"]) for r in rows(ws, "intake.source", "source", "format")] == [
        ("x", "xlsx"),
        ("y", "csv"),
    ]


def test_one_cell_in_the_last_corner_does_not_kill_the_run(tmp_path: Path, stage: Stage) -> None:
    path = workbook(tmp_path / "corner.xlsx", {"A": {(0, 0): "Nom", (1_048_575, 16_383): "x"}})
    with pytest.raises(SourceError, match=r"corner\.xlsx says it has 1048576 rows"):
        stage(path)


def test_a_corner_cell_behind_a_false_extent_kills_the_child_only(tmp_path: Path, stage: Stage) -> None:
    path = workbook(tmp_path / "corner.xlsx", {"A": {(0, 0): "Nom", (1_048_575, 16_383): "x"}})
    lying = tmp_path / "lying.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b"A1:XFD1048576", b"A1:B2"))
    with pytest.raises(SourceError, match=r"lying\.xlsx asks for more memory"):
        stage(lying)


def test_a_zip_bomb_and_a_plain_zip_are_refused(tmp_path: Path, stage: Stage) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    with pytest.raises(SourceError, match="unpacks to 80 MiB"):
        stage(bomb)
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as out:
        out.writestr("a.txt", "x")
    with pytest.raises(SourceError, match="is a zip archive"):
        stage(plain)


def test_a_password_is_named_as_the_reason(write: Write, stage: Stage) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(SourceError, match="protected by a password"):
        stage(write("locked.xlsx", locked))
