"""What the standardisers of person names know: the compiled rules, ready to be sent to worker processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Civilities, FirstNames, Kinds, LegalForms, NameParts, Placeholders
from engine.standardise.casing import CaseStyle, proper_case
from engine.standardise.cleaning import BROKEN
from engine.standardise.folding import fold
from engine.standardise.organisations import OrganisationWords
from engine.standardise.placeholders import PlaceholderWords
from engine.standardise.titles import TitleWords

NEUTRAL = "neutral"

fold_word = lru_cache(maxsize=100_000)(fold)
"""Folding of single words: the same first names, titles and particles come back in every cell."""

_PLAIN = re.compile(r"[^\W\d_ªº]+(?:[ '’-][^\W\d_ªº]+)*")
_APOSTROPHE = re.compile("['’]")


@dataclass(frozen=True)
class NameWords:
    """The compiled lists of ``name_parts.yml`` with the civilities, first names and organisations they need."""

    titles: TitleWords
    placeholders: PlaceholderWords
    organisations: OrganisationWords
    first_names: frozenset[str]
    styles: Mapping[str, CaseStyle]
    never_last_names: frozenset[str]
    also_last_names: frozenset[str]
    compound_heads: frozenset[str]
    compound_tails: frozenset[str]
    joined_heads: frozenset[str]
    inner_capital: tuple[str, ...]
    inner_capital_names: Mapping[str, str]
    last_name_starts: frozenset[str]
    behind_comma: frozenset[str]
    before_birth_name: frozenset[str]
    before_married_name: frozenset[str]
    before_former_name: frozenset[str]
    before_married_name_in_style: Mapping[str, frozenset[str]]
    suffixes: Mapping[str, str]
    suffix_with_dot_or_style: Mapping[str, frozenset[str]]
    suffix_lower_case: frozenset[str]
    kept_in_name: frozenset[str]
    kept_in_name_styles: frozenset[str]
    post_nominal: frozenset[str]
    post_nominal_after_comma: frozenset[str]
    joining_words: frozenset[str]
    joining_signs: frozenset[str]
    joining_first_names: frozenset[str]
    joining_in_style: Mapping[str, frozenset[str]]
    spouse: frozenset[str]
    family: frozenset[str]
    tail_fillers: frozenset[str]
    remarks: frozenset[tuple[str, ...]]
    around_remarks: frozenset[str]
    header_first: frozenset[str]
    header_last: frozenset[str]

    @classmethod
    def load(cls, book: RuleBook) -> NameWords:
        """Compile the rules of a run once."""
        parts = book.load("standardisation/name_parts.yml", NameParts)
        placeholders = book.load("standardisation/placeholders.yml", Placeholders)
        first_names = book.load("standardisation/first_names.yml", FirstNames)
        suffixes = parts.suffixes
        return cls(
            titles=TitleWords.of(book.load("standardisation/civilities.yml", Civilities)),
            placeholders=PlaceholderWords.of(placeholders),
            organisations=OrganisationWords.of(
                book.load("standardisation/legal_forms.yml", LegalForms),
                book.load("standardisation/kinds.yml", Kinds),
                first_names,
                parts,
                placeholders,
            ),
            first_names=first_names.all(),
            styles={name: CaseStyle.of(rules, name=name) for name, rules in parts.particles.items()},
            never_last_names=_folded(first_names.never_last_names),
            also_last_names=_folded(first_names.also_last_names),
            compound_heads=_folded(parts.first_name_compounds.heads),
            compound_tails=_folded(parts.first_name_compounds.tails),
            joined_heads=_folded(parts.first_name_compounds.joined_heads),
            inner_capital=parts.inner_capital,
            inner_capital_names={name.lower(): name for name in parts.inner_capital_names},
            last_name_starts=_folded(parts.last_name_starts),
            behind_comma=frozenset(parts.behind_comma),
            before_birth_name=_folded(parts.birth_name.before_birth_name),
            before_married_name=_folded(parts.birth_name.before_married_name),
            before_former_name=_folded(parts.birth_name.before_former_name),
            before_married_name_in_style=_by_style(parts.birth_name.before_married_name_in_style),
            suffixes={fold(word): code for code, words in suffixes.generational.items() for word in words},
            suffix_with_dot_or_style=_by_style(suffixes.only_with_dot_or_style),
            suffix_lower_case=_folded(suffixes.only_lower_case),
            kept_in_name=_folded(suffixes.kept_in_name),
            kept_in_name_styles=frozenset(suffixes.kept_in_name_styles),
            post_nominal=_folded(suffixes.post_nominal),
            post_nominal_after_comma=_folded(suffixes.post_nominal_after_comma),
            joining_words=_folded(parts.joined_persons.words),
            joining_signs=frozenset(parts.joined_persons.signs),
            joining_first_names=_folded(parts.joined_persons.between_first_names),
            joining_in_style=_by_style(parts.joined_persons.words_in_style),
            spouse=_folded(parts.joined_persons.spouse),
            family=_folded(parts.joined_persons.family),
            tail_fillers=_folded(parts.joined_persons.fillers),
            remarks=frozenset(
                tuple(fold(phrase).split()) for said in parts.remarks.phrases.values() for phrase in said
            ),
            around_remarks=_folded(parts.remarks.around),
            header_first=_folded(parts.header_words.first),
            header_last=_folded(parts.header_words.last),
        )

    @cached_property
    def special(self) -> frozenset[str]:
        """Every folded word that means more than "part of a name": a name without any of them takes the short way.

        Of a phrase of several words those that are no particle or first name: "de heer" is known by its "heer".
        """
        titles = self.titles
        phrases = (
            titles.before_names | set(titles.weak) | titles.household | titles.honorifics | titles.honorifics_with_dot
            | set(titles.in_style) | set(titles.honorifics_in_style) | set(titles.several) | titles.salutations
            | self.before_birth_name | self.before_married_name | self.before_former_name | set(self.suffixes)
            | set(self.before_married_name_in_style) | set(self.joining_in_style)
            | {" ".join(phrase) for phrase in self.remarks}
            | self.post_nominal | self.post_nominal_after_comma | self.joining_words | self.joining_first_names
            | set(self.organisations.structure_words) | self.organisations.structure_starts
            | self.organisations.structure_openers | self.organisations.structure_openers_with_dot
            | set(map(fold, self.organisations.structure_openers_written))
            | set(self.organisations.forms.by_spelling)
        )  # fmt: skip
        everyday = self.last_name_starts | self.organisations.particles | self.first_names
        words = {word for phrase in phrases for word in phrase.split() if word == phrase or word not in everyday}
        return frozenset(words)

    @cached_property
    def remark_starts(self) -> frozenset[str]:
        """First words of the remarks."""
        return frozenset(phrase[0] for phrase in self.remarks)

    @cached_property
    def special_values(self) -> frozenset[str]:
        """Folded values that are placeholders or sample persons as a whole."""
        known = self.placeholders
        return known.folded | known.names | known.names_when_alone | known.suspect_names

    def cased(self, words: list[str], style: str, *, first_name: bool = False) -> str | None:
        """Words of a name as one text in proper case; None when there are none."""
        text = " ".join(words).strip(" ,;")
        if not text:
            return None
        chosen = self.styles.get(style) or self.styles[NEUTRAL]
        return proper_case(
            text,
            chosen,
            inner_capital=self.inner_capital,
            inner_capital_names=self.inner_capital_names,
            first_name=first_name,
        )

    @cached_property
    def opening_words(self) -> frozenset[str]:
        """First words of everything that may stand in front of a name."""
        titles = self.titles
        openings = (
            titles.before_names | set(titles.weak) | titles.honorifics | titles.honorifics_with_dot
            | set(titles.in_style) | set(titles.honorifics_in_style) | titles.honorifics_after_title
            | set(titles.several) | titles.household | titles.household_articles | titles.salutations
        )  # fmt: skip
        glued = {phrase for phrase in openings if " " in phrase}  # "Sig.ra", "Gent.ma" fold to two words
        return frozenset(phrase.split()[0] for phrase in openings) | glued

    def is_plain(self, raw: str) -> bool:
        """Whether a cell is letters, blanks, hyphens and apostrophes, and no word means more than itself.

        Nine names of ten are plain: they skip the search for titles, suffixes, couples and companies.
        """
        if raw.isascii():
            if not raw.isalpha() and _PLAIN.fullmatch(raw) is None:
                return False
            apostrophe = "'" in raw
            folded = raw.lower().replace("'", "").replace("-", " ")
        elif _PLAIN.fullmatch(raw) is None or BROKEN.search(raw):
            return False
        else:
            apostrophe = _APOSTROPHE.search(raw) is not None
            folded = fold(_APOSTROPHE.sub("", raw) if apostrophe else raw)
        if len(folded) <= 2 or len(set(folded)) == 1 or folded in self.special_values:
            return False
        if not self.special.isdisjoint(folded.split()) or self.placeholders.patterns.search(folded):
            return False
        # "l'auberge" is one word above and hides its inn
        return not apostrophe or self.special.isdisjoint(word for word in fold(raw).split() if len(word) > 1)

    def is_first_name(self, word: str) -> bool:
        """Whether a word, or the first half of a hyphenated one, is a common first name."""
        folded = fold_word(word)
        return folded in self.first_names or ("-" in word and folded.split(" ", 1)[0] in self.first_names)


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words)) - {""}


def _by_style(groups: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    return {fold(word): frozenset(styles) for word, styles in groups.items()}
