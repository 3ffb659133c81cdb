"""Every reader of files meets its own valid file, cut, with bits turned and with pieces put twice.

The answer is findings or one clear error: never a traceback, a hang, or a value in a message.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import AssayError
from engine.intake import SourceFile, stage_sources
from engine.progress import Silent
from engine.workspace import Workspace
from tests.intake.conftest import BOOK
from tests.intake.sources.test_dbf import WITH_MEMO, dbf

pytestmark = pytest.mark.long

SECRET = "Zorgvliet"
"""A name in every file: it must not come out in an error."""

PEOPLE = [(str(number), f"{SECRET}{number}", "Zoé", f"p{number}@example.org", "01000") for number in range(1, 9)]
HEADERS = ("id", "nom", "prenom", "email", "cp")
SECONDS = 10
MORE = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 0


def _csv() -> bytes:
    return "\n".join([";".join(HEADERS), *(";".join(row) for row in PEOPLE)]).encode()


def _quoted_csv() -> bytes:
    lines = [",".join(f'"{cell}\r\n""x"""' for cell in row) for row in PEOPLE]
    return "\r\n".join([",".join(HEADERS), *lines]).encode("cp1252")


def _json_lines() -> bytes:
    return "\n".join(json.dumps(dict(zip(HEADERS, row, strict=True)), ensure_ascii=False) for row in PEOPLE).encode()


def _json_list() -> bytes:
    return json.dumps(
        [{"who": dict(zip(HEADERS, row, strict=True)), "tel": ["1", 2.5, None]} for row in PEOPLE]
    ).encode()


def _vcards() -> bytes:
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{0};{1};;;\r\nFN:{1} {0}\r\nEMAIL;TYPE=work:{2}\r\n"
        "ADR:;;Rue 1;Bern;;{3};CH\r\nEND:VCARD\r\n"
    )
    return "".join(card.format(*row[1:]) for row in PEOPLE).encode()


def _ldif() -> bytes:
    return "\n".join(f"dn: cn={row[0]},dc=x\ncn:: Wm/DqQ==\nsn: {row[1]}\nmail: {row[3]}\n" for row in PEOPLE).encode()


def _xml() -> bytes:
    fields = "".join(f'<FIELD NAME="{name}" MAXREPEAT="1" TYPE="TEXT"/>' for name in HEADERS)
    lines = "".join(f"<ROW>{''.join(f'<COL><DATA>{cell}</DATA></COL>' for cell in row)}</ROW>" for row in PEOPLE)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><FMPXMLRESULT xmlns="http://www.filemaker.com/fmpxmlresult">'
        f'<METADATA>{fields}</METADATA><RESULTSET FOUND="{len(PEOPLE)}">{lines}</RESULTSET></FMPXMLRESULT>'
    ).encode()


def _mysql() -> bytes:
    lines = ",\n".join(f"({row[0]},'{row[1]}','O\\'Z',b'101',0x4142,'{row[4]}')" for row in PEOPLE)
    return (
        "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `c` (`id` int, `nom` varchar(9), `p` text,"
        f" `f` bit(3), `b` blob, `cp` char(5));\nINSERT INTO `c` VALUES {lines};\n"
    ).encode()


def _postgres() -> bytes:
    lines = "\n".join("\t".join(row) for row in PEOPLE)
    return (
        "-- PostgreSQL database dump\nCREATE TABLE public.c (id text, nom text, prenom text, email text, cp text);\n"
        f"COPY public.c (id, nom, prenom, email, cp) FROM stdin;\n{lines}\n\\.\n"
    ).encode()


def _ssms() -> bytes:
    lines = "".join(
        f"INSERT [dbo].[c] ([id], [nom], [ne], [x]) VALUES ({row[0]}, N'{row[1]}', CAST(N'1970-01-02' AS Date), "
        f"CAST(0x0000901A00000000 AS DateTime))\nGO\n"
        for row in PEOPLE
    )
    return ("USE [crm]\r\nGO\r\n" + lines).encode("utf-16")


def _oracle() -> bytes:
    return (
        "REM INSERTING into C\nSET DEFINE OFF;\n"
        + "".join(
            f"Insert into C (ID,NOM,NE,T) values ({row[0]},'{row[1]}',to_date('02/01/75','DD/MM/RR'),"
            "'a'||CHR(10)||'b');\n"
            for row in PEOPLE
        )
    ).encode()


def _loader() -> bytes:
    lines = "\n".join(f"{row[0]}|{row[1]}|02/01/1975" for row in PEOPLE)
    return (
        'LOAD DATA INFILE * INTO TABLE c FIELDS TERMINATED BY "|" (id, nom, ne DATE "DD/MM/YYYY")\nBEGINDATA\n' + lines
    ).encode()


