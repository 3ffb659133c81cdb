"""House numbers: where they stand in a line, repetitions, rows of numbers, doors behind a slash."""

from __future__ import annotations

import re

from engine.standardise.street_names import StreetStyle, fold

_NUMBER_FIRST = re.compile(
    r"(?P<base>\d{1,5})(?:(?P<gap>\s?|-)(?P<repeat>bis|ter|quater|(?<=\d)[a-z]|[a-z](?!-\d))(?![\w.'’/º°]))?"
    r"(?P<more>(?:\s?(?:[-–/+&]|\b(?:à|to|et|and|u|und|y|e)\b)\s?\d{1,5}(?:\s?(?:bis|ter|[a-z])(?![\w.'’]))?)*"
    r"(?:\s?(?:[-–/+&]|\b(?:et|and|à)\b)\s?[a-d](?![\w.'’]))?(?:\s1/2)?)"
    r"(?:\s*[,.]\s*|\s+)(?P<street>[^\s,.].*)",
    re.IGNORECASE,
)
_NUMBER_LAST = re.compile(
    r"(?P<street>.*?[^\W_].*?)(?:[\s,]+|(?<=\.))(?P<base>\d{1,5})(?:(?P<gap>\s?/?\s?)(?P<repeat>bis|ter|dpdo|dupl)|(?P<gap2>\s?)(?P<letter>[a-z](?!/o)))?"
    r"(?P<more>(?:\s1/2)?(?:\s?[-–/+&]\s?(?:\d{1,4}\s?[a-z]?|[a-z]))*)\.?",
    re.IGNORECASE,
)
_DUTCH = re.compile(
    r"(?P<line>.*\S\s\d{1,5})[\s-]+(?P<addition>hs|huis|sous|bis\s?[a-z]|[IVX]{1,4}|\d{1,2}\s?-?hoog)", re.IGNORECASE
)
_DUTCH_FLOOR = re.compile(r"(?P<line>[^\d]*[^\W\d_]{3}\s\d{1,3})\s(?P<addition>\d{1,3})")
_CONTINUED = re.compile(
    r"\s?(?P<mark>[-–/+&]|à|to|et|and|und|u|y|e)\s?(?P<end>\d{1,5})\s?(?P<letter>bis|ter|[a-z])?(?P<rest>.*)",
    re.IGNORECASE,
)
_LETTERS_TO = re.compile(r"\s?(?:[-–/+&]|et|and|à)\s?(?P<end>[a-z])", re.IGNORECASE)
MONTHS = (
    "janvier", "fevrier", "février", "mars", "avril", "mai", "juin", "juillet", "aout", "août", "septembre",
    "octobre", "novembre", "decembre", "décembre", "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
    "luglio", "agosto", "settembre", "ottobre", "dicembre", "abril", "mayo", "junio", "julio", "september", "oktober",
    "november", "dezember",
)  # fmt: skip
_MONTH = re.compile(rf"(?:{'|'.join(MONTHS)})$", re.IGNORECASE)
NUMBERED_ROADS = (
    "highway", "hwy", "route", "rte", "rt", "rn", "rd", "cd", "road", "county road", "cr", "box", "km", "lot", "zone",
    "suite", "us", "sr", "i", "carrera", "strada statale", "strada provinciale", "strada regionale", "estrada nacional",
    "estrada municipal", "route nationale", "route départementale", "chemin vicinal",
)  # fmt: skip
"""Words whose number is their name: "Route 66" has no house number."""
ROADS_WITH_NUMBERS = re.compile(
    rf"(?:^|.*\s)(?:{'|'.join(NUMBERED_ROADS)})\.?$|(?:s\.?\s?[spr]|e\.?\s?[nm]|[crv]\.?\s?[dnv]|[dnal]|ctra\.?\s?n)[.-]*$|.*\bkm\.?\s?\d+$",
    re.IGNORECASE,
)


_LETTER = re.compile(r"[^\W\d_]")


