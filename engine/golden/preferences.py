"""Preferences: the words that survivorship lists are made of, each an SQL expression over one candidate.

A candidate is one value of one attribute of one contact (its letters, one written form of them, or one home); larger
is better, NULL is worst. Cheap preferences read what every candidate carries (sql/letter.sql). The others name evidence
that engine/golden/evidence.py gathers for the candidates still tied, and read its ``score``.

To add one: write a function here (its name is the word, its docstring the reference), name it in a list.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import Problem, RuleErrors
from engine.rulebook.load import RuleBook
from engine.rulebook.survivorship import Survivorship

CONTACT_RULES = "survivorship/contact.yml"

LETTERS, FORM, HOME = "letters", "form", "home"


@dataclass(frozen=True, slots=True)
class Preference:
    """A named SQL expression over one candidate.

    Attributes:
        name: the word in the rule file.
        doc: what it prefers.
        expression: SQL; larger wins.
        scopes: in which lists it may stand (``letters`` includes ``variant``).
        evidence: what must be gathered for it, ``None`` = nothing.
    """

    name: str
    doc: str
    expression: str
    scopes: frozenset[str]
    evidence: str | None


PREFERENCES: dict[str, Preference] = {}


def _preference(*scopes: str, evidence: str | None = None) -> Callable[[Callable[[], str]], Callable[[], str]]:
    def register(function: Callable[[], str]) -> Callable[[], str]:
        name = function.__name__
        doc = (function.__doc__ or "").strip()
        PREFERENCES[name] = Preference(name, doc, function(), frozenset(scopes), evidence)
        return function

    return register


@_preference(LETTERS)
def valid() -> str:
    """More believable in itself: a name spelled out, a plausible birth year, a person's mailbox."""
    return "valid"


@_preference(LETTERS)
def undoubted() -> str:
    """Standardisation found nothing to doubt (``valid.doubts`` lists its reason codes that count)."""
    return "undoubted"


@_preference(LETTERS)
def not_1_january() -> str:
    """A date of birth other than 1 January, which is what systems write when they know the year only."""
    return "case when candidate like '%-01-01' then 0 else 1 end"


@_preference(LETTERS, FORM, HOME)
def rows_agree() -> str:
    """Held by more records."""
    return "rows"


@_preference(LETTERS, FORM, HOME)
def newest() -> str:
    """Held by the record changed last; dates of bulk changes count as unknown."""
    return "epoch(newest)"


@_preference(LETTERS, FORM, HOME)
def source() -> str:
    """Held by the source that stands first in ``prefer_sources``."""
    return "source_rank"


@_preference(LETTERS)
def main_column() -> str:
    """Stands in the attribute's own column, not in that of a second value."""
    return "main"


@_preference(LETTERS, evidence="known")
def known() -> str:
    """Other contacts have it too: yes or no, since counting would change golden records when others leave."""
    return "score"


@_preference(LETTERS, evidence="not_swapped")
def not_swapped() -> str:
    """Not a name that is commoner in the other name column (first for last, last for first)."""
    return "score"


@_preference(LETTERS, evidence="email_supports")
def email_supports() -> str:
    """Stands in the local part of one of the contact's e-mail addresses."""
    return "score"


@_preference(LETTERS, evidence="usual_domain")
def usual_domain() -> str:
    """An e-mail address whose domain others use: tells gmail.com from gmial.com."""
    return "score"


@_preference(LETTERS, evidence="fits_partner")
def fits_partner() -> str:
    """Post code and town that stand together in other contacts."""
    return "score"


@_preference(LETTERS, evidence="trust")
def trust() -> str:
    """Held by a record that agrees with the golden record elsewhere; only where dispersion says it helps."""
    return "score"


@_preference(LETTERS, evidence="medoid")
def medoid() -> str:
    """Fewest edits away from all values of the contact together."""
    return "score"


@_preference(LETTERS, evidence="ngram")
def ngram() -> str:
    """Made of letter sequences that are usual in this attribute."""
    return "score"


@_preference(FORM)
def unabbreviated() -> str:
    """Fewer initials and words cut short by a point."""
    return "-len(regexp_extract_all(candidate, '\\b\\p{L}{1,5}\\.'))"


@_preference(FORM)
def accented() -> str:
    """More letters with accents: systems drop accents, people do not add them."""
    return "len(regexp_extract_all(nfc_normalize(candidate), '[^\\x00-\\x7f]'))"


@_preference(FORM)
def mixed_case() -> str:
    """Upper and lower case, not all of one."""
    return "case when candidate = upper(candidate) or candidate = lower(candidate) then 0 else 1 end"


@_preference(HOME)
def has_street() -> str:
    """Has a street line or a post box."""
    return "has_street"


@_preference(HOME)
def filled() -> str:
    """More parts of the address are there."""
    return "filled"


def resolve(names: Iterable[str]) -> tuple[Preference, ...]:
    """The preferences called ``names``, in order."""
    return tuple(PREFERENCES[name] for name in names)


def load_rules(book: RuleBook) -> Survivorship:
    """The survivorship rules, with every word of every list known.

    Raises:
        RuleErrors: all mistakes, with file, line and the nearest known word.
    """
    rules = book.load(CONTACT_RULES, Survivorship)
    lists: list[tuple[tuple[str | int, ...], str, Iterable[str]]] = [
        (("defaults", "letters"), LETTERS, rules.defaults.letters),
        (("defaults", "form"), FORM, rules.defaults.form),
        (("home", "choose"), HOME, rules.home.choose),
    ]
    for name, rule in rules.attributes.items():
        lists.append((("attributes", name, "variant"), LETTERS, rule.variant))
        lists.append((("attributes", name, "letters"), LETTERS, rule.letters or ()))
        lists.append((("attributes", name, "form"), FORM, rule.form or ()))
    document = book.document(CONTACT_RULES)
    problems = []
    for keys, scope, names in lists:
        for position, name in enumerate(names):
            message = _mistake(name, scope)
            if message is not None:
                file, line = document.place((*keys, position))
                problems.append(Problem(file, line, f"{'.'.join(map(str, keys))}: {message}"))
    if problems:
        raise RuleErrors(problems)
    return rules


def _mistake(name: str, scope: str) -> str | None:
    fitting = sorted(key for key, preference in PREFERENCES.items() if scope in preference.scopes)
    if name in fitting:
        return None
    if name in PREFERENCES:
        return f'preference "{name}" cannot stand in a list of {scope}; known there: {", ".join(fitting)}.'
    near = difflib.get_close_matches(name, fitting, n=1)
    meant = f"  Did you mean {near[0]}?" if near else ""
    return f'unknown preference "{name}"; known: {", ".join(fitting)}.{meant}'
