"""Names of persons: what stands in a first-name, last-name or full-name cell."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from engine.standardise.affixes import (
    Affixes,
    find_birth_name,
    is_birth_marker,
    only_honorifics,
    take_inner_titles,
    take_prefixes,
    take_suffixes,
)
from engine.standardise.folding import fold
from engine.standardise.name_cells import Cell, open_cell, settle
from engine.standardise.name_couples import find_joint, read_couple, without_family
from engine.standardise.name_halves import NameOrder, capitals_cue, halves, is_initials, is_sure_first_name
from engine.standardise.name_words import NameWords, fold_word
from engine.standardise.organisations import recognise_organisation

__all__ = [
    "NameOrder", "PersonName", "is_initials", "person_in_organisation", "standardise_first_name",
    "standardise_full_name", "standardise_last_name",
]  # fmt: skip

_DIGIT = re.compile(r"\d")
_SIGNS = re.compile(r"[()\[\]&+/;]")
_PARENTHESIS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_LONGEST_PERSON = 6
"""Words in the longest cell of an organisation column that may be a person's name."""

_STRAY = re.compile(r"[()\[\]]")
_JOINING = re.compile(r"\s*([&+/;])\s*")
_WORD = 3
"""Letters in the shortest word that may be a last name in the wrong column; shorter ones are initials."""

_WRITTEN_IN = frozenset({"email_in_name", "phone_in_name", "website_in_name", "remark_in_name"})


class PersonName(NamedTuple):
    """What one cell says of a person.

    Attributes:
        first_name, last_name, birth_name: proper case.
        suffix: JUNIOR, SENIOR, II, III, IV.
        academic_title, title, gender: from what stood in front of the name.
        persons: how many persons the cell names.
        organisation, legal_form: the organisation that the cell names instead of, or besides, a person.
        household: the cell names a family.
        alone: a placeholder only when the other name says nothing either ("Guest", "Cash").
        reason: placeholder, household_name, two_persons, email_in_name, phone_in_name, website_in_name,
            remark_in_name, suspect_name, digits_in_name, symbols_in_name, lost_letters, mojibake_repaired,
            organisation_in_name.
        seems: which name the cell looks like when that is not its column's: a last name that is practically always a
            first name, a first name that is none we know.
    """

    first_name: str | None = None
    last_name: str | None = None
    birth_name: str | None = None
    suffix: str | None = None
    academic_title: str | None = None
    title: str | None = None
    gender: str | None = None
    persons: int | None = None
    organisation: str | None = None
    legal_form: str | None = None
    household: bool = False
    alone: bool = False
    reason: str | None = None
    seems: Literal["first_name", "last_name"] | None = None


def standardise_first_name(raw: str, words: NameWords, *, style: str, titled: bool = False) -> PersonName:
    """Read one cell of a first-name column: "DR. JEAN", "Jean et Marie", "Famille"."""
    if words.is_plain(raw):
        seems: Literal["last_name"] | None = None
        if len(raw) >= _WORD and not any(map(words.is_first_name, raw.split())):
            seems = "last_name"
        return PersonName(words.cased([raw], style, first_name=True), persons=1, seems=seems)
    cell, refused = _open(raw, words)
    if refused is not None:
        return refused
    found = Affixes()
    if cell.folded in words.titles.household:
        return PersonName(household=True, reason="household_name")
    tokens = take_prefixes(_tokens(cell.text, words), found, words, style=style, titled=titled)
    tokens = take_suffixes(tokens, found, words, style=style, others=1)
    tokens, _ = without_family(tokens, found, words, style=style)
    joint = find_joint(tokens, words, style=style)
    name = PersonName(first_name=_cased_joined(tokens, words, style, first_name=True), persons=2 if joint else 1)
    return _closed(name, found, cell, words)


