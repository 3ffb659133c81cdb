"""Names of persons: what stands in a first-name, last-name or full-name cell."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from engine.standardise.affixes import Affixes, find_birth_name, take_prefixes, take_suffixes
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.name_words import NameWords, fold_word
from engine.standardise.organisations import recognise_organisation
from engine.standardise.placeholders import name_verdict

NameOrder = Literal["first_last", "last_first"]

_DIGIT = re.compile(r"\d")
_SIGNS = re.compile(r"[()\[\]&+/]")
_PARENTHESIS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_JOINING = re.compile(r"\s*([&+/])\s*")
_INITIALS = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])*\.?-?", re.UNICODE)
_ONLY_PARTICLES = frozenset({"de", "d", "du", "des", "von", "vom", "zum", "zur"})
_SPANISH = frozenset({"es", "pt"})


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
        reason: placeholder, household_name, two_persons, email_in_name, digits_in_name, suspect_name,
            mojibake_repaired, organisation_in_name.
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


def standardise_first_name(raw: str, words: NameWords, *, style: str, titled: bool = False) -> PersonName:
    """Read one cell of a first-name column: "DR. JEAN", "Jean et Marie", "Famille"."""
    if words.is_plain(raw):
        return PersonName(first_name=words.cased([raw], style, first_name=True), persons=1)
    cell, refused = _open(raw, words)
    if refused is not None:
        return refused
    found = Affixes()
    if cell.folded in words.titles.household:
        return PersonName(household=True, reason="household_name")
    tokens = take_prefixes(_tokens(cell.text), found, words, style=style, titled=titled)
    tokens = take_suffixes(tokens, found, words, style=style, others=1)
    joint = _joint(tokens, words)
    name = PersonName(first_name=_cased_first(tokens, words, style), persons=2 if joint else 1)
    return _closed(name, found, cell, words)


def standardise_last_name(
    raw: str, words: NameWords, *, style: str, country: str | None = None, titled: bool = False
) -> PersonName:
    """Read one cell of a last-name column: "Dupont née Martin", "Dr. Meier", "Familie Meier", "Dupont, Jean".

    ``organisation`` is filled when the cell looks like a company: whether it is one, the row decides.
    """
    if words.is_plain(raw) and (raw.isupper() or " " not in raw):
        return PersonName(last_name=words.cased([raw], style), persons=1)
    cell, refused = _open(raw, words)
    if refused is not None:
        return refused
    found = Affixes()
    company = recognise_organisation(cell.text, country, words.organisations)
    tokens = take_prefixes(_tokens(cell.text), found, words, style=style, titled=titled)
    tokens, household = _without_trailing_household(tokens, words)
    found.household = found.household or household
    first: list[str] = []
    tokens, first = _comma_halves(tokens, found, words, style=style)
    tokens = take_suffixes(tokens, found, words, style=style, others=1)
    birth: list[str] = []
    split = find_birth_name(tokens, words)
    if split is not None:
        before, after, born_after = split
        tokens, birth = (before, after) if born_after else (after, before)
    elif not first:
        tokens, first = _capitals_cue(tokens, words, only_known_first_names=True) or (tokens, first)
    joint = _joint(tokens, words)
    name = PersonName(
        first_name=words.cased(first, style, first_name=True),
        last_name=words.cased(tokens, style),
        birth_name=words.cased(birth, style),
        persons=None if found.household else 2 if joint else 1,
        organisation=company.name if company else None,
        legal_form=company.legal_form if company else None,
    )
    return _closed(name, found, cell, words)


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
        first, last = _halves(raw.split(), words, style=style, order=order)
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
    tokens = take_prefixes(_tokens(cell.text), found, words, style=style, titled=titled)
    tokens, household = _without_trailing_household(tokens, words)
    found.household = found.household or household
    if found.household:
        return _closed(PersonName(last_name=words.cased(tokens, style)), found, cell, words)
    joint = _joint(tokens, words)
    if joint:
        first, last = _two_persons(tokens, joint, found, words, style=style, order=order, titled=titled)
        name = PersonName(_cased_first(first, words, style), words.cased(last, style), persons=2)
        return _closed(name, found, cell, words)
    first, last, birth = _one_person(tokens, found, words, style=style, order=order)
    name = PersonName(
        words.cased(first, style, first_name=True), words.cased(last, style), words.cased(birth, style), persons=1
    )
    return _closed(name, found, cell, words)


# -- opening and closing a cell -----------------------------------------------------------------


class _Cell(NamedTuple):
    """A cleaned cell, its fold, and whether its encoding was repaired."""

    text: str
    folded: str
    repaired: bool


def _open(raw: str, words: NameWords) -> tuple[_Cell, PersonName | None]:
    """The cleaned cell, and the answer when it is no name at all."""
    text, repaired = clean(raw)
    cell = _Cell(text, fold(text), repaired)
    if not text:
        return cell, PersonName()
    if "@" in text:
        return cell, PersonName(reason="email_in_name")
    if name_verdict(text, cell.folded, words.placeholders) == "placeholder":
        return cell, PersonName(reason="placeholder")
    return cell, None


def _closed(name: PersonName, found: Affixes, cell: _Cell, words: NameWords) -> PersonName:
    """The name with what was taken off it and the strongest reason."""
    title = found.title
    if name.persons == 2 and title in ("MR", "MRS", "MISS"):
        title = None
    persons = 2 if title == "MR_AND_MRS" else name.persons
    alone = cell.folded in words.placeholders.names_when_alone
    reason: str | None = None
    if found.household:
        reason = "household_name"
    elif name.persons == 2:
        reason = "two_persons"
    elif cell.folded in words.placeholders.suspect_names:
        reason = "suspect_name"
    elif _DIGIT.search(cell.text):
        reason = "digits_in_name"
    elif cell.repaired:
        reason = "mojibake_repaired"
    return name._replace(
        suffix=found.suffix,
        academic_title=found.academic_title,
        title=title,
        gender=found.gender if title == found.title else None,
        persons=persons,
        household=found.household,
        alone=alone,
        reason=reason,
    )


def _short_way(cell: _Cell, words: NameWords, *, style: str, order: NameOrder, titled: bool) -> PersonName | None:
    """The answer for "Mme Anne DURAND" and "DURAND, Anne", the two shapes of most cells that are not plain."""
    found = Affixes()
    tokens = cell.text.split()
    if cell.folded.split(" ", 1)[0] in words.opening_words:
        tokens = take_prefixes(tokens, found, words, style=style, titled=titled)
    last, comma, first = " ".join(tokens).partition(",")
    if found.household or not words.is_plain(last) or (comma and not words.is_plain(first.strip())):
        return None
    firsts, lasts = (first.split(), last.split()) if comma else _halves(tokens, words, style=style, order=order)
    name = PersonName(words.cased(firsts, style, first_name=True), words.cased(lasts, style), persons=1)
    return _closed(name, found, cell, words)


def _tokens(text: str) -> list[str]:
    """Words of a name; what stands in parentheses goes, but for a birth name."""
    if not _SIGNS.search(text):
        return text.split()
    spoken = _PARENTHESIS.sub(lambda found: f" {found[1]} " if _speaks_of_birth(found[1]) else " ", text)
    spoken = spoken if spoken.strip(" ,") else text
    return _JOINING.sub(r" \1 ", spoken).split()


def _speaks_of_birth(text: str) -> bool:
    folded = fold(text).split()
    return len(folded) > 1 and folded[0] in {"nee", "ne", "geb", "geborene", "nata", "nato", "epouse", "born", "ep"}


def _without_trailing_household(tokens: list[str], words: NameWords) -> tuple[list[str], bool]:
    if len(tokens) > 1 and fold_word(tokens[-1]) in words.titles.household:
        return tokens[:-1], True
    return tokens, False


# -- two persons --------------------------------------------------------------------------------


def _joint(tokens: list[str], words: NameWords) -> int:
    """Position of the word that joins two persons; 0 when the cell names one."""
    for position in range(1, len(tokens) - 1):
        token = tokens[position]
        folded = fold_word(token)
        if token in words.joining_signs:
            return position
        if folded in words.joining_first_names:
            if words.is_first_name(tokens[position - 1]) and words.is_first_name(tokens[position + 1]):
                return position
        elif (folded in words.joining_words and token.islower()) or token in ("ET", "UND", "AND"):
            return position
    return 0


def _cased_first(tokens: list[str], words: NameWords, style: str) -> str | None:
    """First names of one person, or of two with what joins them in lower case."""
    joint = _joint(tokens, words)
    if not joint:
        return words.cased(tokens, style, first_name=True)
    left = words.cased(tokens[:joint], style, first_name=True)
    right = words.cased(tokens[joint + 1 :], style, first_name=True)
    return " ".join(part for part in (left, tokens[joint].lower(), right) if part)


def _two_persons(
    tokens: list[str],
    joint: int,
    found: Affixes,
    words: NameWords,
    *,
    style: str,
    order: NameOrder,
    titled: bool,
) -> tuple[list[str], list[str]]:
    """First names and last name of a couple; never split into two rows, that is the customer's decision."""
    left, sign, right = tokens[:joint], tokens[joint], tokens[joint + 1 :]
    other = Affixes()
    right = take_prefixes(right, other, words, style=style, titled=titled) or right
    if {found.title, other.title} == {"MR", "MRS"}:
        found.title, found.gender = "MR_AND_MRS", None
    found.honorifics += other.honorifics
    if len(left) == 1 and len(right) == 1:
        both = [left[0], sign, right[0]]
        return (both, []) if words.is_first_name(left[0]) and words.is_first_name(right[0]) else ([], both)
    if len(left) == 1:
        first, last, _ = _one_person(right, found, words, style=style, order="first_last")
        return [left[0], sign, *first], last
    if len(right) == 1:
        first, last, _ = _one_person(left, found, words, style=style, order="last_first")
        return [*first, sign, right[0]], last
    left_first, left_last, _ = _one_person(left, found, words, style=style, order=order)
    right_first, right_last, _ = _one_person(right, found, words, style=style, order=order)
    same = fold(" ".join(left_last)) == fold(" ".join(right_last))
    return [*left_first, sign, *right_first], left_last if same else [*left_last, sign, *right_last]


