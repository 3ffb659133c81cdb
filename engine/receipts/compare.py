"""What was announced beside what arrived: receipts.control, one scan a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from engine.counted import counted
from engine.receipts.announced import Control
from engine.sql import literal
from engine.tables import RECEIPTS_CONTROL
from engine.workspace import Workspace

NO_ROWS = ("blank_row", "repeated_header", "total_line")
"""Reasons for which a line of a file is held that no customer counts as a row."""

_TYPE = pa.decimal128(38, 6)


def compare_controls(ws: Workspace, controls: Sequence[Control]) -> int:
    """Fill receipts.control; reads intake.*, and standardise.record for kinds (without it a kind is not found).

    Returns:
        How many totals are not met.
    """
    found: list[tuple[Control, Decimal | None, str | None]] = []
    order = {control.source: None for control in controls}
    for source in order:
        found += _of_source(ws, source, [control for control in controls if control.source == source])
    ws.put(
        "receipts_found",
        pa.table(
            {
                "source": pa.array([control.source for control, _, _ in found], pa.string()),
                "measure": pa.array([control.measure for control, _, _ in found], pa.string()),
                "subject": pa.array([control.subject for control, _, _ in found], pa.string()),
                "expected": pa.array([control.expected for control, _, _ in found], _TYPE),
                "found": pa.array([amount for _, amount, _ in found], _TYPE),
                "reason": pa.array([reason for _, _, reason in found], pa.string()),
            }
        ),
    )
    ws.build(
        RECEIPTS_CONTROL,
        "select *, reason is null and found is not distinct from expected as met from receipts_found",
    )
    ws.drop("receipts_found")
    return int(ws.value("select count(*) from receipts.control where not met"))


def control_outcome(ws: Workspace) -> dict[str, Any]:
    """The comparison for the journal and the report: how many, which are missed, sources without any, all figures."""
    totals = [
        {
            "source": source,
            "measure": measure if subject is None else f"{measure} {subject}",
            "expected": plain(expected),
            "found": None if found is None else plain(found),
            "met": met,
            "reason": reason,
        }
        for source, measure, subject, expected, found, met, reason in ws.rows(
            "select source, measure, subject, expected, found, met, reason from receipts.control order by rowid"
        )
    ]
    without = [
        row[0]
        for row in ws.rows(
            "select source from intake.source where source not in (select source from receipts.control) order by source"
        )
    ]
    missed = [f"{total['source']} {total['measure']}" for total in totals if not total["met"]]
    return {"given": len(totals), "missed": missed, "without": without, "totals": totals}


def plain(amount: Decimal) -> str:
    """A figure without the zeros of its type.

    >>> plain(Decimal("12.500000")), plain(Decimal("1200.000000"))
    ('12.5', '1200')
    """
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


def _of_source(
    ws: Workspace, source: str, controls: Sequence[Control]
) -> Iterable[tuple[Control, Decimal | None, str | None]]:
    named = {"source": source}
    described = ws.rows("select headers, lines from intake.source where source = $source", named)
    if not described:
        return [(control, None, "no_source") for control in controls]
    headers, lines = described[0]
    columns = {
        control.subject: _positions(ws, source, headers, control.subject)
        for control in controls
        if control.subject is not None and control.measure != "kind"
    }
    aggregates = [_aggregate(control, columns.get(str(control.subject), [])) for control in controls]
    wanted = ", ".join(f"({first})::decimal(38, 6), ({second})::bigint" for first, second in aggregates)
    row = ws.rows(f"select {wanted} from intake.line where source = $source", named)[0]
    uncounted = int(
        ws.value(
            f"select count(*) from intake.held where source = $source and reason in "
            f"({', '.join(literal(reason) for reason in NO_ROWS)})",
            named,
        )
    )
    kinds = (
        dict(ws.rows("select kind, count(*) from standardise.record where source = $source group by kind", named))
        if ws.exists("standardise.record")
        else None
    )
    results: list[tuple[Control, Decimal | None, str | None]] = []
    for number, control in enumerate(controls):
        amount, strange = row[2 * number], int(row[2 * number + 1] or 0)
        if control.measure == "rows":
            results.append((control, Decimal(int(lines) - uncounted), None))
        elif control.measure == "kind":
            count = None if kinds is None else Decimal(int(kinds.get(str(control.subject), 0)))
            results.append((control, count, None if kinds is not None else "not_counted"))
        elif not columns[str(control.subject)]:
            results.append((control, None, "no_column"))
        else:
            results.append((control, amount, f"{counted(strange, 'cell')} without a figure" if strange else None))
    return results


def _positions(ws: Workspace, source: str, headers: Sequence[str], subject: str) -> list[int]:
    """Where a column stands: by its header as written, by its header folded, or the columns that feed an attribute."""
    folded = " ".join(subject.casefold().split())
    exact = [number for number, header in enumerate(headers, start=1) if header == subject]
    alike = [number for number, header in enumerate(headers, start=1) if " ".join(header.casefold().split()) == folded]
    if exact or alike:
        return (exact or alike)[:1]
    if not ws.exists("intake.mapping"):
        return []
    return [
        int(row[0])
        for row in ws.rows(
            "select position from intake.mapping where source = $source and attribute = $subject order by position",
            {"source": source, "subject": subject},
        )
    ]


def _aggregate(control: Control, positions: Sequence[int]) -> tuple[str, str]:
    """Two expressions over intake.line: the figure, and how many cells could not be counted."""
    if not positions:
        return "null", "0"
    cell = "coalesce(" + ", ".join(f"cells[{position:d}]" for position in positions) + ")"
    if control.measure == "filled":
        return f"count({cell})", "0"
    if control.measure == "distinct":
        return f"count(distinct {cell})", "0"
    return f"coalesce(sum({amount_sql(cell)}), 0)", f"count({cell}) - count({amount_sql(cell)})"


def amount_sql(cell: str) -> str:
    """An SQL expression for the amount in a cell, null when it is none; the rules are those of a control's figure.

    >>> import duckdb
    >>> texts = ["12'345", "81 300,50", "1,234.50", "1.234.567", "-7", "a"]
    >>> [str(duckdb.sql(f"select {amount_sql(literal(text))}").fetchone()[0]) for text in texts]
    ['12345.000000', '81300.500000', '1234.500000', '1234567.000000', '-7.000000', 'None']
    """
    bare = f"regexp_replace({cell}, '[\\s''’\\x{{00A0}}\\x{{202F}}]', '', 'g')"
    grouped = f"regexp_full_match({bare}, '[-+]?\\d{{1,3}}((\\.\\d{{3}})+|(,\\d{{3}})+)')"
    digits = f"regexp_replace({bare}, '[.,]', '', 'g')"
    whole = f"regexp_replace(regexp_extract({bare}, '^(.*)[.,]\\d*$', 1), '[.,]', '', 'g')"
    rest = f"regexp_extract({bare}, '[.,](\\d*)$', 1)"
    pointed = f"case when regexp_matches({bare}, '[.,]\\d*$') then {whole} || '.' || {rest} else {bare} end"
    figure = f"regexp_full_match({bare}, '[-+]?\\d[\\d.,]*') and not regexp_matches({bare}, '[.,]\\d{{7,}}$')"
    return (
        f"case when {grouped} then try_cast({digits} as decimal(38, 6)) "
        f"when {figure} then try_cast({pointed} as decimal(38, 6)) end"
    )
