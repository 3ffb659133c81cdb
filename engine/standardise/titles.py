"""Civilities: what stands in a title column, and what stands in front of a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.rulebook.standardisation import Civilities
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold

GENDER_OF_TITLE = {"MR": "M", "MRS": "F", "MISS": "F"}
TITLE_OF_GENDER = {"M": "MR", "F": "MRS"}

_DISPLAY_PHRASE = {"dott ssa": "Dott.ssa", "prof ssa": "Prof.ssa"}
_DISPLAY = {"phd": "PhD", "mba": "MBA", "pd": "PD", "dr": "Dr", "prof": "Prof", "dipl": "Dipl", "ssa": "ssa"}
_LOWER_INSIDE = frozenset(
    ("med", "dent", "vet", "iur", "jur", "phil", "rer", "nat", "pol", "sc", "h", "c", "em", "ssa")
)


class Title(NamedTuple):
    """What a title says of its person; every part may be unknown."""

    title: str | None = None
    gender: str | None = None
    academic_title: str | None = None
    household: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TitleWords:
    """The compiled lists of ``civilities.yml``; keys are folded phrases."""

    codes: Mapping[str, str]
    neutral: frozenset[str]
    coded: frozenset[str]
    household: frozenset[str]
    choice_signs: tuple[str, ...]
    women_when_beside_h: frozenset[str]
    before_names: frozenset[str]
    weak: Mapping[str, frozenset[str]]
    needs_rest: frozenset[str]
    honorifics: frozenset[str]
    honorifics_with_dot: frozenset[str]
    honorifics_after_title: frozenset[str]
    honorific_gender: Mapping[str, str]
    gender: Mapping[str, str]

    @classmethod
    def of(cls, rules: Civilities) -> TitleWords:
        """Compile the rules once. A phrase of two codes (``d``: Don, Dona) says nothing and is left out."""
        codes: defaultdict[str, set[str]] = defaultdict(set)
        for code, languages in rules.titles.items():
            for words in languages.values():
                for word in words:
                    codes[fold(word)].add(code)
        return cls(
            codes={phrase: next(iter(found)) for phrase, found in codes.items() if len(found) == 1},
            neutral=_folded(rules.neutral),
            coded=frozenset(rules.coded),
            household=_folded(word for words in rules.household.values() for word in words),
            choice_signs=rules.choice_signs,
            women_when_beside_h=_folded(rules.women_when_beside_h),
            before_names=_folded(rules.before_names.always),
            weak={fold(word): frozenset(styles) for word, styles in rules.before_names.weak.items()},
            needs_rest=_folded(rules.before_names.needs_rest),
            honorifics=_folded(rules.honorifics.always),
            honorifics_with_dot=_folded(rules.honorifics.with_dot),
            honorifics_after_title=_folded(rules.honorifics.after_title),
            honorific_gender=_by_word(rules.honorifics.gender),
            gender=_by_word(rules.gender),
        )


def standardise_title(raw: str, words: TitleWords, *, beside_h: bool = False) -> Title:
    """Read one cell of a title column.

    Args:
        raw: the cell.
        words: the compiled civilities.
        beside_h: the column also holds ``h`` and no ``f``, so a lone ``m`` is Spanish *mujer*.

    Reasons: ``unknown_title``, ``coded_value`` (a number: ask the customer), ``household_name``,
    ``unanswered_choice`` (``M./Mme``: MR_AND_MRS only where the row names two persons).
    """
    text = clean(raw).text
    folded = fold(text)
    if not folded and not any(character.isalnum() for character in text):
        return Title()
    if beside_h and folded in words.women_when_beside_h:
        return _titled("MRS")
    padded = f" {text.lower()} "
    is_choice = any(sign in padded for sign in words.choice_signs)
    for candidate in (folded, _without_choice(folded)) if is_choice else (folded,):
        if candidate in words.codes:
            code = words.codes[candidate]
            return Title(code, reason="unanswered_choice" if is_choice and code == "MR_AND_MRS" else None,
                         gender=GENDER_OF_TITLE.get(code))  # fmt: skip
    if folded in words.neutral:
        return Title()
    if folded in words.coded:
        return Title(reason="coded_value")
    if folded in words.household:
        return Title(household=True, reason="household_name")
    return _composed(folded.split(), words)


def standardise_gender(raw: str, words: TitleWords, *, beside_h: bool = False) -> str | None:
    """``M`` or ``F`` from one cell of a gender column; null for anything else."""
    folded = fold(clean(raw).text)
    if beside_h and folded in words.women_when_beside_h:
        return "F"
    return words.gender.get(folded)


def display_honorific(phrase: str) -> str:
    """How a folded honorific is written.

    >>> display_honorific("prof dr med")
    'Prof Dr med'
    """
    if phrase in _DISPLAY_PHRASE:
        return _DISPLAY_PHRASE[phrase]
    words = phrase.split()
    shown = [
        _DISPLAY.get(word, word if number and word in _LOWER_INSIDE else word.capitalize())
        for number, word in enumerate(words[1:] if words[0] in {"le", "la", "l"} and len(words) > 1 else words)
    ]
    return " ".join(shown)


def join_honorifics(phrases: Iterable[str | None]) -> str | None:
    """Several honorifics as one text, each once."""
    found = dict.fromkeys(phrase for phrase in phrases if phrase)
    return " ".join(found) or None


def _composed(tokens: list[str], words: TitleWords) -> Title:
    """A title of several parts: "Frau Dr. med.", "M. le Comte"."""
    code: str | None = None
    gender: str | None = None
    honorifics: list[str] = []
    every = words.honorifics | words.honorifics_with_dot | words.honorifics_after_title
    position = 0
    while position < len(tokens):
        for length in range(min(4, len(tokens) - position), 0, -1):
            phrase = " ".join(tokens[position : position + length])
            if code is None and phrase in words.codes and (phrase not in every or length > 1):
                code = words.codes[phrase]
            elif phrase in every:
                honorifics.append(display_honorific(phrase))
                gender = gender or words.honorific_gender.get(phrase)
            else:
                continue
            position += length
            break
        else:
            break
    if position < len(tokens) and code is None:
        return Title(reason="unknown_title")
    code = code or (TITLE_OF_GENDER[gender] if gender else None)
    return Title(code, GENDER_OF_TITLE.get(code or "", gender), join_honorifics(honorifics))


def _titled(code: str) -> Title:
    return Title(code, GENDER_OF_TITLE.get(code))


def _without_choice(folded: str) -> str:
    return " ".join(word for word in folded.split() if word not in {"ou", "oder", "or", "of", "o"})


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words)) - {""}


def _by_word(groups: Mapping[Any, Iterable[str]]) -> dict[str, str]:
    return {fold(word): str(code) for code, words in groups.items() for word in words}
