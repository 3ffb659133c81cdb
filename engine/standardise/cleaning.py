"""Cleaning of any text before it is read: blanks, invisible characters, broken encodings."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

BROKEN = re.compile("[ÃÂâÅÐÄ]|[\x80-\x9f]")
"""Only text with one of these can be UTF-8 read as Latin-1 or Windows-1252; all other text is never touched."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")
_PLAIN = re.compile(r"[!-~]+( [!-~]+)*")


class Cleaned(NamedTuple):
    """A text and whether its encoding was repaired."""

    text: str
    repaired: bool


def clean(raw: str) -> Cleaned:
    """Squeeze blanks, drop invisible characters, repair mojibake; the words themselves are not touched.

    >>> clean("  FranÃ§ois  ")
    Cleaned(text='François', repaired=True)
    >>> clean("São Paulo").repaired
    False
    """
    if _PLAIN.fullmatch(raw):
        return Cleaned(raw, False)
    text, repaired = raw, False
    while True:  # until nothing changes: blanks squeezed can complete a broken letter ("Â" and a blank)
        fixed = _repair(text) if BROKEN.search(text) else text
        repaired = repaired or fixed != text
        squeezed = _INVISIBLE.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", fixed)))
        squeezed = _BLANKS.sub(" ", squeezed).strip()
        if squeezed == text:
            return Cleaned(text, repaired)
        text = squeezed


def _repair(text: str) -> str:
    from ftfy import fix_encoding  # only fix_encoding: fix_text would also uncurl quotes and unescape HTML

    return fix_encoding(text)


def clean_sql(expression: str) -> str:
    """The SQL form of :func:`clean` without the repair: for columns that are carried, not read; '' becomes NULL."""
    squeezed = (
        f"regexp_replace(regexp_replace({expression}, "
        r"'[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]', '', 'g'), "
        r"'[\s\x{00A0}\x{2000}-\x{200A}\x{202F}\x{3000}\x00-\x1F\x7F-\x9F]+', ' ', 'g')"
    )
    return f"nullif(trim({squeezed}), '')"
