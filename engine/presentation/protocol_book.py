"""protocol.xlsx: the protocol as a workbook to filter, pass on and sign; every cell is text or a count, no formula."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.presentation.atomic import replacing
from engine.presentation.catalogue import Catalogue, catalogue
from engine.vocabulary import Language

_LONGEST = 32_767
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STEPS = (
    ("step", 6), ("stage", 16), ("source", 16), ("from", 24), ("to", 18), ("rule", 60), ("origin", 30),
    ("rows_in", 11), ("rows_changed", 11), ("rows_emptied", 11), ("rows_refused", 11), ("hash", 20),
)  # fmt: skip
_SAMPLES = (("step", 6), ("source", 16), ("from", 24), ("to", 18), ("before", 44), ("after", 44))
_SOURCES = (("source", 18), ("file", 34), ("lines", 11), ("held", 11), ("sha256", 70))

Cell = str | int | None


def write_protocol_book(data: Mapping[str, Any], path: Path, *, language: Language, as_of: date) -> None:
    """Write the protocol into the workbook ``path``; the same data give the same bytes.

    Args:
        data: see :func:`engine.presentation.protocol.protocol_data`.
        path: the file.
        language: language of heads and sentences.
        as_of: the day it was made for; stands as its date of making.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    say = catalogue(language)
    with replacing(path.absolute()) as temporary:
        book = xlsxwriter.Workbook(
            str(temporary),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
        )
        book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day), "title": _t(say, "title")})
        _sheet(book, say, "sheet", _STEPS, [_step_cells(step, say, language) for step in data["steps"]])
        _sheet(book, say, "sheet_samples", _SAMPLES, list(_sample_rows(data, say)))
        sources = [[one["source"], one["file"], one["lines"], one["held"], one["sha256"]] for one in data["sources"]]
        _sheet(book, say, "sheet_sources", _SOURCES, sources)
        book.close()


def _t(say: Catalogue, key: str) -> str:
    return say.text(f"protocol.{key}")


def _step_cells(step: Mapping[str, Any], say: Catalogue, language: Language) -> list[Cell]:
    stage = say.texts.get(f"protocol.stage.{step['stage']}", step["stage"])
    return [
        step["step_no"], stage, step["source"], step["from_column"], step["to_column"], step["text"][language],
        step["origin"], step["rows_in"], step["rows_changed"], step["rows_emptied"], step["rows_refused"],
        step["output_hash"],
    ]  # fmt: skip


def _sample_rows(data: Mapping[str, Any], say: Catalogue) -> Sequence[list[Cell]]:
    empty = _t(say, "empty")
    return [
        [
            step["step_no"], step["source"], step["from_column"], step["to_column"],
            empty if sample["before"] is None else sample["before"],
            empty if sample["after"] is None else sample["after"],
        ]
        for step in data["steps"]
        for sample in step["samples"]
    ]  # fmt: skip


def _sheet(
    book: Any, say: Catalogue, name: str, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Cell]]
) -> None:
    sheet = book.add_worksheet(_t(say, name))
    head = book.add_format({"bold": True, "bg_color": "#E8ECEF", "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True, "font_size": 10})
    count = book.add_format({"num_format": "#,##0", "valign": "top", "font_size": 10})
    for place, (key, width) in enumerate(columns):
        sheet.write_string(0, place, _t(say, f"head.{key}"), head)
        sheet.set_column(place, place, width)
    for row, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell, count)
            elif cell:
                sheet.write_string(row, place, _CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell)[:_LONGEST], text)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
