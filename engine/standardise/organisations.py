"""Organisation names, and telling an organisation from a person where the column does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.standardisation import FirstNames, Kinds, LegalForms, NameParts, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.legal_forms import FormTable, FoundForm, find_legal_form, is_written_in_capitals, words_of
from engine.standardise.placeholders import PlaceholderWords, is_placeholder

_QUOTED = re.compile(r"""^(?:"([^"]*)"|«\s*([^«»]*?)\s*»|“([^“”]*)”|„([^„“”]*)[“”]|'([^']*)')$""")
_EDGES = " ,;|/\\-_"
_LONG_FORM = 4
"""A legal form of so many letters (sarl, gmbh) is believed in a person's column in any case; a shorter one (inc, ltd)
not where all is lower case and the country another."""


_SHORTEST_IN_FRONT = 3
_ARTICLES = frozenset({"l", "la", "le", "les"})
_ENDS = frozenset({"sons", "partner", "sohne", "soehne", "associes", "associati"})


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
    structure_openers: frozenset[str]
    structure_openers_written: frozenset[str]
    structure_openers_with_dot: frozenset[str]
    structure_ends: frozenset[tuple[str, ...]]
    articles: frozenset[str]
    also_last_names: frozenset[str]
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
            frozenset(word for word in kinds.structure_openers if word.isascii()),
            frozenset(word for word in kinds.structure_openers if not word.isascii()),
            frozenset(map(fold, kinds.structure_openers_with_dot)),
            frozenset(map(words_of, kinds.structure_ends)),
            frozenset(map(fold, kinds.articles)),
            frozenset(map(fold, kinds.also_last_names)),
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

    Believed: a legal form (a short one only in capitals and in its country, or behind two words of a row whose country
    nobody knows, never "de Sá"), or a structure word
    ("École", "Mairie") in a name of several words that does not begin with a first name.
    """
    folded = fold(text).split()
    if not folded:
        return None
    form = find_legal_form(text, country, words.forms)
    if form is not None and _is_company(form, country, words):
        return Organisation(tidy(text), form.canonical)
    if folded[0] in words.first_names:
        return None
    if _has_structure_word(text, folded, words):
        believed = form is not None and form.keep_in_name and (form.agrees or not form.risky)
        return Organisation(tidy(text), form.canonical if form is not None and believed else None)
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


def _is_company(form: FoundForm, country: str | None, words: OrganisationWords) -> bool:
    if form.rest[-1] in words.particles and form.at_end:
        return False  # "de Sá", "van Ag": the form is the name
    in_capitals = is_written_in_capitals(form.within, form.words, at_end=form.at_end)
    if not form.at_end:
        believed = form.agrees or (country is None and not form.risky)
        if fold(form.words[0]) in words.first_names or not (believed and in_capitals):
            return False
        # "SAS Le Petit Bar" in France; SA and SE are too short to be told from a name in front
        return not form.risky or (form.is_risky_by_rule and len(form.words[0]) >= _SHORTEST_IN_FRONT)
    if form.risky and country is None and len(form.rest) > 1 and not form.within.isupper():
        return in_capitals and form.rest[0] not in words.first_names  # "Muster Reisen AG"; "Jones SA" may be initials
    if form.risky:
        return form.agrees and in_capitals and (not form.within.isupper() or form.rest[0] not in words.first_names)
    return form.agrees or sum(map(len, form.words)) >= _LONG_FORM or not form.within.islower()


def _has_structure_word(text: str, folded: list[str], words: OrganisationWords) -> bool:
    first = text.split()[0]
    if len(folded) > 1 and folded[0] in words.structure_starts and first.isupper():
        return True
    spoken = [word for word in folded if word not in words.articles]
    if len(spoken) < 2:
        # "L'auberge" is an inn, "L'Église" a last name, "Della Scuola" too
        topic = words.structure_words.get(" ".join(spoken))
        if len(folded) == 1 or folded[0] in words.particles - _ARTICLES or not spoken:
            return topic == "public" and folded[0] not in words.particles
        return topic is not None and spoken[0] not in words.also_last_names
    if (folded[0] in words.structure_openers and not first.islower()) or (
        len(folded) > 1 and first.strip(".").lower() in words.structure_openers_written
    ):
        return True
    if folded[0] in words.structure_openers_with_dot and first.endswith(".") and not first.islower():
        return True
    if "&" in text or folded[-1] in _ENDS:
        whole = words_of(text)
        if any(whole[-length:] in words.structure_ends for length in (2, 3) if len(whole) > length):
            return True
    for position in range(len(folded)):
        for length in (1, 2, 3):
            if " ".join(folded[position : position + length]) in words.structure_words:
                return True
    return False
