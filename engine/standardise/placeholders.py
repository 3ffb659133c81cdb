"""Values typed because a field was compulsory: recognised in any column, in names, in organisations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.rulebook.standardisation import Placeholders
from engine.sql import literal
from engine.standardise.folding import fold, fold_sql

NameVerdict = Literal["name", "placeholder", "placeholder_when_alone"]


@dataclass(frozen=True, slots=True)
class PlaceholderWords:
    """The compiled lists of ``placeholders.yml``."""

    folded: frozenset[str]
    signs: frozenset[str]
    patterns: re.Pattern[str]
    repeated_from: int
    real_names: frozenset[str]
    names: frozenset[str]
    names_when_alone: frozenset[str]
    suspect_names: frozenset[str]
    organisations: frozenset[str]
    ids: frozenset[str]

    @classmethod
    def of(cls, rules: Placeholders) -> PlaceholderWords:
        """Compile the rules once."""
        languages = {name: words for name, words in rules.any_column.items() if name != "signs"}
        return cls(
            folded=frozenset(fold(word) for words in languages.values() for word in words) - {""},
            signs=frozenset(word.lower() for word in rules.any_column.get("signs", ())),
            patterns=re.compile("|".join(f"(?:{pattern})" for pattern in rules.regex_any), re.ASCII),  # as in SQL
            repeated_from=rules.repeated_from,
            real_names=frozenset(map(fold, rules.names.real_names)),
            names=frozenset(map(fold, rules.names.null)),
            names_when_alone=frozenset(map(fold, rules.names.null_when_alone)),
            suspect_names=frozenset(map(fold, rules.names.suspect)),
            organisations=frozenset(map(fold, rules.organisation)),
            ids=frozenset(rules.id_number.null),
        )


def is_placeholder(text: str, words: PlaceholderWords) -> bool:
    """Whether a cleaned text stands for "nothing" in any column.

    >>> from engine.rulebook import RuleBook
    >>> words = PlaceholderWords.of(RuleBook().load("standardisation/placeholders.yml", Placeholders))
    >>> [is_placeholder(text, words) for text in ("N/A", "k. A.", "xxx", "aaaa", "Anna")]
    [True, True, True, True, False]
    """
    return _says_nothing(text, fold(text), words)


def _says_nothing(text: str, folded: str, words: PlaceholderWords) -> bool:
    lowered = text.lower()
    if not folded or lowered in words.signs or folded in words.folded:
        return True
    repeated = len(lowered) >= words.repeated_from and len(set(lowered)) == 1
    return repeated or words.patterns.search(lowered) is not None


def name_verdict(text: str, folded: str, words: PlaceholderWords) -> NameVerdict:
    """What a cleaned text, and its fold, is in a name column: Guest or So are placeholders only when alone."""
    if folded in words.names_when_alone:
        return "placeholder_when_alone"
    if folded in words.names:
        return "placeholder"
    if folded in words.real_names:
        return "name"
    return "placeholder" if _says_nothing(text, folded, words) else "name"


def placeholder_sql(expression: str, words: PlaceholderWords) -> str:
    """:func:`is_placeholder` as an SQL condition on a cleaned expression.

    The lists go in as patterns: one automaton each, where a list of two hundred words would be planned word by word.
    """
    folded = fold_sql(expression)
    lowered = f"lower({expression})"
    longest = max(map(len, words.folded | words.signs)) + 4
    listed = "|".join(re.escape(word) for word in sorted(words.folded))
    signs = "|".join(re.escape(sign) for sign in sorted(words.signs))
    return (
        f"case when length({expression}) > {longest} then false else "
        f"({folded} = '' or regexp_full_match({folded}, {literal(listed)})"
        f" or regexp_full_match({lowered}, {literal(signs)})"
        f" or (length({expression}) >= {words.repeated_from} and replace({lowered}, left({lowered}, 1), '') = '')"
        f" or regexp_matches({lowered}, {literal(words.patterns.pattern)})) end"
    )
