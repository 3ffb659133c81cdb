"""Import files as they are written: head rows, field codes, rows of text; as CSV or as a workbook.

Cells are written as they are: a machine reads these files, so nothing is escaped against spreadsheets. In a workbook
every cell has the type text, so that leading zeros stay and nothing is computed.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from engine.errors import SurroundingsError
from engine.sql import identifier, literal
from engine.vocabulary import FIELD_CODES

Kind = Literal["csv", "xlsx"]
_LONG_AGO = datetime(2000, 1, 1)  # the same rows give the same bytes
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Form:
    """How an import file is laid out (sections 1.1 to 1.3 of the format).

    Attributes:
        kind: text or workbook.
        head: cells of the rows above the field codes; none = the codes stand in row 1.
        separator: ``;`` ``,`` or a tab, between which nothing is quoted; never the pipe, which separates values.
        encoding: UTF-8 without, UTF-16 with a byte order mark.
        line_end: LF or CR LF.
    """

    kind: Kind = "csv"
    head: tuple[tuple[str, ...], ...] = ()
    separator: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-16"] = "utf-8"
    line_end: Literal["\n", "\r\n"] = "\n"


def write_import_file(connection: duckdb.DuckDBPyConnection, rows: str, target: Path, form: Form) -> int:
    """Write the rows of the SELECT ``rows`` (its columns the field codes, in its order) to ``target``; how many.

    Written under a temporary name and then moved: a file with its final name is complete.

    Raises:
        SurroundingsError: it cannot be written.
    """
    part = target.with_name(target.name + ".part")
    data = target.with_name(target.name + ".data")
    listing = ", ".join(identifier(code) for code in FIELD_CODES)
    select = f"select {listing} from ({rows})"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if form.kind == "xlsx":
            count = _workbook(connection, select, part, form)
        else:
            os.close(os.open(data, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            count = _text(connection, select, part, data, form)
        os.chmod(part, 0o600)
        os.replace(part, target)
    except OSError as error:
        raise SurroundingsError(f"cannot write {target.parent}: {error.strerror}") from error
    finally:
        for leftover in (data, part):
            leftover.unlink(missing_ok=True)
    return count


def _text(connection: duckdb.DuckDBPyConnection, select: str, part: Path, data: Path, form: Form) -> int:
    quoted = form.separator != "\t"
    if not quoted:
        # nothing protects a cell between tabs: what would break the row becomes a blank
        cells = ", ".join(
            rf"regexp_replace({identifier(code)}, '[\t\r\n]+', ' ', 'g') as {identifier(code)}" for code in FIELD_CODES
        )
        select = f"select {cells} from ({select})"
    quotes = "quote '\"', escape '\"'" if quoted else "quote '', escape ''"
    found = connection.execute(
        f"copy ({select}) to {literal(str(data))} (format csv, header false, delimiter {literal(form.separator)}, "
        f"{quotes}, nullstr '')"
    ).fetchone()
    with part.open("w", encoding=form.encoding, newline="") as out:
        out.write(_head(form))
        with data.open(encoding="utf-8", newline="") as rows:
            if form.line_end == "\n":
                for block in iter(lambda: rows.read(_BLOCK), ""):
                    out.write(block)
            else:
                ends = _records(rows) if quoted else iter(rows)
                out.writelines(line.removesuffix("\n") + "\r\n" for line in ends)
    return int(found[0]) if found else 0


def _records(rows: io.TextIOBase) -> Iterator[str]:
    """Whole rows: a line end inside quotes is no end of a row."""
    held = ""
    for line in rows:
        held += line
        if held.count('"') % 2 == 0:
            yield held
            held = ""


def _head(form: Form) -> str:
    out = io.StringIO(newline="")
    wide = [(*row, *[""] * (len(FIELD_CODES) - len(row))) for row in form.head]
    if form.separator == "\t":
        return "".join("\t".join(row) + form.line_end for row in [*wide, FIELD_CODES])
    csv.writer(out, delimiter=form.separator, lineterminator=form.line_end).writerows([*wide, FIELD_CODES])
    return out.getvalue()


def _workbook(connection: duckdb.DuckDBPyConnection, select: str, part: Path, form: Form) -> int:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        book = xlsxwriter.Workbook(str(part), options)
        book.set_properties({"created": _LONG_AGO})
        sheet = book.add_worksheet("contacts")
        text = book.add_format({"num_format": "@"})
        # the column too: what somebody types into an empty cell stays text
        sheet.set_column(0, len(FIELD_CODES) - 1, 16, text)
        row = 0
        for row, cells in enumerate([*form.head, FIELD_CODES]):
            _cells(sheet, row, cells, text)
        above = row
        cursor = connection.execute(select)
        while block := cursor.fetchmany(10_000):
            for cells in block:
                row += 1
                _cells(sheet, row, cells, text)
        book.close()
    except XlsxWriterException as error:
        raise SurroundingsError(f"cannot write {part.stem}: {type(error).__name__}") from error
    return row - above


def _cells(sheet, row: int, cells: Sequence[str | None], text) -> None:  # type: ignore[no-untyped-def]
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, place, cell, text)
