"""Values as the report shows them: their form without their content.

A mask keeps the first letter of a word of three letters or more, the signs between words and the places of digits.
Nothing of a shorter word is kept: the first letter of ``Li`` is half of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST = 40
"""Signs of a mask that are shown; how long a value is beyond that, the lengths tell."""

_SHORT = 3
"""Letters from which a word shows its first one."""

_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+")
_SIGN = re.compile(r"[^\w\s.,;:@+\-/()'’\"&<>\[\]!#*=%|\\?]")


def mask(value: str) -> str:
    """Letters as ``*`` but for the first of a longer word, digits as ``9``.

    >>> [mask(value) for value in ("Jean Dupont", "Li", "+41 79 123 45 67", "j.d@gmial.com")]
    ['J*** D*****', '**', '+99 99 999 99 99', '*.*@g****.c**']
    """
    return _masked(value, lambda letter: "*")


def mask_with_case(value: str) -> str:
    """Like :func:`mask`, with ``X`` for a capital, ``x`` for a small letter and ``é`` for one with an accent.

    >>> [mask_with_case(value) for value in ("DUPONT", "Dupont", "Müller", "Li")]
    ['DXXXXX', 'Dxxxxx', 'Méxxxx', 'Xx']
    """
    return _masked(value, _case_of)


def _masked(value: str, of_letter: Callable[[str], str]) -> str:
    # cut before the work and not after: a value can be a megabyte
    text = unicodedata.normalize("NFC", value[: 4 * LONGEST])

    def word(found: re.Match[str]) -> str:
        letters = found.group()
        kept = letters[0] if len(letters) >= _SHORT else ""
        return kept + "".join(of_letter(letter) for letter in letters[len(kept) :])

    shown = re.sub(r"\d", "9", _SIGN.sub("?", _WORD.sub(word, text)))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _case_of(letter: str) -> str:
    plain = len(unicodedata.normalize("NFD", letter)) == 1
    if letter.isupper():
        return "X" if plain else "É"
    return "x" if plain else "é"
