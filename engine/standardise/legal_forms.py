"""Legal forms: found at the start or the end of an organisation's name, with the country's own spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.rulebook.standardisation import LegalForms
from engine.standardise.folding import fold

_AMPERSAND = "ampersand"
_DOTTED = re.compile(r"(?:\b\w\.\s?){2,}\W*$")
_LONGEST = 7
"""Words in the longest phrase looked for ("societe cooperative ouvriere de production" has five)."""


class Form(NamedTuple):
    """One legal form of one country."""

    canonical: str
    country: str
    pos: Literal["start", "end", "both"]
    risky: bool
    keep_in_name: bool
    is_risky_by_rule: bool = False


class FoundForm(NamedTuple):
    """A form found in a name.

    Attributes:
        canonical: the country's spelling ("S.à r.l.").
        agrees: the form exists in the record's country.
        risky: the word is also a word or a name.
        rest: the folded words of the name without it.
        words: the folded words it was written in.
        at_end: it stands at the end, else at the start.
        within: the part of the name at whose end (or start) it stands, as written.
        is_risky_by_rule: risky by its own rule, and not because it is on the list of names.
    """

    canonical: str
    agrees: bool
    risky: bool
    keep_in_name: bool
    rest: tuple[str, ...]
    words: tuple[str, ...]
    at_end: bool
    within: str
    is_risky_by_rule: bool = False


@dataclass(frozen=True, slots=True)
class FormTable:
    """The compiled ``legal_forms.yml``: spelling -> forms, in the order of the rule file."""

    by_spelling: Mapping[str, tuple[Form, ...]]
    same_as: Mapping[str, str]
    states: frozenset[tuple[str, ...]]
    state_ends: frozenset[str]
    followed_by: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, rules: LegalForms) -> FormTable:
        """Compile the rules once."""
        names_too = {" ".join(words_of(spelling)) for spelling in rules.names_too}
        table: dict[str, list[Form]] = {}
        for country, forms in rules.forms.items():
            for canonical, form in forms.items():
                for spelling in form.v:
                    key = " ".join(words_of(spelling))
                    found = Form(canonical, country, form.pos, form.risky or key in names_too, form.keep_in_name,
                                 form.risky and key not in names_too)  # fmt: skip
                    entries = table.setdefault(key, [])
                    if found not in entries:
                        entries.append(found)
        states = frozenset(tuple(fold(state).split()) for state in rules.states)
        return cls(
            {spelling: tuple(entries) for spelling, entries in table.items()},
            rules.same_as,
            states,
            frozenset(state[-1] for state in states),
            {country: frozenset(map(fold, words)) for country, words in rules.followed_by.items()},
        )


def find_legal_form(name: str, country: str | None, table: FormTable) -> FoundForm | None:
    """The legal form of ``name``; the longest spelling wins, the end before the start.

    A name that is nothing but a form has none. Where several countries share a spelling the record's country
    decides, else the first of the rule file.

    >>> from engine.rulebook import RuleBook
    >>> table = FormTable.of(RuleBook().load("standardisation/legal_forms.yml", LegalForms))
    >>> find_legal_form("Muster S.à r.l.", "LU", table).canonical
    'S.à r.l.'
    """
    words = words_of(name)
    found = _find(name, words, country, table, at_end=True)
    if found is None:
        for within in _shortened(name, country, table):
            found = _find(within, words_of(within), country, table, at_end=True)
            if found is not None and not found.keep_in_name:
                return found
        found = None
    return found or _find(name, words, country, table, at_end=False)


def _find(
    name: str, words: tuple[str, ...], country: str | None, table: FormTable, *, at_end: bool
) -> FoundForm | None:
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        spelled = words[-length:] if at_end else words[:length]
        form = _choose(" ".join(spelled), country, table, at_end=at_end)
        if form is not None:
            agrees = country is not None and form.country in (country, table.same_as.get(country))
            rest = words[:-length] if at_end else words[length:]
            return FoundForm(form.canonical, agrees, form.risky, form.keep_in_name, rest, spelled, at_end, name,
                             form.is_risky_by_rule)  # fmt: skip
    return None


def _shortened(name: str, country: str | None, table: FormTable) -> Iterator[str]:
    """The name without what may follow a form: a state, a place behind a comma, a remark in parentheses, an owner."""
    words = name.split()
    if words and fold(words[-1]).rpartition(" ")[2] in table.state_ends:
        for length in (4, 3, 2, 1):
            if len(words) > length + 1 and tuple(fold(" ".join(words[-length:])).split()) in table.states:
                yield " ".join(words[:-length]).rstrip(" ,(-")
                break
    before, comma, after = name.rpartition(",")
    if comma and before and after.strip():
        yield before
    before, parenthesis, _ = name.partition("(")
    if parenthesis and before.strip():
        yield before.strip()
    before, dash, after = name.rpartition(" - ")
    if dash and before and after:
        yield before
    owners = table.followed_by.get(country or "", frozenset())
    for position in range(2, len(words) - 1):
        if words[position] in owners:
            yield " ".join(words[:position])


def words_of(name: str) -> tuple[str, ...]:
    """Folded words with initials joined and ``&`` kept.

    >>> words_of("Meier & Co. S.à r.l.")
    ('meier', '&', 'co', 'sarl')
    """
    folded = fold(name.replace("&", f" {_AMPERSAND} ")).split()
    return tuple("&" if word == _AMPERSAND else word for word in _joined(folded))


def _joined(words: list[str]) -> Iterator[str]:
    """Runs of single letters become one word: "s p a" is "spa"; a digit or a lone letter stays."""
    run = ""
    previous = ""
    for word in words:
        previous, before = word, previous
        if before == _AMPERSAND and len(word) == 1:
            yield word  # "& C. s.n.c.": the initial of the company, not of its form
            continue
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            yield run
            run = ""
        yield word
    if run:
        yield run


def _choose(spelling: str, country: str | None, table: FormTable, *, at_end: bool) -> Form | None:
    wanted = "end" if at_end else "start"
    spelled = table.by_spelling.get(spelling)
    if spelled is None:
        return None
    forms = [form for form in spelled if form.pos in (wanted, "both")]
    for home in (country, table.same_as.get(country or "")):
        for form in forms:
            if form.country == home:
                return form
    return forms[0] if forms else None


def is_written_in_capitals(name: str, words: tuple[str, ...], *, at_end: bool) -> bool:
    """Whether the form stands in capitals or dotted initials: "Dupont SA", "Rossi S.p.A.", not "dupont sa"."""
    if at_end and _DOTTED.search(name):
        return True
    letters = sum(map(len, words))
    text = re.sub(r"[^\w]", "", name)
    return (text[-letters:] if at_end else text[:letters]).isupper()