def standardise_last_name(
    raw: str, words: NameWords, *, style: str, country: str | None = None, titled: bool = False
) -> PersonName:
    """Read one cell of a last-name column: "Dupont née Martin", "Dr. Meier", "Familie Meier", "Dupont, Jean".

    ``organisation`` is filled when the cell looks like a company: whether it is one, the row decides.
    """
    if words.is_plain(raw) and (raw.isupper() or " " not in raw):
        return PersonName(
            last_name=words.cased([raw], style),
            persons=1,
            seems="first_name" if is_sure_first_name(raw, words) else None,
        )
    cell, refused = _open(raw, words)
    if refused is not None:
        return refused
    found = Affixes()
    company = recognise_organisation(cell.text, country, words.organisations)
    tokens = _without_comma_before_birth(_tokens(cell.text, words), words, style)
    tokens = take_prefixes(tokens, found, words, style=style, titled=titled)
    tokens, with_family = without_family(tokens, found, words, style=style)
    tokens, household = _without_trailing_household(tokens, words)
    found.household = found.household or household
    first: list[str] = []
    tokens, first = _comma_halves(tokens, found, words, style=style)
    tokens = take_suffixes(tokens, found, words, style=style, others=1)
    birth: list[str] = []
    split = find_birth_name(tokens, words, style=style)
    if split is not None:
        tokens, birth = _born(split.before, split.after, split.kind, found)
    elif not first:
        tokens, first = capitals_cue(tokens, words, only_known_first_names=True) or (tokens, first)
    joint = find_joint(tokens, words, style=style)
    name = PersonName(
        first_name=words.cased(first, style, first_name=True),
        last_name=_cased_joined(tokens, words, style),
        birth_name=words.cased(birth, style),
        persons=None if found.household else 2 if joint else 1,
        organisation=company.name if company else None,
        legal_form=company.legal_form if company else None,
    )
    return _closed(name, found, cell, words, with_family=with_family)


def standardise_full_name(
    raw: str,
    words: NameWords,
    *,
    style: str,
    country: str | None = None,
    order: NameOrder = "first_last",
    titled: bool = False,
) -> PersonName:
    """Split one cell of a full-name column.

    A comma, a block in capitals and initials say themselves where the last name is; every other cell follows
    ``order``, which is decided once per column (see :mod:`engine.standardise.name_order`).
    """
    if words.is_plain(raw):
        first, last = halves(raw.split(), words, style=style, order=order)
        return PersonName(words.cased(first, style, first_name=True), words.cased(last, style), persons=1)
    cell, refused = _open(raw, words)
    if refused is not None:
        return refused
    short = _short_way(cell, words, style=style, order=order, titled=titled)
    if short is not None:
        return short
    found = Affixes()
    company = recognise_organisation(cell.text, country, words.organisations)
    if company is not None:
        return PersonName(organisation=company.name, legal_form=company.legal_form, reason="organisation_in_name")
    tokens = _without_comma_before_birth(_tokens(cell.text, words, full=True), words, style)
    tokens = take_prefixes(tokens, found, words, style=style, titled=titled)
    tokens, with_family = without_family(tokens, found, words, style=style)
    tokens, household = _without_trailing_household(tokens, words)
    found.household = found.household or household
    if found.household:
        return _closed(PersonName(last_name=words.cased(tokens, style)), found, cell, words)
    joint = find_joint(tokens, words, style=style)
    if joint and not is_birth_marker(tokens[joint + 1 :], words, style=style):
        couple = read_couple(tokens, joint, found, words, style=style, order=order, titled=titled)
        first_name = _cased_joined(couple.first, words, style, first_name=True)
        name = PersonName(first_name, _cased_joined(couple.last, words, style), persons=couple.persons)
        return _closed(name, found, cell, words)
    first, last, birth = _one_person(tokens, found, words, style=style, order=order)
    name = PersonName(
        words.cased(first, style, first_name=True), words.cased(last, style), words.cased(birth, style), persons=1
    )
    return _closed(name, found, cell, words, with_family=with_family)


def person_in_organisation(text: str, words: NameWords, *, style: str, country: str | None = None) -> PersonName | None:
    """The person that a cell of an organisation column names: sure with a civility ("Mme Dupont"), in doubt without.

    Without one only two words, one a common first name and the other not ("Dupont Jean"): a sole trader, or a brand.
    """
    tokens = text.split()
    if len(tokens) < 2 or len(tokens) > _LONGEST_PERSON or recognise_organisation(text, country, words.organisations):
        return None
    if fold_word(tokens[0]) in words.opening_words:
        name = standardise_full_name(text, words, style=style, country=country)
        if name.title is not None and name.last_name and not name.household and name.organisation is None:
            return name
        return None
    known = [words.is_first_name(token) for token in tokens]
    if len(tokens) == 2 and words.is_plain(text) and known[0] != known[1]:
        return standardise_full_name(text, words, style=style, country=country)
    return None


# -- opening and closing a cell -----------------------------------------------------------------


