"""What stands on a street line before and behind the street: flats, floors, recipients, the name of a house or zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.places import AddressWords, Streets
from engine.standardise.folding import fold
from engine.standardise.street_names import StreetStyle, is_typed

ELSEWHERE = ""
"""Countries without unit words of their own, and rows without a country: English."""

_LETTER = re.compile(r"[^\W\d_]")
_SEPARATOR = r"[\s,;/–-]+"
_ENDS_WITH_NUMBER = re.compile(r"\d\s?(?:bis|ter|[a-z])?$", re.IGNORECASE)
_BEGINS_WITH_NUMBER = re.compile(r"\d")
_SCOTTISH = re.compile(r"(?P<unit>\d{1,2}/[\dF]\d?)[,\s]+(?=\d+[a-z]?\s)", re.IGNORECASE)
_IBERIAN = re.compile(
    r"(?P<street>.*[^\W\d_].*?[^\s,-])(?:\s*,\s*|\s+)(?:n[.º°o]{0,2}\s*)?"
    r"(?P<number>\d{1,4}(?:\s?(?:bis|dpdo\.?|dupl?\.?)|\s?-?[a-z](?![\w.ºª°/]))?)(?:\s*[,;-]\s*|\s+)"
    r"(?P<tail>(?:\d{1,2}\s?\.?\s?[ºª°].{0,14}"
    r"|(?:esc|escalera|portal|bloque|blq|piso|planta|plta|pta|puerta|local|loja|lote|nave|oficina)\b\.?\s?\w{1,5}.{0,12}"
    r"|(?:bajos?|bjo|bj|entlo|entresuelo|ppal|pral|principal|[aá]tico|sobre[aá]tico|s[oó]tano|r/?c|c/v|cave)\b\.?.{0,12}"
    r"|\d{1,2}\s?(?:er|r|n|t|è|o|a)?\s?-?\s?(?:izquierda|izqda?|izq|iz|derecha|dcha|dch|drch|dto|drt|esq|fte|frente|ctro"
    r"|centro|int|ext)\b\.?"
    r"|\d{1,2}(?:er|r|n|t|è)\s+\d{1,2}\s?a"
    r"|\d{1,2}(?:\s*[-,]\s*|\s+)(?:\d{1,2}|[a-z])))",
    re.IGNORECASE,
)
"""Number, then floor and door: "12 3 A", "45 - 3º D", "401 ppal 2a", "12, 2.º Esq", "3 R/C Dto"."""


_ROAD_KILOMETRE = re.compile(r"\b(?:km|n|en|ep)[.-]*$", re.IGNORECASE)
_ROAD_SIGN = re.compile(r"(?:^|\s)(?:[cnrv]?\.?[dncr]|route|chemin|voie|km)\W*$", re.IGNORECASE)
_BARE_DOOR = re.compile(r"\d{1,2}(?:\s*[-,]\s*|\s+)(?:\d{1,2}|[a-z])", re.IGNORECASE)


class Patterns(Mapping[str, re.Pattern[str]]):
    """Patterns by country, compiled when a country is first met: a file has three countries, the rules have twenty."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._compiled: dict[str, re.Pattern[str]] = {}

    def __getitem__(self, country: str) -> re.Pattern[str]:
        found = self._compiled.get(country)
        if found is None:
            found = self._compiled[country] = re.compile(self._texts[country], re.IGNORECASE)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def of(self, country: str | None) -> re.Pattern[str]:
        """The country's pattern, else the one of countries without words of their own."""
        return self[country] if country in self._texts else self[ELSEWHERE]


