"""Civilities: what stands in a title column, and what stands in front of a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.rulebook.standardisation import Civilities
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold

GENDER_OF_TITLE = {"MR": "M", "MRS": "F", "MISS": "F"}
TITLE_OF_GENDER = {"M": "MR", "F": "MRS"}

_DISPLAY_PHRASE = {
    "dott ssa": "Dott.ssa", "prof ssa": "Prof.ssa", "avv ssa": "Avv.ssa", "dr a": "Dra", "prof a": "Profa",
    "mag a": "Mag.a", "ph d": "PhD",
}  # fmt: skip
_DISPLAY = {"phd": "PhD", "mba": "MBA", "pd": "PD", "ra": "RA", "eth": "ETH", "fh": "FH", "htl": "HTL", "ddr": "DDr",
            "mlaw": "MLaw"}  # fmt: skip
_LOWER_INSIDE = frozenset(
    ("med", "dent", "vet", "iur", "jur", "phil", "rer", "nat", "pol", "sc", "h", "c", "em", "ssa", "oec", "theol")
)
_LONGEST = 4
"""Words in the longest honorific ("dipl ing eth"), and in the longest title of a title column."""


class Title(NamedTuple):
    """What a title says of its person; every part may be unknown."""

    title: str | None = None
    gender: str | None = None
    academic_title: str | None = None
    household: bool = False
    several: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TitleWords:
    """The compiled lists of ``civilities.yml``; keys are folded phrases."""

    codes: Mapping[str, str]
    neutral: frozenset[str]
    coded: frozenset[str]
    household: frozenset[str]
    household_articles: frozenset[str]
    several: Mapping[str, str]
    joiners: frozenset[str]
    choice_signs: tuple[str, ...]
    salutations: frozenset[str]
    women_when_beside_h: frozenset[str]
    before_names: frozenset[str]
    weak: Mapping[str, frozenset[str]]
    weak_only_at_home: frozenset[str]
    in_style: Mapping[str, frozenset[str]]
    needs_rest: frozenset[str]
    honorifics: frozenset[str]
    honorifics_with_dot: frozenset[str]
    honorifics_in_style: Mapping[str, frozenset[str]]
    honorifics_after_title: frozenset[str]
    honorifics_after_name: frozenset[str]
    every_honorific: frozenset[str]
    honorific_display: Mapping[str, str]
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
        before, honorifics = rules.before_names, rules.honorifics
        written = (*honorifics.always, *honorifics.with_dot, *honorifics.in_style, *honorifics.after_title)
        return cls(
            codes={phrase: next(iter(found)) for phrase, found in codes.items() if len(found) == 1},
            neutral=_folded(rules.neutral),
            coded=frozenset(rules.coded),
            household=_folded(word for words in rules.household.values() for word in words),
            household_articles=_folded(rules.household_articles),
            several=_by_word(rules.several),
            joiners=_folded(rules.joiners),
            choice_signs=rules.choice_signs,
            salutations=_folded(rules.salutations),
            women_when_beside_h=_folded(rules.women_when_beside_h),
            before_names=_folded(before.always),
            weak=_by_style(before.weak),
            weak_only_at_home=_folded(before.weak_only_at_home),
            in_style=_by_style(before.in_style),
            needs_rest=_folded(before.needs_rest),
            honorifics=_folded(honorifics.always),
            honorifics_with_dot=_folded(honorifics.with_dot),
            honorifics_in_style=_by_style(honorifics.in_style),
            honorifics_after_title=_folded(honorifics.after_title),
            honorifics_after_name=_folded(honorifics.after_name),
            every_honorific=_folded(written),
            honorific_display={fold(phrase): _display(phrase) for phrase in written},
            honorific_gender=_by_word(honorifics.gender),
            gender=_by_word(rules.gender),
        )

    def display(self, phrase: str) -> str:
        """How a folded honorific is written: its rule's spelling, the article of an office left out."""
        return self.honorific_display.get(phrase) or _display(phrase)


def standardise_title(raw: str, words: TitleWords, *, beside_h: bool = False) -> Title:
    """Read one cell of a title column.

    Args:
        raw: the cell.
        words: the compiled rules.
        beside_h: the column holds "h" and "m" and no "f": there "m" is mujer.

    Returns:
        The title. Reasons: ``unknown_title``, ``coded_value`` (a number: ask the customer), ``household_name``,
        ``unanswered_choice`` (``M./Mme``: MR_AND_MRS only where the row names two persons), ``several_persons``
        (``MM.``, ``Dr & Mrs``: no code says so), ``name_in_title`` (words behind the title).
    """
    text = clean(raw).text
    folded = fold(text).removeprefix("contact title ")
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
    return _composed(fold(text.replace("&", " ampersand ").replace("+", " plus ")).split(), words, is_choice=is_choice)


