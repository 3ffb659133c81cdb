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


def test_numbers_shown_with_leading_zeros_keep_them(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "c.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    postcode, phone = (
        book.add_format({"num_format": "00000"}),
        book.add_format({"num_format": '0#" "##" "##" "##" "##'}),
    )
    sheet.write_row(0, 0, ["Nom", "CP", "Tél", "Points"])
    for row, (name, code, number) in enumerate([("A", 1000, 123456789), ("B", 75011, 612345678)], start=1):
        sheet.write(row, 0, name)
        sheet.write_number(row, 1, code, postcode)
        sheet.write_number(row, 2, number, phone)
        sheet.write_number(row, 3, 7, postcode if row == 1 else None)
    book.close()
    stage(path)
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["A", "01000", "0123456789", "7"],
        ["B", "75011", "0612345678", "7"],
    ]


def test_what_the_cells_do_not_tell_is_said(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "c.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    for row, line in enumerate([["Nom", "Ville", "Somme"], ["A", "Bern", 1], ["B", "Chur", 2], ["C", "Sion", 3]]):
        sheet.write_row(row, 0, line)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.merge_range("B4:B5", "Sion")
    sheet.write(4, 0, "D")
    sheet.write_formula("C5", "=C3+1", None, "")
    book.close()
    report = stage(path)
    assert len(rows(ws, "intake.line", "line_no")) == 4
    told = " ".join(report.notes)
    assert "1 hidden row read too" in told
    assert "1 merged range:" in told
    assert "1 formula without a result" in told


def test_the_old_binary_format_is_read(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Feuil1")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for row, line in enumerate([["Nom", "CP", "Naissance"], ["Dupré", "01000", None], ["Meier", 8001, None]]):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(row, column, value)
    sheet.write(1, 2, datetime.date(1976, 12, 1), day)
    path = tmp_path / "c.xls"
    book.save(str(path))
    stage(path)
    assert rows(ws, "intake.source", "format") == [{"format": "xls"}]
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["Dupré", "01000", "1976-12-01"],
        ["Meier", "8001", None],
    ]


def test_an_opendocument_spreadsheet_is_read(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Contacts")
    for line in (["Nom", "CP", "Naissance"], ["Dupré", "01000", datetime.date(1976, 12, 1)], ["Meier", "8001", None]):
        row = TableRow()
        for value in line:
            if isinstance(value, datetime.date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
                cell.addElement(P(text=value.strftime("%d/%m/%Y")))
            elif value is None:
                cell = TableCell()
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    path = tmp_path / "c.ods"
    document.save(str(path))
    stage(path)
    assert rows(ws, "intake.source", "format") == [{"format": "ods"}]
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["Dupré", "01000", "1976-12-01"],
        ["Meier", "8001", None],
    ]


def test_a_sheet_that_cannot_be_read_leaves_the_others_and_is_told(ws: Workspace, tmp_path: Path, stage: Stage) -> None:
    people = table(["Nom", "Email"], ["Moser", "m@example.org"], ["Blanc", "b@example.org"])
    whole = workbook(tmp_path / "whole.xlsx", {"Clients": people, "Broken": people})
    cut = tmp_path / "clients.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(cut, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, content[: len(content) // 2] if part.endswith("sheet2.xml") else content)
    report = stage(cut)
    assert ws.rows("select sheet, loaded from intake.source") == [("Clients", 2)]
    assert any('left out (a chart is none): "Broken"' in note for note in report.notes)
    with pytest.raises(SourceError, match="is damaged"):
        stage(SourceFile(cut, sheet="Broken"))
