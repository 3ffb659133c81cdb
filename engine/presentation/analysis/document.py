"""analysis.docx: the analysis, the plan and the proposal as a Word document; no macro, no link out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Pt

from engine.presentation.analysis.word import ACCENT, RISK, blank, packed, plain, table, tint
from engine.presentation.analysis.words import Words
from engine.presentation.atomic import replacing
from engine.presentation.catalogue import catalogue
from engine.vocabulary import Language


def write_document(analysis: Mapping[str, Any], path: Path, language: Language) -> None:
    """Write the document of :func:`engine.analysis.analyse`'s data to ``path``; the same data, the same bytes.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    words = Words(catalogue(language))
    book = blank(language, words.text("title"))
    _cover(book, analysis, words)
    _summary(book, analysis, words)
    _sources(book, analysis, words)
    _prerequisites(book, analysis, words)
    book.add_heading(words.text("chapter.duplicates"), 1)
    for sentence in words.duplicates(analysis["duplicates"]):
        book.add_paragraph(sentence)
    _plan(book, analysis, words)
    book.add_page_break()
    _proposal(book, analysis["proposal"], words)
    book.add_paragraph(words.text("footer", version=analysis["version"]), style="Note")
    with replacing(path.absolute()) as temporary:
        temporary.write_bytes(packed(book))