class Ends(NamedTuple):
    """A street line without what stands around the street.

    Attributes:
        main: the street with its number.
        units: flat, floor, building: what was cut, written out, in order.
        others: recipients, zones and names of houses, in order.
    """

    main: str
    units: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TailRules:
    """The words of units, floors and recipients, compiled by country."""

    valued: Patterns
    leading: Patterns
    written: Mapping[str, Mapping[str, str]]
    alone: Patterns
    floor: re.Pattern[str]
    care_of: re.Pattern[str]
    embedded: Patterns
    last_words: frozenset[str]
    care_words: frozenset[str]

    @classmethod
    def of(cls, words: AddressWords, streets: Streets, styles: Mapping[str, StreetStyle]) -> TailRules:
        """Compile the rules once."""
        written: dict[str, dict[str, str]] = {}
        alone: dict[str, str] = {}
        for country, languages in (*words.unit_languages.items(), (ELSEWHERE, ("en",))):
            written[country] = {}
            for language in languages:
                for full, met in words.units[language].items():
                    for word in (full, *met):
                        written[country].setdefault(fold(word), full)
            single = [word for language in languages for word in words.units_alone.get(language, ())]
            alone[country] = rf"{_SEPARATOR}(?P<unit>{spellings(single)})\.?$"
        valued = {
            country: rf"(?:(?P<word>{spellings(by_word)})\.?\s*(?:n?[°]\s?)?|#\s*)(?P<value>\d[\w/-]{{0,5}}|[a-z])"
            for country, by_word in written.items()
        }
        every = [word for by_word in written.values() for word in by_word]
        single = [fold(word) for listed in words.units_alone.values() for word in listed]
        sides = [fold(word) for word in words.sides]
        floors = [fold(word) for word in words.floors]
        care_of = spellings(words.care_of_inside)
        return cls(
            valued=Patterns({country: rf"(?:^|{_SEPARATOR}){pattern}$" for country, pattern in valued.items()}),
            leading=Patterns(
                {country: rf"{pattern}[\s,;/-]+(?=\d+\S*\s+\S*[^\W\d_])" for country, pattern in valued.items()}
            ),
            written=written,
            alone=Patterns(alone),
            floor=re.compile(
                rf"{_SEPARATOR}(?P<unit>(?:\d{{1,2}}\s?[.ºª°]?\s?(?:er|e|è|[eè]me|st|nd|rd|th|a|r)?|1er|premier)[\s.]*"
                rf"(?:{spellings(floors)})\.?(?:\s+(?:{spellings(sides)})\.?)?)$",
                re.IGNORECASE,
            ),
            care_of=re.compile(rf"[\s,;/-]+(?P<who>(?:{care_of})[\s.:]+\S.*)$", re.IGNORECASE),
            embedded=Patterns(
                {
                    country: _embedded(style)
                    for country, style in styles.items()
                    if style.number_first and style.languages[0].position == "first"
                }
            ),
            last_words=frozenset(word.rpartition(" ")[2] for word in (*every, *single, *sides, *floors)),
            care_words=frozenset(fold(word).partition(" ")[0] for word in words.care_of_inside) - {"c", "a", "t", "z"},
        )

    def unit_text(self, found: re.Match[str], country: str | None) -> str:
        """The unit a match of ``valued`` names, its word written out: "apt 3" -> "Apt 3"."""
        if found["word"] is None:
            return f"# {found['value'].upper()}"
        words = self.written.get(country or ELSEWHERE, self.written[ELSEWHERE])
        return f"{words[fold(found['word'])]} {found['value'].upper()}"


def _embedded(style: StreetStyle) -> str:
    """ "RES LES LILAS BAT A 12 RUE DES FLEURS": a street with its number behind something else."""
    kinds = [kind for kind in style.languages[0].types if len(kind.replace(" ", "")) >= 2]
    return (
        r"(?P<before>\D.*?)[\s,;-]+"
        rf"(?P<main>\d{{1,4}}(?:\s?(?:bis|ter|quater|[a-d]))?[\s,]+(?:{spellings(kinds)})\.?\s+\S.*)"
    )


def spellings(words: Iterable[str]) -> str:
    """Alternatives of folded words as they may be written: "p o box" also "P.O. Box", longest first."""
    folded = sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word))
    return "|".join(r"(?:[\s./-]|\.\s)?".join(_accents(part) for part in word.split()) for word in folded)


_ACCENTS = {"a": "aàâä", "e": "eéèêë", "i": "iîï", "o": "oôöò", "u": "uùûü", "c": "cç"}


def _accents(word: str) -> str:
    return "".join(f"[{_ACCENTS[letter]}]" if letter in _ACCENTS else re.escape(letter) for letter in word)


