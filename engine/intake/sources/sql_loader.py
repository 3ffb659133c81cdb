"""SQL*Loader: a control file that says how its data file is cut, read without Oracle.

Fields between separators and fields at fixed positions, FILLER, TRAILING NULLCOLS, CHARACTERSET, date masks, data in
a file of its own or behind BEGINDATA. What else the control file may ask for (SQL on a field, WHEN) is refused by
name: it would change what the data says.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SourceError, UsageError
from engine.intake.encoding import decide_encoding
from engine.intake.lines import Line, read_lines
from engine.intake.scan import Dialect, scan
from engine.intake.source_file import SourceFile, check_usable
from engine.intake.sources.contract import HEAD, Asked, Head, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.oracle_dates import by_mask
from engine.intake.sources.script_tables import plain_name
from engine.workspace import Workspace

_TITLE = "a SQL*Loader control file"
_COMMENTS = re.compile(r"--[^\n]*")
_BEGINS = re.compile(r"(?:\s+|--[^\n]*\n|OPTIONS\s*\([^)]*\))*(?:UNRECOVERABLE\s+|RECOVERABLE\s+)?LOAD\s+DATA\b", re.I)
_INFILE = re.compile(r"\bINFILE\s+(?:'([^']*)'|\"([^\"]*)\"|(\*)|(\S+))", re.IGNORECASE)
_CHARACTERSET = re.compile(r"\bCHARACTERSET\s+'?(\w+)'?", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\s+TABLE\s+(\"[^\"]*\"(?:\.\"[^\"]*\")?|[^\s(]+)", re.IGNORECASE)
_TERMINATED = re.compile(r"\bTERMINATED\s+(?:BY\s+)?(?:X'([0-9A-Fa-f]+)'|'([^']*)'|\"([^\"]*)\")", re.I)
_ENCLOSED = re.compile(r"\bENCLOSED\s+(?:BY\s+)?(?:X'([0-9A-Fa-f]+)'|'([^']*)'|\"([^\"]*)\")", re.IGNORECASE)
_NULLCOLS = re.compile(r"\bTRAILING\s+NULLCOLS\b", re.IGNORECASE)
_SKIP = re.compile(r"\bSKIP\s*=\s*(\d+)", re.IGNORECASE)
_FIELD = re.compile(r"\s*(\"[^\"]+\"|[\w$#]+)\s*(.*)", re.DOTALL)
_POSITION = re.compile(r"\bPOSITION\s*\(\s*(\d+)\s*[:-]\s*(\d+)\s*\)", re.IGNORECASE)
_DATE = re.compile(r"\b(?:DATE|TIMESTAMP)\s*(?:\(\d+\))?\s*(?:\"([^\"]+)\"|'([^']+)')", re.IGNORECASE)
_BEYOND = re.compile(
    r"\b(?:WHEN|CONSTANT|SEQUENCE|RECNUM|LOBFILE|EXPRESSION|BOUNDFILLER|CONTINUEIF|CONCATENATE)\b", re.I
)
_CODECS = {
    "UTF8": "utf-8", "AL32UTF8": "utf-8", "WE8MSWIN1252": "cp1252", "WE8ISO8859P1": "iso8859-1",
    "WE8ISO8859P15": "iso8859-15", "US7ASCII": "ascii", "WE8PC850": "cp850", "AL16UTF16": "utf-16", "UTF16": "utf-16",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    filler: bool
    start: int | None
    end: int | None
    mask: str | None


@dataclass(frozen=True, slots=True)
class _Control:
    """What a control file says; ``inline`` = the data behind BEGINDATA, which begin on ``inline_line``."""

    table: str
    fields: tuple[_Field, ...]
    data: Path | None
    codec: str | None
    delimiter: str | None
    quote: str | None
    nullcols: bool
    skip: int
    inline: str
    inline_line: int


class SqlLoader:
    """A control file and its data."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._decoded = decide_encoding(source.path, source.encoding)
        with source.path.open(encoding=self._decoded.codec, errors="replace", newline="") as file:
            self._control = _control(source, file.read())

    def tables(self) -> Sequence[TableInfo]:
        """The one table that is loaded."""
        return [TableInfo(self._control.table, None, self._headers)]

    @property
    def _headers(self) -> tuple[str, ...]:
        return tuple(field.name for field in self._control.fields if not field.filler)

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The rows of the data file."""
        control = self._control
        if control.data is None:
            codec, why = self._decoded.codec, self._decoded.why
            read_lines(ws, self._lines(iter(io.StringIO(control.inline, newline="")), control.inline_line))
        else:
            check_usable(SourceFile(control.data))
            encoding = decide_encoding(control.data, self._source.encoding or control.codec)
            codec, why = encoding.codec, "the control file" if control.codec else encoding.why
            try:
                with control.data.open(encoding=codec, newline="") as file:
                    read_lines(ws, self._lines(file, 1))
            except UnicodeDecodeError:
                raise SourceError(f"{control.data.name} is not text in {codec}") from None
        return Loaded(
            self._headers,
            table=control.table,
            typed=True,
            encoding=codec,
            encoding_why=why,
            delimiter=control.delimiter,
            quote=control.quote,
        )

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A file answers no query."""
        raise UsageError(f"{self._source.file} is {_TITLE}: it answers no query")

    def close(self) -> None:
        """Nothing is held."""

    def _lines(self, lines: Iterator[str], first: int) -> Iterator[Line]:
        control = self._control
        for _ in range(control.skip):
            next(lines, None)
        first += control.skip
        width = len(control.fields)
        if control.delimiter is None:
            for place, line in enumerate(lines, start=first):
                text = line.rstrip("\r\n")
                if text.strip():
                    yield self._line(place, [text[(field.start or 1) - 1 : field.end] for field in control.fields])
            return
        for record in scan(lines, Dialect(control.delimiter, control.quote), first=first, width=width):
            cells = record.cells
            if record.reason is not None:
                yield record.file_line, None, record.reason, record.detail
                continue
            if len(cells) == width + 1 and not cells[-1].strip():
                cells = cells[:-1]  # a separator behind the last field
            if len(cells) < width and control.nullcols:
                cells = cells + [""] * (width - len(cells))
            if len(cells) != width:
                reason = "too_many_cells" if len(cells) > width else "too_few_cells"
                yield record.file_line, None, reason, f"{len(cells)} cells for {width} columns"
                continue
            yield self._line(record.file_line, cells)

    def _line(self, place: int, cells: list[str]) -> Line:
        out: list[str | None] = []
        for field, cell in zip(self._control.fields, cells, strict=True):
            if field.filler:
                continue
            text = cell.strip() if field.start is not None or field.mask is not None else cell
            if text and field.mask is not None:
                told = by_mask(text, field.mask)
                if told is None:
                    return place, None, "date_mask", f"column {field.name} does not fit its mask"
                text = told
            out.append(text or None)
        return place, out, None, None


