"""Read the sources: every line into intake.line as text, or into intake.held with a reason. Nothing is interpreted."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.counted import counted
from engine.errors import SourceError, UsageError
from engine.intake.lines import READ, forget_read
from engine.intake.source_file import SourceAddress, SourceFile, check_usable, free_name, named, sha256
from engine.intake.sources import Asked, Kind, Loaded, Place, kind_of
from engine.intake.sources.choice import choose_tables
from engine.intake.sources.reading_only import check_query
from engine.intake.sources.web import at_hand
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.mapping import ContentRules, HeaderRules, fold
from engine.sql import text_list
from engine.tables import INTAKE_HELD, INTAKE_LINE, INTAKE_SOURCE
from engine.workspace import Workspace

LEFT_OUT = "(left out)"
"""How the note about a table ends that nobody chose and that could not be read."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What intake.source says about a source, apart from its counts and from what its reader found."""

    name: str
    file: str
    sha256: str | None
    size: int | None
    format: str
    unit: str
    loaded: Loaded

    @property
    def place(self) -> str:
        """The source in a sentence."""
        return self.file if self.loaded.table is None else f"{self.file}, {self.unit} {self.loaded.table}"


def stage_sources(
    ws: Workspace,
    sources: Sequence[Asked],
    *,
    scratch: Path,
    watcher: Watcher,
    book: RuleBook | None = None,
    unchosen: Collection[int] = (),
) -> StageReport:
    """Fill intake.source, intake.line and intake.held from files and databases.

    Args:
        ws: workspace.
        sources: what to read; their names are made unique here (``a``, ``a_2``).
        scratch: an existing private folder for temporary copies; emptied of them again.
        watcher: told what was guessed.
        book: rules in force; the shipped ones when None. Header words help to find headers.
        unchosen: places in ``sources`` of tables that nobody chose; one that cannot be read is left out with a note,
            unless all of them are.

    Returns:
        Unit "line": in = loaded + held.

    Raises:
        SourceError: a file that cannot be used (exit code 3): absent, a folder, empty, binary, not decodable,
            without data rows, with two columns of the same name; a database that cannot be read.
        UsageError: a source that holds several tables, and none was chosen; a query that is more than a SELECT.
    """
    rules = book or RuleBook()
    known = _header_words(rules.load("mapping/headers.yml", HeaderRules))
    totals = rules.load("mapping/content.yml", ContentRules).words["total"]
    for table in (INTAKE_SOURCE, INTAKE_LINE, INTAKE_HELD):
        ws.create(table)
    if not sources:
        raise SourceError("no file given", hint="Name at least one CSV or Excel file.")
    notes: list[str] = []
    refused: SourceError | None = None
    taken: set[str] = {source.name.casefold() for source in named(sources)}
    with tempfile.TemporaryDirectory(prefix="intake-", dir=scratch) as folder:
        place = Place(Path(folder), known, watcher.say)
        for at, source in enumerate(named(sources)):
            watcher.step(f"reading {source.file}")
            try:
                notes += _stage_source(ws, source, place, totals, taken)
            except SourceError as error:
                if at not in unchosen:
                    raise
                _forget(ws, source.name)
                notes.append(f"{error} {LEFT_OUT}")
                refused = error
    if refused is not None and not ws.count(INTAKE_SOURCE.name):
        raise refused
    for note in notes:
        watcher.say(note)
    loaded, held = ws.count(INTAKE_LINE.name), ws.count(INTAKE_HELD.name)
    lines = int(ws.value("select sum(lines) from intake.source"))
    return StageReport("intake", "line", lines, loaded, held, tuple(notes))


def _forget(ws: Workspace, source: str) -> None:
    """Take back what was kept of a source that could not be read to its end."""
    forget_read(ws)
    for table in (INTAKE_SOURCE, INTAKE_LINE, INTAKE_HELD):
        ws.execute(f"delete from {table.name} where source = $source", {"source": source})


def _header_words(headers: HeaderRules) -> frozenset[str]:
    groups = (*headers.attributes.values(), *headers.aside.values(), headers.never, tuple(headers.ambiguous))
    return frozenset(fold(word) for group in groups for word in group)


def _stage_source(ws: Workspace, asked: Asked, place: Place, totals: frozenset[str], taken: set[str]) -> list[str]:
    with at_hand(asked, place.scratch) as source:
        return _stage_at_hand(ws, source, place, totals, taken)


