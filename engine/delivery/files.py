"""The import file on disk: head rows, field codes, data; UTF-8 without BOM, ``;``, LF, RFC 4180 quoting.

Cells are written byte for byte as they stand in delivery.operation: a machine reads this file, so nothing is escaped
against spreadsheets.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine.errors import Problem, RuleErrors, SurroundingsError
from engine.rulebook import RuleBook
from engine.rulebook.delivery import FileRules
from engine.sql import identifier, literal
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace

FOLDER = "import"


def write_import_files(ws: Workspace, book: RuleBook, rules: FileRules, out: Path) -> list[Path]:
    """Write delivery.operation under ``out/import``, as one file or, beyond ``rows_per_file``, as numbered ones.

    Each file is written under a temporary name and then moved: a file with its final name is complete.

    Raises:
        RuleErrors: the template's head rows are missing or not as many as the header row asks for.
        SurroundingsError: the folder cannot be written.
    """
    head = head_rows(book, rules)
    rows = ws.count("delivery.operation")
    files = max(1, -(-rows // rules.rows_per_file))
    written = []
    for number in range(files):
        stem = rules.name if files == 1 else f"{rules.name}_{number + 1:03d}"
        target = out / FOLDER / f"{stem}.csv"
        first = number * rules.rows_per_file + 1
        _write(ws, target, head, first, first + rules.rows_per_file - 1, rules.separator)
        written.append(target)
    return written


def head_rows(book: RuleBook, rules: FileRules) -> str:
    """What stands above the data: the rows of the template, or blank ones, and the field codes."""
    header = rules.separator.join(FIELD_CODES) + "\n"
    blank = rules.separator * (len(FIELD_CODES) - 1) + "\n"
    if rules.header_row == 1:
        return header
    if rules.head is None:
        return blank * (rules.header_row - 1) + header
    for root in reversed(book.roots):
        path = root / "delivery" / rules.head
        if path.is_file():
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            above = lines[: rules.header_row - 1]
            if len(above) < rules.header_row - 1:
                problem = Problem(
                    str(path), len(lines), f"{len(lines)} rows; {rules.header_row - 1} stand above the header"
                )
                raise RuleErrors([problem])
            return "".join(f"{line}\n" for line in above) + header
    raise RuleErrors([Problem(str(book.roots[-1] / "delivery" / "secutix.yml"), 1, f"no file {rules.head} beside it")])


def _write(ws: Workspace, target: Path, head: str, first: int, last: int, separator: str) -> None:
    data = target.with_suffix(".data")
    whole = target.with_suffix(".part")
    columns = ", ".join(identifier(code) for code in FIELD_CODES)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = f"select {columns} from delivery.operation where row_no between {first:d} and {last:d} order by row_no"
        options = f"format csv, header false, delimiter {literal(separator)}, quote '\"', escape '\"', nullstr ''"
        ws.execute(f"copy ({rows}) to {literal(str(data))} ({options})")
        with open(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(head.encode("utf-8"))
            with data.open("rb") as made:
                shutil.copyfileobj(made, out, 1 << 20)
        os.replace(whole, target)
    except OSError as error:
        raise SurroundingsError(f"cannot write {target.parent}: {error.strerror}") from error
    finally:
        for leftover in (data, whole):
            leftover.unlink(missing_ok=True)