# -- one person ---------------------------------------------------------------------------------


def _one_person(
    tokens: list[str], found: Affixes, words: NameWords, *, style: str, order: NameOrder
) -> tuple[list[str], list[str], list[str]]:
    """First names, last name, birth name."""
    last, first = _comma_halves(tokens, found, words, style=style)
    if first:
        last = take_suffixes(last, found, words, style=style, others=1)
        split = find_birth_name(last, words)
        return (first, split[0], split[1]) if split and split[2] else (first, last, [])
    tokens = [token for token in (token.strip(",;") for token in last) if token]
    tokens = take_suffixes(tokens, found, words, style=style, others=2)
    split = find_birth_name(tokens, words)
    if split is None:
        first, last = _halves(tokens, words, style=style, order=order)
        return first, last, []
    before, after, born_after = split
    if len(before) == 1 and len(after) > 1:  # "DUPONT née MARTIN Marie": the first name closes the cell
        before, after = [*before, after[-1]], after[:-1]
        first, last = before[1:], before[:1]
    else:
        first, last = _halves(before, words, style=style, order=order)
    return (first, last, after) if born_after else (first, after, last)


def _comma_halves(tokens: list[str], found: Affixes, words: NameWords, *, style: str) -> tuple[list[str], list[str]]:
    """ "Dupont, Jean" -> last name and first name; "John Smith, Jr." has only a suffix behind its comma."""
    text = " ".join(tokens)
    if text.count(",") not in (1, 2):
        return tokens, []
    last, *others = (part.split() for part in text.split(","))
    first: list[str] = []
    for part in others:
        rest = take_suffixes(part, found, words, style=style, others=0, after_comma=True)
        first = first or rest
    if not last:
        return first, []
    return last, take_prefixes(first, found, words, style=style, titled=False)


