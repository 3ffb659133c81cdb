"""analysis.docx: the analysis, the plan and the proposal as a Word document; no macro, no link out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from engine.presentation.analysis.words import Words
from engine.presentation.atomic import replacing
from engine.presentation.catalogue import catalogue
from engine.vocabulary import Language

_INK, _ACCENT, _MUTED = RGBColor(0x1C, 0x24, 0x27), RGBColor(0x13, 0x73, 0x6A), RGBColor(0x59, 0x66, 0x6C)
_HEAD_FILL, _STRIPE = "DCECEA", "FAF9F6"
_RISK = {"low": RGBColor(0x59, 0x66, 0x6C), "medium": RGBColor(0x96, 0x60, 0x0B), "high": RGBColor(0xB0, 0x3A, 0x50)}
_LOCALES = {"en": "en-GB", "fr": "fr-CH", "de": "de-CH", "it": "it-CH"}
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_STAMP = (1980, 1, 1, 0, 0, 0)

Align = Literal["l", "r"]


def write_document(analysis: Mapping[str, Any], path: Path, language: Language) -> None:
    """Write the document of :func:`engine.analysis.analyse`'s data to ``path``; the same data, the same bytes.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    words = Words(catalogue(language))
    book = _blank(language, words)
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
        temporary.write_bytes(_packed(book))


def _blank(language: Language, words: Words) -> Any:
    """An empty A4 document with our styles, in the language for spelling."""
    book = Document()
    section = book.sections[0]
    section.page_width, section.page_height, section.orientation = Mm(210), Mm(297), WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = book.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10), _INK
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Calibri")
    spelling = OxmlElement("w:lang")
    spelling.set(qn("w:val"), _LOCALES[language])
    normal.element.rPr.append(spelling)
    normal.paragraph_format.space_after = Pt(5)
    for level, size in ((0, 24), (1, 15), (2, 12)):
        style = book.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), True
        style.font.color.rgb = _ACCENT if level else _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    book.styles["Heading 1"].paragraph_format.space_before = Pt(18)
    note = book.styles.add_style("Note", 1)
    note.base_style, note.font.size, note.font.color.rgb = normal, Pt(8.5), _MUTED
    _page_numbers(section)
    properties = book.core_properties
    properties.author = properties.last_modified_by = "Assay"
    properties.title = words.text("title")
    properties.created = properties.modified = datetime(2000, 1, 1)
    properties.revision = 1
    properties.comments = ""
    return book


def _cover(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    eyebrow = book.add_paragraph()
    run = eyebrow.add_run(_plain(" · ".join(filter(None, (words.text("subtitle"), analysis["institution"])))))
    run.bold, run.font.color.rgb = True, _ACCENT
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
    _table(book, None, rows, (60, 110), "ll", bold_first=True)


def _sources(book: Any, analysis: Mapping[str, Any], words: Words) -> None:
    say = words.say
    book.add_heading(words.text("chapter.sources"), 1)
    for table in analysis["tables"]:
        form = words.text("in_secutix" if table["secutix_format"] else "in_own")
        form = form if table["contacts"] else words.text("no_contacts")
        book.add_heading(_plain(table["source"]), 2)
        told = [table["file"], table["sheet"], table["format"], table["encoding"], form]
        told.append(words.text("row_count", table["loaded"]))
        if table["held"]:
            told.append(words.text("held", table["held"]))
        book.add_paragraph(_plain(" · ".join(part for part in told if part)), style="Note")
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
            for column in table["columns"]
        ]
        _table(book, head, rows, (32, 30, 22, 18, 16, 18, 34), "lllrrrl")
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
    made = _table(book, head, rows, (78, 30, 24, 18, 20), "llrrl")
    _tint(made, 4, [found["risk"] for found in analysis["prerequisites"]])


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
    made = _table(book, head, rows, (36, 68, 26, 20, 20), "lllrl")
    _tint(made, 4, [task["risk"] for task in analysis["plan"]])
    for row, task in zip(made.rows[1:], analysis["plan"], strict=True):
        for run in row.cells[1].paragraphs[0].runs:
            run.bold = task["kind"] == "step"


def _proposal(book: Any, proposal: Mapping[str, Any], words: Words) -> None:
    book.add_heading(words.text("chapter.proposal"), 1)
    if proposal["provider"]:
        book.add_paragraph(_plain(proposal["provider"]))
    if not proposal["approved"]:
        draft = book.add_paragraph().add_run(words.text("draft"))
        draft.bold, draft.font.color.rgb = True, _RISK["high"]
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
    made = _table(book, head, [*(line(entry) for entry in proposal["lines"]), *sums], widths, aligned)
    for row in (made.rows[-len(sums)], made.rows[-1]):
        for cell in row.cells:
            for run in cell.paragraphs[0].runs:
                run.bold = True
    if proposal["options"]:
        book.add_heading(words.text("options"), 2)
        _table(book, head, [line(entry) for entry in proposal["options"]], widths, aligned)
    book.add_paragraph(words.text("valid_until", day=words.day(proposal["valid_until"])))


def _table(
    book: Any,
    head: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    aligned: str,
    *,
    bold_first: bool = False,
) -> Any:
    """A table of texts with fixed widths in millimetres; its head repeats on every page, no row breaks over two."""
    everything = ([head] if head else []) + list(rows)
    made = book.add_table(rows=len(everything), cols=len(widths))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    _ruled(made)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    for number, (row, cells) in enumerate(zip(made.rows, everything, strict=True)):
        is_head = head is not None and number == 0
        _kept_whole(row, repeats=is_head)
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(widths[place])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.paragraph_format.space_before = Pt(1)
            if aligned[place] == "r":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            first, _, second = _plain(str(text)).partition("\n")
            run = paragraph.add_run(first)
            run.font.size = Pt(8.5)
            run.bold = is_head or (bold_first and place == 0)
            if second:
                small = paragraph.add_run(f"\n{second}")
                small.font.size, small.font.color.rgb = Pt(7.5), _MUTED
            if is_head or number % 2 == 0:
                _fill(cell, _HEAD_FILL if is_head else _STRIPE)
    book.add_paragraph().paragraph_format.space_after = Pt(2)
    return made


def _tint(made: Any, place: int, risks: Sequence[str | None]) -> None:
    """Colour the words of a risk; the word itself says it too."""
    for row, risk in zip(made.rows[1:], risks, strict=True):
        if risk is None:
            continue
        for run in row.cells[place].paragraphs[0].runs:
            run.font.color.rgb, run.bold = _RISK[risk], risk == "high"


def _ruled(made: Any) -> None:
    """Thin lines between rows, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "E1DFD7")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    made._tbl.tblPr.append(borders)


def _kept_whole(row: Any, *, repeats: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeats:
        properties.append(OxmlElement("w:tblHeader"))


def _fill(cell: Any, colour: str) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _page_numbers(section: Any) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _plain(text: str) -> str:
    """Text without control characters and signs that turn the direction of writing."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _packed(book: Any) -> bytes:
    """The document's bytes with a fixed time on every part: the same content, the same file."""
    made = io.BytesIO()
    book.save(made)
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            entry = zipfile.ZipInfo(part.filename, _STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, source.read(part.filename))
    return packed.getvalue()
