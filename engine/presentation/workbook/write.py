"""findings.xlsx: a summary, then a sheet per problem with the rows to correct.

xlsxwriter makes the workbook, :mod:`engine.presentation.workbook.splice` puts the rows in: memory does not grow with
the findings, 100,000 of them take seconds, and the same findings give the same bytes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from engine.errors import SurroundingsError
from engine.presentation.atomic import replacing
from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.files import fill_gaps
from engine.presentation.workbook.cells import HEAD_HEIGHT, Formats, row_height, safe_text, sheet_name
from engine.presentation.workbook.rows import Problem, findings, header_of, headers, made_ready, problems, sources
from engine.presentation.workbook.splice import Row, fill_sheets
from engine.presentation.workbook.suggestions import Suggest, suggestions
from engine.presentation.workbook.summary import write_summary
from engine.rulebook import RuleBook
from engine.vocabulary import Language
from engine.workspace import Workspace

LIMIT = 5_000
"""Rows per sheet unless told otherwise: more than a person corrects by hand; the rest stands in findings.csv."""

_MOST_ROWS = 1_048_576
"""Rows that Excel takes in one sheet."""

_HEADER = 3
"""Row of the column names, counted from 0: above it stand the way back, the meaning and how many are not shown."""

_COLUMNS: tuple[tuple[str, int], ...] = (
    ("severity", 12), ("file", 18), ("line", 8), ("key", 22), ("attribute", 14), ("header", 18),
    ("raw", 30), ("standard", 28), ("problem", 24), ("todo", 48),
)  # fmt: skip
"""Columns of a problem's sheet and their widths in signs."""

_TEXT_WIDTHS = tuple(width for _, width in _COLUMNS[3:])

_MOST_LINKS = 2_000
"""Rows of a sheet that lead to their line; Excel takes 65,530 links, and each costs a part of the file of its own."""

LINKABLE = re.compile(r"[^\x00-\x1f#%\"<>|*?]{1,200}")
"""Paths that no program takes for something else."""


