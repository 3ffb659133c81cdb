"""Proper case of names, by the habits of the record's country."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.rulebook.standardisation import ParticleStyle

_PART = re.compile(r"[^\s\-'’ʼ.]+|[\s\-'’ʼ.]+")
_MAC_IN_CAPITALS = re.compile(r"\b(Ma?c ?)([A-Z]{2,})\b")
_CAPS_LOCK = re.compile(r"[a-zà-öø-ÿ][A-ZÀ-ÖØ-Þ]{3,}")
_TURKISH_LOWER = str.maketrans({"I": "ı", "İ": "i"})
_TURKISH_UPPER = str.maketrans({"i": "İ", "ı": "I"})
_VOWELS = frozenset("aeiouy")
_INITIALS = 3
"""Letters in the longest run of initials written without dots: "JRR"."""


@dataclass(frozen=True, slots=True)
class CaseStyle:
    """How one country writes the small words of a last name.

    Attributes:
        lower: folded to lower case, with their apostrophe ("d'", "'t").
        lower_after: lower case only behind one of these words ("la" behind "de": "de la Cruz", "La Torre").
        first_upper: the first word keeps its capital all the same (Belgium: "De Clercq").
        ij: IJ is one letter ("IJsselmuiden").
        turkish: I and İ are two letters.
    """

    lower: frozenset[str] = frozenset()
    lower_after: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first_upper: bool = False
    ij: bool = False
    turkish: bool = False

    @classmethod
    def of(cls, rules: ParticleStyle, *, name: str) -> CaseStyle:
        """Compile one style of ``name_parts.yml``."""
        after: defaultdict[str, set[str]] = defaultdict(set)
        for phrase in rules.lower:
            before, _, word = phrase.rpartition(" ")
            if before:
                after[word].add(before)
        return cls(
            lower=frozenset(phrase for phrase in rules.lower if " " not in phrase),
            lower_after={word: frozenset(before) for word, before in after.items()},
            first_upper=rules.first_upper,
            ij=rules.ij,
            turkish=name == "tr",
        )


def proper_case(
    text: str,
    style: CaseStyle,
    *,
    inner_capital: tuple[str, ...] = (),
    inner_capital_names: Mapping[str, str] | None = None,
    first_name: bool = False,
) -> str:
    """Write a name in proper case when it is wholly upper or wholly lower; mixed case is its owner's own.

    Args:
        text: the name.
        style: how its country writes particles.
        inner_capital: beginnings after which a capital follows in any name ("mc").
        inner_capital_names: lower case to written form, for beginnings that are not safe ("macdonald": "MacDonald").
        first_name: the first word keeps its capital, and initials without dots ("JP") stay.

    >>> style = CaseStyle(frozenset({"de", "d'", "von"}))
    >>> [proper_case(name, style, inner_capital=("mc",)) for name in ("DE LA FONTAINE", "d'arc", "o'neill", "MCDONALD")]
    ['de La Fontaine', "d'Arc", "O'Neill", 'McDonald']
    """
    names = {} if inner_capital_names is None or first_name else inner_capital_names
    if text.isalpha() and text.isascii() and not style.turkish and len(text) > _INITIALS:
        if text.isupper() or text.islower() or (text[0].islower() and _CAPS_LOCK.fullmatch(text)):
            lowered = text.lower()
            if lowered in names:
                return names[lowered]
            if not lowered.startswith(inner_capital) and not (style.ij and lowered.startswith("ij")):
                return text.capitalize()
        elif text[0] != "M" or text[1] not in "ac":
            return text
    if not (_is_one_case(text) or _capitals_after_particles(text, style)):
        if _CAPS_LOCK.fullmatch(text):
            return text.swapcase()
        return _MAC_IN_CAPITALS.sub(lambda found: found[1] + found[2].capitalize(), text)
    parts = _PART.findall(text)
    words = [number for number, part in enumerate(parts) if part[0].isalnum() or part[0].isalpha()]
    first_word, last_word = (words[0], words[-1]) if words else (-1, -1)
    shown: list[str] = []
    for number, part in enumerate(parts):
        if number not in words or (first_name and _is_initials(part)):
            shown.append(part)
        else:
            keeps_capital = number == last_word or (number == first_word and (first_name or style.first_upper))
            shown.append(_word(part, parts, number, style, inner_capital, names, keeps_capital=keeps_capital))
    return unicodedata.normalize("NFC", "".join(shown))  # İ in small letters is two signs


def _is_one_case(text: str) -> bool:
    """Wholly upper or lower; ß has no capital in use and counts as neither ("STRAUß")."""
    return text.isupper() or text.islower() or ("ß" in text and text.replace("ß", "").isupper())


def _is_initials(part: str) -> bool:
    """ "JP", "JRR": capitals without a vowel are no word of any language here."""
    return 1 < len(part) <= _INITIALS and part.isascii() and part.isupper() and _VOWELS.isdisjoint(part.lower())


def _capitals_after_particles(text: str, style: CaseStyle) -> bool:
    """ "de LA FONTAINE" is a name in capitals as well."""
    words = [word for word in text.split() if word not in style.lower]
    return bool(words) and len(words) < len(text.split()) and all(word.isupper() for word in words)


def _word(
    part: str,
    parts: list[str],
    number: int,
    style: CaseStyle,
    inner_capital: tuple[str, ...],
    names: Mapping[str, str],
    *,
    keeps_capital: bool,
) -> str:
    lowered = part.translate(_TURKISH_LOWER).lower() if style.turkish else part.lower()
    before = parts[number - 1] if number else ""
    after = parts[number + 1] if number + 1 < len(parts) else ""
    with_apostrophe = {lowered + "'" if after[:1] in "'’ʼ" and after else lowered,
                       "'" + lowered if before[-1:] in "'’ʼ" and before else lowered}  # fmt: skip
    if not keeps_capital and (with_apostrophe & style.lower or _is_lower_after(lowered, parts, number, style)):
        return lowered
    if len(lowered) == 1 and before[-1:] in "'’ʼ" and before and number > 1:
        return lowered  # a possessive or an elision at the end: "Thelma's"
    if lowered in names:
        return names[lowered]
    if style.ij and lowered.startswith("ij"):
        return "IJ" + lowered[2:]
    for prefix in inner_capital:
        if lowered.startswith(prefix) and len(lowered) > len(prefix) + 1:
            return prefix.capitalize() + lowered[len(prefix) :].capitalize()
    if style.turkish:
        return lowered[0].translate(_TURKISH_UPPER).upper() + lowered[1:]
    return (lowered[0] if lowered[0] == "ß" else lowered[0].title()) + lowered[1:]


def _is_lower_after(lowered: str, parts: list[str], number: int, style: CaseStyle) -> bool:
    before = style.lower_after.get(lowered)
    return before is not None and number > 1 and parts[number - 1].isspace() and parts[number - 2].lower() in before
