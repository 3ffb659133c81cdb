"""What is written can be read, is valid by the format, and comes out the same when written again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.delivery import deliver
from engine.delivery.files import write_import_files
from engine.delivery.reader import ImportFile, read_import_file, validate
from engine.errors import SourceError
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.sql import identifier
from engine.tables import DELIVERY_OPERATION
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace
from tests.conftest import given

AS_OF = date(2026, 11, 22)
BOOK = RuleBook()
NASTY: list[dict[str, Any]] = [
    {"kind": "structure", "organisation": 'Ets "Durand"; & Fils ' * 6, "website": "x.fr", "siret": "40483304800022"},
    {"kind": "structure", "organisation": "Opéra", "structure_type": "théâtre", "country": "UK", "town": "T" * 120},
    {"kind": "individual", "last_name": "=cmd|' /C calc'!A0", "first_name": "N" * 130, "birth_date": "2999-01-01"},
    {"kind": "individual", "last_name": "O'Neil", "email": "o'neil@free.fr", "phone": "06 12", "language": "french"},
    {"kind": "individual", "last_name": "Zoé\n\"la\" grande", "remark": "r" * 3000, "postcode": "0" * 11},
    {"kind": "individual", "first_name": "Anna", "email": "anna@x.ch", "mobile": "+41791234568", "title": "="},
]  # fmt: skip


def written(ws: Workspace, out: Path) -> Path:
    contacts = [{"contact_id": f"c{n}", "contact_nr": str(100 + n), **contact} for n, contact in enumerate(NASTY)]
    given(ws, "golden.contact", contacts)
    deliver(
        ws, BOOK, institution="OPERA", organization="*", home_country=None, as_of=AS_OF, out=out, watcher=Silent()
    ).check()
    return out / "import" / "contacts_insert.csv"


def problems(ws: Workspace, **cells: str) -> list[tuple[str, str, str]]:
    row = {"INSTITUTION": "OPERA", "ORGANIZATION": "*", "OPERATION": "INSERT", "LASTNAME": "Dupont", **cells}
    import pyarrow as pa

    table = pa.table({"row_no": [1], **{code: pa.array([value or None], pa.string()) for code, value in row.items()}})
    file = ImportFile(";", "utf-8", 4, tuple(row), table)
    return [found[1:] for found in validate(ws, file, as_of=AS_OF)]


def test_a_file_made_here_from_the_worst_contacts_is_valid_by_the_format(ws: Workspace, tmp_path: Path) -> None:
    file = read_import_file(written(ws, tmp_path))
    assert file.rows.num_rows == len(NASTY)
    assert validate(ws, file, as_of=AS_OF) == []


def test_write_read_write_gives_the_same_bytes(ws: Workspace, tmp_path: Path) -> None:
    path = written(ws, tmp_path)
    file = read_import_file(path)
    ws.put("again", file.rows)
    codes = ", ".join(identifier(code) for code in FIELD_CODES)
    ws.build(DELIVERY_OPERATION, f"select row_no, '' as contact_id, {codes} from again")
    rules = BOOK.load("delivery/secutix.yml", DeliveryRules)
    [second] = write_import_files(ws, BOOK, rules.file, tmp_path / "second")
    assert second.read_bytes() == path.read_bytes()


def test_the_header_is_found_by_its_codes_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("INSTITUTION,ORGANIZATION,OPERATION,LASTNAME\nOPERA,*,INSERT,Dupont\n", encoding="utf-8")
    file = read_import_file(path)
    assert (file.separator, file.header_row, file.columns[-1]) == (",", 1, "LASTNAME")
    assert file.rows["LASTNAME"].to_pylist() == ["Dupont"]


@pytest.mark.parametrize(("encoding", "named"), [("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")])
def test_the_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str, named: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("INSTITUTION;ORGANIZATION;OPERATION;LASTNAME\r\nOPERA;*;INSERT;Zoé\r\n".encode(encoding))
    file = read_import_file(path)
    assert (file.encoding, file.rows["LASTNAME"].to_pylist()) == (named, ["Zoé"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LASTNAME;FIRSTNAME\nDupont;Anna\n", "none of the first 10 rows"),
        ("INSTITUTION;OPERATION\nOPERA;INSERT\n", "missing columns: ORGANIZATION"),
        ("INSTITUTION;ORGANIZATION;OPERATION;NAME\nO;*;INSERT;x\n", "unknown columns: NAME"),
        ("INSTITUTION;ORGANIZATION;OPERATION;TITLE;TITLE\nO;*;INSERT;MR;MR\n", "columns given twice: TITLE"),
        ("INSTITUTION;ORGANIZATION;OPERATION;TITLE\nO;*;INSERT\n", "data row 1 has 3 cells, the header 4"),
    ],
)
def test_a_file_that_is_not_of_the_format_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_import_file(path)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"LASTNAME": ""}, ("LASTNAME", "name", "row refused")),
        ({"INSTITUTION": ""}, ("INSTITUTION", "institution", "row refused")),
        ({"OPERATION": "insert"}, ("OPERATION", "operation", "row refused")),
        ({"CONTACT_NR": "12.5"}, ("CONTACT_NR", "number", "row refused")),
        ({"TITLE": "BARON"}, ("TITLE", "title", "warned")),
        ({"BIRTHDATE": "31.04.1999"}, ("BIRTHDATE", "birth_date", "dropped")),
        ({"BIRTHDATE": "23/11/2026"}, ("BIRTHDATE", "birth_date", "dropped")),
        ({"PREF_LANG": "fra"}, ("PREF_LANG", "language", "dropped")),
        ({"COUNTRY": "UK"}, ("COUNTRY", "country", "dropped")),
        ({"TOWN": "t" * 60, "TOWN_COMPLEMENT": "c" * 40}, ("TOWN", "town", "dropped")),
        ({"ADDR_TYPE": "MM"}, ("ADDR_TYPE", "address_type", "dropped")),
        ({"WEB_SITE": "www.x.fr"}, ("WEB_SITE", "web_site", "dropped")),
        ({"WEB_SITE": "https://x.fr"}, ("WEB_SITE", "web_site_https", "warned")),
        ({"NB_EMPLOYEES": "1'000"}, ("NB_EMPLOYEES", "employees", "dropped")),
        ({"ADMIN_NUMBER": "40483304800022"}, ("ADMIN_NUMBER", "code_value", "dropped")),
        ({"EMAIL2": "A@b.ch"}, ("EMAIL2", "email", "dropped")),
        ({"TELEPHONE": "+41216132111"}, ("TELEPHONE", "phone", "dropped")),
        ({"ADDRESS_NAME1": "n" * 39}, ("ADDRESS_NAME1", "length", "truncated")),
        ({"ZIPCODE": "1" * 11}, ("ZIPCODE", "length", "dropped")),
        ({"REMARK": "="}, ("REMARK", "lone_equals", "warned")),
    ],
)
def test_each_rule_of_the_format_is_judged(
    ws: Workspace, cells: dict[str, str], expected: tuple[str, str, str]
) -> None:
    assert problems(ws, **cells) == [expected]


def test_numbers_and_logins_used_twice_are_found(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    row = "OPERA;*;INSERT;7;Dupont;a@b.ch\n"
    path.write_text("INSTITUTION;ORGANIZATION;OPERATION;CONTACT_NR;LASTNAME;EMAIL1\n" + row * 2, encoding="utf-8")
    found = validate(ws, read_import_file(path), as_of=AS_OF)
    assert {(field, rule, outcome) for _, field, rule, outcome in found} == {
        ("CONTACT_NR", "number_twice", "row refused"),
        ("EMAIL1", "no_login", "warned"),
    }
