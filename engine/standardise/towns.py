"""Towns: local names, CEDEX and canton suffixes, proper case."""

from __future__ import annotations

from dataclasses import dataclass

from engine.rulebook.load import RuleBook
from engine.rulebook.places import TownAliases
from engine.standardise.folding import fold


@dataclass(frozen=True, slots=True)
class TownIndex:
    """(country, folded spelling) to the local name."""

    local: dict[tuple[str, str], str]

    @classmethod
    def of(cls, book: RuleBook) -> TownIndex:
        """The index of the rules in force."""
        rules = book.load("standardisation/town_aliases.yml", TownAliases)
        local = {
            (country, fold(spelling)): town
            for country, towns in rules.towns.items()
            for town, spellings in towns.items()
            for spelling in (town, *spellings)
        }
        return cls(local)

    def aliases(self) -> list[tuple[str | None, ...]]:
        """(country, folded alias, folded local name) of every other name."""
        return [(c, spelling, fold(town)) for (c, spelling), town in self.local.items() if spelling != fold(town)]
