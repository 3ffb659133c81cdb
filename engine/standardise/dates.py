"""Dates: one cell, read in the order its column was found to use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from engine.rulebook.standardisation import Dates, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder

DayMonthOrder = Literal["day_first", "month_first", "undecided"]

_TIME = re.compile(r"[t\s]+\d{1,2}[:h.]\d{2}([:.]\d{2}([.,]\d+)?)?\s*(am|pm|z|utc|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})\.?")
_PARTS = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})\.?")
_WORDS = re.compile(
    r"(?:[^\W\d_]+ )?(\d{1,2})(?:er|st|nd|rd|th)?(?: de| del| di| of)? ([^\W\d_]+)(?: de| del)? (\d{4}|\d{2})"
)
_MONTH_FIRST_WORDS = re.compile(r"(?:[^\W\d_]+ )?([^\W\d_]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
_SLASHES = re.compile(r"\s*[/\\]+\s*")
_YEAR_FIRST_SHORT = re.compile(r"(3[2-9]|[4-9]\d)([-/.])(\d{1,2})\2(\d{1,2})")
_SIX = re.compile(r"(\d{2})(\d{2})(\d{2})")
_MONTH_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])[-/. ](1[89]\d{2}|20\d{2})|(1[89]\d{2}|20\d{2})[-/. ](?:0?[1-9]|1[0-2])")
_UNKNOWN_DAY = re.compile(r"(?:(?:xx?|\?\??|__?|--?|00?)[-/. ]){2}(1[89]\d{2}|20\d{2})", re.IGNORECASE)
_LATE_EVENING = re.compile(r"\d{4}-\d\d-\d\d[t ]2[0-3]:00(?::00(?:\.0+)?)?z", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_DAY_FIRST = re.compile(r"(\d{2})(\d{2})(\d{4})")
_NUMBER = re.compile(r"(\d+)(?:[.,]0+)?")
_YEAR = re.compile(r"(1[89]\d{2}|20\d{2})(?:[-/. ](?:00|0|xx)){0,2}")
_FLOAT_TAIL = re.compile(r"\d{6,8}\.0+")
_EPOCH = date(1899, 12, 30)
_OLDEST_NUMBER_YEAR = 1800


class StandardDate(NamedTuple):
    """A calendar day or a year, or the reason why there is none.

    ``reason`` beside a day: ``ambiguous_day_month`` (01/02/1985 in a column that never says which is the month),
    ``unusual_day_month_order`` (13/05 in a column that writes the month first), ``two_digit_year``, ``excel_serial``,
    ``very_old`` (older than people get; kept, it may still tell two records alike), ``time_zone_doubt``
    (1985-03-12T23:00:00Z: a midnight of the 13th, written in another zone; kept as it stands).
    Without a day, perhaps with a year: ``year_only``, ``impossible_date``. With neither:
    ``future_date``, ``too_old``, ``placeholder``, ``not_a_date``.
    """

    day: date | None
    year: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DateWords:
    """The compiled ``dates.yml`` and the placeholder days."""

    months: Mapping[str, int]
    two_digit_pivot: int
    serial_lowest: int
    serial_highest: int
    placeholders: PlaceholderWords
    placeholder_days: frozenset[str]
    oldest_birth_year: int
    oldest_age: int

    @classmethod
    def of(cls, dates: Dates, placeholders: Placeholders) -> DateWords:
        """Compile the rules once."""
        months = {word: number for number, words in dates.short.items() for word in words}
        for names in dates.months.values():
            months |= {name: number for number, name in enumerate(names, start=1)}
        return cls(
            months,
            dates.two_digit_pivot,
            dates.excel_serial.lowest,
            dates.excel_serial.highest,
            PlaceholderWords.of(placeholders),
            frozenset(placeholders.birth_date.null),
            placeholders.birth_date.oldest_year,
            placeholders.birth_date.oldest_age,
        )


def standardise_birth_date(raw: str, words: DateWords, *, order: DayMonthOrder, as_of: date) -> StandardDate:
    """A birth date: placeholders, the future and the very old are refused; two-digit years lie in the past."""
    found = read_date(raw, words, order=order, latest=as_of)
    if found.day is None:
        if found.year is not None and not words.oldest_birth_year <= found.year <= as_of.year:
            return StandardDate(None, None, "future_date" if found.year > as_of.year else "too_old")
        return found
    if found.day.isoformat() in words.placeholder_days:
        return StandardDate(None, None, "placeholder")
    if found.day > as_of:
        return StandardDate(None, None, "future_date")
    if found.day.year < words.oldest_birth_year:
        return StandardDate(None, None, "too_old")
    if found.reason is None and found.day.year < as_of.year - words.oldest_age:
        return found._replace(reason="very_old")
    if found.reason is None and _LATE_EVENING.fullmatch(raw.strip()):
        return found._replace(reason="time_zone_doubt")
    return found


def standardise_day(raw: str, words: DateWords, *, order: DayMonthOrder, as_of: date) -> StandardDate:
    """The day a source created or changed a record, or of an order: not in the future, not before 1900."""
    found = read_date(raw, words, order=order, latest=None)
    if found.day is None:
        return StandardDate(None, None, found.reason)
    if found.day > as_of:
        return StandardDate(None, None, "future_date")
    return found if found.day.year > words.oldest_birth_year else StandardDate(None, None, "placeholder")


def read_date(raw: str, words: DateWords, *, order: DayMonthOrder, latest: date | None) -> StandardDate:
    """Read one cell in any of the forms met; a time behind the day is cut off.

    Args:
        raw: the cell.
        words: the compiled rules.
        order: what the column was found to write first in 01/02/1985.
        latest: a two-digit year later than this is taken a century earlier.
    """
    text = clean(raw).text.strip(" '\"")
    if not text:
        return StandardDate(None)
    text = _SLASHES.sub("/", _TIME.sub("", text).strip())
    if _FLOAT_TAIL.fullmatch(text):
        text = text.partition(".")[0]
    for pattern, groups in ((_ISO, (1, 2, 3)), (_COMPACT, (1, 2, 3))):
        found = pattern.fullmatch(text)
        if found and (pattern is _ISO or _OLDEST_NUMBER_YEAR <= int(found[1]) <= 2100):
            return _calendar(*(int(found[group]) for group in groups), text=text, words=words)
    compact = _COMPACT_DAY_FIRST.fullmatch(text)
    if compact:
        return _ordered(int(compact[1]), int(compact[2]), int(compact[3]), order, text, words)
    short = _YEAR_FIRST_SHORT.fullmatch(text)
    if short:
        year, _ = _century(short[1], words, latest)
        read = _calendar(year, int(short[3]), int(short[4]), text=text, words=words)
        return StandardDate(None, None, read.reason) if read.day is None else read._replace(reason="two_digit_year")
    six = _SIX.fullmatch(text)
    if six:
        return _six_digits(six, order, words, latest)
    parts = _PARTS.fullmatch(text)
    if parts:
        year, two_digits = _century(parts[4], words, latest)
        dotted = parts[2] == "."  # only countries that write the day first use dots
        found_day = _ordered(int(parts[1]), int(parts[3]), year, "day_first" if dotted else order, text, words)
        if two_digits and found_day.day is not None and found_day.reason is None:
            return found_day._replace(reason="two_digit_year")
        if two_digits and found_day.day is None:
            return found_day._replace(year=None)  # 85-13-40: which part is the year is not known either
        return found_day
    for pattern in (_MONTH_YEAR, _UNKNOWN_DAY):
        month_year = pattern.fullmatch(text)
        if month_year:
            return StandardDate(None, int(next(filter(None, month_year.groups()))), "year_only")
    year_only = _YEAR.fullmatch(text)
    if year_only:
        return StandardDate(None, int(year_only[1]), "year_only")
    number = _NUMBER.fullmatch(text)
    if number and words.serial_lowest <= int(number[1]) <= words.serial_highest:
        day = _EPOCH + timedelta(days=int(number[1]))
        return StandardDate(day, day.year, "excel_serial")
    return _in_words(text, words, latest)


def decide_day_month(cells: Sequence[str]) -> DayMonthOrder:
    """What a column writes first: a part above 12 says it; dots always mean day first; nothing said = undecided."""
    day_first = month_first = 0
    for cell in cells:
        parts = _PARTS.fullmatch(_TIME.sub("", cell.strip()).strip()) or _COMPACT_DAY_FIRST.fullmatch(cell.strip())
        if parts is None:
            continue
        dotted = parts.re is _PARTS and parts[2] == "."
        first, second = int(parts[1]), int(parts[3] if parts.re is _PARTS else parts[2])
        day_first += dotted or (first > 12 and second <= 12)
        month_first += not dotted and second > 12 and first <= 12
    if day_first == month_first:
        return "undecided"
    return "day_first" if day_first > month_first else "month_first"


def _ordered(first: int, second: int, year: int, order: DayMonthOrder, text: str, words: DateWords) -> StandardDate:
    day, month = (second, first) if order == "month_first" else (first, second)
    if month > 12 >= day:
        found = _calendar(year, day, month, text=text, words=words)
        return found if found.day is None or order == "undecided" else found._replace(reason="unusual_day_month_order")
    found = _calendar(year, month, day, text=text, words=words)
    if found.day is not None and order == "undecided" and first != second and first <= 12 and second <= 12:
        return found._replace(reason="ambiguous_day_month")
    return found


def _calendar(year: int, month: int, day: int, *, text: str, words: DateWords) -> StandardDate:
    if f"{year:04}-{month:02}-{day:02}" in words.placeholder_days and (year < 1800 or year > 2200 or not month):
        return StandardDate(None, None, "placeholder")
    if _OLDEST_NUMBER_YEAR <= year <= 2200 and month == 0 and day == 0:
        return StandardDate(None, year, "year_only")
    try:
        found = date(year, month, day)
    except ValueError:
        return StandardDate(None, year if _OLDEST_NUMBER_YEAR <= year <= 2200 else None, "impossible_date")
    if year < _OLDEST_NUMBER_YEAR:
        return StandardDate(None, None, "placeholder" if text in words.placeholder_days else "too_old")
    return StandardDate(found, year)


def _in_words(text: str, words: DateWords, latest: date | None) -> StandardDate:
    folded = fold(text)
    spoken = _WORDS.fullmatch(folded)
    if spoken and spoken[2] in words.months:
        year, _ = _century(spoken[3], words, latest)
        return _calendar(year, words.months[spoken[2]], int(spoken[1]), text=text, words=words)
    spoken = _MONTH_FIRST_WORDS.fullmatch(folded)
    if spoken and spoken[1] in words.months:
        return _calendar(int(spoken[3]), words.months[spoken[1]], int(spoken[2]), text=text, words=words)
    month, _, year_said = folded.rpartition(" ")
    if month in words.months and re.fullmatch(r"1[89]\d{2}|20\d{2}", year_said):
        return StandardDate(None, int(year_said), "year_only")  # "mars 1985"
    return StandardDate(None, None, "placeholder" if is_placeholder(text, words.placeholders) else "not_a_date")


def _six_digits(found: re.Match[str], order: DayMonthOrder, words: DateWords, latest: date | None) -> StandardDate:
    """ "120385": day, month, year, unless the year could as well stand first."""
    text = found[0]
    first, _ = _century(found[1], words, latest)
    if _calendar(first, int(found[2]), int(found[3]), text=text, words=words).day is not None:
        return StandardDate(None, None, "not_a_date")
    year, _ = _century(found[3], words, latest)
    read = _ordered(int(found[1]), int(found[2]), year, order, text, words)
    return StandardDate(None, None, "not_a_date") if read.day is None else read._replace(reason="two_digit_year")


def _century(written: str, words: DateWords, latest: date | None) -> tuple[int, bool]:
    """The year of "1985" or "85", and whether it had two digits."""
    year = int(written)
    if len(written) == 4:
        return year, False
    year += 1900 if year >= words.two_digit_pivot else 2000
    return (year - 100 if latest is not None and year > latest.year else year), True
