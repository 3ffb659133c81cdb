"""Bring the sheets of a workbook (.xlsx, .xls, .ods) into the table of read lines, all cells as text.

The file is looked at before it is opened (size when unpacked, declared extent, password) and opened in a child
process with a limit on its memory: see :mod:`engine.workbook_child`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.counted import counted
from engine.errors import SourceError
from engine.intake.dialect import header_names, looks_like_header
from engine.intake.lines import READ_ROWS, forget_read, show_read
from engine.intake.source_file import Format, SourceFile
from engine.rulebook.mapping import fold
from engine.workspace import Workspace

_LARGEST_UNPACKED = 2 << 30  # bytes; a full sheet of contacts unpacks to about 1 GiB
_LARGEST_RATIO = 200  # sheets of contacts pack 5 to 20 times; a zip bomb 1,000 times
_RATIO_FROM = 64 << 20  # a small file may pack well by nature
_LARGEST_EXTENT = 40_000_000  # cells by the declared extent of one sheet: 1,048,576 rows x 38 columns
_SECONDS = 600
_HEADER_WITHIN = 10
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_PASSWORD = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as the child wrote it.

    Attributes:
        name / file: what it is called, and its cells as Arrow.
        padded: column (0 = first) -> digits that its numbers are shown with, leading zeros included, and how many are.
        notes: what its cells do not tell: hidden rows, merged cells, formulas without a result.
    """

    name: str
    file: Path
    padded: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the table of a sheet stands; rows are counted from 1 as the spreadsheet shows them."""

    headers: tuple[str, ...]
    header_line: int | None
    body_line: int
    preamble: int


def sheets_of(source: SourceFile, format_: Format, scratch: Path) -> list[Sheet]:
    """Every sheet that is not empty (or the one asked for), written into ``scratch`` as Arrow files.

    Raises:
        SourceError: not a workbook, protected by a password, too large when unpacked, no such sheet, nothing in it.
    """
    _check_container(source, format_)
    # by path and isolated: the child needs none of our packages, and starts in half the time without them
    child_file = str(Path(__file__).parents[1] / "workbook_child.py")
    command = [sys.executable, "-I", child_file, str(source.path.resolve()), str(scratch)]
    if source.sheet is not None:
        command.append(source.sheet)
    try:
        child = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise SourceError(f"{source.file} took more than {_SECONDS} s to open", hint=_AS_CSV) from None
    if child.returncode == 5 and child.stderr[-6:] != b"memory":
        raise SourceError(f"{source.file} is damaged: it cannot be read as a workbook", hint=_AS_CSV)
    if child.returncode != 0:
        raise SourceError(f"{source.file} asks for more memory than a table of contacts needs", hint=_AS_CSV)
    answer = json.loads(child.stdout)
    if isinstance(answer, dict):
        raise SourceError(
            f"{source.file} has no sheet {source.sheet!r}", hint=f"Its sheets: {', '.join(answer['sheets'])}."
        )
    if not answer:
        raise SourceError(f"{source.file} holds no filled cell", hint="Export it again.")
    return [_sheet(item, scratch) for item in answer]


def _sheet(item: Mapping[str, Any], scratch: Path) -> Sheet:
    padded = {
        _column_number(letters.encode()) - 1: (int(width), int(count))
        for letters, (width, count) in item.get("padded", {}).items()
    }
    unread = ", ".join(f'"{name}"' for name in item.get("unread", ()))
    told = (
        ("the sheet is hidden, and was read all the same", bool(item.get("hidden"))),
        (f"{counted(item.get('hidden_rows', 0), 'hidden row')} read too", item.get("hidden_rows", 0)),
        (f"{counted(item.get('merged', 0), 'merged range')}: only the first cell has a value", item.get("merged", 0)),
        (
            f"{counted(item.get('unsolved', 0), 'formula')} without a result: open it, save it, and give it again",
            item.get("unsolved", 0),
        ),
        (f"sheets that could not be read were left out (a chart is none): {unread}", bool(unread)),
    )
    return Sheet(item["sheet"], scratch / item["file"], padded, tuple(note for note, is_so in told if is_so))


_AS_CSV = "Open it in its own program and save it as CSV (UTF-8)."


def _check_container(source: SourceFile, format_: Format) -> None:
    if format_ == "xls":
        with source.path.open("rb") as handle:
            if any(_PASSWORD in block for block in iter(lambda: handle.read(1 << 20), b"")):
                raise SourceError(f"{source.file} is protected by a password", hint="Save it without the password.")
        return
    try:
        with zipfile.ZipFile(source.path) as container:
            parts = container.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if unpacked > _LARGEST_UNPACKED or (unpacked > _RATIO_FROM and unpacked / packed > _LARGEST_RATIO):
                raise SourceError(f"{source.file} unpacks to {unpacked >> 20} MiB: refused", hint=_AS_CSV)
            names = {part.filename for part in parts}
            if format_ == "xlsx" and not any(name.startswith("xl/") for name in names):
                raise SourceError(f"{source.file} is a zip archive, not a workbook", hint="Unpack it first.")
            for name in sorted(names):
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with container.open(name) as part:
                        _check_extent(source, part.read(4_096))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise SourceError(f"{source.file} is damaged: it cannot be read as a workbook", hint=_AS_CSV) from None


def _check_extent(source: SourceFile, begins: bytes) -> None:
    if (found := _DIMENSION.search(begins)) is None:
        return
    left, top, right, bottom = found.groups()
    columns = _column_number(right) - _column_number(left) + 1
    rows = int(bottom) - int(top) + 1
    if columns * rows > _LARGEST_EXTENT:
        raise SourceError(
            f"{source.file} says it has {rows} rows and {columns} columns: refused",
            hint="Delete what stands far outside the table, or save the table as CSV (UTF-8).",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_sheet(ws: Workspace, sheet: Sheet, known: frozenset[str]) -> SheetLayout | None:
    """Read one sheet into the temp table :data:`~engine.intake.lines.READ`; None when it is no table.

    Wholly blank rows are no records. Dates without a time are written ``yyyy-mm-dd``.
    """
    with pa.memory_map(str(sheet.file)) as mapped:
        table = pa.ipc.open_file(mapped).read_all()
        names = [f"c{at:05d}" for at in range(1, table.num_columns + 1)]
        table = table.rename_columns(names).append_column(
            "sheet_row", pa.array(range(1, table.num_rows + 1), pa.int64())
        )
        layout = _layout(table, names, known)
        if layout is None:
            return None
        ws.connection.register("__intake_sheet", table)
        try:
            _stage(ws, names[: len(layout.headers)], layout, sheet.padded)
        finally:
            ws.connection.unregister("__intake_sheet")
    return layout


def _layout(table: pa.Table, names: list[str], known: frozenset[str]) -> SheetLayout | None:
    top = [[(value or "") for value in row.values()] for row in table.select(names).slice(0, 2_000).to_pylist()]
    filled = [at for at, row in enumerate(top) if any(cell.strip() for cell in row)]
    if not filled:
        return None
    width = sorted(_extent(top[at]) for at in filled)[len(filled) // 2]
    begins = next(
        (at for at in filled[:_HEADER_WITHIN] if sum(bool(cell.strip()) for cell in top[at]) * 2 >= width), filled[0]
    )
    head = top[begins]
    below = [top[at] for at in filled if at > begins]
    is_header = looks_like_header(head, below, known)
    if not any(fold(cell) in known for cell in head) and sum(bool(cell.strip()) for cell in head) < 2:
        return None
    used = max((_extent(row) for row in (head, *below)), default=1)
    return SheetLayout(
        headers=header_names(head if is_header else (), max(used, 1)),
        header_line=begins + 1 if is_header else None,
        body_line=begins + (2 if is_header else 1),
        preamble=sum(at < begins for at in filled),
    )


def _extent(row: list[str]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)


_PADDED_SHARE = 0.9
"""Of a column's whole numbers, those that must be shown with leading zeros: one formatted cell is a slip."""


