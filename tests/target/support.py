"""Import files and bases for the tests of the target."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine.importfile import open_import_file
from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier
from engine.target import STORE_TABLES, Answered, Base, answer_file
from engine.workspace import Workspace

BASE = Base("OPERA", "*", "CH", date(2026, 11, 22))
GLOBAL = {"INSTITUTION": "OPERA", "ORGANIZATION": "*", "OPERATION": "INSERT"}


def plain(value: Any) -> Any:
    """``{repeat: x, times: 3}`` is a long text."""
    return value["repeat"] * value["times"] if isinstance(value, dict) else value


def file_text(rows: Sequence[Mapping[str, Any]], separator: str = ";") -> str:
    """An import file of ``rows``; INSTITUTION, ORGANIZATION and OPERATION are filled in where a row lacks them."""
    columns = list(dict.fromkeys([*GLOBAL, "CONTACT_NR", *(column for row in rows for column in row)]))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([plain({**GLOBAL, **row}.get(column, "")) for column in columns])
    return out.getvalue()


def empty_base(ws: Workspace) -> None:
    """The tables of a base without contacts, as temp tables."""
    types = {"text": "varchar"}
    for table in STORE_TABLES:
        columns = ", ".join(f"{identifier(name)} {types.get(kind, kind)}" for name, kind in table.columns)
        ws.execute(f"create or replace temp table {table.name} ({columns})")


def applied(ws: Workspace, rules: ImportRules, text: str | bytes, folder: Path, base: Base = BASE) -> Answered:
    """Apply a file of this content to the base in ``ws``."""
    path = folder / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return answer_file(ws, open_import_file(path, rules.aliases, folder), rules, base)


def contact(ws: Workspace, number: str) -> dict[str, Any] | None:
    """A contact of the base in ``ws``."""
    cursor = ws.connection.execute("select * from contact where contact_nr = ?", [number])
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))
