"""Bring a delimited text file into the table of read lines: fast through DuckDB when it is clean, else exactly.

The user's file name never reaches DuckDB (a name with ``[`` or ``*`` reads other files): the text below the header is
written as UTF-8 to a file of our own, and DuckDB gets that name, our dialect and text columns only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from engine.errors import SourceError
from engine.intake.dialect import Layout, decide_layout
from engine.intake.encoding import Encoding, decide_encoding, text_chunks
from engine.intake.scan import LONGEST_CELL, scan
from engine.intake.source_file import SourceFile
from engine.sql import literal
from engine.workspace import Workspace

READ = "intake_read"
"""Temp view of the lines just read: line_no, file_line, cells, reason, detail."""

READ_ROWS = "intake_read_rows"
"""Temp table under that view; its columns depend on who read."""


_HEAD = 1 << 19  # characters looked at to decide the layout
_BATCH = 20_000
_SCHEMA = pa.schema(
    [
        ("line_no", pa.int64()),
        ("file_line", pa.int64()),
        ("cells", pa.list_(pa.string())),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)


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


def forget_read(ws: Workspace) -> None:
    """Drop what the last reading left behind."""
    ws.execute(f"drop view if exists {READ}")
    ws.drop(READ_ROWS)


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
    ordered = ws.value("select current_setting('preserve_insertion_order')")
    ws.execute("set preserve_insertion_order = true")  # so that rowid is the order of the file
    try:
        ws.execute(
            f"create or replace temp table {READ_ROWS} as {select}",
            {"path": str(copy), "delimiter": body.layout.dialect.split_at, "quote": quote},
        )
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException):
        return False
    finally:
        ws.execute(f"set preserve_insertion_order = {'true' if ordered else 'false'}")
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
    ws.execute(
        f"create or replace temp table {READ_ROWS} "
        "(line_no bigint, file_line bigint, cells varchar[], reason varchar, detail varchar)"
    )
    ws.execute(f"create or replace temp view {READ} as select * from {READ_ROWS}")
    for batch in _batches(copy, body):
        ws.connection.register("__intake_batch", batch)
        try:
            ws.execute(f"insert into {READ_ROWS} select * from __intake_batch")
        finally:
            ws.connection.unregister("__intake_batch")


def _batches(copy: Path, body: _Body) -> Iterator[pa.Table]:
    layout = body.layout
    width = len(layout.headers)
    rows: list[tuple[int, int, list[str | None] | None, str | None, str | None]] = []
    newline = "\r" if body.only_cr else "\n"
    with copy.open(encoding="utf-8", errors="surrogatepass", newline=newline) as lines:
        records = scan(lines, layout.dialect, first=layout.body_line, width=width)
        for line_no, record in enumerate(records, start=1):
            cells, reason, detail = _fitted(record.cells, width, layout.short_rows)
            if record.reason is not None:
                cells, reason, detail = None, record.reason, record.detail
            rows.append((line_no, record.file_line, cells, reason, detail))
            if len(rows) == _BATCH:
                yield _table(rows)
                rows = []
    if rows:
        yield _table(rows)


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


def _table(rows: list[tuple[int, int, list[str | None] | None, str | None, str | None]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    try:
        return pa.table(
            [pa.array(column, type=field.type) for column, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
        )
    except UnicodeEncodeError:  # half of a surrogate pair cannot be stored as UTF-8
        cleaned = [(a, b, None if c is None else [_whole(cell) for cell in c], d, e) for a, b, c, d, e in rows]
        return pa.table(
            [
                pa.array(column, type=field.type)
                for column, field in zip(zip(*cleaned, strict=True), _SCHEMA, strict=True)
            ],
            schema=_SCHEMA,
        )


_SURROGATE = re.compile("[\ud800-\udfff]")


def _whole(cell: str | None) -> str | None:
    return None if cell is None else _SURROGATE.sub("\ufffd", cell)