def standardise_gender(raw: str, words: TitleWords, *, beside_h: bool = False) -> str | None:
    """``M`` or ``F`` from one cell of a gender column; null for anything else."""
    folded = fold(clean(raw).text)
    if beside_h and folded in words.women_when_beside_h:
        return "F"
    return words.gender.get(folded)


def _display(phrase: str) -> str:
    """
    >>> _display("prof dr med")
    'Prof Dr med'
    """
    folded = fold(phrase)
    if folded in _DISPLAY_PHRASE:
        return _DISPLAY_PHRASE[folded]
    words = phrase.split()
    if words[0] in {"le", "la", "l"} and len(words) > 1:
        words = words[1:]
    return " ".join(
        _DISPLAY.get(word, word if number and fold(word) in _LOWER_INSIDE else word.capitalize())
        for number, word in enumerate(words)
    )


def join_honorifics(phrases: Iterable[str | None]) -> str | None:
    """Several honorifics as one text, each once."""
    found = dict.fromkeys(phrase for phrase in phrases if phrase)
    return " ".join(found) or None


@dataclass(slots=True)
class _Parts:
    """The parts of a composed title, as they are read."""

    codes: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    honorifics: list[str] = field(default_factory=list)
    gender: str | None = None
    joined: bool = False
    left_over: bool = False
    lone_side: bool = False


def _composed(tokens: list[str], words: TitleWords, *, is_choice: bool) -> Title:
    """A title of several parts: "Frau Dr. med.", "M. le Comte", "Monsieur/Madame", "Dr & Mrs"."""
    parts = _parts(tokens, words)
    if not (parts.codes or parts.several or parts.honorifics):
        return Title(reason="unknown_title")
    if parts.left_over and not (parts.codes or parts.several):
        return Title(reason="unknown_title")
    genders = {GENDER_OF_TITLE.get(code) for code in parts.codes} | set(parts.several)
    honorifics = join_honorifics(parts.honorifics)
    if "MR_AND_MRS" in parts.codes or genders >= {"M", "F"}:
        asked = is_choice or bool(parts.several)
        return Title("MR_AND_MRS", None, honorifics, reason="unanswered_choice" if asked else None)
    if parts.several or (parts.joined and not is_choice and (len(parts.codes) > 1 or parts.lone_side)):
        gender = genders.pop() if len(genders) == 1 and not parts.lone_side else None
        return Title(None, gender, honorifics, several=True, reason="several_persons")
    code = parts.codes[0] if parts.codes else None
    if len(set(parts.codes)) > 1:
        code = "MRS"  # "Mme/Mlle": the choice between the two says a woman
    code = code or (TITLE_OF_GENDER[parts.gender] if parts.gender else None)
    reason = "name_in_title" if parts.left_over else None
    return Title(code, GENDER_OF_TITLE.get(code or "", parts.gender), honorifics, reason=reason)


def _parts(tokens: list[str], words: TitleWords) -> _Parts:
    parts = _Parts()
    tokens = _without_salutation(tokens, words)
    position, side = 0, 0
    while position < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - position), 0, -1):
            phrase = " ".join(tokens[position : position + length])
            is_code = phrase in words.codes and (phrase not in words.every_honorific or length > 1)
            if is_code and not (length == 1 and parts.codes and phrase in words.joiners):
                parts.codes.append(words.codes[phrase])
                side += 1
            elif phrase in words.several:
                parts.several.append(words.several[phrase])
            elif phrase in words.every_honorific:
                parts.honorifics.append(words.display(phrase))
                parts.gender = parts.gender or words.honorific_gender.get(phrase)
            elif phrase in words.joiners and position and position + 1 < len(tokens):
                parts.joined = True
                parts.lone_side = parts.lone_side or side == 0
                side = 0
            else:
                continue
            position += length
            break
        else:
            parts.left_over = True
            break
    parts.lone_side = parts.lone_side or (parts.joined and side == 0)
    return parts


def _without_salutation(tokens: list[str], words: TitleWords) -> list[str]:
    """The words behind the opening of a letter: "sehr geehrter herr" -> "herr"."""
    while taken := salutation_length(tokens, words):
        tokens = tokens[taken:]
    return tokens


def salutation_length(folds: list[str], words: TitleWords) -> int:
    """How many words in front are the opening of a letter; 0 when nothing stands behind them."""
    for length in range(min(_LONGEST, len(folds) - 1), 0, -1):
        if " ".join(folds[:length]) in words.salutations:
            return length
    return 0


def _titled(code: str) -> Title:
    return Title(code, GENDER_OF_TITLE.get(code))


def _without_choice(folded: str) -> str:
    return " ".join(word for word in folded.split() if word not in {"ou", "oder", "or", "of", "o"})


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words)) - {""}


def _by_style(groups: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {fold(word): frozenset(styles) for word, styles in groups.items()}


def _by_word(groups: Mapping[Any, Iterable[str]]) -> dict[str, str]:
    return {fold(word): str(code) for code, words in groups.items() for word in words}
