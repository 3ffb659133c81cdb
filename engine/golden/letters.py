"""Letters: the form in which two spellings of one value are the same text, as an SQL expression.

The first question of survivorship is which letters are right, the second how they are written. Rows that wrote
``HELENE`` and ``Hélène`` agree on the letters; counted apart they would outvote each other.
"""

from __future__ import annotations

from typing import Literal

Fold = Literal["words", "compact", "exact"]
FOLDS: tuple[Fold, ...] = ("words", "compact", "exact")

_SPELLED_OUT = (("ß", "ss"), ("œ", "oe"), ("æ", "ae"), ("þ", "th"))
_WITHOUT_STROKE = ("øđðłıħŧ", "oddliht")  # strip_accents leaves these


def letters_sql(value: str, fold: Fold) -> str:
    """The SQL expression of the letters of ``value`` (an SQL expression); NULL stays NULL.

    - ``words``: case, accents and punctuation away, one space between words. For names, streets, towns.
    - ``compact``: the same without spaces and without leading zeros, which spreadsheets lose. For codes.
    - ``exact``: the value itself. For dates and code words.

    A value that is all punctuation keeps its lower case: two such values are not the same letters.
    """
    if fold == "exact":
        return value
    folded = f"strip_accents(lower({value}))"
    for letter, spelled in _SPELLED_OUT:
        folded = f"replace({folded}, '{letter}', '{spelled}')"
    folded = f"translate({folded}, '{_WITHOUT_STROKE[0]}', '{_WITHOUT_STROKE[1]}')"
    if fold == "compact":
        folded = f"ltrim(regexp_replace({folded}, '[^\\p{{L}}\\p{{N}}]+', '', 'g'), '0')"
    else:
        folded = f"trim(regexp_replace({folded}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
    return f"coalesce(nullif({folded}, ''), lower({value}))"


def near_sql(left: str, right: str, near: Literal["typo", "slip"]) -> str:
    """Whether two values are spellings of one thing (a typing error apart) and not two different things.

    ``slip``: one insertion, deletion, substitution or swap. For numbers, where one digit is one error.
    ``typo``: one up to six letters, two in longer ones; measured on names.
    """
    distance = f"damerau_levenshtein({left}, {right})"
    if near == "slip":
        return f"{distance} <= 1"
    return f"{distance} <= case when least(length({left}), length({right})) < 7 then 1 else 2 end"