def _control(source: SourceFile, text: str) -> _Control:
    cut = re.search(r"^\s*BEGINDATA[ \t]*\r?\n", text, re.IGNORECASE | re.MULTILINE)
    head = _COMMENTS.sub("", text[: cut.start()] if cut else text)
    into = _INTO.search(head)
    if into is None:
        raise SourceError(f"{source.file} is {_TITLE} without INTO TABLE")
    if _INTO.search(head, into.end()):
        raise SourceError(f"{source.file} loads several tables from one file", hint="Give one control file a table.")
    fields_text, between = _brackets(head, into.end(), source)
    beyond = _BEYOND.search(head[into.start() :])
    if beyond is not None:
        raise SourceError(f"{source.file} uses {beyond.group().upper()}, which would change what the data says")
    fields = tuple(_field(part, source) for part in _parts(fields_text) if part.strip())
    fixed = [field.start is not None for field in fields]
    if any(fixed) and not all(fixed):
        raise SourceError(f"{source.file} mixes fields at positions with fields between separators")
    codec = _CHARACTERSET.search(head)
    delimiter, quote = _mark(_TERMINATED.search(between)), _mark(_ENCLOSED.search(between))
    if not any(fixed) and delimiter is None:
        raise SourceError(f"{source.file} does not say what separates its fields")
    skip = _SKIP.search(head)
    return _Control(
        table=plain_name(into.group(1)),
        fields=fields,
        data=_data(source, head),
        codec=None if codec is None else _CODECS.get(codec.group(1).upper()),
        delimiter=None if any(fixed) else delimiter,
        quote=quote,
        nullcols=_NULLCOLS.search(between) is not None,
        skip=int(skip.group(1)) if skip else 0,
        inline=text[cut.end() :] if cut else "",
        inline_line=text.count("\n", 0, cut.end()) + 1 if cut else 1,
    )