def _halves(tokens: list[str], words: NameWords, *, style: str, order: NameOrder) -> tuple[list[str], list[str]]:
    if len(tokens) < 2:
        return [], tokens
    cued = _capitals_cue(tokens, words, only_known_first_names=False)
    if cued is not None:
        last, first = cued
        return first, last
    starts, ends = is_initials(tokens[0]), is_initials(tokens[-1])
    if starts != ends:
        order = "first_last" if starts else "last_first"
    elif fold_word(tokens[0]) in words.last_name_starts:
        cut = _cut_after_particles(tokens, words, order)
        if cut is not None:
            return tokens[cut:], tokens[:cut]
    elif (
        words.is_first_name(tokens[0])
        and not words.is_first_name(tokens[-1])
        and any(fold_word(token) in words.last_name_starts for token in tokens[1:-1])
    ):
        order = "first_last"  # "Jan van den Berg" says itself where its last name begins
    cut = _cut_first_last(tokens, words, style) if order == "first_last" else _cut_last_first(tokens, words)
    return (tokens[:cut], tokens[cut:]) if order == "first_last" else (tokens[cut:], tokens[:cut])


def _cut_first_last(tokens: list[str], words: NameWords, style: str) -> int:
    """Where the last name begins when the first name stands first."""
    for position in range(1, len(tokens) - 1):
        if style in _SPANISH and tokens[position].lower() in {"y", "e", "i"}:
            return position - 1  # "Ortega y Gasset" is one last name
        if fold_word(tokens[position]) in words.last_name_starts and not _is_inside_first_name(tokens, position):
            return position
    if style == "en":
        return len(tokens) - 1
    keep = 2 if style in _SPANISH and len(tokens) > 2 else 1
    cut = 1
    while cut < len(tokens) - keep:
        if _is_inside_first_name(tokens, cut):
            cut += 3 if fold_word(tokens[cut + 1]) == "los" else 2
        elif words.is_first_name(tokens[cut]) or is_initials(tokens[cut]):
            cut += 1
        else:
            break
    return min(cut, len(tokens) - 1)


