"""Levels: what one comparison is made of, and the SQL conditions that several comparisons share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import Problem, RuleErrors
from engine.rulebook.matching import Prior


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name, the SQL condition (None = everything else) and the prior share of true pairs."""

    name: str
    condition: str | None
    m: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """An attribute's comparison: the columns one of which it needs, when it is neutral, its levels strongest first."""

    name: str
    needs: tuple[str, ...]
    missing: str
    levels: tuple[Level, ...]

    def position(self, level: str) -> int:
        """splink's number of a level: 0 = weakest."""
        names = [one.name for one in self.levels]
        return len(names) - 1 - names.index(level)

    def number_sql(self) -> str:
        """A CASE that gives splink's level number, -1 for missing."""
        top = len(self.levels) - 1
        whens = " ".join(
            f"when {level.condition} then {top - place}"
            for place, level in enumerate(self.levels)
            if level.condition is not None
        )
        return f"(case when {self.missing} then -1 {whens} else 0 end)::tinyint"

    def columns(self) -> set[str]:
        """Columns it reads, without their side."""
        text = " ".join([self.missing, *(level.condition or "" for level in self.levels)])
        return set(re.findall(r"\b([a-z_0-9]+)_[lr]\b", text))


def levels(
    name: str, needs: str | tuple[str, ...], conditions: dict[str, str | None], prior: Prior, missing: str = ""
) -> Comparison:
    """A comparison of ``conditions``, strongest first.

    Raises:
        RuleErrors: the rules name other levels.
    """
    needs = (needs,) if isinstance(needs, str) else needs
    if set(conditions) != set(prior.m):
        known = ", ".join(conditions)
        raise RuleErrors([Problem("rules/matching/model.yml", 1, f"comparisons.{name}: its levels are {known}")])
    return Comparison(
        name,
        needs,
        missing or f"{needs[0]}_l is null or {needs[0]}_r is null",
        tuple(Level(level, condition, prior.m[level]) for level, condition in conditions.items()),
    )


def likeness(name: str, column: str, prior: Prior) -> Comparison:
    """Equal, close by Jaro and Winkler, or different."""
    conditions = {"exact": f"{column}_l = {column}_r", "close": f"{jw(column)} >= 0.88", "different": None}
    return levels(name, column, conditions, prior)


def one_edit(column: str) -> str:
    """At most one edit apart; the lengths are asked first because they cost a tenth."""
    return f"(abs(strlen({column}_l) - strlen({column}_r)) <= 1 and levenshtein({column}_l, {column}_r) <= 1)"


def jw(column: str) -> str:
    """Likeness of two strings by Jaro and Winkler, 0 to 1."""
    return f"jaro_winkler_similarity({column}_l, {column}_r)"