def _stage_at_hand(ws: Workspace, source: Asked, place: Place, totals: frozenset[str], taken: set[str]) -> list[str]:
    size = check_usable(source) if isinstance(source, SourceFile) else None
    kind = kind_of(source)
    if query := _query(source, kind):
        check_query(query, kind)
    opened = kind.open(source, place)
    try:
        digest = sha256(source.path) if isinstance(source, SourceFile) else None
        if query:
            answer = opened.ask(ws, query)
            return _file(ws, _Facts(source.name, source.file, digest, size, kind.name, kind.unit, answer), totals)
        chosen = choose_tables(source, kind, opened)
        notes: list[str] = []
        filed = 0
        for table in chosen:
            loaded = opened.load(ws, table)
            if loaded is None:
                notes.append(f'{source.file}: {kind.unit} "{table}" is no table and was left out')
                continue
            filed += 1
            alone = len(chosen) == 1 or table is None
            name = source.name if alone else free_name(f"{source.name}_{table}", taken)
            notes += _file(ws, _Facts(name, source.file, digest, size, kind.name, kind.unit, loaded), totals)
    finally:
        opened.close()
    if not filed:
        raise SourceError(f"{source.file} holds no table", hint="A table has a header row and rows below it.")
    return notes


def _query(source: Asked, kind: Kind) -> str | None:
    query = source.query if isinstance(source, SourceAddress) else None
    if query is not None and kind.dialect is None:
        raise UsageError(f"{kind.title} answers no query", hint="Choose a table with --table NAME.")
    return query


def _file(ws: Workspace, facts: _Facts, totals: frozenset[str]) -> list[str]:
    """Move the lines just read into intake.line and intake.held, and describe the source."""
    loaded_by, place = facts.loaded, facts.place
    _refuse_twins(facts)
    lines = int(ws.value(f"select count(*) from {READ}"))
    if loaded_by.rows is not None and loaded_by.rows != lines:
        raise SourceError(
            f"{place}: the source counts {counted(loaded_by.rows, 'row')}, and {lines:,} could be read",
            hint="It is damaged, or was changed while it was read: repair it, export it again, then read it again.",
        )
    if not lines:
        if facts.sha256 is None or facts.loaded.table is not None:
            raise SourceError(f"{place} has no rows", hint="Choose another with --table NAME, or look for its rows.")
        raise SourceError(f"{place} has a header but no data rows", hint="Export it again, with its rows.")
    parameters = {
        "source": facts.name,
        "headers": list(loaded_by.headers),
        "totals": sorted(totals),
        "last": 0 if loaded_by.typed else lines,
        "narrow": max(1, len(loaded_by.headers) // 3),
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
    digest, size = (facts.sha256, facts.size) if facts.sha256 is not None else _fingerprint(ws)
    forget_read(ws)
    if not loaded and {reason for reason, _ in reasons} == {"blank_row"}:
        raise SourceError(
            f"{place}: every cell of its {counted(lines, 'row')} is empty", hint="Choose another table or export."
        )
    if not loaded:
        why = ", ".join(f"{count} {reason}" for reason, count in reasons)
        raise SourceError(
            f"{place}: none of its {counted(lines, 'line')} could be read ({why})",
            hint=_UNREADABLE if facts.format == "csv" else "Export it again.",
        )
    ws.connection.execute(
        f"insert into intake.source select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {text_list(loaded_by.headers)}, ?, ?, ?",
        [
            facts.name, facts.file, loaded_by.table, digest, size, facts.format, loaded_by.encoding,
            loaded_by.encoding_why, loaded_by.delimiter, loaded_by.quote, loaded_by.header_line,
            lines, loaded, lines - loaded,
        ],
    )  # fmt: skip
    notes = list(loaded_by.notes)
    return notes + [f"{place}: {counted(count, 'line')} held, {reason}" for reason, count in reasons]


_UNREADABLE = "Check the delimiter, or export the file again."


def _fingerprint(ws: Workspace) -> tuple[str, int]:
    """Hash and size of the lines just read, for a source that is no file: the same rows, the same hash."""
    found = ws.rows(
        "select sha256(coalesce(string_agg(md5(coalesce(cells::varchar, '')), '' order by line_no), '')), "
        f"coalesce(sum(strlen(array_to_string(cells, ''))), 0)::bigint from {READ}"
    )[0]
    return str(found[0]), int(found[1])


def _refuse_twins(facts: _Facts) -> None:
    places: dict[str, list[int]] = {}
    for position, header in enumerate(facts.loaded.headers, start=1):
        places.setdefault(header, []).append(position)
    twins = [f'"{header}" (columns {", ".join(map(str, at))})' for header, at in places.items() if len(at) > 1]
    if twins:
        raise SourceError(
            f"{facts.place} has columns of the same name: {'; '.join(twins)}", hint="Give each column its own name."
        )
