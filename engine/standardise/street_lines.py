"""One address line: house number, street, and what else stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import AddressWords, Streets
from engine.standardise.street_names import StreetStyle, capital, fold, is_typed, write_street

_NUMBER_FIRST = re.compile(
    r"(?P<base>\d{1,5})(?:(?P<gap>\s?)(?P<repeat>bis|ter|quater|[a-z])(?![\w.'’/º°]))?"
    r"(?P<more>(?:\s?(?:[-–/+]|\bà\b|\bto\b)\s?\d{1,5}(?:\s?(?:bis|ter|[a-z])(?![\w.'’]))?)?(?:\s1/2)?)"
    r"(?:\s*[,.]\s*|\s+)(?P<street>[^\s,.].*)",
    re.IGNORECASE,
)
_NUMBER_LAST = re.compile(
    r"(?P<street>.*?[^\W_].*?)(?:[\s,]+|(?<=\.))(?P<base>\d{1,5})(?:(?P<gap>\s?)(?P<repeat>bis|ter|[a-z]))?"
    r"(?P<more>(?:\s?[-–/+]\s?(?:\d{1,4}\s?[a-z]?|[a-z]))*)\.?",
    re.IGNORECASE,
)
_DUTCH = re.compile(r"(?P<line>.*\S\s\d{1,5})[\s-]+(?P<addition>hs|huis|[IVX]{1,4}|\d{1,2}\s?-?hoog)", re.IGNORECASE)
_CONTINUED = re.compile(r"\s?(?P<mark>[-–/+]|à|to)\s?(?P<end>\d{1,5})(?P<rest>.*)", re.IGNORECASE)
_ORDINAL_UNIT = re.compile(
    r"\d{1,2}\s?\.?\s?[ºª°].{0,12}|r/c.{0,8}|\d{1,2}\s?\.?\s?(?:dto|esq|fte|dcha|izda|izq|og|ug|stock|stk)\b.{0,8}"
    r"|\d{1,2}\s?(?:er|e|eme|ème)\s(?:et|étage|etage|stock|verdieping|floor)\b.{0,12}|\d(?:st|nd|rd|th)\s(?:floor|fl)\b.{0,8}",
    re.IGNORECASE,
)
_MONTHS = (
    "janvier", "fevrier", "février", "mars", "avril", "mai", "juin", "juillet", "aout", "août", "septembre",
    "octobre", "novembre", "decembre", "décembre", "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
    "luglio", "agosto", "settembre", "ottobre", "dicembre", "abril", "mayo", "junio", "julio", "september", "oktober",
    "november", "dezember",
)  # fmt: skip
_MONTH = re.compile(rf"(?:{'|'.join(_MONTHS)})$", re.IGNORECASE)
_GLUED_NUMBER = re.compile(r"(\d{1,5})([^\W\d_]{3,})")
_COMMAS = re.compile(r"\s*[,;]+\s*")
_NUMBERED_ROADS = (
    "highway", "hwy", "route", "rte", "rt", "rn", "rd", "cd", "road", "county road", "cr", "box", "km", "lot", "zone",
    "suite", "us", "sr", "i", "carrera",
)  # fmt: skip
"""Words whose number is their name: "Route 66" has no house number."""
_ROADS_WITH_NUMBERS = re.compile(rf"(?:^|.*\s)(?:{'|'.join(_NUMBERED_ROADS)})\.?$", re.IGNORECASE)
_ELSEWHERE = ""
"""Countries without unit words of their own, and rows without a country: English."""


class StreetLine(NamedTuple):
    """An address line taken apart.

    Attributes:
        text: the street with its number, formatted for the country.
        number: house number with repetition or range, upper case, or None.
        street: street with its type written out, or None when the line names none.
        unit: floor, flat or building cut off, or None.
        po_box: post box with its word, or None.
        rest: what else stood in the line and belongs on the next one, in order.
        score: how sure it is the street line: 3 type and number, 2 type, 1 number, 0 neither, -1 something else.
    """

    text: str
    number: str | None
    street: str | None
    unit: str | None
    po_box: str | None
    rest: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class LineRules:
    """The rules lines are read by, compiled."""

    styles: Mapping[str, StreetStyle]
    units: Mapping[str, re.Pattern[str]]
    unit_words: Mapping[str, Mapping[str, str]]
    locators: re.Pattern[str]
    no_number: re.Pattern[str]
    number_words: re.Pattern[str]
    descriptions: frozenset[str]
    care_of: tuple[str, ...]
    opening: frozenset[str]
    closing: frozenset[str]
    locator_words: frozenset[str]
    po_box: re.Pattern[str]
    po_box_canonical: Mapping[str, str]
    po_box_kept: Mapping[str, str]

    @classmethod
    def of(cls, book: RuleBook) -> LineRules:
        """The rules in force."""
        streets = book.load("standardisation/streets.yml", Streets)
        words = book.load("standardisation/address_words.yml", AddressWords)
        unit_words: dict[str, dict[str, str]] = {}
        for country, languages in (*words.unit_languages.items(), (_ELSEWHERE, ("en",))):
            unit_words[country] = {}
            for language in languages:
                for full, met in words.units[language].items():
                    for word in (full, *met):
                        unit_words[country].setdefault(fold(word), full)
        return cls(
            styles=StreetStyle.by_country(streets),
            units={
                country: re.compile(
                    rf"(?:^|[\s,]+)(?:(?P<word>{_any(by_word)})\.?\s*(?:n?[°]\s?)?|#\s*)(?P<value>\d[\w/-]{{0,5}}|[a-z])$",
                    re.IGNORECASE,
                )
                for country, by_word in unit_words.items()
            },
            unit_words=unit_words,
            locators=re.compile(rf"[\s,]+\(?(?P<place>(?:{_any(streets.locators)})\s.+)$", re.IGNORECASE),
            no_number=re.compile(rf"[\s,]+(?:{_any(streets.no_number)})\.?$", re.IGNORECASE),
            number_words=re.compile(
                rf"(?:^|(?<=[\s,]))(?:(?:{_any(streets.number_words)})(?:[.°º:]\s*|\s+)|[n#]?[°º]\s*|#)(?=\d)",
                re.IGNORECASE,
            ),
            descriptions=frozenset(map(fold, words.descriptions)),
            care_of=tuple(sorted(fold(word) + " " for word in words.care_of)),
            opening=frozenset(
                fold(word).partition(" ")[0]
                for word in (*words.descriptions, *words.care_of, *words.po_box.words, *streets.repetitions)
            )
            | {fold(word) for word in streets.number_words},
            closing=frozenset(
                fold(word).rpartition(" ")[2]
                for word in (
                    *words.po_box.words,
                    *streets.no_number,
                    *streets.number_words,
                    *_NUMBERED_ROADS,
                    *_MONTHS,
                    *(word for by_word in unit_words.values() for word in by_word),
                )
            ),
            locator_words=frozenset(fold(word).partition(" ")[0] for word in streets.locators),
            po_box=re.compile(
                rf"(?:^|(?<=[\s,(-]))(?P<word>{_any(words.po_box.words)})\.?\s*(?:n?[°º]\s*)?"
                r"(?P<value>\d[\d ]{0,8}[a-z]?)"
                r"(?=$|[\s,)])",
                re.IGNORECASE,
            ),
            po_box_canonical=words.po_box.canonical,
            po_box_kept={fold(word): shown for word, shown in words.po_box.kept.items()},
        )


def _any(words: Iterable[str]) -> str:
    """Alternatives of folded words as they may be written: "p o box" also "P.O. Box", longest first."""
    folded = sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word))
    return "|".join(r"(?:[\s./-]|\.\s)?".join(_accents(part) for part in word.split()) for word in folded)


_ACCENTS = {"a": "aàâä", "e": "eéèêë", "i": "iîï", "o": "oôöò", "u": "uùûü", "c": "cç"}


def _accents(word: str) -> str:
    return "".join(f"[{_ACCENTS[letter]}]" if letter in _ACCENTS else re.escape(letter) for letter in word)


def read_street_line(text: str, country: str | None, rules: LineRules) -> StreetLine:
    """Take a line of a row of ``country`` (None = unknown) apart; ``text`` is clean and not empty."""
    glued = _GLUED_NUMBER.match(text)
    style = rules.styles.get(country) if country is not None else None
    if glued is not None and style is not None and fold(glued[2]) in style.languages[0].types:
        text = f"{glued[1]} {text[glued.end(1) :]}"  # "118RUE DU LAC"
    if is_care_of(text, rules):
        return StreetLine(text, None, None, None, None, (), -1)
    rest: list[str] = []
    po_box = None
    boxed = rules.po_box.search(text)
    if boxed is not None:
        po_box = format_po_box(boxed["word"], boxed["value"], country, rules)
        before, after = text[: boxed.start()].strip(" ,()-"), text[boxed.end() :].strip(" ,()-")
        if not before:
            return StreetLine(po_box, None, None, None, po_box, (after,) if after else (), 0)
        rest = [after] if after else []
        text = before
    main, others = _main_segment(text, style, rules)
    rest = others + rest
    unit = next((found for found in (read_unit(other, country, rules) for other in others) if found is not None), None)
    if is_description(main, rules) and not main[0].isdigit():
        return StreetLine(main, None, None, read_unit(main, country, rules), po_box, tuple(rest), -1)
    english = style is None or style.languages[0].position == "last"
    if english:
        located = rules.locators.search(main)
        if located is not None and located.start() > 0 and any(map(str.isalpha, main[: located.start()])):
            rest.insert(0, located["place"].rstrip(")"))
            main = main[: located.start()]
    cut = _unit_pattern(country, rules).search(main)
    if cut is not None and cut.start() > 0 and _LETTER.search(main[: cut.start()]):
        unit = _unit_text(cut, country, rules)
        rest.insert(0, unit)
        main = main[: cut.start()].rstrip(" ,")
    if not _LETTER.search(main):
        return StreetLine(main, main.upper() if main.isdigit() else None, None, unit, po_box, tuple(rest), 0)
    number, shown, street, beyond = _number_and_street(main, style, rules)
    if beyond is not None:
        unit = unit or beyond
    written = _written(street, country, number is not None and main[:1].isdigit(), rules)
    if po_box is not None:
        rest.insert(0, po_box)
    return StreetLine(
        _line(written, number, shown),
        number,
        written.text or None,
        unit,
        po_box,
        tuple(part for part in rest if part),
        2 * written.typed + (number is not None),
    )


def _line(written: _Written, number: str | None, shown: str) -> str:
    if number is None:
        return capital(written.text)
    if written.style.number_first:
        return f"{shown}{written.style.mark}{written.text}"
    return f"{capital(written.text)}{written.style.mark}{shown}"


class PlainStreet(NamedTuple):
    """A street of plain words: the address line is ``before``, the number, ``after``."""

    before: str | None
    after: str | None
    street: str | None


_NOT_PLAIN = PlainStreet(None, None, None)


def read_plain_street(street: str, country: str | None, number_first: bool, rules: LineRules) -> PlainStreet:
    """The common case, once per street instead of once per line: what a number and this name become together.

    Only for names of letters, spaces and ``.'-`` whose last word has two letters; all None when a word could mean
    something else beside a number ("Rue Neuve bte", "BP"): then the whole line has to be read. The result is that
    of :func:`read_street_line`.
    """
    style = rules.styles.get(country) if country is not None else None
    if (style is not None and style.number_first and not number_first) or not _is_plain(street, style, rules):
        return _NOT_PLAIN
    before, _, after = _line(_written(street, country, number_first, rules), "\x00", "\x00").partition("\x00")
    return PlainStreet(before, after, _written(street, country, number_first, rules).text)


_PLAIN = re.compile(r"(?!.*(?:  |[ÃÂâÅÐÄ]))[^\W\d_](?:[^\W\d_]|[ .'’-])*[^\W\d_]{2}\.?")


def _is_plain(street: str, style: StreetStyle | None, rules: LineRules) -> bool:
    """Whether it is words only, and none that could mean anything else beside a number (nor look like mojibake)."""
    if not _PLAIN.fullmatch(street):
        return False
    words = [fold(word) for word in street.split(" ")]
    if len(words[0]) <= 1 and not (style is not None and words[0] in style.languages[0].types):
        return False
    if words[0] in rules.opening or fold(words[-1]) in rules.closing:
        return False
    english = style is None or style.languages[0].position == "last"
    return not (english and rules.locator_words.intersection(words))


_LETTER = re.compile(r"[^\W\d_]")


def is_care_of(text: str, rules: LineRules) -> bool:
    """Whether the line names a recipient ("c/o Dupont", "à l'attention de ...")."""
    return fold(text).startswith(rules.care_of)


def is_description(text: str, rules: LineRules) -> bool:
    """Whether the text describes the home (building, floor, flat), not the street."""
    return fold(text).partition(" ")[0] in rules.descriptions or _ORDINAL_UNIT.fullmatch(text) is not None


def read_unit(text: str, country: str | None, rules: LineRules) -> str | None:
    """The unit a whole segment names ("apt 3" -> "Apt 3", "2º B"), else None."""
    if _ORDINAL_UNIT.fullmatch(text):
        return text
    found = _unit_pattern(country, rules).fullmatch(text)
    return None if found is None else _unit_text(found, country, rules)


def format_po_box(word: str, value: str, country: str | None, rules: LineRules) -> str:
    """ "bp" and "34" -> "BP 34"; the word stays where a country has several languages."""
    kept = rules.po_box_kept.get(fold(word))
    if kept is None:
        kept = rules.po_box_canonical.get(country or "other", rules.po_box_canonical["other"])
    return f"{kept} {' '.join(value.split()).upper()}"


def _unit_text(found: re.Match[str], country: str | None, rules: LineRules) -> str:
    if found["word"] is None:
        return f"# {found['value'].upper()}"
    words = rules.unit_words.get(country or _ELSEWHERE, rules.unit_words[_ELSEWHERE])
    return f"{words[fold(found['word'])]} {found['value'].upper()}"


def _unit_pattern(country: str | None, rules: LineRules) -> re.Pattern[str]:
    return rules.units.get(country or _ELSEWHERE, rules.units[_ELSEWHERE])


def _main_segment(text: str, style: StreetStyle | None, rules: LineRules) -> tuple[str, list[str]]:
    """The segment between commas that holds the street, and the others in order."""
    if "," not in text and ";" not in text:
        return text, []
    segments: list[str] = []
    for segment in filter(None, _COMMAS.split(text.strip(" ,;"))):
        alone = rules.number_words.sub("", segment)
        if segments and (_BARE_NUMBER.fullmatch(segments[-1]) or not _LETTER.search(segments[-1])):
            segments[-1] += f" {segment}"  # "12, rue de la Paix"
        elif segments and _BARE_NUMBER.fullmatch(alone) and not _BARE_END.search(segments[-1]):
            segments[-1] += f" {alone}"  # "Calle Mayor, 3"
        else:
            segments.append(segment)
    if not segments:
        return text, []

    def worth(position: int) -> tuple[int, int]:
        segment = segments[position]
        if is_description(segment, rules) and not segment[0].isdigit():
            return (-1, -position)
        typed = style is not None and is_typed(_NUMBERS.sub(" ", segment), style)
        return (2 * typed + bool(_HOUSE_NUMBER.search(segment)), -position)

    best = max(range(len(segments)), key=worth)
    return segments[best], segments[:best] + segments[best + 1 :]


_BARE_NUMBER = re.compile(r"\d{1,5}\s?(?:bis|ter|[a-z])?(?:\s?[-–/]\s?\d{1,5}\s?[a-z]?)*|s/n|sn|snc", re.IGNORECASE)
_BARE_END = re.compile(r"\s\d{1,5}\s?[a-z]?$|^\d{1,5}\s?[a-z]?\s", re.IGNORECASE)
_HOUSE_NUMBER = re.compile(r"^\d{1,5}\b|\s\d{1,5}\s?[a-z]?$", re.IGNORECASE)
_NUMBERS = re.compile(r"^\d[\w/-]*\s+(?:bis|ter|quater)?\b|\s+\d[\w/-]*$", re.IGNORECASE)


def _number_and_street(
    text: str, style: StreetStyle | None, rules: LineRules
) -> tuple[str | None, str, str, str | None]:
    """House number, the number as shown in the line, the street's text, and a unit glued to the number."""
    text = rules.number_words.sub("", rules.no_number.sub("", text))
    first = style.number_first if style is not None else text[:1].isdigit()
    english = style is None or style.languages[0].position == "last"
    found = _leading(text, style) if first else _trailing(text, style)
    if found is None and not (first and english):
        found = _trailing(text, style) if first else _leading(text, style, fallback=True)
    if found is None:
        return None, "", text, None
    base, repeat, more, street = found
    upper = style is None or style.upper_letter
    spelled = f" {repeat.lower()}" if len(repeat) > 1 else repeat.upper() if upper else repeat.lower()
    continued = _CONTINUED.fullmatch(more)
    if continued is not None and not continued["rest"] and (english or int(continued["end"]) > int(base)):
        return f"{base}{repeat.upper()}-{continued['end']}", f"{base}{spelled}-{continued['end']}", street, None
    extra = more.replace(" ", "") if more.strip() != "1/2" else " 1/2"
    letter = _LETTER_ADDED.fullmatch(extra)
    if letter is not None and not repeat:
        return f"{base}{letter[1].upper()}", f"{base}{extra.upper() if upper else extra.lower()}", street, None
    beyond = extra.lstrip("-–/+") if extra.strip() and extra != " 1/2" else None
    return f"{base}{repeat.upper()}", f"{base}{spelled}{extra}", street, beyond


