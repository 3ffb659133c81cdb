"""The rows of an import file as batches of text, in order, with the line each stands in; rows that do not fit apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from engine.errors import SourceError
from engine.importfile import workbook
from engine.importfile.layout import Layout, text_layout

LINE = "line_no"
_BLOCK = 8 << 20


@dataclass(slots=True)
class ImportFile:
    """An import file that is open for reading.

    Attributes:
        path / sha256: the file and its hash, by which it is known again.
        layout: how it is read.
        misfits: lines of rows whose number of cells is not the header's; complete after :meth:`batches`.
    """

    path: Path
    sha256: str
    layout: Layout
    misfits: list[int] = field(default_factory=list)
    _sheet: pa.Table | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The field codes it has, in file order."""
        return tuple(code for code in self.layout.columns if code is not None)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """``line_no`` and every known column as text, empty = null, outer blanks off; blank rows left out.

        Raises:
            SourceError: the file cannot be cut into rows.
        """
        yield from self._text_batches() if self._sheet is None else self._sheet_batches(self._sheet)

    def _text_batches(self) -> Iterator[pa.RecordBatch]:
        layout = self.layout
        names = [f"c{place:03d}" for place in range(len(layout.columns))]
        short: list[tuple[int, int]] = []  # row as the parser counts them, line ends inside it

        def misfit(row: pacsv.InvalidRow) -> str:
            # a blank rest of the line is no cell too many
            if row.actual_columns == 1 and not row.text.strip():
                return "skip"
            short.append((row.number, row.text.strip().count("\n")))
            return "skip"

        wanted = [name for name, code in zip(names, layout.columns, strict=True) if code is not None]
        try:
            reader = pacsv.open_csv(
                str(self.path),
                read_options=pacsv.ReadOptions(
                    use_threads=False, column_names=names, skip_rows=layout.header_line, block_size=_BLOCK,
                    encoding=layout.encoding,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=layout.separator, quote_char=False if layout.separator == "\t" else '"',
                    double_quote=True, newlines_in_values=layout.separator != "\t", ignore_empty_lines=False,
                    invalid_row_handler=misfit,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=wanted,
                ),
            )  # fmt: skip
            counter = _Lines(layout.header_line)
            for batch in reader:
                seen = counter.take(batch, short)
                self.misfits += seen.misfits
                yield from self._cleaned(batch.columns, seen.lines)
            self.misfits += counter.rest(short)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise SourceError(
                f"{self.path.name} cannot be cut into rows and cells",
                hint="Is a quotation mark left open? A row longer than 8 MB is refused too.",
            ) from None

    def _sheet_batches(self, sheet: pa.Table) -> Iterator[pa.RecordBatch]:
        places = [place for place, code in enumerate(self.layout.columns) if code is not None]
        body = sheet.slice(self.layout.header_line)
        extra = [place for place in range(body.num_columns) if place >= len(self.layout.columns)]
        lines = pa.array(range(self.layout.header_line + 1, sheet.num_rows + 1), pa.int64())
        if extra:
            filled = pa.array([False] * body.num_rows)
            for place in extra:
                filled = pc.or_(filled, pc.not_equal(pc.fill_null(body.column(place).combine_chunks(), ""), ""))
            self.misfits += lines.filter(filled).to_pylist()
            body, lines = body.filter(pc.invert(filled)), lines.filter(pc.invert(filled))
        columns = [body.column(place).combine_chunks() for place in places]
        yield from self._cleaned(columns, lines)

    def _cleaned(self, columns: list[pa.Array], lines: pa.Array) -> Iterator[pa.RecordBatch]:
        cleaned = []
        for column in columns:
            # NUL has no place in text, and a database of the other kind refuses it
            trimmed = pc.utf8_trim_whitespace(pc.replace_substring(pc.fill_null(column, ""), "\0", ""))
            cleaned.append(pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed))
        filled = pa.array([False] * len(lines))
        for column in cleaned:
            filled = pc.or_(filled, pc.is_valid(column))
        yield pa.record_batch([lines, *cleaned], names=[LINE, *self.codes]).filter(filled)


@dataclass(frozen=True, slots=True)
class _Seen:
    lines: pa.Array
    misfits: list[int]


class _Lines:
    """Turns rows into lines of the file: quoted cells may span several, and rows that do not fit are left out."""

    def __init__(self, header_line: int) -> None:
        self._row = header_line  # rows so far, as the parser counts them
        self._extra = 0  # line ends inside cells so far
        self._used = 0  # misfits placed so far

    def take(self, batch: pa.RecordBatch, misfits: list[tuple[int, int]]) -> _Seen:
        """The line of every row of ``batch``, and the lines of the misfits between them."""
        inside = [0] * batch.num_rows
        for column in batch.columns:
            if column.buffers()[2] is None or b"\n" not in column.buffers()[2].to_pybytes():
                continue
            for place, ends in enumerate(pc.count_substring(column, "\n").to_pylist()):
                inside[place] += ends
        lines, odd = [], []
        for ends in inside:
            self._row += 1
            while self._used < len(misfits) and misfits[self._used][0] == self._row:
                odd.append(self._row + self._extra)
                self._extra += misfits[self._used][1]
                self._used += 1
                self._row += 1
            lines.append(self._row + self._extra)
            self._extra += ends
        return _Seen(pa.array(lines, pa.int64()), odd)

    def rest(self, misfits: list[tuple[int, int]]) -> list[int]:
        """The lines of misfits after the last row."""
        found = []
        for number, ends in misfits[self._used :]:
            found.append(number + self._extra)
            self._extra += ends
        return found


def open_import_file(path: Path, aliases: Mapping[str, str], scratch: Path) -> ImportFile:
    """Open ``path``, a .csv or .xlsx import file; nothing of it is judged but its form.

    Args:
        aliases: field codes of former versions -> those of today.
        scratch: private folder for what a workbook unpacks to.

    Raises:
        SourceError: no such file, none of the two kinds, or no header row with all global columns.
    """
    if not path.is_file():
        raise SourceError(
            f"{path} is a folder" if path.is_dir() else f"no such file: {path}",
            hint="Name an import file, such as out/import/contacts_insert.csv.",
        )
    digest = hashlib.sha256()
    with path.open("rb") as file:
        begins = file.read(4)
        file.seek(0)
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    if begins == b"PK\x03\x04":
        sheet, layout = workbook.read_sheet(path, aliases, scratch)
        return ImportFile(path, digest.hexdigest(), layout, _sheet=sheet)
    return ImportFile(path, digest.hexdigest(), text_layout(path, aliases))
