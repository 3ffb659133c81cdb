"""Cleaning of any text before it is read: blanks, invisible characters, broken encodings."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import NamedTuple

BROKEN = re.compile("[ÃÂâÅÐÄ]|[\x80-\x9f]")
"""Only text with one of these can be UTF-8 read as Latin-1 or Windows-1252; all other text is never touched."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});")
_LATIN_PAIR = re.compile(
    "[ÃÂ][\u2013-\u203a\u20ac\u2122\u02c6\u02dc\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\x80-\xbf](?=[^\\W\\d_])"
)
"""A letter of UTF-8 read as Windows-1252 in front of another letter: "Ã…sa", "HÃ”TEL"."""

_OEM = re.compile(
    "(?<=[^\\W\\d_])(?:[\u201a\u201e\u2021\u02c6\u2030](?=[^\\W\\d_])|[\x81-\x84\x87-\x89](?=[^\\W\\d_]|$|-))"
)
"""A letter of the old DOS code page 850 read as Windows-1252 or Latin-1: "Fran‡ois"."""

_PLAIN = re.compile(r"[!-~]+( [!-~]+)*")


class Cleaned(NamedTuple):
    """A text and whether its encoding was repaired."""

    text: str
    repaired: bool


def clean(raw: str) -> Cleaned:
    """Squeeze blanks, drop invisible characters, repair mojibake and HTML entities; words are not touched.

    >>> clean("  FranÃ§ois  ")
    Cleaned(text='François', repaired=True)
    >>> clean("São Paulo").repaired
    False
    """
    if _PLAIN.fullmatch(raw) and "&" not in raw:
        return Cleaned(raw, False)
    text, repaired = raw, False
    while True:  # until nothing changes: blanks squeezed can complete a broken letter ("Â" and a blank)
        fixed = _repair(text) if BROKEN.search(text) else text
        fixed = _from_oem(fixed) if _OEM.search(fixed) else fixed
        fixed = unescape(fixed) if "&" in fixed and _ENTITY.search(fixed) else fixed
        repaired = repaired or fixed != text
        squeezed = _INVISIBLE.sub("", _CONTROL.sub(" ", unicodedata.normalize("NFC", fixed)))
        squeezed = _BLANKS.sub(" ", squeezed).strip()
        if squeezed == text:
            return Cleaned(text, repaired)
        text = squeezed


def _repair(text: str) -> str:
    from ftfy import fix_encoding  # only fix_encoding: fix_text would also uncurl quotes and unescape HTML

    dos = _from_oem(text)  # before ftfy, which reads its letters as Windows-1252 signs
    if dos != text:
        return dos
    fixed: str = fix_encoding(text)
    if fixed == text and _LATIN_PAIR.search(text):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return fixed


def _from_oem(text: str) -> str:
    """Text of code page 850 that was read as Windows-1252 or Latin-1; unchanged when it does not come out as words."""
    if not _OEM.search(text):
        return text
    for read_as in ("cp1252", "latin-1"):
        try:
            letters = text.encode(read_as).decode("cp850")
        except UnicodeError:
            continue
        if not _OEM.search(letters) and all(letter.isalpha() or letter.isascii() for letter in letters):
            return letters
    return text


def clean_sql(expression: str) -> str:
    """The SQL form of :func:`clean` without the repair: for columns that are carried, not read; '' becomes NULL."""
    squeezed = (
        f"regexp_replace(regexp_replace({expression}, "
        r"'[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]', '', 'g'), "
        r"'[\s\x{00A0}\x{2000}-\x{200A}\x{202F}\x{3000}\x00-\x1F\x7F-\x9F]+', ' ', 'g')"
    )
    return f"nullif(trim({squeezed}), '')"
