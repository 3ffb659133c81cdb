"""One street name, without its number: type written out, proper case, small words."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.places import StreetLanguage, Streets
from engine.standardise.folding import fold as fold_text

fold = functools.lru_cache(maxsize=1 << 16)(fold_text)  # the words of street names come back all the time

_WORD = re.compile(r"\S+")
_PIECES = re.compile(r"[^\W_]+|[\W_]+")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|re|e|eme|ème|ter|te|º|ª)", re.IGNORECASE)
_ROMAN = re.compile(r"(?=[IVX]{2,})X{0,3}(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_ELISION = frozenset({"d", "l", "dell", "sull", "nell", "all", "qu", "o"})
_POINT_GLUED = re.compile(r"^([NSEW])\.(?=\w)", re.IGNORECASE)
_POSSESSIVE = frozenset({"s", "t", "m", "re", "ll"})
_SENTENCE_ENGLISH = frozenset({"en_GB", "en_US"})


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language's words, folded for lookup."""

    name: str
    position: str
    types: Mapping[str, str]
    longest: int
    canonical: Mapping[str, str]
    names: Mapping[str, str]
    saints: Mapping[str, str]
    particles: frozenset[str]
    glued: tuple[tuple[str, str, bool], ...]
    endings: tuple[str, ...]
    premises: frozenset[str]
    full: tuple[str, ...]
    apostrophes: bool

    @classmethod
    def of(cls, name: str, rules: StreetLanguage) -> Language:
        """Compile one language of ``streets.yml``."""
        canonical = {fold(kind): kind for kind in rules.types}
        types = {fold(word): kind for kind, words in rules.types.items() for word in words} | canonical
        endings = sorted(
            (
                (fold(word), kind)
                for kind, words in rules.types.items()
                for word in (kind, *words)
                if len(fold(word)) >= 2
            ),
            key=lambda pair: (-len(pair[0]), pair),
        )
        return cls(
            name=name,
            position=rules.position,
            types=types,
            longest=max((len(word.split()) for word in types), default=1),
            canonical=canonical,
            names={fold(word): full for full, words in rules.names.items() for word in words},
            saints={fold(word): full for full, words in rules.saints.items() for word in words},
            particles=frozenset(map(str.lower, rules.particles)),
            glued=tuple((ending, kind, fold(kind) == ending) for ending, kind in endings),
            endings=tuple(ending for ending, _ in endings),
            premises=frozenset(rules.premises),
            full=tuple(kind for kind in canonical if len(kind) >= 3),
            apostrophes="l" in rules.particles and "d" in rules.particles and name.startswith("fr"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class StreetStyle:
    """How one country writes its streets."""

    languages: tuple[Language, ...]
    number_first: bool
    mark: str
    lower_type: bool
    upper_letter: bool
    slash_is_unit: bool
    directions: Mapping[str, str]

    @classmethod
    def by_country(cls, rules: Streets) -> dict[str, StreetStyle]:
        """All countries of ``streets.yml``."""
        languages = {name: Language.of(name, language) for name, language in rules.languages.items()}
        points = {fold(word): point for point, words in rules.directions.items() for word in (point, *words)}
        return {
            country: cls(
                languages=tuple(languages[name] for name in style.languages),
                number_first=style.number == "before",
                mark=style.mark,
                lower_type=style.lower_type,
                upper_letter=style.letter == "upper",
                slash_is_unit=style.slash == "unit",
                directions=points if style.directions else {},
            )
            for country, style in rules.countries.items()
        }


def standardise_street(text: str, style: StreetStyle) -> str:
    """A street name with its type written out, in the case its country writes.

    >>> from engine.rulebook.load import RuleBook
    >>> style = StreetStyle.by_country(RuleBook().load("standardisation/streets.yml", Streets))
    >>> [standardise_street("AV DU GAL DE GAULLE", style["FR"]), standardise_street("Bahnhofstr.", style["CH"])]
    ['Avenue du Général de Gaulle', 'Bahnhofstrasse']
    >>> standardise_street("w. 46th st.", style["US"])
    'W 46th Street'
    """
    return write_street(text, style)[0]


@functools.lru_cache(maxsize=1 << 14)  # a line's street is judged while the line is split, then written
def write_street(text: str, style: StreetStyle) -> tuple[str, bool]:
    """Like :func:`standardise_street`, and whether one of the country's languages knows the type."""
    words = _WORD.findall(_POINT_GLUED.sub(r"\1. ", text) if style.directions else text)
    if not words:
        return "", False
    plain = text.isupper() or text.islower()
    if plain and style.languages[0].apostrophes:
        words = _with_apostrophes(words)
    for language in _languages(words, style):
        found = _typed(words, language, style, plain)
        if found is not None:
            # only a French type may be written small: "rue de la Paix", but "Van Goghstraat"
            small = language.position == "first" or (style.lower_type and not plain)
            return (found if small else capital(found)), True
    if plain:
        return capital(" ".join(_names(words, style.languages[0], plain, first=True))), False
    shown = words if len(style.languages) > 1 else _names(words, style.languages[0], plain, first=True, typed=False)
    return (" ".join(shown) if style.lower_type else capital(" ".join(shown))), False


def _languages(words: list[str], style: StreetStyle) -> tuple[Language, ...]:
    """The country's languages; one that glues its types goes first where it knows the last word's type in full.

    "Dr. Haekstraat" is no drève, though "Dr." abbreviates one in French.
    """
    if len(style.languages) == 1 or fold(words[0]) in style.languages[0].canonical:
        return style.languages
    last = fold(words[-1])
    glued = tuple(
        language
        for language in style.languages
        if language.position == "glued" and any(last.endswith(kind) and len(last) > len(kind) for kind in language.full)
    )
    return (*glued, *(language for language in style.languages if language not in glued))


def _with_apostrophes(words: list[str]) -> list[str]:
    """RUE DE L HOTEL -> RUE DE L'HOTEL, RUE D ALSACE -> RUE D'ALSACE; "RUE L ARAGON" may be Louis's and stays."""
    shown: list[str] = []
    for word in words:
        before = shown[-1].lower() if shown else ""
        two_back = shown[-2].lower() if len(shown) > 1 else ""
        elided = before == "d" or (before == "l" and two_back in ("de", "à", "a", "et", "sur", "sous"))
        if elided and len(shown) > 1 and fold(word)[:1] in _VOWELS:
            shown[-1] += f"'{word}"
        else:
            shown.append(word)
    return shown


_VOWELS = frozenset("aeiouyh")


def is_typed(text: str, style: StreetStyle) -> bool:
    """Whether one of the country's languages knows the street's type."""
    return write_street(text, style)[1]


def _typed(words: list[str], language: Language, style: StreetStyle, plain: bool) -> str | None:
    """The street when this language knows its type, else None."""
    if language.position == "first":
        for length in range(min(language.longest, len(words) - 1), 0, -1):
            kind = language.types.get(fold(" ".join(words[:length])))
            if kind is not None:
                if kind[0].isupper() and fold(kind) == fold(" ".join(words[:length])):
                    kind = " ".join(_cased(word, language, plain, True) for word in words[:length])  # "Grand'Rue"
                kept = style.lower_type and not plain and words[0][:1].islower() and fold(kind) == fold(words[0])
                kind = kind if kept else capital(kind)
                return " ".join([kind, *_names(words[length:], language, plain, first=False)])
        whole = fold(" ".join(words))
        if " " in whole and whole in language.types:
            kind = language.types[whole]
            same = fold(kind) == whole and len(words) <= 2
            return " ".join(_cased(word, language, plain, True) for word in words) if same else capital(kind)
        if len(words) == 1 and fold(words[0]) in language.canonical:
            kind = language.canonical[fold(words[0])]
            return kind if style.lower_type and not plain and words[0][:1].islower() else capital(kind)
        return None
    if language.position == "last":
        return _english(words, language, style, plain)
    return _glued(words, language, plain)


def _english(words: list[str], language: Language, style: StreetStyle, plain: bool) -> str | None:
    end = len(words)
    while end > 1 and fold(words[end - 1]) in style.directions:
        end -= 1
    start = 0
    if style.directions and end > 1 and fold(words[0]) in style.directions and fold(words[1]) not in language.types:
        start = 1
    for length in (2, 1):
        if end - length > 0:
            kind = language.types.get(fold(" ".join(words[end - length : end])))
            if kind is not None:
                names = _names(words[start : end - length], language, plain, first=True)
                if start == 1 and not names:
                    names, start = [capital(words[0])], 0  # "North Street": the point is the name
                before = [style.directions[fold(word)] for word in words[:start]]
                after = [style.directions[fold(word)] for word in words[end:]]
                return " ".join([*before, *names, kind, *after])
    if not style.directions or (start == 0 and end == len(words)):
        return None
    before = [style.directions[fold(word)] for word in words[:start]]
    after = [style.directions[fold(word)] for word in words[end:]]
    return " ".join([*before, *_names(words[start:end], language, plain, first=True), *after])


def _glued(words: list[str], language: Language, plain: bool) -> str | None:
    opening = language.canonical.get(fold(words[0]))
    if opening is None and len(words) > 2 and words[0].lower() in ("str.", "pl.") and words[1] in language.particles:
        opening = language.types.get(fold(words[0]))
    if len(words) > 1 and opening is not None:
        kind = capital(opening)  # "Straße des 17. Juni", "Pl. der Einheit"
        return " ".join([kind, *_names(words[1:], language, plain, first=False)])
    head, hyphen, last = words[-1].rpartition("-")
    folded = fold(last)
    if folded in language.types and (hyphen or len(words) > 1):
        kind = capital(language.types[folded])
        names = _names([*words[:-1], head] if hyphen else words[:-1], language, plain, first=True)
        return "-".join([" ".join(names), kind]) if hyphen else " ".join([*names, kind])
    if " " in folded or not folded.endswith(language.endings):
        return None
    stem, cut = last.rstrip("."), last.endswith(".")
    for ending, kind, canonical in language.glued:
        # an ending counts when the canonical form or, for an abbreviation, when it is "str" or has its dot
        if not folded.endswith(ending) or len(folded) < len(ending) + 3:
            continue
        if not (canonical or cut or (len(ending) >= 3 and not _VOWELS.intersection(ending))):
            continue
        length = _tail_length(stem, ending)
        if length is None:
            continue
        names = _names([*words[:-1], head + hyphen + stem[:-length]], language, plain, first=True)
        return " ".join(names) + kind
    return None


def _tail_length(stem: str, ending: str) -> int | None:
    """How many characters of ``stem`` fold to ``ending`` (ß is two letters folded)."""
    for length in range(len(ending), 0, -1):
        if fold(stem[-length:]) == ending:
            return length
    return None


def _names(words: list[str], language: Language, plain: bool, *, first: bool, typed: bool = True) -> list[str]:
    """The words of the name: written out, proper case when all is upper or lower, particles in lower case.

    Who wrote one word small ("rue de La Boétie") meant the capitals of the others; where every word has a capital
    ("Rue De La Paix"), a program put them. An article behind the type opens a name: "rue La Fontaine".
    """
    shown: list[str] = []
    joined = False
    meant = not plain and (not typed or any(word[:1].islower() for word in words))
    for position, word in enumerate(words):
        last = position == len(words) - 1
        folded = fold(word)
        if not last and folded in language.saints:
            shown.append(language.saints[folded] + "-")
            joined = True
            continue
        if not last and folded in language.names and (plain or word[0].isupper() or word.endswith(".")):
            text = capital(language.names[folded])
        elif folded in _ARTICLES and position == 0 and not first and not last:
            text = capital(word.lower()) if plain else word
        elif meant and folded in language.particles:
            text = word
        else:
            text = _cased(word, language, plain, first and position == 0)
        if joined:
            shown[-1] += text
            joined = False
        else:
            shown.append(text)
    return shown


_ARTICLES = frozenset({"le", "la", "les", "el", "los", "las", "lo", "il", "i", "gli"})


@functools.lru_cache(maxsize=1 << 16)
def _cased(word: str, language: Language, plain: bool, opening: bool) -> str:
    lowered = word.lower()
    if not opening and lowered in language.particles:
        return lowered
    if not plain:
        return lowered if _ORDINAL.fullmatch(word) else _saint_hyphen(word, language)
    pieces = _PIECES.findall(lowered)
    shown: list[str] = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else ""
        after = pieces[number + 1] if number + 1 < len(pieces) else ""
        elided = after in ("'", "’") and piece in _ELISION and piece in language.particles and (number or not opening)
        possessive = before in ("'", "’") and piece in _POSSESSIVE
        between_hyphens = before == "-" == after and piece in language.particles
        if not piece[0].isalnum() or _ORDINAL.fullmatch(piece) or elided or possessive or between_hyphens:
            shown.append(piece)
        elif (
            piece[0].isdigit() or _ROMAN.fullmatch(piece) or (word.isupper() and piece in _SIGNS.get(language.name, ()))
        ):
            shown.append(piece.upper())
        elif language.name in _SENTENCE_ENGLISH and piece.startswith("mc") and len(piece) > 4:
            shown.append("Mc" + piece[2:].capitalize())
        else:
            shown.append(capital(piece))
    return _saint_hyphen("".join(shown), language)


_SIGNS = {
    "fr": frozenset({"db", "ffi", "rn", "rd", "zac", "tgv", "sncf", "hlm", "onu", "afn"}),
    "en_US": frozenset({"fm", "sr", "us", "rr", "hc", "mlk", "nw", "ne", "sw", "se"}),
}
"""Abbreviations that stay in capitals."""


def _saint_hyphen(word: str, language: Language) -> str:
    """ "St-Honoré" -> "Saint-Honoré"."""
    if "-" not in word:
        return word
    head, _, tail = word.partition("-")
    if tail and fold(head) in language.saints:
        return f"{language.saints[fold(head)]}-{tail}"
    return word


def capital(text: str) -> str:
    """The text with its first letter as a capital, where that is one letter ("ß" has none)."""
    first = text[:1].upper()
    return first + text[1:] if len(first) == 1 else text
