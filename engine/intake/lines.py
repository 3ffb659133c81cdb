"""The table of lines just read, where every reader leaves its lines before they are judged: the end of the contract.

``intake_read`` has ``line_no`` (1 = first), ``file_line`` (physical line or row of the source; may be null), ``cells``
(one text a column, empty = null), ``reason`` and ``detail`` (null = nothing against the line).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from engine.intake.scan import LONGEST_CELL
from engine.workspace import Workspace

READ = "intake_read"
"""Temp view of the lines just read: line_no, file_line, cells, reason, detail."""

READ_ROWS = "intake_read_rows"
"""Temp table under that view; its columns depend on who read."""

SCHEMA = pa.schema(
    [
        ("line_no", pa.int64()),
        ("file_line", pa.int64()),
        ("cells", pa.list_(pa.string())),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
"""Columns of :data:`READ` as Arrow."""

Line = tuple[int, Sequence[str | None] | None, str | None, str | None]
"""A line of a reader that makes them one by one: place in the source, cells (empty = None), why it is held, detail."""

_BATCH = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def forget_read(ws: Workspace) -> None:
    """Drop what the last reading left behind."""
    ws.execute(f"drop view if exists {READ}")
    ws.drop(READ_ROWS)


@contextmanager
def in_order(ws: Workspace) -> Iterator[None]:
    """DuckDB keeps the order of what it reads, so that rowid is the order of the source."""
    before = ws.value("select current_setting('preserve_insertion_order')")
    ws.execute("set preserve_insertion_order = true")
    try:
        yield
    finally:
        ws.execute(f"set preserve_insertion_order = {'true' if before else 'false'}")


def show_read(ws: Workspace, select: str = f"select * from {READ_ROWS}") -> None:
    """Make the view :data:`READ` over the lines of ``select``; lines with a cell that is too long are held."""
    ws.execute(
        f"create or replace temp view {READ} as select line_no, file_line, if(is_long, null, cells) as cells, "
        "if(is_long, 'cell_too_long', reason) as reason, "
        f"if(is_long, 'a cell of more than {LONGEST_CELL} characters', detail) as detail "
        f"from (select *, coalesce(len(list_filter(cells, lambda cell: length(cell) > {LONGEST_CELL})) > 0, false) "
        f"as is_long from ({select}))"
    )


def read_columns(ws: Workspace, source: str, width: int, *, ordered: bool) -> int:
    """Fill :data:`READ` from a table function or a bracketed SELECT that gives ``width`` columns of text.

    Args:
        ws: workspace.
        source: what stands behind FROM; it may read another database.
        width: number of columns.
        ordered: the order of its rows is the source's own and says something. Otherwise rows are numbered in the
            order of their cells: a table has none, and the same rows must get the same numbers.

    Returns:
        Number of lines.
    """
    forget_read(ws)
    with in_order(ws):
        names = _names(width)
        cells = ", ".join(map(_emptied, names))
        ws.execute(
            f"create or replace temp table {READ_ROWS} as select [{cells}] as cells "
            f"from {source} as q({', '.join(names)})"
        )
    return _number_lines(ws, ordered)


def read_select(ws: Workspace, select: str, *, ordered: bool) -> int:
    """Fill :data:`READ` from a SELECT with the one column ``cells`` (VARCHAR[]). See :func:`read_columns`."""
    forget_read(ws)
    emptied = f"list_transform(cells, lambda cell: {_emptied('cell')})"
    with in_order(ws):
        ws.execute(f"create or replace temp table {READ_ROWS} as select {emptied} as cells from ({select})")
    return _number_lines(ws, ordered)


def read_batches(ws: Workspace, batches: Iterable[pa.RecordBatch | pa.Table], *, ordered: bool) -> int:
    """Fill :data:`READ` from Arrow batches; every column becomes one cell, as text. See :func:`read_columns`."""
    forget_read(ws)
    ws.execute(f"create or replace temp table {READ_ROWS} (cells varchar[])")
    with in_order(ws):
        for batch in batches:
            table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
            names = _names(table.num_columns)
            ws.connection.register("__intake_batch", table.rename_columns(names))
            try:
                texts = (_as_text(name, kind) for name, kind in zip(names, table.schema.types, strict=True))
                ws.execute(f"insert into {READ_ROWS} select [{', '.join(map(_emptied, texts))}] from __intake_batch")
            finally:
                ws.connection.unregister("__intake_batch")
    return _number_lines(ws, ordered)


def read_lines(ws: Workspace, lines: Iterable[Line]) -> int:
    """Fill :data:`READ` from a reader that makes its lines one by one; their order is kept."""
    forget_read(ws)
    ws.execute(
        f"create or replace temp table {READ_ROWS} "
        "(line_no bigint, file_line bigint, cells varchar[], reason varchar, detail varchar)"
    )
    show_read(ws)
    count = 0
    pending: list[Line] = []
    for line in lines:
        pending.append(line)
        if len(pending) == _BATCH:
            _insert(ws, pending, count)
            count += len(pending)
            pending = []
    if pending:
        _insert(ws, pending, count)
    return count + len(pending)


def _insert(ws: Workspace, lines: list[Line], before: int) -> None:
    places, cells, reasons, details = zip(*lines, strict=True)
    columns = [range(before + 1, before + len(lines) + 1), places, cells, reasons, details]
    try:
        table = _table(columns)
    except UnicodeEncodeError:  # half of a surrogate pair cannot be stored as UTF-8
        columns[2] = [None if row is None else [whole(cell) for cell in row] for row in cells]
        table = _table(columns)
    ws.connection.register("__intake_batch", table)
    try:
        ws.execute(f"insert into {READ_ROWS} select * from __intake_batch")
    finally:
        ws.connection.unregister("__intake_batch")


def _table(columns: Sequence[Sequence[object]]) -> pa.Table:
    return pa.table(
        [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def whole(cell: str | None) -> str | None:
    """The cell with halves of surrogate pairs replaced: what UTF-8 can hold."""
    return None if cell is None else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", cell)


def _as_text(name: str, kind: pa.DataType) -> str:
    """A column of a driver as text: bits as the numbers they are, bytes as hex."""
    if pa.types.is_boolean(kind):
        return f"{name}::tinyint::varchar"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return f"hex({name})"
    return f"{name}::varchar"


def _names(width: int) -> list[str]:
    return [f"c{at:05d}" for at in range(1, width + 1)]


def _emptied(cell: str) -> str:
    """An empty cell as null, NUL characters left out: what every reader promises."""
    return f"nullif(replace({cell}, chr(0), ''), '')"


def _number_lines(ws: Workspace, ordered: bool) -> int:
    if not ordered:
        with in_order(ws):
            ws.execute(f"create or replace temp table {READ_ROWS} as select cells from {READ_ROWS} order by cells")
    show_read(
        ws,
        "select rowid + 1 as line_no, rowid + 1 as file_line, cells, null::varchar as reason, null::varchar as detail "
        f"from {READ_ROWS}",
    )
    return int(ws.value(f"select count(*) from {READ_ROWS}"))
