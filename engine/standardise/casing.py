"""Proper case of names, by the habits of the record's country."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.rulebook.standardisation import ParticleStyle

_PART = re.compile(r"[^\s\-'’ʼ.]+|[\s\-'’ʼ.]+")
_MAC_IN_CAPITALS = re.compile(r"\b(Mc)([A-Z]{2,})\b")
_TURKISH_LOWER = str.maketrans({"I": "ı", "İ": "i"})
_TURKISH_UPPER = str.maketrans({"i": "İ", "ı": "I"})


@dataclass(frozen=True, slots=True)
class CaseStyle:
    """How one country writes the small words of a last name.

    Attributes:
        lower: folded to lower case, with their apostrophe ("d'", "'t").
        first_upper: the first word keeps its capital all the same (Belgium: "De Clercq").
        turkish: I and İ are two letters.
    """

    lower: frozenset[str] = frozenset()
    first_upper: bool = False
    turkish: bool = False

    @classmethod
    def of(cls, rules: ParticleStyle, *, name: str) -> CaseStyle:
        """Compile one style of ``name_parts.yml``."""
        return cls(frozenset(rules.lower), rules.first_upper, turkish=name == "tr")


def proper_case(text: str, style: CaseStyle, *, inner_capital: tuple[str, ...] = (), first_name: bool = False) -> str:
    """Write a name in proper case when it is wholly upper or wholly lower; mixed case is its owner's own.

    >>> style = CaseStyle(frozenset({"de", "d'", "von"}))
    >>> [proper_case(name, style, inner_capital=("mc",)) for name in ("DE LA FONTAINE", "d'arc", "o'neill", "MCDONALD")]
    ['de La Fontaine', "d'Arc", "O'Neill", 'McDonald']
    """
    if text.isalpha() and text.isascii() and not style.turkish and not text.lower().startswith(inner_capital):
        return text.capitalize() if text.isupper() or text.islower() else text
    if not (text.isupper() or text.islower() or _capitals_after_particles(text, style)):
        return _MAC_IN_CAPITALS.sub(lambda found: found[1] + found[2].capitalize(), text)
    parts = _PART.findall(text)
    words = [number for number, part in enumerate(parts) if part[0].isalnum() or part[0].isalpha()]
    last_word = words[-1] if words else -1
    shown: list[str] = []
    for number, part in enumerate(parts):
        if number not in words:
            shown.append(part)
            continue
        keeps_capital = number == last_word or (number == words[0] and (first_name or style.first_upper))
        shown.append(_word(part, parts, number, style, inner_capital, keeps_capital=keeps_capital))
    return "".join(shown)


def _capitals_after_particles(text: str, style: CaseStyle) -> bool:
    """ "de LA FONTAINE" is a name in capitals as well."""
    words = [word for word in text.split() if word not in style.lower]
    return bool(words) and len(words) < len(text.split()) and all(word.isupper() for word in words)


def _word(
    part: str, parts: list[str], number: int, style: CaseStyle, inner_capital: tuple[str, ...], *, keeps_capital: bool
) -> str:
    lowered = part.translate(_TURKISH_LOWER).lower() if style.turkish else part.lower()
    before = parts[number - 1] if number else ""
    after = parts[number + 1] if number + 1 < len(parts) else ""
    with_apostrophe = {lowered + "'" if after[:1] in "'’ʼ" and after else lowered,
                       "'" + lowered if before[-1:] in "'’ʼ" and before else lowered}  # fmt: skip
    if not keeps_capital and (with_apostrophe & style.lower):
        return lowered
    if len(lowered) == 1 and before[-1:] in "'’ʼ" and before and number > 1:
        return lowered  # a possessive or an elision at the end: "Thelma's"
    for prefix in inner_capital:
        if lowered.startswith(prefix) and len(lowered) > len(prefix) + 1:
            return prefix.capitalize() + lowered[len(prefix) :].capitalize()
    if style.turkish:
        return lowered[0].translate(_TURKISH_UPPER).upper() + lowered[1:]
    return lowered[0].upper() + lowered[1:]
