"""Lookup tables kept as a CSV beside the mapping: two columns, read as text, every mistake with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SIZE_LIMIT = 50_000_000
ENTRIES_LIMIT = 1_000_000


class _Rows(Protocol):
    """What csv.reader gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


@dataclass(slots=True)
class LookupEntries:
    """What a file holds, and what is wrong with it.

    Attributes:
        entries: key -> value.
        problems: line and sentence.
    """

    entries: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_lookup(path: Path, key: str | None, value: str | None) -> LookupEntries:
    """Read a lookup table; ``;``, ``,`` or a tab separates, the first line holds the headers.

    Args:
        path: the file.
        key: header of the column to look in; the first one when None.
        value: header of the column to take; the second one when None.
    """
    found = LookupEntries()
    if path.is_symlink() or not path.is_file():
        found.problems.append((1, "no such file beside the mapping"))
        return found
    if path.stat().st_size > SIZE_LIMIT:
        found.problems.append((1, f"a lookup table has {SIZE_LIMIT // 1_000_000} MB at most"))
        return found
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        found.problems.append((1, "not UTF-8 text: save it as CSV UTF-8"))
        return found
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        _fill(found, rows, key, value)
    except csv.Error:
        found.problems.append((rows.line_num or 1, "not a CSV: a quote is not closed"))
    return found


def _fill(found: LookupEntries, rows: _Rows, key: str | None, value: str | None) -> None:
    headers = [cell.strip() for cell in next(rows, [])]
    wanted = (key or (headers[0] if headers else ""), value or (headers[1] if len(headers) > 1 else ""))
    missing = [name for name in wanted if name not in headers]
    if missing:
        there = ", ".join(headers)[:200]
        found.problems.append((1, f'no column "{missing[0]}"' + (f"; there are: {there}" if there else "")))
        return
    at_key, at_value = (headers.index(name) for name in wanted)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        line = rows.line_num
        if len(row) <= max(at_key, at_value):
            found.problems.append((line, "too few cells"))
            continue
        word = row[at_key].strip()
        if not word:
            found.problems.append((line, "the key is empty"))
        elif found.entries.setdefault(word, row[at_value].strip()) != row[at_value].strip():
            found.problems.append((line, "the key stands above with another value"))
        if len(found.entries) > ENTRIES_LIMIT:
            found.problems.append((line, f"a lookup table has {ENTRIES_LIMIT:,} entries at most"))
            return
