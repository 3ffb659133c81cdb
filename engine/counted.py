"""A count with its noun, in English: what a person reads in a terminal never says "1 records"."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``number`` with thousands set apart, and ``noun`` in the form that goes with it.

    Args:
        number: how many.
        noun: the word for one.
        plural: the word for several, where it is not ``noun`` with an s (``ies`` for ``y`` after a consonant).

    >>> counted(1, "record"), counted(0, "file"), counted(1200, "entry"), counted(2, "day")
    ('1 record', '0 files', '1,200 entries', '2 days')
    """
    return f"{number:,} {noun if number == 1 else plural or several(noun)}"


def several(noun: str) -> str:
    """The plural of an English noun of ours.

    >>> [several(noun) for noun in ("import row", "entry", "key", "address")]
    ['import rows', 'entries', 'keys', 'addresses']
    """
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
