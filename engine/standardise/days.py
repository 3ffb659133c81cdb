"""Dates of every record: temp table std_day, one row per source, attribute and distinct cell."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import partial
from typing import cast

import pyarrow as pa

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Dates, Frequency, Placeholders
from engine.standardise.columns import NO_ANSWERS, Answers, note_answers
from engine.standardise.dates import (
    DateWords,
    DayMonthOrder,
    decide_day_month,
    standardise_birth_date,
    standardise_day,
)
from engine.standardise.distinct import CHEAP_LIMIT, run_distinct
from engine.standardise.value_log import log_values
from engine.workspace import Workspace

ATTRIBUTES = ("birth_date", "created_on", "updated_on", "last_order_on")
_WORKING = ("std_day_cell", "std_day_order", "std_day_read", "std_day_text")


def standardise_days(
    ws: Workspace, book: RuleBook, *, as_of: date, workers: int, answers: Answers = NO_ANSWERS
) -> tuple[str, ...]:
    """Read the date columns: temp table std_day (source, attribute, raw, rows, day, year, reason).

    Reads std_frequent_holder. Leaves std_day_column, the birth dates that are nobody's own, to the frequency guard.

    Args:
        ws: the workspace, with intake.record.
        book: the rules.
        as_of: today; a later date is refused.
        workers: processes to use at most.
        answers: what a rehearsal decided about columns.

    Returns:
        Sentences about the order of day and month, per column that needed a decision.
    """
    placeholders = book.load("standardisation/placeholders.yml", Placeholders)
    frequency = book.load("standardisation/frequency.yml", Frequency)
    words = DateWords.of(book.load("standardisation/dates.yml", Dates), placeholders)
    ws.execute(f"create or replace temp table std_day_cell as {ws.statement('standardise', 'day_cell')}")
    notes = _put_orders(ws, answers)
    run_distinct(
        ws,
        "std_day_text",
        "select cell, day_month, attribute = 'birth_date' as is_birth, sum(rows)::bigint as rows "
        "from std_day_cell join std_day_order using (source, attribute) group by all order by all",
        partial(_read, words, as_of),
        {"day": "text", "year": "integer", "reason": "text"},
        workers=workers,
        limit=CHEAP_LIMIT,
    )
    ws.execute(
        "create or replace temp table std_day_read as "
        "select cells.source, cells.attribute, cells.raw, cells.rows, orders.day_month, text.day, text.year, "
        "text.reason from std_day_cell as cells join std_day_order as orders using (source, attribute) "
        "join std_day_text as text on text.cell = cells.cell and text.day_month = orders.day_month "
        "and text.is_birth = (cells.attribute = 'birth_date')"
    )
    ws.execute(
        f"create or replace temp table std_day_column as {ws.statement('standardise', 'day_column')}",
        {
            "rows": frequency.shared.rows,
            "times": placeholders.birth_date.first_of_january_times,
            **frequency.birth_date.model_dump(),
        },
    )
    ws.execute(f"create or replace temp table std_day as {ws.statement('standardise', 'day')}")
    for attribute in ATTRIBUTES:
        log_values(
            ws,
            attribute,
            f"(from std_day where attribute = '{attribute}')",
            standard="strftime(day, '%Y-%m-%d')",
            context="source",
            rules="dates.yml",
        )
    ws.drop(*_WORKING)
    return notes


def _put_orders(ws: Workspace, answers: Answers) -> tuple[str, ...]:
    """std_day_order: source, attribute -> what the column writes first."""
    cells: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    found = ws.rows("select distinct source, attribute, cell from std_day_cell order by source, attribute, cell")
    for source, attribute, cell in found:
        cells[source, attribute].append(cell)
    decided = {column: decide_day_month(values) for column, values in cells.items()}
    rows: list[tuple[str, str, str]] = []
    notes: list[str] = []
    given: list[tuple[str, str, str]] = []
    for (source, attribute), order in decided.items():
        if order == "undecided":  # the other date columns of the file speak for it when they agree
            others = {other for (file, _), other in decided.items() if file == source and other != "undecided"}
            order = others.pop() if len(others) == 1 else order
        if order != "undecided":
            order = cast(DayMonthOrder, answers.get((source, f"{attribute}.day_month"), order))
            given.append((source, f"{attribute}.day_month", order))
        rows.append((source, attribute, order))
        if order == "month_first":
            notes.append(f"{source}: {attribute} writes the month first.")
    note_answers(ws, given)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("source", "attribute", "day_month")
    ws.put("std_day_order", pa.table([pa.array(column, pa.string()) for column in columns], names=list(names)))
    return tuple(notes)


def _read(words: DateWords, as_of: date, cell: str, day_month: str, is_birth: bool, _rows: int) -> tuple[object, ...]:
    read = standardise_birth_date if is_birth else standardise_day
    found = read(cell, words, order=cast(DayMonthOrder, day_month), as_of=as_of)
    return found.day.isoformat() if found.day else None, found.year, found.reason