def _leading(text: str, style: StreetStyle | None, *, fallback: bool = False) -> tuple[str, str, str, str] | None:
    found = _NUMBER_FIRST.fullmatch(text)
    if found is None or not _LETTER.search(found["street"]):
        return None
    repeat, street = found["repeat"] or "", found["street"]
    if len(repeat) == 1 and found["gap"]:
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


def _trailing(text: str, style: StreetStyle | None) -> tuple[str, str, str, str] | None:
    dutch = _DUTCH.fullmatch(text)
    addition = ""
    if dutch is not None and style is not None and style.languages[0].name == "nl":
        text, addition = dutch["line"], dutch["addition"]
    found = _NUMBER_LAST.fullmatch(text)
    if found is None or not _LETTER.search(found["street"]):
        return None
    street = found["street"].rstrip(" ,")
    if _ROADS_WITH_NUMBERS.fullmatch(street) or (_MONTH.search(street) and int(found["base"]) > 31):
        return None
    more = found["more"] or ""
    return found["base"], found["repeat"] or "", f"{more}-{addition.upper()}" if addition else more, street


@dataclass(frozen=True, slots=True)
class _Written:
    """A street as it is written out, and whether its type is known."""

    text: str
    typed: bool
    style: StreetStyle


def _written(street: str, country: str | None, number_first: bool, rules: LineRules) -> _Written:
    style = rules.styles.get(country or "") or _guessed_style(street, number_first, rules)
    return _Written(*write_street(street, style), style)


def _guessed_style(street: str, number_first: bool, rules: LineRules) -> StreetStyle:
    """The style of a row without a country: by its street type, else English, which changes least."""
    words = fold(street).split()
    french = rules.styles["FR"].languages[0]
    if (
        words
        and words[0] in french.canonical
        and (words[0] == "rue" or (len(words) > 1 and words[1] in french.particles))
    ):
        return rules.styles["FR"] if number_first else rules.styles["BE"]
    if number_first:
        return rules.styles["US"]
    for country in ("IT", "ES", "PT"):
        if words and words[0] in rules.styles[country].languages[0].canonical:
            return rules.styles[country]
    for country in ("CH", "DE", "NL"):
        if is_typed(street, rules.styles[country]) and (country != "CH" or "ß" not in street):
            return rules.styles[country]
    return rules.styles["US"]
