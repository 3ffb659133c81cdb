"""Read the sources: every line into intake.line as text, or into intake.held with a reason. Nothing is interpreted."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SourceError
from engine.intake.delimited import READ, forget_read, read_delimited
from engine.intake.source_file import Format, SourceFile, check_usable, format_of, free_name, named, sha256
from engine.intake.workbook import read_sheet, sheets_of
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.mapping import ContentRules, HeaderRules, fold
from engine.sql import text_list
from engine.tables import INTAKE_HELD, INTAKE_LINE, INTAKE_SOURCE
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Facts:
    """What intake.source says about a source, apart from its counts."""

    name: str
    file: str
    sheet: str | None
    sha256: str
    size: int
    format: Format
    encoding: str | None
    encoding_why: str | None
    delimiter: str | None
    quote: str | None
    header_line: int | None
    headers: tuple[str, ...]


def stage_sources(
    ws: Workspace,
    sources: Sequence[SourceFile],
    *,
    scratch: Path,
    watcher: Watcher,
    book: RuleBook | None = None,
) -> StageReport:
    """Fill intake.source, intake.line and intake.held from files.

    Args:
        ws: workspace.
        sources: files to read; their names are made unique here (``a``, ``a_2``).
        scratch: an existing private folder for temporary copies; emptied of them again.
        watcher: told what was guessed.
        book: rules in force; the shipped ones when None. Header words help to find headers.

    Returns:
        Unit "line": in = loaded + held.

    Raises:
        SourceError: a file that cannot be used (exit code 3): absent, a folder, empty, binary, not decodable,
            without data rows, with two columns of the same name.
    """
    rules = book or RuleBook()
    known = _header_words(rules.load("mapping/headers.yml", HeaderRules))
    totals = rules.load("mapping/content.yml", ContentRules).words["total"]
    for table in (INTAKE_SOURCE, INTAKE_LINE, INTAKE_HELD):
        ws.create(table)
    if not sources:
        raise SourceError("no file given", hint="Name at least one CSV or Excel file.")
    notes: list[str] = []
    taken: set[str] = {source.name.casefold() for source in named(sources)}
    with tempfile.TemporaryDirectory(prefix="intake-", dir=scratch) as folder:
        for source in named(sources):
            watcher.step(f"reading {source.file}")
            size = check_usable(source)
            format_ = format_of(source.path)
            if format_ == "csv":
                notes += _stage_delimited(ws, source, size, known, totals, Path(folder))
            else:
                notes += _stage_workbook(ws, source, size, format_, known, totals, Path(folder), taken)
    for note in notes:
        watcher.say(note)
    loaded, held = ws.count(INTAKE_LINE.name), ws.count(INTAKE_HELD.name)
    lines = int(ws.value("select sum(lines) from intake.source"))
    return StageReport("intake", "line", lines, loaded, held, tuple(notes))


def _header_words(headers: HeaderRules) -> frozenset[str]:
    groups = (*headers.attributes.values(), *headers.aside.values(), headers.never, tuple(headers.ambiguous))
    return frozenset(fold(word) for group in groups for word in group)


def _stage_delimited(
    ws: Workspace, source: SourceFile, size: int, known: frozenset[str], totals: frozenset[str], scratch: Path
) -> list[str]:
    read = read_delimited(ws, source, known=known, scratch=scratch)
    layout = read.layout
    notes = []
    if source.encoding is None and read.encoding.codec not in ("utf-8", "utf-8-sig"):
        notes.append(f"{source.file}: read as {read.encoding.codec} ({read.encoding.why})")
    if read.nuls:
        notes.append(f"{source.file}: {read.nuls} NUL characters left out")
    notes += _layout_notes(source.file, layout.header_line, layout.preamble, layout.body_line)
    facts = _Facts(
        source.name, source.file, None, sha256(source.path), size, "csv",
        read.encoding.codec, read.encoding.why, layout.dialect.delimiter, layout.dialect.quote,
        layout.header_line, layout.headers,
    )  # fmt: skip
    return notes + _file(ws, facts, totals)


def _stage_workbook(
    ws: Workspace,
    source: SourceFile,
    size: int,
    format_: Format,
    known: frozenset[str],
    totals: frozenset[str],
    scratch: Path,
    taken: set[str],
) -> list[str]:
    notes: list[str] = []
    digest = sha256(source.path)
    sheets = sheets_of(source, format_, scratch)
    found = 0
    for sheet in sheets:
        layout = read_sheet(ws, sheet, known)
        lines = 0 if layout is None else int(ws.value(f"select count(*) from {READ}"))
        sheet.file.unlink()
        if layout is None or (not lines and len(sheets) > 1):
            notes.append(f'{source.file}: sheet "{sheet.name}" is no table and was left out')
            continue
        found += 1
        name = source.name if len(sheets) == 1 or source.sheet else free_name(f"{source.name}_{sheet.name}", taken)
        place = f"{source.file}, sheet {sheet.name}"
        notes += _layout_notes(place, layout.header_line, layout.preamble, layout.body_line)
        facts = _Facts(
            name, source.file, sheet.name, digest, size, format_, None, None, None, None,
            layout.header_line, layout.headers,
        )  # fmt: skip
        notes += _file(ws, facts, totals)
    if not found:
        raise SourceError(f"{source.file} holds no table", hint="A table has a header row and rows below it.")
    return notes


def _layout_notes(place: str, header_line: int | None, preamble: int, body_line: int) -> list[str]:
    notes = []
    if header_line is None:
        notes.append(f"{place}: no header found; columns are named column_1, column_2 ...")
    if preamble:
        before = (header_line or body_line) - 1
        notes.append(f"{place}: {preamble} of the first {before} lines stand above the table and are no records")
    return notes


def _file(ws: Workspace, facts: _Facts, totals: frozenset[str]) -> list[str]:
    """Move the lines just read into intake.line and intake.held, and describe the source."""
    _refuse_twins(facts)
    place = facts.file if facts.sheet is None else f"{facts.file}, sheet {facts.sheet}"
    lines = int(ws.value(f"select count(*) from {READ}"))
    if not lines:
        raise SourceError(f"{place} has a header but no data rows", hint="Export it again, with its rows.")
    parameters = {
        "source": facts.name,
        "headers": list(facts.headers),
        "totals": sorted(totals),
        "last": lines,
        "narrow": max(1, len(facts.headers) // 3),
    }
    judged = f"with judged as ({ws.statement('intake', 'judged')}) select source, line_no, file_line"
    before = ws.count(INTAKE_LINE.name)
    loaded = ws.append(INTAKE_LINE, f"{judged}, cells from judged where verdict is null", parameters) - before
    reasons: list[tuple[str, int]] = []
    if loaded < lines:
        ws.append(INTAKE_HELD, f"{judged}, verdict as reason, detail from judged where verdict is not null", parameters)
        reasons = ws.rows(
            "select reason, count(*) from intake.held where source = $source group by reason order by reason",
            parameters,
        )
    forget_read(ws)
    if not loaded:
        raise SourceError(
            f"{place}: none of its {lines} lines could be read ({', '.join(f'{n} {r}' for r, n in reasons)})",
            hint="Check the delimiter, or export the file again.",
        )
    ws.connection.execute(
        f"insert into intake.source select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {text_list(facts.headers)}, ?, ?, ?",
        [
            facts.name, facts.file, facts.sheet, facts.sha256, facts.size, facts.format, facts.encoding,
            facts.encoding_why, facts.delimiter, facts.quote, facts.header_line, lines, loaded, lines - loaded,
        ],
    )  # fmt: skip
    return [f"{place}: {count} lines held, {reason}" for reason, count in reasons]


def _refuse_twins(facts: _Facts) -> None:
    places: dict[str, list[int]] = {}
    for position, header in enumerate(facts.headers, start=1):
        places.setdefault(header, []).append(position)
    twins = [f'"{header}" (columns {", ".join(map(str, at))})' for header, at in places.items() if len(at) > 1]
    if twins:
        raise SourceError(
            f"{facts.file} has columns of the same name: {'; '.join(twins)}", hint="Give each column its own name."
        )
