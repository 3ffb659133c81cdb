"""Import files in every form the format names are read alike; what is none is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from engine.errors import SourceError
from engine.importfile import ImportFile, open_import_file

HEADER = ["INSTITUTION", "ORGANIZATION", "OPERATION", "CONTACT_NR", "LASTNAME"]
ROWS = [["OPERA", "*", "INSERT", "007", "Müller"], ["OPERA", "*", "", "8", ""]]
ALIASES = {"STRUCT_NAME": "OFFICIAL_NAME"}


def opened(path: Path) -> ImportFile:
    return open_import_file(path, ALIASES, path.parent)


def cells(file: ImportFile) -> list[tuple[int, list[str | None]]]:
    found = []
    for batch in file.batches():
        for row in batch.to_pylist():
            found.append((row.pop("line_no"), list(row.values())))
    return found


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(("head", "end"), [(0, "\n"), (3, "\r\n")])
def test_a_text_file_is_read_whatever_its_form(
    separator: str, encoding: str, head: int, end: str, tmp_path: Path
) -> None:
    blank = separator * (len(HEADER) - 1) + end
    text = blank * head + "".join(separator.join(row) + end for row in [HEADER, *ROWS])
    file = opened(saved(tmp_path / "f.csv", text.encode(encoding)))
    assert file.layout.header_line == head + 1
    assert cells(file) == [
        (head + 2, ["OPERA", "*", "INSERT", "007", "Müller"]),
        (head + 3, ["OPERA", "*", None, "8", None]),
    ]
    assert file.misfits == []


@pytest.mark.parametrize("head", [0, 3])
def test_a_workbook_is_read_as_text(head: int, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    book.add_worksheet("read me").write_string(0, 0, "how to fill this in")
    sheet = book.add_worksheet("contacts")
    for number, row in enumerate([HEADER, *ROWS]):
        for place, cell in enumerate(row):
            sheet.write_string(head + number, place, cell)
    sheet.write_string(head + 3, len(HEADER) + 1, "stray")
    book.close()
    file = opened(tmp_path / "f.xlsx")
    assert cells(file)[0] == (head + 2, ["OPERA", "*", "INSERT", "007", "Müller"])
    assert file.misfits == [head + 4]


def test_numbers_and_dates_of_a_workbook_come_as_the_import_reads_them(tmp_path: Path) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, "BIRTHDATE"])
    sheet.append(["OPERA", "*", "INSERT", 12, "A", datetime(1965, 8, 1)])
    book.save(tmp_path / "f.xlsx")
    assert cells(opened(tmp_path / "f.xlsx")) == [(2, ["OPERA", "*", "INSERT", "12", "A", "1965-08-01 00:00:00"])]


def test_lines_are_counted_through_cells_of_several_lines_blank_lines_and_misfits(tmp_path: Path) -> None:
    text = (
        ";".join(HEADER)
        + '\nOPERA;*;INSERT;1;"A\n""a"""\n\nOPERA;*\n"x\ny";1\nOPERA;*;INSERT;2;B\n;;;;\nOPERA;*;INSERT;3;C;D\n'
    )
    file = opened(saved(tmp_path / "f.csv", text))
    assert cells(file) == [(2, ["OPERA", "*", "INSERT", "1", 'A\n"a"']), (8, ["OPERA", "*", "INSERT", "2", "B"])]
    assert file.misfits == [5, 6, 10]


def test_between_tabs_a_quotation_mark_is_a_sign_like_any_other(tmp_path: Path) -> None:
    text = "\t".join(HEADER) + '\nOPERA\t*\tINSERT\t1\t"A\n'
    assert cells(opened(saved(tmp_path / "f.csv", text)))[0][1][4] == '"A'


def test_columns_go_by_their_code_not_by_their_place(tmp_path: Path) -> None:
    text = "STRUCT_NAME;ROLE;OPERATION;ORGANIZATION;INSTITUTION;NICK\nOpéra;PUBLIC;INSERT;*;OPERA;x\n"
    file = opened(saved(tmp_path / "f.csv", text))
    assert file.codes == ("OFFICIAL_NAME", "OPERATION", "ORGANIZATION", "INSTITUTION")
    assert (file.layout.unknown, file.layout.renamed) == (("NICK",), {"STRUCT_NAME": "OFFICIAL_NAME"})
    assert cells(file) == [(2, ["Opéra", "INSERT", "*", "OPERA"])]


def test_a_file_with_a_header_and_nothing_else_has_no_rows(tmp_path: Path) -> None:
    assert cells(opened(saved(tmp_path / "f.csv", ";".join(HEADER) + "\n"))) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"nom;prenom\nA;B\n", "none of the first 10 rows"),
        (b"INSTITUTION;OPERATION\nOPERA;INSERT\n", "missing columns: ORGANIZATION"),
        (b"INSTITUTION;ORGANIZATION;OPERATION;TOWN;TOWN\n", "given twice: TOWN"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no text file|none of the first"),
        (b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=told):
        opened(saved(tmp_path / "f.csv", content))


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        opened(tmp_path / "none.csv")
