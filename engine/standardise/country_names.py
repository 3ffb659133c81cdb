"""Read a country cell: ISO codes, names in seven languages, compound cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Countries, CountryNames
from engine.rulebook.standardisation import Placeholders
from engine.standardise.folding import fold
from engine.vocabulary import Standardised

_BETWEEN = re.compile(r"\s+[-–—]\s+|[/(),;:|\[\]]|\s-|-\s|(?<=\b[A-Z]{2})-(?=\w)|(?<=\w)-(?=[A-Z]{2}\b)")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")


@dataclass(frozen=True, slots=True)
class CountryIndex:
    """Folded spelling to ISO 3166-1 alpha-2, and the words that are no country."""

    countries: Mapping[str, str]
    refused: frozenset[str]
    blanks: frozenset[str]
    articles: frozenset[str]

    @classmethod
    def of(cls, book: RuleBook) -> CountryIndex:
        """The index of the rules in force."""
        cldr = book.load("standardisation/country_names.yml", CountryNames)
        rules = book.load("standardisation/countries.yml", Countries)
        countries = {name: code for code, names in cldr.names.items() for name in names}
        countries |= {code.lower(): code for code in cldr.names}
        countries |= {name: code for code, names in rules.names.items() for name in names}
        refused = frozenset(rules.not_a_country)
        placeholders = book.load("standardisation/placeholders.yml", Placeholders)
        blanks = frozenset(fold(word) for words in placeholders.any_column.values() for word in words)
        known = {name: code for name, code in countries.items() if name not in refused}
        return cls(known, refused, blanks - known.keys() - refused, frozenset(rules.articles))

    def find(self, text: str) -> str | None:
        """The country one spelling names, or None."""
        folded = fold(text)
        if folded in self.countries:
            return self.countries[folded]
        article, _, rest = folded.partition(" ")
        return self.countries.get(rest) if article in self.articles else None


def standardise_country(raw: str, index: CountryIndex) -> Standardised:
    """The country a cell names, as ISO 3166-1 alpha-2.

    A compound cell ("CH - Suisse", "Genève (Suisse)") is read part by part; parts that disagree name no country.
    Reasons: ``not_a_country`` (étranger, Europe), ``country_unknown``.
    """
    flag = _FLAG.search(raw)
    if flag is not None:
        raw = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag.groups())
    folded = fold(raw)
    if not folded or folded in index.blanks:
        return Standardised(None)
    if folded in index.refused:
        return Standardised(None, "not_a_country")
    whole = index.find(raw)
    if whole is not None:
        return Standardised(whole)
    parts = {found for part in _BETWEEN.split(raw) if (found := index.find(part)) is not None}
    return Standardised(parts.pop()) if len(parts) == 1 else Standardised(None, "country_unknown")
