"""Lists that people give: small CSV files with a row of headings, every mistake named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine.errors import SourceError
from engine.textfile import read_text

_SHOWN = 10


def refuse(path: Path, problems: Sequence[tuple[int, str]]) -> None:
    """Refuse a file with mistakes, naming the first of them by their lines.

    Raises:
        SourceError: there are any.
    """
    if problems:
        more = f"\nand {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        told = sorted(problems)[:_SHOWN]
        raise SourceError("\n".join(f"{path.name}, line {line}: {what}" for line, what in told) + more)


def read_header(path: Path) -> list[str]:
    """The headings of a CSV with ``;`` ``,`` or tabs.

    Raises:
        SourceError: it cannot be read.
    """
    return [cell.strip() for _, row in _cells(path)[:1] for cell in row]


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The filled rows of a CSV with the lines they stand in, cut to ``columns``.

    Raises:
        SourceError: it cannot be read or lacks a column.
    """
    cells = _cells(path)
    header = [cell.strip() for _, row in cells[:1] for cell in row]
    missing = [name for name in columns if name not in header]
    if missing:
        raise SourceError(f"{path.name} has no column {', '.join(missing)}", hint=f"Its columns: {';'.join(columns)}")
    places = {name: header.index(name) for name in columns}
    return [
        (line, {name: row[place].strip() if len(row) > place else "" for name, place in places.items()})
        for line, row in cells[1:]
        if any(cell.strip() for cell in row)
    ]


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    """Every row with the line it begins in; a quoted cell may span several."""
    text = read_text(path)
    separator = next((sign for sign in ";,\t" if sign in text.split("\n", 1)[0]), ";")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in rows:
            found.append((line, row))
            line = rows.line_num + 1
    except csv.Error:
        raise SourceError(f"{path.name}, line {line}: cannot be cut into cells") from None
    return found
