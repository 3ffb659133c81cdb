"""Folding: the form in which two spellings of one thing are the same text.

Lower case, ASCII letters and digits only, every run of anything else one space. Folded text is for comparing and
looking up, never for output.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")

_LIGATURES = (("ß", "ss"), ("œ", "oe"), ("æ", "ae"), ("þ", "th"))
_LETTERS = ("øđðłıħŧªº", "oddlihtao")


def _latin() -> dict[int, str]:
    """Latin letters and common signs to ASCII; combining accents to nothing. Built from anyascii, ten times as fast."""
    from anyascii import anyascii

    letters = {code: anyascii(chr(code)) for code in (0xAA, 0xBA, *range(0xC0, 0x250)) if chr(code).isalpha()}
    return letters | dict.fromkeys(range(0x300, 0x370), "") | dict.fromkeys(map(ord, " °«»’‘“”–—\u202f"), " ")


_LATIN = _latin()


def fold(text: str) -> str:
    """Fold one text; letters of other scripts are written in Latin letters.

    >>> fold("  L'Été à Straße-Ouest, n° 12 ")
    'l ete a strasse ouest n 12'
    """
    if not text.isascii():
        plain = text.translate(_LATIN)
        if not plain.isascii():
            from anyascii import anyascii

            # punctuation goes first: anyascii would spell some signs out; NFKC joins split accents
            plain = anyascii(_NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text)))
        text = plain
    return _NOT_ASCII_WORD.sub(" ", text.lower()).strip()


def fold_sql(expression: str) -> str:
    """The SQL expression that folds ``expression``, for set-based use; NULL stays NULL.

    Equal to :func:`fold` on Latin letters; other scripts keep their letters (DuckDB cannot transliterate), so both
    sides of a comparison must be folded by the same one of the two.
    """
    folded = f"strip_accents(lower(nfc_normalize({expression})))"
    for letter, spelled in _LIGATURES:
        folded = f"replace({folded}, '{letter}', '{spelled}')"
    folded = f"translate({folded}, '{_LETTERS[0]}', '{_LETTERS[1]}')"
    return f"trim(regexp_replace({folded}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