def _dbf() -> bytes:
    return dbf([(row[1].encode(), row[0].rjust(10).encode()) for row in PEOPLE], fields=WITH_MEMO, version=0x83)


@cache
def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "x.db")
        connection.execute("create table c (id integer primary key, nom text, prenom text, email text, cp text)")
        connection.executemany("insert into c values (?, ?, ?, ?, ?)", PEOPLE)
        connection.commit()
        connection.close()
        return (Path(folder) / "x.db").read_bytes()


@cache
def _parquet() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        connection = duckdb.connect()
        connection.execute("create table c (id text, nom text, prenom text, email text, cp text)")
        connection.executemany("insert into c values (?, ?, ?, ?, ?)", PEOPLE)
        connection.execute(f"copy c to '{path}' (format parquet)")
        return path.read_bytes()


@cache
def _xlsx() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("People")
        for at, row in enumerate([HEADERS, *PEOPLE]):
            sheet.write_row(at, 0, row)
    return out.getvalue()


@cache
def _xls() -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for at, row in enumerate([HEADERS, *PEOPLE]):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def _ods() -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="People")
    book.spreadsheet.addElement(sheet)
    for row in [HEADERS, *PEOPLE]:
        line = TableRow()
        sheet.addElement(line)
        for cell in row:
            there = TableCell(valuetype="string")
            there.addElement(P(text=cell))
            line.addElement(there)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def _access() -> bytes:
    return (Path(__file__).parents[2] / "data" / "access" / "contacts_v2003.mdb").read_bytes()


IN_PROCESS: dict[str, Callable[[], bytes]] = {
    "csv": _csv, "quoted csv": _quoted_csv, "json lines": _json_lines, "json list": _json_list, "vcard": _vcards,
    "ldif": _ldif, "filemaker xml": _xml, "mysqldump": _mysql, "pg_dump": _postgres, "ssms": _ssms,
    "sql developer": _oracle, "sql*loader": _loader, "dbf": _dbf, "sqlite": _sqlite, "parquet": _parquet,
}  # fmt: skip
IN_A_CHILD: dict[str, Callable[[], bytes]] = {"xlsx": _xlsx, "xls": _xls, "ods": _ods, "access": _access}


def survives(content: bytes) -> None:
    """Stage the bytes: findings, or an error of ours in time and without a value."""
    with tempfile.TemporaryDirectory() as folder, Workspace.memory() as ws:
        path = Path(folder) / "hostile.dat"
        path.write_bytes(content)
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        begun = time.perf_counter()
        try:
            report = stage_sources(ws, [SourceFile(path)], scratch=scratch, watcher=Silent(), book=BOOK).check()
            told = " ".join(report.notes)
        except AssayError as error:
            told = f"{error} {error.hint or ''}"
        assert SECRET not in told
        assert time.perf_counter() - begun < SECONDS
        assert list(scratch.iterdir()) == []


@st.composite
def damage(draw: st.DrawFn, content: bytes) -> bytes:
    """The content, cut, with bytes changed, or with a piece of it put somewhere else."""
    place = st.integers(0, len(content) - 1)
    how = draw(st.sampled_from(["cut", "bytes", "bits", "twice", "gone", "inserted"]))
    at = draw(place)
    if how == "cut":
        return content[: max(1, at)]
    if how == "bytes":
        piece = draw(
            st.sampled_from([b"\x00", b"\xff", b"\x00" * 8, b"\xff" * 8, b"\x1a", b"\n", b"'", b'"', b"(", b"<"])
        )
        return content[:at] + piece + content[at + len(piece) :]
    if how == "bits":
        changed = bytearray(content)
        for _ in range(draw(st.integers(1, 8))):
            changed[draw(place)] ^= 1 << draw(st.integers(0, 7))
        return bytes(changed)
    end = min(len(content), at + draw(st.integers(1, 64)))
    if how == "twice":
        return content[:end] + content[at:]
    if how == "gone":
        return content[:at] + content[end:] or b"x"
    return content[:at] + draw(st.binary(min_size=1, max_size=16)) + content[at:]


_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@pytest.mark.parametrize("kind", IN_PROCESS)
def test_a_damaged_file_gives_findings_or_one_clear_error(kind: str) -> None:
    content = IN_PROCESS[kind]()

    @settings(max_examples=MORE or 12, suppress_health_check=_SLOW)
    @given(damage(content))
    def holds(changed: bytes) -> None:
        survives(changed)

    holds()


@pytest.mark.parametrize("kind", IN_A_CHILD)
def test_a_damaged_file_that_a_child_reads_gives_findings_or_one_clear_error(kind: str) -> None:
    content = IN_A_CHILD[kind]()

    @settings(max_examples=MORE or 3, suppress_health_check=_SLOW)
    @given(damage(content))
    def holds(changed: bytes) -> None:
        survives(changed)

    holds()