def _cover(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    eyebrow = book.add_paragraph()
    run = eyebrow.add_run(plain(" · ".join(filter(None, (words.text("subtitle"), analysis["institution"])))))
    run.bold, run.font.color.rgb = True, ACCENT
    title = book.add_paragraph(words.text("title"), style="Title")
    title.paragraph_format.space_after = Pt(2)
    for border in title._p.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    book.add_paragraph(words.head(analysis), style="Note")


def _summary(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    book.add_heading(words.text("chapter.summary"), 1)
    duplicates, say = analysis["duplicates"], words.say
    between = words.text("between", low=say.number(duplicates["low"]), high=say.number(duplicates["high"]))
    proposal = analysis["proposal"]
    rows = [
        [words.text("records"), say.number(analysis["records"])],
        [
            words.text("tables"),
            f"{say.number(len(analysis['tables']))}, "
            f"{words.text('with_contacts', analysis['quantities']['contact_tables'])}",
        ],
        [
            words.text("failed"),
            f"{say.number(analysis['quantities']['problems'])} "
            f"{words.text('of_all', all=len(analysis['prerequisites']))}",
        ],
        [words.text("likely_duplicates"), f"{say.number(duplicates['likely'])}, {between}"],
        *([words.text(f"kind.{kind['kind']}"), say.percent(kind["share"])] for kind in analysis["kinds"]),
        [words.text("price"), f"{proposal['currency']} {words.money(proposal['net'])}"],
    ]
    table(book, None, rows, (60, 110), "ll", bold_first=True)


def _sources(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    say = words.say
    book.add_heading(words.text("chapter.sources"), 1)
    for found in analysis["tables"]:
        form = words.text("in_secutix" if found["secutix_format"] else "in_own")
        form = form if found["contacts"] else words.text("no_contacts")
        book.add_heading(plain(found["source"]), 2)
        told = [found["file"], found["sheet"], found["format"], found["encoding"], form]
        told.append(words.text("row_count", found["loaded"]))
        if found["held"]:
            told.append(words.text("held", found["held"]))
        book.add_paragraph(plain(" · ".join(part for part in told if part)), style="Note")
        head = [
            words.text(key)
            for key in ("column", "feeds", "standing_of", "confidence", "filled", "distinct", "patterns")
        ]
        rows = [
            [
                column["header"],
                words.feeds(column),
                words.text(f"standing.{column['standing']}"),
                say.percent(column["confidence"]) if column["feeds"] else "–",
                say.percent(column["filled_share"]),
                say.number(column["distinct"]),
                "  ".join(shape["shape"] for shape in column["shapes"][:2]),
            ]
            for column in found["columns"]
        ]
        table(book, head, rows, (30, 27, 22, 21, 16, 22, 32), "lllrrrl")
    book.add_paragraph(words.text("patterns_note"), style="Note")


def _prerequisites(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    book.add_heading(words.text("chapter.prerequisites"), 1)
    head = [words.text(key) for key in ("prerequisite", "standing_of", "cases", "share", "risk")]
    rows = [
        [
            words.of(found["title"]),
            words.standing(found),
            words.cases(found) if found["of"] else "–",
            words.say.percent(found["share"]) if found["of"] else "–",
            words.text(f"risk.{found['risk']}") if found["risk"] else "",
        ]
        for found in analysis["prerequisites"]
    ]
    made = table(book, head, rows, (78, 30, 24, 18, 20), "llrrl")
    tint(made, 4, [found["risk"] for found in analysis["prerequisites"]])


def _plan(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    book.add_heading(words.text("chapter.plan"), 1)
    book.add_paragraph(f"{words.text('plan_note')} {words.cleaning(analysis['plan'])}")
    head = [words.text(key) for key in ("day", "what", "who", "effort", "risk")]
    rows = [
        [
            words.due(task) + (f", {words.text('passed')}" if task["passed"] else ""),
            words.task(task),
            words.party(task["who"]),
            words.hours(task["hours"]) if task["hours"] else "–",
            words.text(f"risk.{task['risk']}"),
        ]
        for task in analysis["plan"]
    ]
    made = table(book, head, rows, (36, 68, 26, 20, 20), "lllrl")
    tint(made, 4, [task["risk"] for task in analysis["plan"]])
    for row, task in zip(made.rows[1:], analysis["plan"], strict=True):
        for run in row.cells[1].paragraphs[0].runs:
            run.bold = task["kind"] == "step"


def _proposal(book: Any, proposal: Mapping[str, Any], words: Words) -> None:
    book.add_heading(words.text("chapter.proposal"), 1)
    if proposal["provider"]:
        book.add_paragraph(plain(proposal["provider"]))
    if not proposal["approved"]:
        draft = book.add_paragraph().add_run(words.text("draft"))
        draft.bold, draft.font.color.rgb = True, RISK["high"]
    if proposal["to_fill_in"]:
        book.add_paragraph(plain(words.text("to_fill_in", keys=", ".join(proposal["to_fill_in"]))))
    rates = {rate["name"]: rate for rate in proposal["rates"]}

    def line(entry: Mapping[str, Any]) -> list[str]:
        rate = rates[entry["role"]]
        told = words.quantities(entry)
        return [
            words.of(entry["title"]) + (f"\n{told}" if told else ""),
            words.of(rate["title"]),
            words.hours(entry["hours"]),
            words.money(rate["day"]),
            words.money(entry["price"]),
        ]

    head = [words.text(key) for key in ("item", "role", "effort", "rate", "amount")]
    head[-1] += f" {proposal['currency']}"
    sums = [[words.text("net"), "", "", "", words.money(proposal["net"])]]
    if float(proposal["vat_percent"]):
        sums.append([words.vat(proposal), "", "", "", words.money(proposal["vat"])])
    sums.append([f"{words.text('total')} {proposal['currency']}", "", "", "", words.money(proposal["total"])])
    widths, aligned = (72, 30, 20, 24, 24), "llrrr"
    made = table(book, head, [*(line(entry) for entry in proposal["lines"]), *sums], widths, aligned)
    for row in (made.rows[-len(sums)], made.rows[-1]):
        for cell in row.cells:
            for run in cell.paragraphs[0].runs:
                run.bold = True
    if proposal["options"]:
        book.add_heading(words.text("options"), 2)
        table(book, head, [line(entry) for entry in proposal["options"]], widths, aligned)
    book.add_paragraph(words.text("valid_until", day=words.day(proposal["valid_until"])))