def _open(raw: str, words: NameWords) -> tuple[Cell, PersonName | None]:
    """The opened cell, and the answer when it is no name at all."""
    cell = open_cell(raw, words)
    if cell.refused or not cell.text:
        return cell, PersonName(reason=cell.reason)
    return cell, None


def _closed(
    name: PersonName, found: Affixes, cell: Cell, words: NameWords, *, with_family: bool = False, plain: bool = False
) -> PersonName:
    """The name with what was taken off it and the strongest reason; a half that says nothing ("Mme XXX") goes."""
    first_name, last_name = name.first_name, name.last_name
    if not plain:
        first_name, last_name = settle(first_name, words), settle(last_name, words)
    emptied = (name.first_name, name.last_name) != (None, None) and first_name is None and last_name is None
    persons = 2 if found.several and name.persons == 1 else name.persons
    title = found.title
    if persons is not None and persons > 1 and title in ("MR", "MRS", "MISS"):
        title = None
    persons = max(2, name.persons or 2) if title == "MR_AND_MRS" else persons
    alone = cell.folded in words.placeholders.names_when_alone
    reason: str | None = None
    if found.household or with_family:
        reason = "household_name"
    elif (name.persons or 0) > 1 or found.several:
        reason = "two_persons"
    elif cell.reason in _WRITTEN_IN:
        reason = cell.reason
    elif found.left_over:
        reason = "remark_in_name"
    elif cell.folded in words.placeholders.suspect_names:
        reason = "suspect_name"
    elif _DIGIT.search(cell.text):
        reason = "digits_in_name"
    else:
        reason = cell.reason
    return name._replace(
        first_name=first_name,
        last_name=last_name,
        suffix=found.suffix,
        academic_title=found.academic_title,
        title=title,
        gender=found.gender if title == found.title else None,
        persons=None if emptied and persons == 1 else persons,
        household=found.household,
        alone=alone,
        reason=reason or ("placeholder" if emptied else None),
    )


def _short_way(cell: Cell, words: NameWords, *, style: str, order: NameOrder, titled: bool) -> PersonName | None:
    """The answer for "Mme Anne DURAND" and "DURAND, Anne", the two shapes of most cells that are not plain."""
    found = Affixes()
    tokens = cell.text.split()
    if cell.folded.split(" ", 1)[0] in words.opening_words or "ª" in tokens[0]:
        tokens = take_prefixes(tokens, found, words, style=style, titled=titled)
    last, comma, first = " ".join(tokens).partition(",")
    if found.household or not words.is_plain(last) or (comma and not words.is_plain(first.strip())):
        return None
    firsts, lasts = first.split(), last.split()
    if not comma:
        firsts, lasts = halves(tokens, words, style=style, order=order)
    elif len(firsts) > 1 and firsts[-1] in words.behind_comma:
        return None
    name = PersonName(words.cased(firsts, style, first_name=True), words.cased(lasts, style), persons=1)
    return _closed(name, found, cell, words, plain=True)


def _tokens(text: str, words: NameWords, *, full: bool = False) -> list[str]:
    """Words of a name; what stands in parentheses goes, but for a birth name, particles and titles."""
    if not _SIGNS.search(text):
        return text.split()
    spoken = text
    while match := _PARENTHESIS.search(spoken):
        spoken = _spoken(spoken[: match.start()], match[1], spoken[match.end() :], words, full=full)
    spoken = _STRAY.sub(" ", spoken)
    spoken = spoken if spoken.strip(" ,;&+/") else _STRAY.sub(" ", text)
    if spoken.count(";") == 1 and "," not in spoken and min(len(part.split()) for part in spoken.split(";")) == 1:
        spoken = spoken.replace(";", ",")
    return _JOINING.sub(r" \1 ", spoken).split()


def _spoken(before: str, inner: str, after: str, words: NameWords, *, full: bool) -> str:
    """A name with what stood in parentheses put to its place, or gone (a nickname, a town)."""
    tokens, folded = inner.split(), fold(inner)
    if _speaks_of_birth(folded, words):
        return f"{before} {inner} {after}"
    first = tokens[0].lower() if tokens else ""
    if first in words.behind_comma and not first.startswith("l") and _only_particles(tokens, words):
        return f"{inner} {before} {after}"  # "FONTAINE (DE LA)": as old indexes write it
    if folded in words.titles.before_names or folded in words.suffixes or only_honorifics(tokens, words):
        return f"{before} {after} {inner}"
    rest = f"{before} {after}".split()
    if full and len(rest) == 1 and tokens and all(words.is_first_name(token) for token in tokens):
        return f"{before} {inner} {after}"  # "(Jean) Dupont": the only first name
    return f"{before} {after}"