def _data(source: SourceFile, head: str) -> Path | None:
    """The data file: beside the control file, and nowhere else."""
    found = _INFILE.search(head)
    if found is None:
        name = source.path.with_suffix(".dat").name
    elif found.group(3):
        return None
    else:
        name = next(part for part in found.groups() if part)
    bare = re.split(r"[\\/]", name)[-1]
    folder = source.path.parent
    path = folder / bare
    if bare in ("", ".", "..") or not path.is_file() or path.is_symlink():
        raise SourceError(
            f"the data file of {source.file} is not beside it", hint="Put the data file into the control file's folder."
        )
    return path


def _brackets(head: str, at: int, source: SourceFile) -> tuple[str, str]:
    """The list of fields without its brackets, and what stands between the table's name and it."""
    begins = head.find("(", at)
    depth = 0
    for mark in re.finditer(r"'[^']*'|\"[^\"]*\"|[()]", head[begins:]) if begins >= 0 else ():
        depth += (mark.group() == "(") - (mark.group() == ")")
        if depth == 0:
            return head[begins + 1 : begins + mark.start()], head[at:begins]
    raise SourceError(f"{source.file} has no list of fields")


def _parts(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for mark in re.finditer(r"'[^']*'|\"[^\"]*\"|[(),]", text):
        what = mark.group()
        depth += (what == "(") - (what == ")")
        if what == "," and depth == 0:
            yield text[start : mark.start()]
            start = mark.end()
    yield text[start:]


def _field(part: str, source: SourceFile) -> _Field:
    found = _FIELD.match(part)
    if found is None:
        raise SourceError(f"{source.file} has a field without a name")
    name, rest = found.group(1).strip('"'), found.group(2)
    mask = _DATE.search(rest)
    told = _DATE.sub("", rest)
    if re.search(r"\"[^\"]*[:(]", told):
        raise SourceError(f"{source.file} runs SQL on column {name}", hint="Give the data file as CSV instead.")
    place = _POSITION.search(rest)
    return _Field(
        name=name,
        filler=re.match(r"FILLER\b", rest, re.IGNORECASE) is not None,
        start=int(place.group(1)) if place else None,
        end=int(place.group(2)) if place else None,
        mask=None if mask is None else mask.group(1) or mask.group(2),
    )


def _mark(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    coded, single, double = found.groups()
    if coded:
        return bytes.fromhex(coded).decode("latin-1")
    mark = single or double
    return {"\\t": "\t"}.get(mark, mark) if mark else None


def is_control(head: Head) -> bool:
    """A text that begins with LOAD DATA, its options and comments aside."""
    return _BEGINS.match(head.text[:HEAD]) is not None


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceFile)
    return SqlLoader(source)


KINDS = (Kind("sql_loader", _TITLE, _open, recognise=is_control),)
