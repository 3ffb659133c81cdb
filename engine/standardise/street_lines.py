"""One address line: house number, street, and what else stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import AddressWords, Streets
from engine.standardise.house_numbers import MONTHS, NUMBERED_ROADS, ROADS_WITH_NUMBERS, cut_number
from engine.standardise.street_names import StreetStyle, capital, fold, is_typed, write_street
from engine.standardise.street_tails import TailRules, cut_ends, cut_floor_and_door, is_premises, spellings

_RED = re.compile(r"(?<=\d)\s?/?\s?ross[oa]$", re.IGNORECASE)
_SLASHED_TYPE = re.compile(r"^c/(?=[^\W\d_])", re.IGNORECASE)
_BARE_BOX = re.compile(r"(?:^|[\s,/;-]+)(?P<box>postfach|case postale|casella postale|postbus)$", re.IGNORECASE)
_NUMBER_AND_UNIT = re.compile(
    r"(?P<number>\d{1,5}\s?[a-z]?(?:\s?[/-]\s?[a-z\d]{1,3})?)(?:\s*[-–,;/]\s*|\s+)(?P<unit>\D.*|\d{1,2}\s?[.º°ª].*)",
    re.IGNORECASE,
)
_ORDINAL_UNIT = re.compile(
    r"\d{1,2}\s?\.?\s?[ºª°].{0,12}|r/c.{0,8}|\d{1,2}\s?\.?\s?(?:dto|esq|fte|dcha|izda|izq|og|ug|stock|stk)\b.{0,8}"
    r"|\d{1,2}\s?(?:er|e|eme|ème)\s(?:et|étage|etage|stock|verdieping|floor)\b.{0,12}|\d(?:st|nd|rd|th)\s(?:floor|fl)\b.{0,8}",
    re.IGNORECASE,
)
_GLUED_NUMBER = re.compile(r"(\d{1,5})([^\W\d_]{3,})")
_COMMAS = re.compile(r"\s*(?:;|(?<!km \d)(?<!km \d\d)(?<!km \d\d\d),|,(?!\d))[,;]*\s*")  # not in "km 12,5"


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
    tails: TailRules
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
        styles = StreetStyle.by_country(streets)
        tails = TailRules.of(words, streets, styles)
        return cls(
            styles=styles,
            tails=tails,
            locators=re.compile(rf"[\s,]+\(?(?P<place>(?:{spellings(streets.locators)})\s.+)$", re.IGNORECASE),
            no_number=re.compile(rf"[\s,]+(?:{spellings(streets.no_number)})\.?$", re.IGNORECASE),
            number_words=re.compile(
                rf"(?:^|(?<=[\s,]))(?:(?:{spellings(streets.number_words)})(?:[.°º:]\s*|\s+)|[n#]?[°º]\s*|#)(?=\d)",
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
                    *NUMBERED_ROADS,
                    *MONTHS,
                )
            )
            | tails.last_words,
            locator_words=frozenset(fold(word).partition(" ")[0] for word in streets.locators),
            po_box=re.compile(
                rf"(?:^|(?<=[\s,(-]))(?P<word>{spellings(words.po_box.words)})\.?\s*(?:n?[°º]\s*)?"
                r"(?P<value>\d[\d ]{0,8}[a-z]?)"
                r"(?=$|[\s,)])",
                re.IGNORECASE,
            ),
            po_box_canonical=words.po_box.canonical,
            po_box_kept={fold(word): shown for word, shown in words.po_box.kept.items()},
        )


_LONGEST = 300
"""Signs of a line that may be an address; longer ones are remarks, and stay whole."""


def read_street_line(text: str, country: str | None, rules: LineRules) -> StreetLine:
    """Take a line of a row of ``country`` (None = unknown) apart; ``text`` is clean and not empty."""
    if len(text) > _LONGEST:
        return StreetLine(text, None, None, None, None, (), 0)
    glued = _GLUED_NUMBER.match(text)
    style = rules.styles.get(country) if country is not None else None
    if glued is not None and style is not None and fold(glued[2]) in style.languages[0].types:
        text = f"{glued[1]} {text[glued.end(1) :]}"  # "118RUE DU LAC"
    if is_care_of(text, rules) and "," not in text:
        return StreetLine(text, None, None, None, None, (), -1)
    if country == "ES":
        text = _SLASHED_TYPE.sub(r"\g<0> ", text)
    if country == "IT":
        text = _RED.sub("R", text)
    rest: list[str] = []
    po_box = None
    boxed = rules.po_box.search(text)
    if boxed is not None:
        po_box = format_po_box(boxed["word"], boxed["value"], country, rules)
        before, after = text[: boxed.start()].strip(" ,()-/"), text[boxed.end() :].strip(" ,()-/")
        if not before:
            return StreetLine(po_box, None, None, None, po_box, (after,) if after else (), 0)
        rest = [after] if after else []
        text = before
    elif (bare := _BARE_BOX.search(text)) is not None:
        po_box = format_po_box(bare["box"], "", country, rules).strip()
        text = text[: bare.start()].strip(" ,/-")
        if not text:
            return StreetLine(po_box, None, None, None, po_box, (), 0)
    text, doors, _ = cut_floor_and_door(text, country, style, rules.tails)
    main, others = _main_segment(text, style, rules)
    said = rules.number_words.match(main)
    main = main[said.end() :] if said is not None else main
    rest = [*doors, *others, *rest]
    unit = ", ".join(doors) or next(
        (found for found in (read_unit(other, country, rules) for other in others) if found is not None), None
    )
    if is_care_of(main, rules) or (is_description(main, rules) and not main[0].isdigit()):
        ends = cut_ends(main, country, style, rules.tails)
        if ends.main == main or not ends.main[:1].isdigit():
            return StreetLine(main, None, None, read_unit(main, country, rules), po_box, tuple(rest), -1)
    english = style is None or style.languages[0].position == "last"
    if english:
        located = rules.locators.search(main)
        if located is not None and located.start() > 0 and any(map(str.isalpha, main[: located.start()])):
            rest.insert(0, located["place"].rstrip(")"))
            main = main[: located.start()]
    ends = cut_ends(main, country, style, rules.tails)
    main = ends.main
    if ends.units:
        unit = ", ".join(ends.units)
        rest.insert(0, unit)
    rest += ends.others
    if not _LETTER.search(main):
        return StreetLine(main, main.upper() if main.isdigit() else None, None, unit, po_box, tuple(rest), 0)
    number, shown, street, beyond = cut_number(rules.number_words.sub("", rules.no_number.sub("", main)), style)
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
    mark = ", " if _LAST_WORD_NUMBER.search(written.text) else written.style.mark  # "Straße 245, 12"
    return f"{capital(written.text)}{mark}{shown}"


_LAST_WORD_NUMBER = re.compile(r"\s\d+$")


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
    written = _written(street, country, number_first, rules)
    before, _, after = _line(written, "\x00", "\x00").partition("\x00")
    return PlainStreet(before, after, written.text)


_PLAIN = re.compile(r"(?!.*(?:  |[ÃÂâÅÐÄ]))[^\W\d_](?:[^\W\d_]|[ .'’-])*[^\W\d_]{2}\.?")


def _is_plain(street: str, style: StreetStyle | None, rules: LineRules) -> bool:
    """Whether it is words only, and none that could mean anything else beside a number (nor look like mojibake)."""
    if not _PLAIN.fullmatch(street):
        return False
    words = [fold(word) for word in street.split(" ")]
    if len(words[0]) <= 1 and not (style is not None and words[0] in style.languages[0].types):
        return False
    if words[0] in rules.opening or words[-1].rpartition(" ")[2] in rules.closing:
        return False
    if rules.tails.care_words.intersection(words):
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
    found = rules.tails.valued.of(country).fullmatch(text)
    return None if found is None else rules.tails.unit_text(found, country)


def format_po_box(word: str, value: str, country: str | None, rules: LineRules) -> str:
    """ "bp" and "34" -> "BP 34"; the word stays where a country has several languages."""
    kept = rules.po_box_kept.get(fold(word))
    if kept is None:
        kept = rules.po_box_canonical.get(country or "other", rules.po_box_canonical["other"])
    return f"{kept} {' '.join(value.split()).upper()}"


def _main_segment(text: str, style: StreetStyle | None, rules: LineRules) -> tuple[str, list[str]]:
    """The segment between commas that holds the street, and the others in order."""
    if "," not in text and ";" not in text:
        return text, []
    segments: list[str] = []
    for segment in filter(None, _COMMAS.split(text.strip(" ,;"))):
        alone = rules.number_words.sub("", segment)
        if segments and (
            _BARE_NUMBER.fullmatch(rules.number_words.sub("", segments[-1])) or not _LETTER.search(segments[-1])
        ):
            segments[-1] = f"{rules.number_words.sub('', segments[-1])} {segment}"  # "12, rue de la Paix"
        elif segments and _BARE_NUMBER.fullmatch(alone) and _lacks_number(segments[-1], alone != segment):
            segments[-1] += f" {alone}"  # "Calle Mayor, 3"
        elif (
            segments
            and _ORDINAL_UNIT.fullmatch(alone) is None
            and (both := _NUMBER_AND_UNIT.fullmatch(alone)) is not None
            and _lacks_number(segments[-1], alone != segment)
            and (is_description(both["unit"], rules) or _ORDINAL_UNIT.fullmatch(both["unit"]) is not None)
        ):
            segments[-1] += f" {both['number'].strip()}"  # "Via Dante, 3/B int. 4"
            segments.append(both["unit"])
        elif not rules.no_number.fullmatch(f" {segment}"):
            segments.append(segment)
    if not segments:
        return text, []

    def worth(position: int) -> tuple[int, int]:
        segment = segments[position]
        if is_care_of(segment, rules):
            return (-2, -position)
        if is_description(segment, rules) and not segment[0].isdigit():
            return (-1, -position)
        name = _NUMBERS.sub(" ", segment)
        typed = style is not None and is_typed(name, style)
        road = typed and style is not None and not is_premises(name.strip(), style)
        return (2 * (typed + road) + bool(_HOUSE_NUMBER.search(segment)), -position)

    best = max(range(len(segments)), key=worth)
    return segments[best], segments[:best] + segments[best + 1 :]


def _lacks_number(segment: str, said: bool) -> bool:
    """Whether a number behind the comma is this street's: it has none yet, or its number is the road's own."""
    last = _BARE_END.search(segment)
    return last is None or said or ROADS_WITH_NUMBERS.fullmatch(segment[: last.start()].strip()) is not None


_BARE_NUMBER = re.compile(
    r"\d{1,5}\s?(?:bis|ter|dpdo\.?|dupl\.?|[a-z])?(?:\s?[-–/]\s?\d{1,5}\s?[a-z]?)*|s/n|sn|snc", re.IGNORECASE
)
_BARE_END = re.compile(r"\s\d{1,5}\s?[a-z]?$|^\d{1,5}\s?[a-z]?\s", re.IGNORECASE)
_HOUSE_NUMBER = re.compile(r"^\d{1,5}\b|\s\d{1,5}\s?[a-z]?$", re.IGNORECASE)
_NUMBERS = re.compile(r"^\d[\w/-]*\s+(?:bis|ter|quater)?\b|\s+\d[\w/-]*$", re.IGNORECASE)


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
    said = words[0] == "rue" or (len(words) > 1 and words[1] in french.particles) if words else False
    short = (
        bool(words) and street.split(" ")[0].endswith(".") and words[-1] not in rules.styles["US"].languages[0].types
    )
    if words and ((said and words[0] in french.canonical) or (short and words[0] in french.types and len(words) > 1)):
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