def write_workbook(
    ws: Workspace,
    path: Path,
    *,
    language: Language,
    as_of: date,
    limit: int = LIMIT,
    links: Mapping[str, str] | None = None,
    book: RuleBook | None = None,
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
        book: the rules in force, for proposals (the right spelling of a domain); None = the shipped ones.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    fill_gaps(ws)
    words = catalogue(language)
    # the drafts hold personal data too: beside the file, not in a folder that others share
    with (
        replacing(path.absolute()) as temporary,
        tempfile.TemporaryDirectory(dir=temporary.parent, prefix=".workbook") as drafts,
        made_ready(ws, shown := min(max(limit, 1), _MOST_ROWS - _HEADER - 1)),
    ):
        skeleton = Path(drafts) / "skeleton.xlsx"
        found = problems(ws, language)
        safe_links = {source: link for source, link in (links or {}).items() if LINKABLE.fullmatch(link)}
        _write_skeleton(ws, skeleton, words, as_of, found, shown, safe_links)
        known = headers(ws)
        suggest = suggestions(book or RuleBook([]))
        rows = {
            # the summary is sheet 1
            number: _rows(ws, words, problem, shown, known, suggest)
            for number, problem in enumerate(found, start=2)
        }
        fill_sheets(skeleton, temporary, rows, model_row=_HEADER + 2)


def _write_skeleton(
    ws: Workspace,
    path: Path,
    words: Catalogue,
    as_of: date,
    found: Sequence[Problem],
    limit: int,
    links: Mapping[str, str],
) -> None:
    """The whole workbook but for the rows of the problems' sheets: each has one row of empty cells as the model."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    day = datetime(as_of.year, as_of.month, as_of.day)
    book.set_properties({"title": words.text("workbook.title"), "created": day, "comments": "Assay"})
    formats = Formats(book)
    files = sources(ws)
    summary = book.add_worksheet(words.text("workbook.summary"))
    names: list[str] = []
    for number, problem in enumerate(found, start=1):
        names.append(sheet_name(number, title_of(problem, words), names))
        sheet = book.add_worksheet(names[-1])
        _write_head(sheet, formats, words, problem, min(problem.findings, limit))
        _link_lines(ws, sheet, formats, problem, min(limit, _MOST_LINKS), {f["source"]: f for f in files}, links)
    write_summary(ws, summary, formats, words, as_of, list(zip(found, names, strict=True)), files, links, limit)
    try:
        book.close()
    except XlsxWriterException as error:
        raise SurroundingsError(
            "cannot write the workbook of findings", hint="Check the space on the disk and the folder's rights."
        ) from error


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


def _write_head(sheet: Any, formats: Formats, words: Catalogue, problem: Problem, shown: int) -> None:
    """Everything of a problem's sheet but its rows, and the model of them."""
    for column, (_, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
    summary = words.text("workbook.summary")
    sheet.write_url(0, 0, f"internal:'{summary}'!A1", formats.link, words.text("workbook.back"))
    sheet.write_string(1, 0, safe_text(problem.sentence, ""), formats.strong)
    if problem.findings > shown:
        sheet.write_string(2, 0, words.text("workbook.more", count=problem.findings - shown), formats.note)
    sheet.set_row(_HEADER, HEAD_HEIGHT)
    for column, (name, _) in enumerate(_COLUMNS):
        sheet.write_string(_HEADER, column, words.text(f"workbook.{name}"), formats.head)
    own = {"severity": formats.severity[problem.severity], "file": formats.quiet, "line": formats.line,
           "problem": formats.plain, "todo": formats.plain}  # fmt: skip
    for column, (name, _) in enumerate(_COLUMNS):
        sheet.write_blank(_HEADER + 1, column, None, own.get(name, formats.text))
    sheet.autofilter(_HEADER, 0, _HEADER + shown, len(_COLUMNS) - 1)
    sheet.freeze_panes(_HEADER + 1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:J1048576"})
    print_on_paper(sheet, words, repeat=_HEADER)


def _link_lines(
    ws: Workspace,
    sheet: Any,
    formats: Formats,
    problem: Problem,
    limit: int,
    files: Mapping[str, Mapping[str, Any]],
    links: Mapping[str, str],
) -> None:
    """Links from a row to its line, where the source is a workbook: a text file has no place to jump to."""
    jumps = {
        source: f"external:{link}#'{str(files[source]['sheet']).replace(chr(39), chr(39) * 2)}'!A"
        for source, link in links.items()
        if source in files and files[source]["format"] == "xlsx" and LINKABLE.fullmatch(str(files[source]["sheet"]))
    }
    if not jumps:
        return
    for at, finding in enumerate(findings(ws, problem, limit), start=_HEADER + 1):
        if finding.source in jumps and finding.line is not None:
            sheet.write_url(at, 2, f"{jumps[finding.source]}{finding.line}", formats.line, str(finding.line))


def _rows(
    ws: Workspace,
    words: Catalogue,
    problem: Problem,
    limit: int,
    known: Mapping[tuple[str, str], str],
    suggest: Mapping[str, Suggest],
) -> Iterator[Row]:
    """The rows of a problem's sheet, in the order of its columns."""
    cut = words.text("workbook.cut")
    severity = words.text(f"words.severity.{problem.severity}")
    attribute = _attribute(problem, words)
    for finding in findings(ws, problem, limit):
        standard = finding.standard
        if finding.reason in suggest:
            standard = suggest[finding.reason](standard or finding.raw or "") or standard
        texts = (
            finding.record_id, attribute, header_of(known, finding, problem.column), finding.raw, standard,
            words.reason(finding.reason), words.todo(finding.reason),
        )  # fmt: skip
        cells = [safe_text(text, cut) if text else None for text in texts]
        height = row_height(zip(cells, _TEXT_WIDTHS, strict=True))
        yield Row(height, (severity, safe_text(finding.file, cut), finding.line, *cells))


def print_on_paper(sheet: Any, words: Catalogue, repeat: int | None = None) -> None:
    """Landscape A4, as wide as one page, the column names on every page, page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if repeat is not None:
        sheet.repeat_rows(repeat)
    sheet.set_footer(f"&L&A&R{words.text('workbook.page', page='&P', pages='&N')}")