def _stage(ws: Workspace, names: list[str], layout: SheetLayout, padded: Mapping[int, tuple[int, int]]) -> None:
    dated = ws.rows(
        "select "
        + ", ".join(
            f"coalesce(bool_or(regexp_matches({name}, '^\\d{{4}}-\\d\\d-\\d\\d[ T]00:00:00')), false)" for name in names
        )
        + " from __intake_sheet"
    )[0]
    widths = {
        at: width for at, (width, count) in padded.items() if at < len(names) and _is_padded(ws, names[at], count)
    }
    cells = ", ".join(
        f"nullif({_zeros(name, widths[at]) if at in widths else _dateless(name) if is_dated else name}, '')"
        for at, (name, is_dated) in enumerate(zip(names, dated, strict=True))
    )
    forget_read(ws)
    ws.execute(
        f"create or replace temp table {READ_ROWS} as "
        "select row_number() over (order by sheet_row) as line_no, sheet_row as file_line, cells, "
        "null::varchar as reason, null::varchar as detail "
        f"from (select sheet_row, [{cells}] as cells from __intake_sheet where sheet_row >= $body_line) "
        "where trim(array_to_string(cells, '')) <> ''",
        {"body_line": layout.body_line},
    )
    show_read(ws)


def _is_padded(ws: Workspace, name: str, shown: int) -> bool:
    whole = int(ws.value(f"select count(*) from __intake_sheet where regexp_full_match({name}, '[0-9]+')"))
    return shown >= _PADDED_SHARE * whole


def _zeros(name: str, width: int) -> str:
    """The number as the sheet shows it: ``1000`` in the format ``00000`` is ``01000``."""
    short = f"regexp_full_match({name}, '[0-9]+') and length({name}) < {width}"
    return f"case when {short} then lpad({name}, {width}, '0') else {name} end"


def _dateless(name: str) -> str:
    return f"regexp_replace({name}, '^(\\d{{4}}-\\d\\d-\\d\\d)[ T]00:00:00(\\.0+)?$', '\\1')"
