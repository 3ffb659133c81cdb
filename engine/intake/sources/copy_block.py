r"""Lines of PostgreSQL's COPY text format: tabs between cells, ``\N`` for null, backslash escapes.

DuckDB splits the lines and undoes the escapes; where it refuses anything at all, the lines are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from engine.intake.lines import READ_ROWS, Line, forget_read, in_order, read_lines, show_read
from engine.intake.sources.script_statements import Statement
from engine.intake.sources.script_text import ScriptText, mended, needs_mending
from engine.sql import literal, one_file
from engine.workspace import Workspace

NOT_IN_ITS_ENCODING = "cells are not in the encoding of the script and were read as Windows writes them"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = re.compile(r"\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)


def copied_cells(line: str) -> list[str | None]:
    r"""The cells of one line.

    >>> copied_cells("1\tO\\tBrien\t\\N\ta\\\\nb\t\n")
    ['1', 'O\tBrien', None, 'a\\nb', None]
    """
    return [_cell(cell) for cell in line.rstrip("\r\n").split("\t")]


def _cell(cell: str) -> str | None:
    if cell in ("", "\\N"):
        return None
    return _ESCAPED.sub(_meant, cell) if "\\" in cell else cell


def _meant(found: re.Match[str]) -> str:
    word = found[1]
    if word[0] in "01234567":
        return chr(int(word, 8) & 0xFF)
    if word[0] == "x" and len(word) > 1:
        return chr(int(word[1:], 16))
    return _ESCAPES.get(word, word)


def read_copies(
    ws: Workspace,
    copies: Iterable[tuple[Statement, tuple[str, ...]]],
    text: ScriptText,
    scratch: Path,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put the lines of a table's COPY blocks into intake_read.

    Args:
        ws: workspace.
        copies: the statements with their columns; the data of each is taken here.
        text: how the script is decoded.
        scratch: a private folder.

    Returns:
        The headers, and notes.
    """
    plain = scratch / "copy-block.txt"
    headers: tuple[str, ...] = ()
    places: list[tuple[int, int]] = []  # first row (0 = first), physical line
    odd = count = 0
    ended = True
    try:
        with plain.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
            for statement, columns in copies:
                headers = headers or columns
                assert statement.data is not None
                places.append((count, statement.data.line))
                for line in statement.data:
                    if line[-2:] == "\r\n":
                        line = line[:-2] + "\n"
                    out.write(line)
                    ended = line[-1:] == "\n"
                    odd += columns != headers
                count += statement.data.count
        if not headers or odd or not ended or not _fast(ws, plain, headers, places, text):
            mend = _Mended(text)
            read_lines(ws, mend.lines(plain, len(headers), places, ended))
            return headers, mend.notes
    finally:
        plain.unlink(missing_ok=True)
    return headers, ()


def _fast(
    ws: Workspace, plain: Path, headers: tuple[str, ...], places: list[tuple[int, int]], text: ScriptText
) -> bool:
    if len(headers) < 2 or text.codec == "latin-1":
        return False
    names = [f"c{at:04d}" for at in range(len(headers))]
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    # two backslashes are one, and what stands between two such pairs has single escapes only
    escapes = "piece"
    for letter, meant in (("n", 10), ("t", 9), ("r", 13), ("b", 8), ("f", 12), ("v", 11)):
        escapes = f"replace({escapes}, '\\{letter}', chr({meant}))"
    unescaped = f"array_to_string(list_transform(string_split(cell, '\\\\'), lambda piece: {escapes}), '\\')"
    cell = f"case when not contains(cell, '\\') then nullif(cell, '') when cell = '\\N' then null else {unescaped} end"
    forget_read(ws)
    try:
        with in_order(ws):
            ws.execute(
                f"create or replace temp table {READ_ROWS} as select list_transform([{', '.join(names)}], "
                f"lambda cell: {cell}) as cells from read_csv({literal(one_file(plain))}, auto_detect = false, "
                f"columns = {columns}, delim = '\t', quote = '', escape = '', header = false, strict_mode = true, "
                "null_padding = false, ignore_errors = false, max_line_size = 16000000)"
            )
    except duckdb.Error:
        return False
    line = " ".join(f"when rowid >= {row} then rowid + {first - row}" for row, first in reversed(places))
    show_read(
        ws,
        f"select rowid + 1 as line_no, case {line} end as file_line, cells, null::varchar as reason, "
        f"null::varchar as detail from {READ_ROWS}",
    )
    return True


class _Mended:
    """The lines one by one: cells that are no UTF-8, lines of another width, a last line that was cut."""

    def __init__(self, text: ScriptText) -> None:
        self._text = text
        self._count = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of the cells, once they are read."""
        return (f"{self._count} {NOT_IN_ITS_ENCODING}",) if self._count else ()

    def lines(self, plain: Path, width: int, places: list[tuple[int, int]], ended: bool) -> Iterator[Line]:
        """Every line with its physical line in the script."""
        starts = dict(places)
        place = 0
        with plain.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for number, line in enumerate(file):
                place = starts.get(number, place + 1)
                if not ended and line[-1:] != "\n":
                    yield place, None, "cut_line", "the script ends within this line"
                    continue
                cells = copied_cells(line)
                if len(cells) != width:
                    reason = "too_many_cells" if len(cells) > width else "too_few_cells"
                    yield place, None, reason, f"{len(cells)} cells for {width} columns"
                    continue
                for at, cell in enumerate(cells):
                    if cell is not None and not cell.isascii() and needs_mending(cell, self._text.codec):
                        cells[at] = mended(cell, self._text.codec)
                        self._count += self._text.codec != "latin-1"
                yield place, cells, None, None
