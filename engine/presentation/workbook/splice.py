"""Rows put into the sheets of a finished workbook, one after the other.

A library that writes cell by cell needs half a minute for 100,000 rows of ten cells; a row as one text takes a
twentieth. What a cell may hold was decided before (:mod:`engine.presentation.workbook.cells`): every text is written
as an inline string, which no program takes for a formula.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every part of the file: the same findings give the same bytes."""

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


class Row(NamedTuple):
    """A row: its height in points, and the cells from column A on (text, whole number or nothing)."""

    height: float
    cells: tuple[str | int | None, ...]


def fill_sheets(skeleton: Path, target: Path, rows: Mapping[int, Iterable[Row]], *, model_row: int) -> None:
    """Copy the workbook ``skeleton`` to ``target`` with ``rows`` in place of the model row of each sheet.

    Args:
        skeleton: a workbook; each sheet named in ``rows`` has a row ``model_row`` whose cells have the formats to use.
        target: where the result goes.
        rows: number of the sheet, 1 = first -> its rows, written from ``model_row`` on.
        model_row: as a spreadsheet counts, 1 = first.
    """
    with (
        zipfile.ZipFile(skeleton) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as result,
    ):
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            content = source.read(part)
            sheet = _SHEET.fullmatch(part.filename)
            if sheet is None or int(sheet.group(1)) not in rows:
                result.writestr(info, content)
                continue
            head, styles, tail = _cut(content.decode("utf-8"), model_row)
            with result.open(info, "w", force_zip64=False) as stream:
                stream.write(head.encode("utf-8"))
                for block in _blocks(rows[int(sheet.group(1))], styles, model_row):
                    stream.write(block)
                stream.write(tail.encode("utf-8"))


def _cut(xml: str, model_row: int) -> tuple[str, list[tuple[str, str]], str]:
    """What stands before the model row and after the last row, and its cells: column and number of the format."""
    model = re.search(rf'<row r="{model_row}"[^>]*>(.*?)</row>', xml)
    assert model is not None, "the skeleton has a model row"
    styles = re.findall(rf'<c r="([A-Z]+){model_row}" s="(\d+)"', model.group(1))
    return xml[: model.start()], styles, xml[xml.index("</sheetData>", model.end()) :]


def _blocks(rows: Iterable[Row], styles: list[tuple[str, str]], first: int) -> Iterable[bytes]:
    """Rows as XML, a thousand at a time."""
    block: list[str] = []
    for at, row in enumerate(rows, start=first):
        block.append(f'<row r="{at}" ht="{row.height:g}" customHeight="1">')
        for (letter, style), cell in zip(styles, row.cells, strict=True):
            if cell is None:
                block.append(f'<c r="{letter}{at}" s="{style}"/>')
            elif isinstance(cell, int):
                block.append(f'<c r="{letter}{at}" s="{style}"><v>{cell}</v></c>')
            else:
                block.append(
                    f'<c r="{letter}{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_escaped(cell)}'
                    "</t></is></c>"
                )
        block.append("</row>")
        if len(block) > 10_000:
            yield "".join(block).encode("utf-8")
            block.clear()
    yield "".join(block).encode("utf-8")


def _escaped(text: str) -> str:
    """
    >>> _escaped("a < b & c")
    'a &lt; b &amp; c'
    """
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
