"""Organisation names, and telling an organisation from a person where the column does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.standardisation import FirstNames, Kinds, LegalForms, NameParts, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.legal_forms import FormTable, find_legal_form, is_written_in_capitals
from engine.standardise.placeholders import PlaceholderWords, is_placeholder

_QUOTED = re.compile(r"""^(?:"([^"]*)"|«\s*([^«»]*?)\s*»|“([^“”]*)”|„([^„“”]*)[“”]|'([^']*)')$""")
_EDGES = " ,;|/\\-_"
_LONG_FORM = 4
"""A legal form of so many letters (sarl, gmbh) is believed in a person's column in any case; a shorter one (inc, ltd)
not where all is lower case and the country another."""


class Organisation(NamedTuple):
    """An organisation's name and legal form, or the reason why there is none."""

    name: str | None
    legal_form: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationWords:
    """The compiled rules about organisations."""

    forms: FormTable
    structure_words: Mapping[str, str]
    structure_starts: frozenset[str]
    first_names: frozenset[str]
    particles: frozenset[str]
    placeholders: PlaceholderWords

    @classmethod
    def of(
        cls, forms: LegalForms, kinds: Kinds, first_names: FirstNames, parts: NameParts, placeholders: Placeholders
    ) -> OrganisationWords:
        """Compile the rules once."""
        particles = {fold(word) for style in parts.particles.values() for word in style.lower}
        return cls(
            FormTable.of(forms),
            {fold(word): topic for topic, words in kinds.structure_words.items() for word in words},
            frozenset(map(fold, kinds.structure_starts)),
            first_names.all(),
            frozenset(particles | {fold(word) for word in parts.last_name_starts}),
            PlaceholderWords.of(placeholders),
        )


def standardise_organisation(raw: str, country: str | None, words: OrganisationWords) -> Organisation:
    """An organisation's name: blanks, quotes and loose signs tidied, spelling and case kept, legal form found.

    Reasons: ``placeholder``, ``mojibake_repaired``.
    """
    text, repaired = clean(raw)
    tidied = tidy(text)
    while tidied != text:  # a sign at the edge can hide a broken encoding from its repair
        text, again = clean(tidied)
        repaired = repaired or again
        tidied = tidy(text)
    if not text or is_placeholder(text, words.placeholders) or fold(text) in words.placeholders.organisations:
        return Organisation(None, reason="placeholder" if raw.strip() else None)
    form = find_legal_form(text, country, words.forms)
    if form is not None and form.risky and not form.agrees:
        in_capitals = is_written_in_capitals(text, form.words, at_end=form.at_end)
        if country is not None or not form.at_end or not in_capitals or text.isupper():
            form = None  # "St. Augustine College", "Cortez SA" in the US: a word, not a form
    return Organisation(text, form.canonical if form else None, "mojibake_repaired" if repaired else None)


def recognise_organisation(text: str, country: str | None, words: OrganisationWords) -> Organisation | None:
    """The organisation that a cell of a person's column names, or None when it may well be a person.

    Believed: a legal form (a short one only in capitals or in its country, never "de Sá"), or a structure word
    ("École", "Mairie") in a name of several words that does not begin with a first name.
    """
    folded = fold(text).split()
    if not folded:
        return None
    form = find_legal_form(text, country, words.forms)
    if form is not None and _is_company(text, form.rest, form.words, words, form.at_end, form.agrees, form.risky):
        return Organisation(tidy(text), form.canonical)
    if folded[0] in words.first_names:
        return None
    if _has_structure_word(text, folded, words):
        return Organisation(tidy(text), form.canonical if form and form.keep_in_name else None)
    return None


def tidy(text: str) -> str:
    """A name without quotes around all of it and without signs at its edges."""
    previous = None
    while text != previous:
        previous = text
        text = text.strip(_EDGES)
        quoted = _QUOTED.match(text)
        if quoted:
            text = next(part for part in quoted.groups() if part is not None).strip()
    return text


def _is_company(
    text: str,
    rest: tuple[str, ...],
    form: tuple[str, ...],
    words: OrganisationWords,
    at_end: bool,
    agrees: bool,
    risky: bool,
) -> bool:
    if rest[-1] in words.particles and at_end:
        return False  # "de Sá", "van Ag": the form is the name
    in_capitals = is_written_in_capitals(text, form, at_end=at_end)
    if not at_end:
        return agrees and in_capitals and not risky and fold(form[0]) not in words.first_names
    if risky:
        return agrees and in_capitals and (not text.isupper() or rest[0] not in words.first_names)
    return agrees or sum(map(len, form)) >= _LONG_FORM or not text.islower()


def _has_structure_word(text: str, folded: list[str], words: OrganisationWords) -> bool:
    if len(folded) == 1:
        return words.structure_words.get(folded[0]) == "public"
    if folded[0] in words.structure_starts and text.split()[0].isupper():
        return True
    for position in range(len(folded)):
        for length in (1, 2, 3):
            if " ".join(folded[position : position + length]) in words.structure_words:
                return True
    return False