def cut_number(text: str, style: StreetStyle | None) -> tuple[str | None, str, str, str | None]:
    """House number, the number as shown in the line, the street's text, and a unit glued to the number."""
    first = style.number_first if style is not None else text[:1].isdigit()
    english = style is None or style.languages[0].position == "last"
    found = _leading(text, style) if first else _trailing(text, style)
    if found is None and not (first and english):
        found = _trailing(text, style) if first else _leading(text, style, fallback=True)
    if found is None:
        return None, "", text, None
    base, repeat, more, street = found
    base = base.lstrip("0") or base
    upper = style is None or style.upper_letter
    spelled = f" {repeat.lower()}" if len(repeat) > 1 else repeat.upper() if upper else repeat.lower()
    half = " 1/2" if more.endswith("1/2") else ""
    more = more.removesuffix("1/2").rstrip() if half else more
    door = ""
    if style is not None and style.slash_is_unit and "/" in more and _RANGE_AND_DOOR.fullmatch(more.replace(" ", "")):
        more, _, door = more.replace(" ", "").partition("/")  # "12-14/2/5": houses 12 to 14, staircase 2, door 5
    continued = _CONTINUED.fullmatch(more)
    slash_is_unit = style is not None and style.slash_is_unit and "/" in more
    if (
        continued is not None
        and not slash_is_unit
        and (english or int(continued["end"]) > int(base) or continued["letter"])
    ):
        ends = _ends(continued, upper)
        if ends is not None and (english or int(continued["end"]) >= int(base)):
            shown = f"{base}{spelled}-{ends}" + (f"/{door}" if door else "")
            return f"{base}{repeat.upper()}-{ends.replace(' ', '').upper()}", shown, street, door or None
    more += f"/{door}" if door else ""
    letters = _LETTERS_TO.fullmatch(more)
    if letters is not None and repeat and len(repeat) == 1:
        end = letters["end"].upper() if upper else letters["end"].lower()
        return f"{base}{repeat.upper()}-{letters['end'].upper()}", f"{base}{spelled}-{end}", street, None
    extra = more.replace(" ", "")
    letter = _LETTER_ADDED.fullmatch(extra)
    if letter is not None and not repeat:
        return (
            f"{base}{letter[1].upper()}{half}",
            f"{base}{extra.upper() if upper else extra.lower()}{half}",
            street,
            None,
        )
    beyond = extra.lstrip("-–/+") if extra else None
    return f"{base}{repeat.upper()}", f"{base}{spelled}{extra}{half}", street, beyond


_RANGE_AND_DOOR = re.compile(r"-\d{1,5}(?:/[\da-z]{1,4})+", re.IGNORECASE)


def _ends(continued: re.Match[str], upper: bool) -> str | None:
    """The numbers behind the first of "12-14" or "12-14-16", None when they are no row of house numbers."""
    letter = continued["letter"] or ""
    letter = f" {letter.lower()}" if len(letter) > 1 else letter.upper() if upper else letter.lower()
    rest = continued["rest"]
    if not rest:
        return f"{continued['end']}{letter}"
    further = _CONTINUED.fullmatch(rest)
    if further is None or int(further["end"]) <= int(continued["end"]):
        return None
    beyond = _ends(further, upper)
    return None if beyond is None else f"{continued['end']}{letter}-{beyond}"


def _leading(text: str, style: StreetStyle | None, *, fallback: bool = False) -> tuple[str, str, str, str] | None:
    found = _NUMBER_FIRST.fullmatch(text)
    if found is None or not _LETTER.search(found["street"]):
        return None
    repeat, street = found["repeat"] or "", found["street"]
    if len(repeat) == 1 and found["gap"] and found["gap"] != "-":
        points = style.directions if style is not None else _POINTS
        types = style.languages[0].types if style is not None else {}
        first_word = fold(street.partition(" ")[0])
        if repeat.lower() in points or (repeat.lower() in types and first_word not in types):
            repeat, street = "", f"{repeat} {street}"  # "8 E 42nd St", "12 r de la Paix"
    if fallback and repeat.lower() in ("e", "n"):
        return None  # "1e Jacob van Campenstraat"
    return found["base"], repeat, found["more"] or "", street


_LETTER_ADDED = re.compile(r"[-–/+]([a-z])", re.IGNORECASE)
_POINTS = frozenset("nsew")


def _is_year(number: str, style: StreetStyle | None) -> bool:
    """Whether a number behind a month is its year: "8 mai 1945", and "8 mai 45" where numbers stand in front."""
    return int(number) > 999 or (style is not None and style.number_first and number in _SHORT_YEARS)


_SHORT_YEARS = frozenset({"14", "18", "39", "44", "45", "62"})


def _trailing(text: str, style: StreetStyle | None) -> tuple[str, str, str, str] | None:
    dutch = _DUTCH.fullmatch(text)
    addition = ""
    if dutch is not None and style is not None and style.languages[0].name == "nl":
        text, addition = dutch["line"], dutch["addition"]
    elif style is not None and style.languages[0].name == "nl" and (floor := _DUTCH_FLOOR.fullmatch(text)) is not None:
        text, addition = floor["line"], floor["addition"]
    found = _NUMBER_LAST.fullmatch(text)
    if found is None or not _LETTER.search(found["street"]):
        return None
    street = found["street"].rstrip(" ,")
    if ROADS_WITH_NUMBERS.fullmatch(street) or (_MONTH.search(street) and _is_year(found["base"], style)):
        return None
    more = found["more"] or ""
    repeat = found["repeat"] or found["letter"] or ""
    return found["base"], repeat, f"{more}-{addition.upper()}" if addition else more, street