def cut_ends(text: str, country: str | None, style: StreetStyle | None, rules: TailRules) -> Ends:
    """Cut what stands around the street off a line without commas; without any, the line comes back as it is.

    >>> from tests.standardise.places import LINES
    >>> cut_ends("12 av. Foch Bât C Appt 34", "FR", LINES.styles["FR"], LINES.tails).units
    ('Bâtiment C', 'Appartement 34')
    """
    others: list[str] = []
    recipient = rules.care_of.search(text)
    if recipient is not None and _LETTER.search(text[: recipient.start()]):
        others.append(recipient["who"])
        text = text[: recipient.start()]
    text, ahead = _leading(text, country, rules)
    inside = None
    if country is not None and country in rules.embedded and not text[:1].isdigit() and any(map(str.isdigit, text)):
        inside = rules.embedded[country].fullmatch(text)
    if (
        inside is not None
        and style is not None
        and not _ROAD_SIGN.search(inside["before"])
        and not _is_road(inside["before"], style)
    ):
        others.insert(0, inside["before"].strip(" ,;-"))
        text = inside["main"]
    text, behind = _trailing(text, country, style, rules)
    return Ends(text, (*ahead, *behind), tuple(others))


def cut_floor_and_door(text: str, country: str | None, style: StreetStyle | None, rules: TailRules) -> Ends:
    """Spanish and Portuguese floors and doors without a word: "Calle Alcalá 45 - 3º D", "Rua Augusta, 45 2.º Esq".

    They stand behind the house number, with a comma, a hyphen or a blank between; two bare numbers or a bare letter
    ("12 3 A") count only behind a street whose type is known.
    """
    found = _IBERIAN.fullmatch(text) if country in ("ES", "PT") else None
    if found is None or _ROAD_KILOMETRE.search(found["street"]):
        return Ends(text, (), ())
    if _BARE_DOOR.fullmatch(found["tail"]) and (style is None or not is_typed(found["street"], style)):
        return Ends(text, (), ())
    tail = found["tail"].strip(" ,-")
    unit = rules.valued.of(country).fullmatch(tail)
    return Ends(
        f"{found['street']} {found['number']}", (rules.unit_text(unit, country) if unit is not None else tail,), ()
    )


def _is_road(before: str, style: StreetStyle) -> bool:
    """Whether a street stands there already: then the number behind it is not another street's."""
    return is_typed(before, style) and not is_premises(before, style)


def is_premises(text: str, style: StreetStyle) -> bool:
    """Whether the type names a zone, an estate or a house, not a road: "Résidence les Lilas", "Willow Farm"."""
    for language in style.languages:
        words = fold(text).split()
        for length in range(min(3, len(words)), 0, -1):
            part = words[:length] if language.position == "first" else words[-length:]
            kind = language.types.get(" ".join(part))
            if kind is not None:
                return kind in language.premises
    return False


def _leading(text: str, country: str | None, rules: TailRules) -> tuple[str, tuple[str, ...]]:
    found = rules.leading.of(country).match(text)
    if found is not None and found["word"] is not None:
        return text[found.end() :], (rules.unit_text(found, country),)
    scottish = _SCOTTISH.match(text) if country == "GB" else None
    return (text[scottish.end() :], (scottish["unit"].upper(),)) if scottish is not None else (text, ())


def _trailing(
    text: str, country: str | None, style: StreetStyle | None, rules: TailRules
) -> tuple[str, tuple[str, ...]]:
    """Units off the end, one by one, as long as a street with its number is left."""
    valued = rules.valued.of(country)
    alone = rules.alone.of(country)
    units: list[str] = []
    while True:
        found = valued.search(text)
        if found is not None:
            left = text[: found.start()].rstrip(" ,;/-")
            if not _LETTER.search(left):
                break
            units.insert(0, rules.unit_text(found, country))
            text = left
            continue
        found = rules.floor.search(text) or alone.search(text)
        left = text[: found.start()].rstrip(" ,;/-") if found is not None else ""
        if found is None or not _is_whole(left, style):
            break
        units.insert(0, found["unit"])
        text = left
    return text, tuple(units)


def _is_whole(left: str, style: StreetStyle | None) -> bool:
    """Whether a street with its number is left: only then a word without a value is a unit, and no part of the name."""
    if not _LETTER.search(left):
        return False
    if _ENDS_WITH_NUMBER.search(left):
        return True
    return style is not None and _BEGINS_WITH_NUMBER.match(left) is not None and is_typed(left.partition(" ")[2], style)
