"""The import files of a run: delivery.operation, and delivery.after where a contact needs completing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from engine.counted import counted
from engine.errors import Problem, RuleErrors
from engine.importfile import Form, write_import_file
from engine.importfile.workbook import read_sheet
from engine.importfile.write import Kind
from engine.rulebook import RuleBook
from engine.rulebook.delivery import FileRules
from engine.sql import identifier, literal, qualified
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace

FOLDER = "import"


def write_import_files(ws: Workspace, book: RuleBook, rules: FileRules, out: Path) -> list[Path]:
    """Write delivery.operation under ``out/import``, and what completes its contacts into a second file.

    Raises:
        RuleErrors: the template's head rows are missing or not as many as the header row asks for.
        SurroundingsError: the folder cannot be written.
    """
    form = file_form(book, rules, out)
    written = write_split(ws, "delivery.operation", out / FOLDER, rules.name, rules, form)
    if ws.count("delivery.after"):
        written += write_split(ws, "delivery.after", out / FOLDER, rules.completing, rules, form)
    return written


def write_split(
    ws: Workspace,
    table: str,
    folder: Path,
    name: str,
    rules: FileRules,
    form: Form,
    *,
    above: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a table with row_no (from 1, without gaps) and the field codes: one file, or numbered ones when too long.

    Args:
        above: cells of a row that every file begins with, such as a CONFIG row.

    Raises:
        SurroundingsError: the folder cannot be written.
    """
    files = max(1, -(-ws.count(table) // rules.rows_per_file))
    written = []
    for number in range(files):
        stem = name if files == 1 else f"{name}_{number + 1:03d}"
        target = folder / f"{stem}.{form.kind}"
        first = number * rules.rows_per_file + 1
        last = first + rules.rows_per_file - 1
        select = f"select * from {qualified(table)} where row_no between {first:d} and {last:d}"
        if above:
            cells = ", ".join(f"{literal(cell)} as {identifier(code)}" for code, cell in above.items())
            select = f"select {first - 1:d} as row_no, {cells} union all by name {select}"
        select = f"select * from ({select}) order by row_no"
        write_import_file(ws.connection, select, target, form)
        written.append(target)
    return written


def file_form(book: RuleBook, rules: FileRules, scratch: Path, kind: Kind = "csv") -> Form:
    """The layout that the rules ask for.

    Args:
        scratch: private folder for what a template in a workbook unpacks to.

    Raises:
        RuleErrors: the template's head rows are missing or not as many as the header row asks for.
        SourceError: the template is a workbook that cannot be read.
    """
    return Form(kind, _head_rows(book, rules, scratch), rules.separator, rules.encoding, rules.line_end)


def _head_rows(book: RuleBook, rules: FileRules, scratch: Path) -> tuple[tuple[str, ...], ...]:
    """What stands above the field codes: the rows of the template, or blank ones."""
    above = rules.header_row - 1
    if rules.head is None or not above:
        return (("",) * len(FIELD_CODES),) * above
    for root in reversed(book.roots):
        path = root / "delivery" / rules.head
        if path.is_file():
            rows = _workbook_rows(path, scratch) if path.suffix == ".xlsx" else _text_rows(path)
            if len(rows) < above:
                raise RuleErrors(
                    [Problem(str(path), len(rows), f"{counted(len(rows), 'row')}; {above} stand above the header")]
                )
            return tuple(row[: len(FIELD_CODES)] for row in rows[:above])
    raise RuleErrors([Problem(str(book.roots[-1] / "delivery" / "secutix.yml"), 1, f"no file {rules.head} beside it")])


def _text_rows(path: Path) -> list[tuple[str, ...]]:
    text = path.read_text(encoding="utf-8-sig")
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")]


def _workbook_rows(path: Path, scratch: Path) -> list[tuple[str, ...]]:
    scratch.mkdir(parents=True, exist_ok=True)
    sheet, layout = read_sheet(path, {}, scratch)
    return [tuple(cell or "" for cell in row.values()) for row in sheet.slice(0, layout.header_line - 1).to_pylist()]
