"""Dates of Oracle's scripts: ``to_date('02/01/75','DD/MM/RR')`` means what its mask says, not what it looks like."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_MONTHS = (
    # English, French, German, Italian, as NLS_DATE_LANGUAGE abbreviates them; without accents and dots
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
    "JANV FEVR MARS AVR MAI JUIN JUIL AOUT SEPT OCT NOV DEC",
    "JAN FEB MRZ APR MAI JUN JUL AUG SEP OKT NOV DEZ",
    "GEN FEB MAR APR MAG GIU LUG AGO SET OTT NOV DIC",
)
_MONTH_OF = {word: at for words in _MONTHS for at, word in enumerate(words.split(), start=1)}
_PIECES = {
    "YYYY": r"(?P<year>\d{1,4})", "RRRR": r"(?P<rr>\d{1,4})", "SYYYY": r"(?P<year>-?\d{1,4})", "YY": r"(?P<yy>\d{2})",
    "RR": r"(?P<rr>\d{1,4})", "MM": r"(?P<month>\d{1,2})", "MON": r"(?P<mon>[^\W\d_]+\.?)",
    "MONTH": r"(?P<mon>[^\W\d_]+)\s*", "DD": r"(?P<day>\d{1,2})", "HH24": r"(?P<hour>\d{1,2})",
    "HH12": r"(?P<hour>\d{1,2})", "HH": r"(?P<hour>\d{1,2})", "MI": r"(?P<minute>\d{1,2})",
    "SS": r"(?P<second>\d{1,2})", "FF": r"(?P<fraction>\d{1,9})", 
    "SSXFF": r"(?P<second>\d{1,2})[.,](?P<fraction>\d{1,9})",
    "AM": r"(?P<half>[AP]\.?M\.?)", "PM": r"(?P<half>[AP]\.?M\.?)", "TZR": r"(?P<zone>\S+)",
    "TZH": r"(?P<zone>[+-]\d{1,2}", "TZM": r"\d{2})", "FM": "", "FX": "",
}  # fmt: skip
_TOKEN = re.compile(
    r"SYYYY|YYYY|RRRR|YY|RR|MONTH|MON|MM|MI|DD|HH24|HH12|HH|SSXFF\d?|SS|FF\d?|AM|PM|TZR|TZH|TZM|FM|FX|\"[^\"]*\"|.",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=1 << 16)
def by_mask(text: str, mask: str) -> str | None:
    """``text`` read by Oracle's ``mask``: ``yyyy-mm-dd`` or ``yyyy-mm-dd hh:mm:ss``; None = it does not fit.

    Two digits of a year by RR: 00 to 49 are of this century, 50 to 99 of the last (Oracle's rule while the current
    year ends in 00 to 49); by YY always of this century.

    >>> by_mask("02/01/75", "DD/MM/RR"), by_mask("02/01/24", "DD/MM/RR")
    ('1975-01-02', '2024-01-02')
    >>> by_mask("14-DEC-76 10.30.00", "DD-MON-RR HH24.MI.SS")
    '1976-12-14 10:30:00'
    """
    pattern = _pattern(mask)
    found = pattern.fullmatch(text.strip()) if pattern is not None else None
    if found is None:
        return None
    parts = {name: value for name, value in found.groupdict().items() if value is not None}
    year = _year(parts)
    month = int(parts["month"]) if "month" in parts else _MONTH_OF.get(_folded(parts.get("mon", "")), 0)
    day = int(parts.get("day", 1))
    if year is None or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    told = f"{year:04d}-{month:02d}-{day:02d}"
    hour, minute, second = (int(parts.get(name, 0)) for name in ("hour", "minute", "second"))
    if "half" in parts:
        hour = hour % 12 + (12 if parts["half"][0].upper() == "P" else 0)
    fraction = parts.get("fraction", "").rstrip("0")
    if not (hour or minute or second or fraction or "zone" in parts):
        return told
    zone = f" {parts['zone']}" if "zone" in parts else ""
    return f"{told} {hour:02d}:{minute:02d}:{second:02d}{f'.{fraction}' if fraction else ''}{zone}"


def _year(parts: dict[str, str]) -> int | None:
    if "year" in parts:
        return int(parts["year"])
    if "yy" in parts:
        return 2000 + int(parts["yy"])
    if "rr" in parts:
        year = int(parts["rr"])
        return year if year > 99 else year + (2000 if year < 50 else 1900)
    return None


def _folded(word: str) -> str:
    return word.strip(".").upper().translate(str.maketrans("ÉÈÛÄ", "EEUA"))


@cache
def _pattern(mask: str) -> re.Pattern[str] | None:
    pieces = []
    for token in _TOKEN.findall(mask):
        upper = re.sub(r"(FF)\d$", r"\1", token.upper())
        if upper in _PIECES:
            pieces.append(_PIECES[upper])
        elif token.startswith('"') and len(token) > 1:
            pieces.append(re.escape(token[1:-1]))
        elif token.isalnum():
            return None
        else:  # Oracle takes any punctuation for any other
            pieces.append(r"\s*" if token.isspace() else r"[-/.,;:\s]?")
    try:
        return re.compile("".join(pieces), re.IGNORECASE)
    except re.error:  # the same part twice
        return None