def _cut_after_particles(tokens: list[str], words: NameWords, order: NameOrder) -> int | None:
    """Where the last name that begins with its particles ends: "van den Berg Jan", "de Paris"; None = no cue.

    Van, Ben, Al, Di are first names too: a particle that may be one counts only before another particle.
    """
    run = 1
    while run < len(tokens) and fold_word(tokens[run]) in words.last_name_starts:
        run += 1
    if run == 1 and fold_word(tokens[0]) not in _ONLY_PARTICLES:
        return None
    if run + 1 >= len(tokens):
        return len(tokens)
    return max(run + 1, _cut_last_first(tokens, words)) if order == "last_first" else run + 1


def _cut_last_first(tokens: list[str], words: NameWords) -> int:
    """Where the first name begins when the last name stands first."""
    cut = len(tokens) - 1
    while cut > 1 and (words.is_first_name(tokens[cut - 1]) or is_initials(tokens[cut - 1])):
        cut -= 1
    while cut < len(tokens) - 1 and fold_word(tokens[cut - 1]) in words.last_name_starts:
        cut += 1
    return cut


def _is_inside_first_name(tokens: list[str], position: int) -> bool:
    """ "María del Carmen", "Juan de Dios": first names of several words."""
    return (
        fold_word(tokens[position - 1]) in {"maria", "juan"}
        and len(tokens) - position > 2
        and fold_word(tokens[position + 1]) in {"carmen", "dios", "pilar", "rosario", "mar", "angeles", "luz", "los"}
    )


def _capitals_cue(
    tokens: list[str], words: NameWords, *, only_known_first_names: bool
) -> tuple[list[str], list[str]] | None:
    """One block in capitals beside mixed words is the last name, whatever the order: (last name, first names)."""
    capital = [sum(map(str.isalpha, token)) > 1 and token.isupper() and not is_initials(token) for token in tokens]
    if not any(capital):
        return None
    begin, end = capital.index(True), len(capital) - 1 - capital[::-1].index(True)
    if not all(capital[begin : end + 1]):
        inside = tokens[begin : end + 1]
        if any(not caps and fold_word(token) not in words.last_name_starts
               for caps, token in zip(capital[begin : end + 1], inside, strict=True)):  # fmt: skip
            return None
    while begin > 0 and tokens[begin - 1].islower() and fold_word(tokens[begin - 1]) in words.last_name_starts:
        begin -= 1
    if begin > 0 and end < len(tokens) - 1:
        return None
    first = tokens[:begin] + tokens[end + 1 :]
    if not first or all(token.islower() and not words.is_first_name(token) for token in first):
        return None
    if only_known_first_names and not all(words.is_first_name(token) for token in first):
        return None
    return tokens[begin : end + 1], first


def is_initials(token: str) -> bool:
    """Whether a word is one or more initials: "J.", "J.-P.", "A"."""
    return _INITIALS.fullmatch(token) is not None
