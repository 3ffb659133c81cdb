"""Read the verdict out of the tables of a check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from engine.presentation.verdict.model import LISTED, CheckedSource, Entry, Gate, Place, Score, Verdict
from engine.presentation.verdict.words import UNREADABLE
from engine.sql import identifier
from engine.tables import RAW_SIDE, STANDARDISE_RECORD
from engine.vocabulary import Language
from engine.workspace import Workspace

_GRAVITY = {"error": 0, "warning": 1, "info": 2}

Places = Mapping[tuple[str, str], tuple[Place, ...]]


def read_verdict(
    ws: Workspace, *, files: Mapping[str, str], gate: Gate, language: Language, as_of: date, show_values: bool
) -> Verdict:
    """The verdict on what ``ws`` holds after intake, standardisation and quality.

    Args:
        ws: the workspace.
        files: by source, its file as the reader knows it.
        gate: what must be met.
        language: language of the sentences.
        as_of: the day the check is made for.
        show_values: put the value beside each place; otherwise no value of a contact is read at all.
    """
    sources = tuple(
        CheckedSource(source, files[source], lines, held)
        for source, lines, held in ws.rows("select source, lines, held from intake.source order by source")
    )
    entries = [_unreadable(ws, files, gate, language), *_entries(ws, files, gate, language, show_values)]
    entries.sort(
        key=lambda entry: (not gate.counts(entry), _GRAVITY[entry.severity], -entry.share, entry.suite, entry.name)
    )
    return Verdict(as_of, language, gate, sources, _scores(ws), tuple(entries))


def _entries(
    ws: Workspace, files: Mapping[str, str], gate: Gate, language: Language, show_values: bool
) -> Iterable[Entry]:
    sentence = "sentence" if language == "en" else f"sentence_{language}"
    found = ws.rows(
        'select suite, expectation, type, "column", severity, dimension, owner, '
        f'{sentence}, success, "rows", rows_checked, rows_failed from quality.expectation order by suite, expectation'
    )
    places = _places(ws, files, show_values)
    for row in found:
        key = (row[0], row[1])
        yield _compared(replace(Entry(*row), places=places.get(key, ())), gate)


def _compared(entry: Entry, gate: Gate) -> Entry:
    if gate.baseline is None:
        return entry
    return replace(entry, compared=True, before=gate.baseline.get((entry.suite, entry.name)))


def _unreadable(ws: Workspace, files: Mapping[str, str], gate: Gate, language: Language) -> Entry:
    """Lines that intake held back, as an expectation: what could not be read was not checked by any other."""
    lines, held = ws.rows("select coalesce(sum(lines), 0)::bigint, coalesce(sum(held), 0)::bigint from intake.source")[
        0
    ]
    rows = ws.rows(
        "select source, coalesce(file_line, line_no), reason from intake.held "
        f"order by source, line_no, reason limit {LISTED}"
    )
    places = tuple(Place(files[source], line, None, reason) for source, line, reason in rows)
    entry = Entry(
        suite="intake", name="line_readable", type="line_readable", column=None, severity="error",
        dimension="validity", owner="customer", sentence=UNREADABLE[language], success=not held,
        rows=lines, checked=lines, failed=held, places=places,
    )  # fmt: skip
    return _compared(entry, gate)


def _places(ws: Workspace, files: Mapping[str, str], show_values: bool) -> Places:
    """The first failing rows of each expectation, by source and line."""
    found = ws.rows(
        "with ranked as ("
        '    select suite, expectation, source, line_no, record_id, "column", reason, row_number() over ('
        "        partition by suite, expectation order by source, line_no, record_id"
        "    ) as place from quality.finding where record_id is not null"
        ") "
        "select suite, expectation, ranked.source, coalesce(line.file_line, ranked.line_no), "
        'record_id, "column", reason '
        "from ranked left join intake.line as line on line.source = ranked.source and line.line_no = ranked.line_no "
        f"where place <= {LISTED} order by suite, expectation, place"
    )
    values = _values(ws, found) if show_values else {}
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for suite, name, source, line, record, column, reason in found:
        places[suite, name].append(Place(files[source], line, column, reason, values.get((column, record))))
    return {key: tuple(listed) for key, listed in places.items()}


def _values(ws: Workspace, found: Iterable[tuple[Any, ...]]) -> dict[tuple[str | None, str], str]:
    """By attribute and record the value as the source wrote it, of the rows listed only."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for _, _, _, _, record, column, _ in found:
        if column in STANDARDISE_RECORD.column_names:
            wanted[column].add(record)
    values: dict[tuple[str | None, str], str] = {}
    for column, records in sorted(wanted.items()):
        held = identifier(f"{column}_raw" if column in RAW_SIDE else column)
        rows = ws.connection.execute(
            f"select record_id, {held}::varchar from standardise.record "
            f"where record_id in (select unnest(?)) and {held} is not null",
            [sorted(records)],
        ).fetchall()
        values.update({(column, record): value for record, value in rows})
    return values


def _scores(ws: Workspace) -> tuple[Score, ...]:
    before = dict(
        ws.rows(
            "select dimension, 1 - sum(failed) / sum(checked) from quality.previous "
            "where (suite, source) in (select (suite, source) from quality.score) group by dimension"
        )
    )
    found = ws.rows(
        "select dimension, sum(checked)::bigint, sum(failed)::bigint from quality.score group by dimension order by 1"
    )
    return tuple(Score(dimension, checked, failed, before.get(dimension)) for dimension, checked, failed in found)
