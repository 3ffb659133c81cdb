"""A Word document's parts: a blank one in our styles, tables, and bytes that repeat."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from engine.vocabulary import Language

INK, ACCENT, MUTED = RGBColor(0x1C, 0x24, 0x27), RGBColor(0x13, 0x73, 0x6A), RGBColor(0x59, 0x66, 0x6C)
RISK = {"low": RGBColor(0x59, 0x66, 0x6C), "medium": RGBColor(0x96, 0x60, 0x0B), "high": RGBColor(0xB0, 0x3A, 0x50)}
_HEAD_FILL, _STRIPE = "DCECEA", "FAF9F6"
_LOCALES = {"en": "en-GB", "fr": "fr-CH", "de": "de-CH", "it": "it-CH"}
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_STAMP = (1980, 1, 1, 0, 0, 0)


def blank(language: Language, title: str) -> Any:
    """An empty A4 document with our styles, in the language for spelling."""
    book = Document()
    section = book.sections[0]
    section.page_width, section.page_height, section.orientation = Mm(210), Mm(297), WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = book.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10), INK
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Calibri")
    spelling = OxmlElement("w:lang")
    spelling.set(qn("w:val"), _LOCALES[language])
    normal.element.rPr.append(spelling)
    normal.paragraph_format.space_after = Pt(5)
    for level, size in ((0, 24), (1, 15), (2, 12)):
        style = book.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), True
        style.font.color.rgb = ACCENT if level else INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    book.styles["Heading 1"].paragraph_format.space_before = Pt(18)
    note = book.styles.add_style("Note", 1)
    note.base_style, note.font.size, note.font.color.rgb = normal, Pt(8.5), MUTED
    _page_numbers(section)
    properties = book.core_properties
    properties.author = properties.last_modified_by = "Assay"
    properties.title = title
    properties.created = properties.modified = datetime(2000, 1, 1)
    properties.revision = 1
    properties.comments = ""
    return book


def table(
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
            first, _, second = plain(str(text)).partition("\n")
            run = paragraph.add_run(first)
            run.font.size = Pt(8.5)
            run.bold = is_head or (bold_first and place == 0)
            if second:
                small = paragraph.add_run(f"\n{second}")
                small.font.size, small.font.color.rgb = Pt(7.5), MUTED
            if is_head or number % 2 == 0:
                _fill(cell, _HEAD_FILL if is_head else _STRIPE)
    book.add_paragraph().paragraph_format.space_after = Pt(2)
    return made


def tint(made: Any, place: int, risks: Sequence[str | None]) -> None:
    """Colour the words of a risk; the word itself says it too."""
    for row, risk in zip(made.rows[1:], risks, strict=True):
        if risk is None:
            continue
        for run in row.cells[place].paragraphs[0].runs:
            run.font.color.rgb, run.bold = RISK[risk], risk == "high"


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


def plain(text: str) -> str:
    """Text without control characters and signs that turn the direction of writing."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def packed(book: Any) -> bytes:
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
