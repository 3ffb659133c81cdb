"""Read one telephone cell with libphonenumber: several numbers, extensions, comments, spreadsheet damage."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Phones
from engine.rulebook.standardisation import Placeholders
from engine.standardise.folding import fold

_SPREADSHEET = re.compile(r"(\d{6,})[.,]0+")
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?E\+?(\d{1,2})", re.IGNORECASE)
_HARD = re.compile(r"[;|&\n\r\t]+|\s\+\s|(?<=[\d)])\s*(?=\+)")
_SOFT = re.compile(r"\s*[/,]\s*|\s+-\s+")
_GAP = re.compile(r"\s+")
_LETTERS = re.compile(r"[^\W\d_]+")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_NOT_DIGIT = re.compile(r"[^0-9]")
_INTERNATIONAL = re.compile(r"[^0-9+]*(?:\+[^0-9]*|00)(?=[1-9])")
_NANP = re.compile(r"1[2-9]\d\d[2-9]\d{6}")

_FEWEST_DIGITS = 6
"""A piece with fewer digits is no number of its own: "01 42 68 53 00 / 01" is one number and its neighbour."""


class PhoneCell(NamedTuple):
    """What a cell holds.

    Attributes:
        numbers: valid numbers, E.164, in the order written, each once.
        lines: those among them that can only be landlines (or special numbers).
        mobiles: those that can only be mobiles.
        local: ``~`` and significant digits of numbers that could not be made international.
        reason: why there is no number (placeholder, invalid_phone, country_unknown, spreadsheet_exponent), or
            several_numbers, or italian_zero (one number, whose leading 0 Italy's plan wants or no longer wants).
    """

    numbers: list[str]
    lines: list[str]
    mobiles: list[str]
    local: list[str]
    reason: str | None


@dataclass(frozen=True, slots=True)
class PhoneRules:
    """The rules a cell is read by."""

    between: re.Pattern[str]
    extension: re.Pattern[str]
    overseas: Mapping[str, Mapping[str, str]]
    placeholders: frozenset[str]
    placeholder_patterns: tuple[re.Pattern[str], ...]
    placeholder_words: frozenset[str]
    local_digits: int

    @classmethod
    def of(cls, book: RuleBook) -> PhoneRules:
        """The rules in force."""
        phones = book.load("standardisation/phones.yml", Phones)
        dummies = book.load("standardisation/placeholders.yml", Placeholders)
        words = "|".join(map(re.escape, phones.separators))
        extensions = "|".join(sorted(map(re.escape, phones.extensions), key=len, reverse=True))
        return cls(
            between=re.compile(rf"(?<=[\d)])\s*\b(?:{words})\b\s*(?=[\d+(])", re.IGNORECASE),
            extension=re.compile(
                rf"(?<=[\d)])[\s,;(-]*(?:(?<![^\W\d_])(?:{extensions})\b[\s.:°]*|#\s*)\d{{1,6}}\b.*", re.IGNORECASE
            ),
            overseas=phones.overseas,
            placeholders=frozenset(dummies.phone.null),
            placeholder_patterns=tuple(re.compile(pattern) for pattern in dummies.phone.regex),
            placeholder_words=frozenset(fold(word) for words in dummies.any_column.values() for word in words),
            local_digits=phones.local_digits,
        )


def read_phone_cell(raw: str, country: str | None, rules: PhoneRules) -> PhoneCell:
    """Read a telephone cell of a row of ``country`` (None = unknown: only international numbers become E.164).

    "01 42 68 53 00 poste 12" loses its extension, "0612345678 (maman)" its comment, "0612345678 / 0698765432" gives
    two numbers, "612345678.0" loses the spreadsheet's decimal; a French 0262 is retried as Réunion.
    """
    text = _plain(raw)
    exponent = _EXPONENT.fullmatch(text)
    if exponent is not None:
        first, rest, zeros = exponent[1], exponent[2] or "", int(exponent[3])
        if len(rest) < zeros:
            return PhoneCell([], [], [], [], "spreadsheet_exponent")
        text = first + rest
    numbers: dict[str, str] = {}
    local: dict[str, None] = {}
    dummies = repaired = False
    for piece in _pieces(text, country, rules):
        if _is_placeholder(piece, rules):
            dummies = True
            continue
        found = _valid(piece, country, rules)
        if found is None and (found := _with_italian_zero(piece, country)) is not None:
            repaired = True
        if found is not None:
            if _is_placeholder(found[2], rules) or _is_placeholder("0" + found[2], rules):
                dummies = True
            else:
                numbers.setdefault(found[0], found[1])
            continue
        digits = _significant(piece)
        if len(digits) >= rules.local_digits and len(set(digits)) > 1:
            local["~" + digits] = None
    if numbers:
        reason = "several_numbers" if len(numbers) > 1 else "italian_zero" if repaired else None
    elif local:
        reason = "country_unknown" if country is None and _INTERNATIONAL.match(text) is None else "invalid_phone"
    else:
        words = fold(text)
        reason = "placeholder" if dummies or words in rules.placeholder_words else "invalid_phone" if words else None
    return PhoneCell(
        list(numbers),
        [number for number, kind in numbers.items() if kind in ("fixed", "other")],
        [number for number, kind in numbers.items() if kind == "mobile"],
        list(local),
        reason,
    )


def _plain(raw: str) -> str:
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
    text = text.strip()
    spreadsheet = _SPREADSHEET.fullmatch(text)
    return spreadsheet[1] if spreadsheet is not None else text


def _pieces(text: str, country: str | None, rules: PhoneRules) -> list[str]:
    """The numbers of a cell as digits, with a leading + when international."""
    pieces: list[str] = []
    for part in _HARD.split(rules.between.sub(";", text)):
        part = rules.extension.sub("", part)
        for words in _LETTERS.split(part):
            pieces += _numbers_of(words, country, rules)
    return pieces


def _numbers_of(text: str, country: str | None, rules: PhoneRules) -> list[str]:
    whole = _compact(text)
    if len(whole) < _FEWEST_DIGITS:
        return []
    if _valid(whole, country, rules) is not None:
        return [whole]
    parts = [part for part in map(_compact, _SOFT.split(text)) if len(part) >= _FEWEST_DIGITS]
    if len(parts) > 1 or (parts and parts[0] != whole and _valid(parts[0], country, rules) is not None):
        return parts
    if len(whole) >= 2 * _FEWEST_DIGITS + 2:
        for gap in _GAP.finditer(text):
            first = _compact(text[: gap.start()])
            if len(first) < 8 or _valid(first, country, rules) is None:
                continue
            others = _numbers_of(text[gap.end() :], country, rules)
            if others and all(len(one) >= 8 and _valid(one, country, rules) is not None for one in others):
                return [first, *others]
    groups = [_compact(group) for group in text.split()]
    if len(whole) > 12 and len(groups) == 2 and all(len(group) >= _FEWEST_DIGITS for group in groups):
        return groups
    return [whole]


def _compact(text: str) -> str:
    international = _INTERNATIONAL.match(text)
    if international is None:
        return _NOT_DIGIT.sub("", text)
    return "+" + _NOT_DIGIT.sub("", _TRUNK_ZERO.sub("", text[international.end() :]))


def _valid(compact: str, country: str | None, rules: PhoneRules) -> tuple[str, str, str] | None:
    """E.164, kind and significant digits of a valid number, else None."""
    # overseas first: the French plan has come to know some of these numbers too, and one number must have one form
    region = rules.overseas.get(country or "", {}).get(compact[:4])
    return (_parsed(compact, region) if region is not None else None) or _parsed(compact, country)


def _with_italian_zero(compact: str, country: str | None) -> tuple[str, str, str] | None:
    """An Italian landline dialled from abroad the old way without its 0, or a mobile still with one.

    Since 1998 the 0 of a landline belongs to the number, since 2001 a mobile has none; the other form has exactly one
    reading. "+39 6 698..." is +39 06 698..., "0333 123..." is +39 333 123...
    """
    if compact.startswith("+39"):
        national = compact[3:]
    elif country == "IT" and not compact.startswith("+"):
        national = compact
    else:
        return None
    if national.startswith("03"):
        return _parsed(f"+39{national[1:]}", None)
    if compact.startswith("+") and national[:1] in frozenset("12456789") and len(national) >= 7:
        found = _parsed(f"+390{national}", None)
        return found if found is not None and found[1] == "fixed" else None
    return None


@functools.lru_cache(maxsize=4096)  # a cell's pieces are judged while it is split, then again
def _parsed(compact: str, country: str | None) -> tuple[str, str, str] | None:
    import phonenumbers as library

    if country is None and not compact.startswith("+"):
        return None
    try:
        number = library.parse(compact, country)
    except library.NumberParseException:
        return None
    if not library.is_valid_number(number):
        return None
    types = library.PhoneNumberType
    kind = {types.FIXED_LINE: "fixed", types.MOBILE: "mobile", types.FIXED_LINE_OR_MOBILE: "both"}.get(
        library.number_type(number), "other"
    )
    return (
        library.format_number(number, library.PhoneNumberFormat.E164),
        kind,
        library.national_significant_number(number),
    )


def _is_placeholder(compact: str, rules: PhoneRules) -> bool:
    digits = compact.lstrip("+")
    return (
        len(set(digits.lstrip("0"))) <= 1
        or digits in rules.placeholders
        or any(pattern.search(compact) for pattern in rules.placeholder_patterns)
    )


def _significant(compact: str) -> str:
    """Digits without calling code and trunk prefix, for numbers that could not be made international."""
    if compact.startswith("+"):
        import phonenumbers as library

        digits = compact[1:]
        for length in (1, 2, 3):
            if int(digits[:length]) in library.COUNTRY_CODE_TO_REGION_CODE:
                return digits[length:].lstrip("0")
        return digits
    if _NANP.fullmatch(compact):
        return compact[1:]
    return compact.lstrip("0")
