"""Bring a delimited text file into the table of read lines: fast through DuckDB when it is clean, else exactly.

The user's file name never reaches DuckDB (a name with ``[`` or ``*`` reads other files): the text below the header is
written as UTF-8 to a file of our own, and DuckDB gets that name, our dialect and text columns only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb

from engine.errors import SourceError
from engine.intake.dialect import Layout, decide_layout
from engine.intake.encoding import Encoding, decide_encoding, text_chunks
from engine.intake.lines import READ, READ_ROWS, Line, forget_read, in_order, read_lines
from engine.intake.scan import LONGEST_CELL, scan
from engine.intake.source_file import SourceFile
from engine.sql import literal, one_file
from engine.workspace import Workspace

_HEAD = 1 << 19  # characters looked at to decide the layout


@dataclass(frozen=True, slots=True)
class Delimited:
    """What was decided about a file and how it was read."""

    encoding: Encoding
    layout: Layout
    exact: bool
    nuls: int


@dataclass(slots=True)
class _Body:
    """The text below the header, written out, with what was seen on the way."""

    layout: Layout
    nuls: int = 0
    crlf: int = 0
    lf: int = 0
    cr: int = 0
    ends_with_newline: bool = True

    @property
    def newlines(self) -> int:
        return self.crlf + self.lf

    @property
    def only_cr(self) -> bool:
        return self.cr > 0 and self.newlines == 0


def read_delimited(ws: Workspace, source: SourceFile, *, known: frozenset[str], scratch: Path) -> Delimited:
    """Read ``source`` into the temp table :data:`READ`.

    Raises:
        SourceError: binary, not decodable, or no line at all.
    """
    encoding = decide_encoding(source.path, source.encoding)
    copy = scratch / "intake-body.txt"
    forget_read(ws)
    try:
        body = _write_body(source, encoding, known, copy)
        exact = not (_plain(body) and _read_fast(ws, copy, body))
        if exact:
            _read_exact(ws, copy, body)
    finally:
        copy.unlink(missing_ok=True)
    return Delimited(encoding, body.layout, exact, body.nuls)


def _write_body(source: SourceFile, encoding: Encoding, known: frozenset[str], copy: Path) -> _Body:
    chunks = text_chunks(source.path, encoding)
    head = ""
    whole = True
    nuls = 0
    for chunk in chunks:
        nuls += chunk.count("\0")
        head += chunk.replace("\0", "")
        if len(head) >= _HEAD:
            whole = False
            break
    lines = _physical_lines(head)
    if not whole and len(lines) > 1:
        lines.pop()  # the last one may be cut
    if not any(line.strip() for line in lines):
        raise SourceError(f"{source.file} holds no text", hint="Export it again.")
    layout = decide_layout(lines, known, source.delimiter)
    body = _Body(layout, nuls=nuls)
    start = sum(len(line) for line in lines[: layout.body_line - 1])
    with copy.open("w", encoding="utf-8", errors="surrogatepass", newline="") as out:
        last = _pour(out, head[start:], body, "")
        for chunk in chunks:
            body.nuls += chunk.count("\0")
            last = _pour(out, chunk.replace("\0", ""), body, last)
        if last == "\r":
            out.write(last)
            body.cr += 1
        body.ends_with_newline = last in ("\r", "\n", "")
    return body


def _pour(out: TextIO, text: str, body: _Body, before: str) -> str:
    """Write ``text``, counting line ends, and return its last character; a final carriage return waits for the next."""
    if before == "\r":
        text = before + text
    if not text:
        return before
    last = text[-1]
    if last == "\r":
        text = text[:-1]
    if last == "\x1a":  # the end mark of DOS programs
        text = text[:-1]
        last = text[-1:] or before
    crlf = text.count("\r\n")
    body.crlf += crlf
    body.lf += text.count("\n") - crlf
    body.cr += text.count("\r") - crlf
    out.write(text)
    return last


def _physical_lines(text: str) -> list[str]:
    r"""Lines with their ends: only \n and \r\n, or \r where there is no \n. str.splitlines knows ten more."""
    end = "\n" if "\n" in text else "\r"
    lines = [line + end for line in text.split(end)]
    lines[-1] = lines[-1][: -len(end)]
    return lines if lines[-1] else lines[:-1]


# -- fast -----------------------------------------------------------------------------------------


def _plain(body: _Body) -> bool:
    """Whether the file is of the kind that DuckDB reads exactly as :mod:`engine.intake.scan` does."""
    layout = body.layout
    return (
        layout.dialect.delimiter is not None
        and not layout.dialect.backslash
        and not layout.short_rows
        and body.cr == 0
        and not (body.crlf and body.lf)
        and len(layout.headers) > 1
    )


def _read_fast(ws: Workspace, copy: Path, body: _Body) -> bool:
    """Try DuckDB's strict reader; False when it refuses anything at all."""
    names = [f"c{at:04d}" for at in range(1, len(body.layout.headers) + 1)]
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    quote = body.layout.dialect.quote or ""
    select = (
        f"select [{', '.join(names)}] as cells, "
        f"greatest({', '.join(f'coalesce(strlen({name}), 0)' for name in names)}, 0) > {LONGEST_CELL} as is_long "
        f"from read_csv($path, auto_detect = false, columns = {columns}, delim = $delimiter, quote = $quote, "
        "escape = $quote, header = false, skip = 0, strict_mode = true, null_padding = false, "
        "ignore_errors = false, max_line_size = 2000000)"
    )
    try:
        with in_order(ws):
            ws.execute(
                f"create or replace temp table {READ_ROWS} as {select}",
                {"path": one_file(copy), "delimiter": body.layout.dialect.split_at, "quote": quote},
            )
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException):
        return False
    rows, long_cells = ws.rows(f"select count(*), count_if(is_long) from {READ_ROWS}")[0]
    if long_cells:
        ws.drop(READ_ROWS)
        return False
    ws.execute(
        f"create or replace temp view {READ} as select rowid + 1 as line_no, "
        f"{_file_line(body, rows)} as file_line, cells, null::varchar as reason, null::varchar as detail "
        f"from {READ_ROWS}"
    )
    return True


