"""The same contacts as files of every kind that Assay reads, written as the usual programs write them."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

COLUMNS = ("id", "nom", "prenom", "email", "telephone", "adresse", "cp", "ville", "ne_le", "solde", "note")

Row = tuple[str, ...]


def people(rows: int) -> Iterator[Row]:
    """Contacts by their number: the same at every call."""
    for i in range(1, rows + 1):
        day = f"{1950 + i % 55}-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
        yield (
            str(i), f"Nom {i % 9973}", f"Prénom {i % 997}", f"p{i}@example.org", f"+4122{1_000_000 + i}",
            f"Rue du Rhône {i % 200}", str(1000 + i % 8999), f"Ville {i % 3000}", day, f"{i // 100}.{i % 100:02d}",
            f"note '{i}'",
        )  # fmt: skip


def _delimited(path: Path, rows: int, encoding: str, ragged: int = 0) -> None:
    with path.open("w", encoding=encoding, newline="\r\n") as out:
        out.write(";".join(COLUMNS) + "\n")
        for number, row in enumerate(people(rows), start=1):
            extra = ";too;many" if ragged and number % ragged == 0 else ""
            out.write(";".join(row) + extra + "\n")


def _csv(path: Path, rows: int) -> None:
    _delimited(path, rows, "utf-8")


def _csv_windows(path: Path, rows: int) -> None:
    _delimited(path, rows, "cp1252")


def _csv_ragged(path: Path, rows: int) -> None:
    _delimited(path, rows, "utf-8", ragged=100)


def _xlsx(path: Path, rows: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Contacts")
        sheet.write_row(0, 0, COLUMNS)
        for at, row in enumerate(people(rows), start=1):
            sheet.write_row(at, 0, row)


def _xls(path: Path, rows: int) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Contacts")
    for at, row in enumerate((COLUMNS, *people(rows))):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))


def _ods(path: Path, rows: int) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Contacts")
    for row in (COLUMNS, *people(rows)):
        line = TableRow()
        for cell in row:
            written = TableCell(valuetype="string")
            written.addElement(P(text=cell))
            line.addElement(written)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))


def _parquet(path: Path, rows: int) -> None:
    lines = path.with_suffix(".jsonl")
    _json_lines(lines, rows)
    duckdb.execute(f"copy (select * from read_json('{lines}', auto_detect = true)) to '{path}' (format parquet)")
    lines.unlink()


def _json_lines(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row in people(rows):
            out.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")


def _json_list(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number, row in enumerate(people(rows)):
            out.write("," if number else "[")
            out.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
        out.write("]")


def _sqlite(path: Path, rows: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"create table contacts ({', '.join(COLUMNS)})")
    connection.executemany(f"insert into contacts values ({', '.join('?' * len(COLUMNS))})", people(rows))
    connection.commit()
    connection.close()


def _dbf(path: Path, rows: int) -> None:
    """dBase III with its memo file: the note is a memo."""
    sizes = (10, 20, 20, 30, 15, 30, 6, 20, 10, 12, 10)
    kinds = "C" * (len(sizes) - 1) + "M"
    width, begins = 1 + sum(sizes), 32 + 32 * len(sizes) + 1
    with path.open("wb") as out, path.with_suffix(".dbt").open("wb") as memos:
        memos.write(bytes(512))
        out.write(struct.pack("<BBBBLHH17xBxx", 0x83, 126, 11, 22, rows, begins, width, 0x02))
        for name, kind, size in zip(COLUMNS, kinds, sizes, strict=True):
            out.write(struct.pack("<11sc4xBB14x", name[:10].upper().encode(), kind.encode(), size, 0))
        out.write(b"\r")
        for number, row in enumerate(people(rows), start=1):
            memos.write((row[-1].encode("cp850") + b"\x1a\x1a").ljust(512, b"\0"))
            cells = (*row[:-1], str(number).rjust(10))
            out.write(b" " + b"".join(cell.encode("cp850").ljust(n)[:n] for cell, n in zip(cells, sizes, strict=True)))
        out.write(b"\x1a")


def _filemaker(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        fields = "".join(f'<FIELD EMPTYOK="YES" MAXREPEAT="1" NAME="{name}" TYPE="TEXT"/>' for name in COLUMNS)
        out.write(
            '<?xml version="1.0" encoding="UTF-8" ?><FMPXMLRESULT xmlns="http://www.filemaker.com/fmpxmlresult">'
            f'<ERRORCODE>0</ERRORCODE><METADATA>{fields}</METADATA><RESULTSET FOUND="{rows}">'
        )
        for row in people(rows):
            out.write("<ROW>" + "".join(f"<COL><DATA>{cell}</DATA></COL>" for cell in row) + "</ROW>\n")
        out.write("</RESULTSET></FMPXMLRESULT>")


def _vcard(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="\r\n") as out:
        for row in people(rows):
            out.write(
                f"BEGIN:VCARD\nVERSION:3.0\nUID:{row[0]}\nN:{row[1]};{row[2]};;;\nFN:{row[2]} {row[1]}\n"
                f"EMAIL:{row[3]}\nTEL;TYPE=cell:{row[4]}\nADR:;;{row[5]};{row[7]};;{row[6]};CH\nBDAY:{row[8]}\n"
                f"NOTE:{row[10]}\nEND:VCARD\n"
            )


def _ldif(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row in people(rows):
            lines = "".join(f"{name}: {cell}\n" for name, cell in zip(COLUMNS, row, strict=True))
            out.write(f"dn: uid={row[0]},dc=example\n{lines}\n")


def _ssms(path: Path, rows: int) -> None:
    names = ", ".join(f"[{name}]" for name in COLUMNS)
    with path.open("w", encoding="utf-16", newline="\r\n") as out:
        out.write("USE [crm]\nGO\n")
        for row in people(rows):
            texts = ", ".join("N'{}'".format(cell.replace("'", "''")) for cell in row[1:8])
            note = row[10].replace("'", "''")
            out.write(
                f"INSERT [dbo].[Contacts] ({names}) VALUES ({row[0]}, {texts}, CAST(N'{row[8]}' AS Date), "
                f"CAST({row[9]} AS Decimal(18, 2)), N'{note}')\n"
            )


def _oracle(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("REM INSERTING into CONTACTS\nSET DEFINE OFF;\n")
        for row in people(rows):
            texts = ",".join(f"'{cell}'" for cell in row[1:8])
            day = f"to_date('{row[8][8:]}/{row[8][5:7]}/{row[8][2:4]}','DD/MM/RR')"
            out.write(f"Insert into CONTACTS ({','.join(COLUMNS)}) values ({row[0]},{texts},{day},{row[9]},null);\n")


def _loader(path: Path, rows: int) -> None:
    fields = ", ".join(f'{name} DATE "YYYY-MM-DD"' if name == "ne_le" else name for name in COLUMNS)
    data = path.with_suffix(".dat")
    path.write_text(
        f"LOAD DATA\nCHARACTERSET UTF8\nINFILE '{data.name}'\nINTO TABLE contacts\n"
        f"FIELDS TERMINATED BY '|'\n({fields})\n"
    )
    with data.open("w", encoding="utf-8") as out:
        out.writelines("|".join(row) + "\n" for row in people(rows))


KINDS: tuple[tuple[str, str, int, Callable[[Path, int], None]], ...] = (
    ("CSV, UTF-8", "c.csv", 0, _csv),
    ("CSV, Windows-1252", "w.csv", 0, _csv_windows),
    ("CSV, 1 % of the rows ragged", "r.csv", 0, _csv_ragged),
    ("Excel .xlsx", "c.xlsx", 0, _xlsx),
    ("Excel .xls", "c.xls", 60_000, _xls),
    ("OpenDocument .ods", "c.ods", 20_000, _ods),
    ("Parquet", "c.parquet", 0, _parquet),
    ("JSON lines", "c.jsonl", 0, _json_lines),
    ("JSON, one list", "c.json", 0, _json_list),
    ("SQLite", "c.db", 0, _sqlite),
    ("dBase with a memo file", "c.dbf", 0, _dbf),
    ("FileMaker XML", "c.xml", 0, _filemaker),
    ("vCard", "c.vcf", 50_000, _vcard),
    ("LDIF", "c.ldif", 0, _ldif),
    ("SSMS script (UTF-16)", "ssms.sql", 0, _ssms),
    ("SQL Developer script", "oracle.sql", 0, _oracle),
    ("SQL*Loader", "c.ctl", 0, _loader),
)
"""What it is, the name of its file, most rows (0 = all: to write more takes too long), how it is written."""
