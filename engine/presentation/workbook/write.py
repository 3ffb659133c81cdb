"""findings.xlsx: a summary, then a sheet per problem with the rows to correct.

Written row by row (memory does not grow with the findings), and the same findings give the same bytes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from engine.errors import SurroundingsError
from engine.presentation.atomic import replacing
from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.files import fill_gaps
from engine.presentation.workbook.cells import Formats, row_height, safe_text, sheet_name
from engine.presentation.workbook.rows import Problem, findings, header_of, headers, problems, sources
from engine.presentation.workbook.summary import write_summary
from engine.vocabulary import Language
from engine.workspace import Workspace

LIMIT = 5_000
"""Rows per sheet unless told otherwise: more than a person corrects by hand; the rest stands in findings.csv."""

_MOST_ROWS = 1_048_576
"""Rows that Excel takes in one sheet."""

_MOST_LINKS = 60_000
"""Links that are written into one sheet; Excel takes 65,530."""

_HEADER = 3
"""Row of the column names, counted from 0: above it stand the way back, the meaning and how many are not shown."""

_COLUMNS: tuple[tuple[str, int], ...] = (
    ("severity", 12), ("file", 18), ("line", 8), ("key", 22), ("attribute", 14), ("header", 18),
    ("raw", 30), ("standard", 28), ("problem", 24), ("todo", 48),
)  # fmt: skip
"""Columns of a problem's sheet and their widths in signs."""

_TEXT_WIDTHS = tuple(width for _, width in _COLUMNS[3:])

_LINKABLE = re.compile(r"[^\x00-\x1f#%\"<>|*?]{1,200}")


