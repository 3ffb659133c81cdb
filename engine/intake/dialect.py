"""How a delimited file is written and where its header stands, decided from its first lines.

Sniffers lie: on a ragged file DuckDB's answers one column, and with null padding it mistakes the quote (two rows out
of one). Here every delimiter is tried with the reader itself, and the one that gives records of one width wins.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.intake.scan import Dialect, Scanned, scan
from engine.rulebook.mapping import fold

DELIMITERS = (";", ",", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*$", re.IGNORECASE)
_SAMPLE_RECORDS = 1_000
_HEADER_WITHIN = 30  # records looked at for the header
_KNOWN_SHARE = 0.3  # of header cells known to the vocabulary: surely a header
_DATA = re.compile(r"\S+@\S+\.\S|\d{5,}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?:\d[ .-]?){8,}")
_NUMBER = re.compile(r"[\d\s.,/+-]+")


@dataclass(frozen=True)
class Layout:
    """Everything that is needed to read the records below the header.

    Attributes:
        dialect: delimiter, quote, escape.
        headers: one name per column; ``column_<n>`` where the file gives none.
        header_line: physical line of the header, None = the file has none.
        body_line: physical line where the records begin.
        preamble: lines above the header that are no data.
        short_rows: a record with fewer cells is filled up: this writer leaves trailing empty cells out.
    """

    dialect: Dialect
    headers: tuple[str, ...]
    header_line: int | None
    body_line: int
    preamble: int = 0
    short_rows: bool = False
    notes: tuple[str, ...] = field(default=())


def decide_layout(lines: Sequence[str], known: frozenset[str], forced: str | None = None) -> Layout:
    """Decide the layout from the first lines of a file (with their line ends).

    Args:
        lines: physical lines, whole.
        known: folded header words of the vocabulary.
        forced: delimiter given by the user.
    """
    skipped = 0
    if forced is None and lines and (named := _SEPARATOR_LINE.match(lines[0])):
        forced, skipped = named.group(1), 1
    dialect = _decide_dialect(lines[skipped:], forced)
    records = _records(lines[skipped:], dialect, first=1 + skipped)
    wide = _width(records)
    at = _header_at(records, wide)
    head = records[at].cells
    below = [record.cells for record in records[at + 1 :] if len(record.cells) >= max(2, wide - 1)]
    is_header = looks_like_header(head, below, known)
    width = max(len(head), wide) if is_header else wide
    below_widths = [record.cells for record in records[at + 1 :] if record.reason is None]
    if is_header:
        while width > 1 and not _cell(head, width - 1) and not any(_cell(cells, width - 1) for cells in below_widths):
            width -= 1  # every line ends with a delimiter
    begins = records[at]
    return Layout(
        dialect=dialect,
        headers=header_names(head if is_header else (), width),
        header_line=begins.file_line if is_header else None,
        body_line=begins.file_line + (begins.lines if is_header else 0),
        preamble=at + skipped,
        short_rows=_leaves_empty_cells_out(below_widths, width),
    )


def header_names(head: Sequence[str], width: int) -> tuple[str, ...]:
    """Names of ``width`` columns: the cells of the header, ``column_<n>`` for those without one."""
    squeezed = [" ".join(cell.split()) for cell in head]
    return tuple(squeezed[at] if at < len(squeezed) and squeezed[at] else f"column_{at + 1}" for at in range(width))


def looks_like_header(head: Sequence[str], below: Sequence[Sequence[str]], known: frozenset[str]) -> bool:
    """Whether a row names columns rather than being a record.

    The vocabulary decides first; then data in the row (an address with @, a date, a long number) speaks against it,
    as does a cell that occurs again below itself.
    """
    cells = [cell.strip() for cell in head]
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    if sum(fold(cell) in known for cell in filled) >= max(1, _KNOWN_SHARE * len(filled)):
        return not (len(filled) > 2 and sum(bool(_DATA.search(cell)) for cell in filled) >= 2)
    if any(_DATA.search(cell) for cell in filled):
        return False
    if not below:
        return True
    repeated = changed = 0
    for at, cell in enumerate(cells):
        column = [row[at].strip() for row in below if at < len(row) and row[at].strip()]
        if not cell or not column:
            continue
        repeated += cell in column
        numbers = sum(bool(_NUMBER.fullmatch(value)) for value in column)
        changed += numbers > 0.8 * len(column) and not _NUMBER.fullmatch(cell)
    if changed:
        return True
    return repeated == 0 and len(set(filled)) == len(filled) and not all(map(_NUMBER.fullmatch, filled))


def _decide_dialect(lines: Sequence[str], forced: str | None) -> Dialect:
    candidates = [forced] if forced else [mark for mark in DELIMITERS if any(mark in line for line in lines)]
    best, best_score = Dialect(None), 0.0
    for mark in candidates:
        dialect = Dialect(mark)
        score = _score(lines, dialect)
        if any('\\"' in line for line in lines):
            other = Dialect(mark, backslash=True)
            other_score = _score(lines, other)
            if other_score > score or (other_score == score and not any('""' in line for line in lines)):
                dialect, score = other, other_score
        if score > best_score or forced:
            best, best_score = dialect, score
    if best.delimiter and _single_quoted(lines, best.delimiter):
        return Dialect(best.delimiter, quote="'")
    return best


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    """High when records have one width and the first has it too: addresses are full of commas, a header is not."""
    records = _records(lines, dialect)
    widths = Counter(len(record.cells) for record in records if record.reason is None)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1] * math.log2(item[0] + 1), item[0]))
    if width < 2:
        return 0.0
    share = count / len(records)
    alike = any(len(record.cells) == width for record in records[:1])
    return share * share * math.log2(width + 1) * (1.5 if alike else 1.0)


def _records(lines: Sequence[str], dialect: Dialect, first: int = 1) -> list[Scanned]:
    found: list[Scanned] = []
    for record in scan(lines, dialect, first=first):
        found.append(record)
        if len(found) == _SAMPLE_RECORDS:
            break
    return found


def _single_quoted(lines: Sequence[str], delimiter: str) -> bool:
    cells = [cell.strip() for line in lines[:200] for cell in line.rstrip("\r\n").split(delimiter)]
    filled = [cell for cell in cells if cell]
    wrapped = [cell for cell in filled if len(cell) >= 2 and cell[0] == cell[-1] == "'"]
    return bool(filled) and len(wrapped) > 0.8 * len(filled)


def _width(records: Sequence[Scanned]) -> int:
    widths = Counter(len(record.cells) for record in records if record.reason is None)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0] if widths else 1


def _header_at(records: Sequence[Scanned], width: int) -> int:
    """The first record that is filled as widely as a header must be; lines above it are a preamble."""
    needed = max(1, math.ceil(width / 2))
    for at, record in enumerate(records[:_HEADER_WITHIN]):
        if sum(bool(cell.strip()) for cell in record.cells) >= needed and len(record.cells) >= min(width, needed):
            return at
    return 0


def _leaves_empty_cells_out(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Some writers drop trailing empty cells. Such a file has short records and no full record that ends empty.

    A few short records among thousands are damage instead: hence the two in a hundred.
    """
    short = sum(len(row) < width for row in rows)
    ends_empty = any(len(row) >= width and not row[width - 1].strip() for row in rows)
    return not ends_empty and short >= max(1, 0.02 * len(rows))


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""