def _file_line(body: _Body, rows: int) -> str:
    """Physical line of each record as SQL: simple when every record is one line, summed up when cells hold newlines."""
    physical = body.newlines + (not body.ends_with_newline)
    if physical == rows:
        return f"rowid + {body.layout.body_line}"
    within = (
        "coalesce(strlen(array_to_string(cells, '')) - strlen(replace(array_to_string(cells, ''), chr(10), '')), 0)"
    )
    before = f"coalesce(sum({within} + 1) over (order by rowid rows between unbounded preceding and 1 preceding), 0)"
    total = f"sum({within} + 1) over ()"
    # blank lines between records are not counted by DuckDB: then the place is not known
    return f"case when {total} = {physical} then ({before} + {body.layout.body_line})::bigint end"


# -- exact ----------------------------------------------------------------------------------------


def _read_exact(ws: Workspace, copy: Path, body: _Body) -> None:
    read_lines(ws, _exact_lines(copy, body))


def _exact_lines(copy: Path, body: _Body) -> Iterator[Line]:
    layout = body.layout
    width = len(layout.headers)
    newline = "\r" if body.only_cr else "\n"
    with copy.open(encoding="utf-8", errors="surrogatepass", newline=newline) as lines:
        for record in scan(lines, layout.dialect, first=layout.body_line, width=width):
            if record.reason is not None:
                yield record.file_line, None, record.reason, record.detail
            else:
                yield record.file_line, *_fitted(record.cells, width, layout.short_rows)


def _fitted(cells: list[str], width: int, short_rows: bool) -> tuple[list[str | None] | None, str | None, str | None]:
    """Cells of a record at the width of the header, or the reason why they may stand in wrong columns."""
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            return None, "too_many_cells", f"{len(cells)} cells for {width} columns"
        cells = cells[:width]
    if len(cells) < width:
        if not short_rows:
            return None, "too_few_cells", f"{len(cells)} cells for {width} columns"
        cells = cells + [""] * (width - len(cells))
    return [cell or None for cell in cells], None, None
