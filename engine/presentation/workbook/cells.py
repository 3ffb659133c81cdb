"""Texts of contacts as cells of a workbook: never a formula, never a link, never hidden, never too long."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

LONGEST = 32_767
"""UTF-16 units that Excel takes in one cell; a longer one and it refuses to open the file."""

NAME_LENGTH = 31
"""Signs that Excel takes in the name of a sheet."""

HEAD_HEIGHT = 32
"""Points of a row of column names: some take two lines in one language or another."""

_MOST_LINES = 8
"""Lines a row shows at most; the rest is there when somebody opens the cell."""

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, those that turn the direction of writing, and what XML cannot hold."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""``_x0041_`` in a cell would be read as the sign with that number; the escape of its ``_`` is one too."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


def safe_text(value: str, cut: str) -> str:
    """``value`` without hidden characters and short enough for a cell; ``cut`` ends one that was shortened.

    >>> safe_text("a\\x00b\\r\\nc", "…")
    'ab\\nc'
    >>> len(safe_text("x" * 40_000, "… cut"))
    32767
    """
    text = _HIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE.sub("_x005F_", text)
    if len(text) <= LONGEST // 2 or _units(text) <= LONGEST:
        return text
    room = LONGEST - _units(cut)
    kept = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", errors="ignore")
    return kept + cut


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def sheet_name(number: int, title: str, taken: Collection[str]) -> str:
    """A name Excel accepts: no forbidden sign, 31 signs at most, and not yet taken (big and small letters are one).

    >>> sheet_name(3, "E-Mail – [un]brauchbar: sehr lange Bezeichnung", [])
    '3 E-Mail – un brauchbar sehr l…'
    """
    name = f"{number} {' '.join(_FORBIDDEN.sub(' ', title).split())}"
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH - 1].rstrip()}…"
    assert name.lower() not in {other.lower() for other in taken}, "the number makes it unique"
    return name


def row_height(cells: Iterable[tuple[str | None, int]]) -> float:
    """Points that a row needs for its longest wrapped text: not every program sets heights by itself on opening.

    Args:
        cells: text and width of its column in signs.
    """
    lines = max((_lines(text, width) for text, width in cells if text), default=1)
    return 15.0 * min(lines, _MOST_LINES)


def _lines(text: str, width: int) -> int:
    return sum(-(-max(len(line), 1) // width) for line in text[: width * _MOST_LINES].split("\n"))


class Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top", "text_wrap": True}
        line = {"bottom": 1, "bottom_color": "#E1DFD7"}
        # "@": a text stays one when somebody edits the cell, also one that begins like a formula
        self.text = book.add_format({**top, **line, "num_format": "@", "quote_prefix": True})
        self.plain = book.add_format({**top, **line})
        self.quiet = book.add_format({**top, **line, "font_color": "#59666C"})
        self.count = book.add_format({"valign": "top", "num_format": "#,##0", **line})
        self.line = book.add_format({"valign": "top", "num_format": "0", **line})
        self.share = book.add_format({"valign": "top", "num_format": "0.0%", **line})
        self.points = book.add_format({"valign": "top", "num_format": "+0.0%;-0.0%;0.0%", **line})
        self.link = book.add_format({**top, **line, "font_color": "#13736A", "underline": 1})
        self.head = book.add_format(
            {"bold": True, "bg_color": "#13736A", "font_color": "#FFFFFF", "valign": "vcenter", "text_wrap": True}
        )
        self.title = book.add_format({"bold": True, "font_size": 18, "font_color": "#13736A"})
        self.heading = book.add_format({"bold": True, "font_size": 12})
        self.note = book.add_format({"font_color": "#59666C", "text_wrap": False})
        self.strong = book.add_format({"bold": True})
        self.severity = {
            name: book.add_format({**top, **line, "bg_color": ground, "font_color": ink, "bold": True})
            for name, ground, ink in (
                ("error", "#FAE6E9", "#9B2C42"),
                ("warning", "#FBF0DC", "#7A4D06"),
                ("info", "#E9EEF0", "#45525A"),
            )
        }