def _only_particles(tokens: list[str], words: NameWords) -> bool:
    return all(fold_word(token) in words.last_name_starts for token in tokens)


def _speaks_of_birth(folded: str, words: NameWords) -> bool:
    first, _, rest = folded.partition(" ")
    return bool(rest) and (first in words.before_birth_name or first in words.before_married_name)


def _without_comma_before_birth(tokens: list[str], words: NameWords, style: str) -> list[str]:
    """ "Anna Meier, geb. Müller": the comma does not stand between last and first name."""
    for position in range(len(tokens) - 2):
        if tokens[position].endswith(",") and is_birth_marker(tokens[position + 1 :], words, style=style):
            return [*tokens[:position], tokens[position].rstrip(","), *tokens[position + 1 :]]
    return tokens


def _without_trailing_household(tokens: list[str], words: NameWords) -> tuple[list[str], bool]:
    if len(tokens) > 1 and fold_word(tokens[-1]) in words.titles.household:
        if len(tokens) > 2 and fold_word(tokens[0]) in words.titles.household_articles:
            return tokens[1:-1], True
        return tokens[:-1], True
    return tokens, False


def _cased_joined(tokens: list[str], words: NameWords, style: str, *, first_name: bool = False) -> str | None:
    """Names of one person, or of several with what joins them in lower case."""
    joint = find_joint(tokens, words, style=style)
    if not joint:
        return words.cased(tokens, style, first_name=first_name)
    left = words.cased(tokens[:joint], style, first_name=first_name)
    right = _cased_joined(tokens[joint + 1 :], words, style, first_name=first_name)
    return " ".join(part for part in (left, tokens[joint].lower(), right) if part)


# -- one person ---------------------------------------------------------------------------------


def _one_person(
    tokens: list[str], found: Affixes, words: NameWords, *, style: str, order: NameOrder
) -> tuple[list[str], list[str], list[str]]:
    """First names, last name, birth name."""
    last, first = _comma_halves(tokens, found, words, style=style)
    if first:
        last = take_suffixes(last, found, words, style=style, others=1)
        split = find_birth_name(last, words, style=style)
        if split is None:
            return first, last, []
        last, birth = _born(split.before, split.after, split.kind, found)
        return first, last, birth
    tokens = [token for token in (token.strip(",;") for token in last) if token]
    tokens = take_suffixes(tokens, found, words, style=style, others=2)
    tokens, order = take_inner_titles(tokens, found, words, order=order)
    split = find_birth_name(tokens, words, style=style)
    if split is None:
        first, last = halves(tokens, words, style=style, order=order)
        return first, last, []
    before, after = split.before, split.after
    if len(before) == 1 and len(after) > 1:  # "DUPONT née MARTIN Marie": the first name closes the cell
        before, after = [*before, after[-1]], after[:-1]
        first, last = before[1:], before[:1]
    else:
        first, last = halves(before, words, style=style, order=order)
    last, birth = _born(last, after, split.kind, found)
    return first, last, birth


def _born(last: list[str], after: list[str], kind: str, found: Affixes) -> tuple[list[str], list[str]]:
    """Last name and birth name on the two sides of "née", "épouse" or "divorcée"."""
    if kind == "former":
        found.left_over = True
        return last, []
    return (last, after) if kind == "born" else (after, last)


def _comma_halves(tokens: list[str], found: Affixes, words: NameWords, *, style: str) -> tuple[list[str], list[str]]:
    """ "Dupont, Jean" -> last name and first name; "John Smith, Jr." has only a suffix behind its comma."""
    text = " ".join(tokens)
    if text.count(",") not in (1, 2):
        return tokens, []
    last, *others = (part.split() for part in text.split(","))
    first: list[str] = []
    for part in others:
        rest = take_suffixes(part, found, words, style=style, others=0, after_comma=True)
        honorifics = only_honorifics(rest, words)
        if honorifics is not None:
            found.honorifics += honorifics
        elif rest and (first or _DIGIT.search(" ".join(rest))):
            found.left_over = True
        elif rest:
            first = rest
    if not last:
        return first, []
    first = take_prefixes(first, found, words, style=style, titled=False)
    is_upper = text.isupper()
    while len(first) > 1 and (first[-1].lower() if is_upper else first[-1]) in words.behind_comma:
        last, first = [first[-1], *last], first[:-1]
    return last, first
