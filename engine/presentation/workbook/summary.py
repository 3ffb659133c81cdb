"""The first sheet: what the workbook is, how to use it, the problems with links to their sheets, the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.presentation.catalogue import Catalogue
from engine.presentation.sections.scores import by_dimension
from engine.presentation.workbook.cells import HEAD_HEIGHT, Formats, row_height, safe_text
from engine.presentation.workbook.rows import Problem
from engine.workspace import Workspace

_WIDTHS = (34, 14, 20, 66, 16, 12, 16)
_STEPS = ("where", "order", "find", "again", "private")


def write_summary(
    ws: Workspace,
    sheet: Any,
    formats: Formats,
    words: Catalogue,
    as_of: date,
    named: Sequence[tuple[Problem, str]],
    files: Sequence[Mapping[str, Any]],
    links: Mapping[str, str],
    limit: int,
) -> None:
    """Fill the summary sheet from the top down (rows cannot be gone back to).

    Args:
        named: the problems, each with the name of its sheet.
        files: the sources read.
        links: source -> relative path of its file.
        limit: rows per sheet at most.
    """
    say = words.text
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, say("workbook.title"), formats.title)
    sheet.write_string(1, 0, say("workbook.as_of", date=words.day(as_of)), formats.note)
    sheet.write_string(3, 0, say("workbook.how"), formats.heading)
    at = 4
    for number, step in enumerate(_STEPS, start=1):
        sheet.write_string(at, 0, f"{number}. {say(f'workbook.how.{step}')}")
        at += 1
    at = _write_files(sheet, at + 1, formats, words, files, links)
    at = _write_problems(sheet, at + 1, formats, words, named, limit)
    _write_scores(ws, sheet, at + 1, formats, words)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _head(sheet: Any, at: int, formats: Formats, words: Catalogue, names: Sequence[str]) -> int:
    sheet.set_row(at, HEAD_HEIGHT)
    for column, name in enumerate(names):
        sheet.write_string(at, column, words.text(f"workbook.{name}"), formats.head)
    return at + 1


def _write_files(
    sheet: Any,
    at: int,
    formats: Formats,
    words: Catalogue,
    files: Sequence[Mapping[str, Any]],
    links: Mapping[str, str],
) -> int:
    sheet.write_string(at, 0, words.text("workbook.sources"), formats.heading)
    at = _head(sheet, at + 1, formats, words, ("file", "lines"))
    for file in files:
        name = safe_text(str(file["file"]), "…")
        link = links.get(str(file["source"]))
        if link is None:
            sheet.write_string(at, 0, name, formats.text)
        else:
            sheet.write_url(at, 0, f"external:{link}", formats.link, name)
        sheet.write_number(at, 1, int(file["lines"]), formats.count)
        at += 1
    return at


def _write_problems(
    sheet: Any, at: int, formats: Formats, words: Catalogue, named: Sequence[tuple[Problem, str]], limit: int
) -> int:
    sheet.write_string(at, 0, words.text("workbook.problems"), formats.heading)
    if not named:
        sheet.write_string(at + 1, 0, words.text("workbook.none"))
        return at + 2
    columns = ("sheet", "severity", "attribute", "meaning", "owner", "findings", "shown")
    at = _head(sheet, at + 1, formats, words, columns)
    for problem, name in named:
        sentence = safe_text(problem.sentence, "…")
        sheet.set_row(at, row_height([(sentence, _WIDTHS[3] - 4)]))
        sheet.write_url(at, 0, f"internal:'{name}'!A1", formats.link, name)
        sheet.write_string(at, 1, words.text(f"words.severity.{problem.severity}"), formats.severity[problem.severity])
        sheet.write_string(at, 2, words.attribute(problem.column), formats.plain)
        sheet.write_string(at, 3, sentence, formats.plain)
        sheet.write_string(at, 4, words.text(f"words.owner.{problem.owner}"), formats.quiet)
        sheet.write_number(at, 5, problem.findings, formats.count)
        sheet.write_number(at, 6, min(problem.findings, limit), formats.count)
        at += 1
    sheet.write_string(at, 0, words.text("workbook.total"), formats.strong)
    sheet.write_number(at, 5, sum(problem.findings for problem, _ in named), formats.count)
    sheet.write_number(at, 6, sum(min(problem.findings, limit) for problem, _ in named), formats.count)
    return at + 1


def _write_scores(ws: Workspace, sheet: Any, at: int, formats: Formats, words: Catalogue) -> None:
    scores = by_dimension(ws)
    if not scores:
        return
    sheet.write_string(at, 0, words.text("workbook.scores"), formats.heading)
    at = _head(sheet, at + 1, formats, words, ("dimension", "score", "checked", "failed", "change"))
    for score in scores:
        sheet.write_string(at, 0, words.text(f"words.dimension.{score['dimension']}"), formats.plain)
        sheet.write_number(at, 1, score["score"], formats.share)
        sheet.write_number(at, 2, score["checked"], formats.count)
        sheet.write_number(at, 3, score["failed"], formats.count)
        if score["change"] is None:
            sheet.write_string(at, 4, "–", formats.quiet)
        else:
            sheet.write_number(at, 4, score["change"], formats.points)
        at += 1