def write_workbook(
    ws: Workspace,
    path: Path,
    *,
    language: Language,
    as_of: date,
    limit: int = LIMIT,
    links: Mapping[str, str] | None = None,
) -> None:
    """Write the findings of ``ws`` as a workbook to ``path``; the tables of stages that did not run count as empty.

    It holds raw values of contacts: it is for those who correct them, like findings.csv and unlike the report.

    Args:
        ws: workspace with ``quality.finding`` and ``quality.expectation``; intake and standardise tell the values.
        path: the file, readable by its owner only.
        language: language of the headings, sentences and advice.
        as_of: the day the run is made for; stands in the file as its day of creation.
        limit: rows per sheet at most; each sheet says how many more there are.
        links: source -> path of its file relative to the folder of ``path``, where a link helps.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    fill_gaps(ws)
    words = catalogue(language)
    # the drafts hold personal data too: beside the file, not in a folder that others share
    with (
        replacing(path.absolute()) as temporary,
        tempfile.TemporaryDirectory(dir=temporary.parent, prefix=".workbook") as drafts,
    ):
        book = xlsxwriter.Workbook(
            str(temporary),
            {
                "constant_memory": True,
                "tmpdir": drafts,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties(
            {
                "title": words.text("workbook.title"),
                "created": datetime(as_of.year, as_of.month, as_of.day),
                "comments": "Assay",
            }
        )
        _fill(ws, book, words, as_of, min(max(limit, 1), _MOST_ROWS - _HEADER - 1), links or {})
        try:
            book.close()
        except XlsxWriterException as error:
            raise SurroundingsError(
                f"cannot write {path.name}", hint="Check the space on the disk and the folder's rights."
            ) from error


def _fill(ws: Workspace, book: Any, words: Catalogue, as_of: date, limit: int, links: Mapping[str, str]) -> None:
    formats = Formats(book)
    found = problems(ws, words.language)
    files = sources(ws)
    safe_links = {source: link for source, link in links.items() if _LINKABLE.fullmatch(link)}
    summary = book.add_worksheet(sheet_name(0, words.text("workbook.summary"), [])[2:])
    names: list[str] = []
    sheets: list[Any] = []
    for number, problem in enumerate(found, start=1):
        names.append(sheet_name(number, title_of(problem, words), names))
        sheets.append(book.add_worksheet(names[-1]))
    write_summary(ws, summary, formats, words, as_of, list(zip(found, names, strict=True)), files, safe_links, limit)
    known = headers(ws)
    by_source = {file["source"]: file for file in files}
    for sheet, problem in zip(sheets, found, strict=True):
        _write_problem(ws, sheet, formats, words, problem, limit, known, by_source, safe_links)


def title_of(problem: Problem, words: Catalogue) -> str:
    """What a sheet is called: the attribute and the problem, in the words of a customer.

    Findings of one expectation may give different reasons (why an e-mail cannot be used): then the general word.
    """
    reason = problem.reason or ("not_standardised" if problem.severity == "error" else "doubted")
    return f"{_attribute(problem, words)} – {words.reason(reason)}"


def _attribute(problem: Problem, words: Catalogue) -> str:
    """The attribute a problem is about; a field of the import format keeps its code."""
    if problem.table == "delivery.operation" and problem.column is not None:
        return problem.column
    return words.attribute(problem.column)


def _write_problem(
    ws: Workspace,
    sheet: Any,
    formats: Formats,
    words: Catalogue,
    problem: Problem,
    limit: int,
    known: Mapping[tuple[str, str], str],
    files: Mapping[str, Mapping[str, Any]],
    links: Mapping[str, str],
) -> None:
    for column, (_, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
    shown = min(problem.findings, limit)
    summary = words.text("workbook.summary")
    sheet.write_url(0, 0, f"internal:'{summary}'!A1", formats.link, words.text("workbook.back"))
    sheet.write_string(1, 0, safe_text(problem.sentence, ""), formats.strong)
    if problem.findings > shown:
        sheet.write_string(2, 0, words.text("workbook.more", count=problem.findings - shown), formats.note)
    for column, (name, _) in enumerate(_COLUMNS):
        sheet.write_string(_HEADER, column, words.text(f"workbook.{name}"), formats.head)
    cut = words.text("workbook.cut")
    severity = words.text(f"words.severity.{problem.severity}")
    attribute = _attribute(problem, words)
    at = _HEADER
    for finding in findings(ws, problem, limit):
        at += 1
        texts = (
            finding.record_id, attribute, header_of(known, finding, problem.column), finding.raw, finding.standard,
            words.reason(finding.reason), words.todo(finding.reason),
        )  # fmt: skip
        cells = [None if not text else safe_text(text, cut) for text in texts]
        sheet.set_row(at, row_height(zip(cells, _TEXT_WIDTHS, strict=True)))
        file = files.get(finding.source)
        sheet.write_string(at, 0, severity, formats.severity[problem.severity])
        sheet.write_string(at, 1, safe_text(finding.file, cut), formats.quiet)
        if finding.line is not None:
            link = _line_link(links.get(finding.source), file, finding.line) if at <= _MOST_LINKS else None
            if link is None:
                sheet.write_number(at, 2, finding.line, formats.line)
            else:
                sheet.write_url(at, 2, link, formats.link, str(finding.line))
        for column, text in enumerate(cells, start=3):
            if text is None:
                sheet.write_blank(at, column, None, formats.plain)
            else:
                sheet.write_string(at, column, text, formats.text if column < 8 else formats.plain)
    sheet.autofilter(_HEADER, 0, max(at, _HEADER + 1), len(_COLUMNS) - 1)
    sheet.freeze_panes(_HEADER + 1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:J1048576"})
    print_on_paper(sheet, words, repeat=_HEADER)


def _line_link(link: str | None, file: Mapping[str, Any] | None, line: int) -> str | None:
    """A link to the row itself, where the source is a workbook: a text file has no place to jump to."""
    if link is None or file is None or file["format"] != "xlsx" or not file["sheet"]:
        return None
    sheet = str(file["sheet"]).replace("'", "''")
    return f"external:{link}#'{sheet}'!A{line}" if _LINKABLE.fullmatch(str(file["sheet"])) else None


def print_on_paper(sheet: Any, words: Catalogue, repeat: int | None = None) -> None:
    """Landscape A4, as wide as one page, the column names on every page, page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if repeat is not None:
        sheet.repeat_rows(repeat)
    sheet.set_footer(f"&L&A&R{words.text('workbook.page', page='&P', pages='&N')}")
