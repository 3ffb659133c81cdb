"""Which half of a full-name column is the last name: decided once per column, never per cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.standardise.affixes import Affixes, take_prefixes
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.name_halves import Direction, NameOrder, order_of
from engine.standardise.name_words import NEUTRAL, NameWords

SAMPLE = 5_000
"""Distinct cells looked at; the vote of 5,000 is within 1.4 points of all (95 %)."""

_ENOUGH_VOTES = 0.05
"""Below this share of telling cells the recurrence of the halves is asked too."""

_OF_ONE_ORDER = 0.97
"""With so many telling cells in agreement the rest are last names that are first names too ("Nolwenn Thomas")."""

_ENOUGH_FOR_MIXED = 20
"""Telling cells below which a disagreement is chance."""

_ENOUGH_LONE = 5
"""Fewer cells that begin with a lone M say nothing."""

_RECURRENCE = 0.8
"""First names recur more than last names: one half has at most this share of the other's distinct words."""


class ColumnOrder(NamedTuple):
    """The decision for one column.

    Attributes:
        order: which name stands first.
        why: values, recurrence, header or default.
        votes: telling cells.
        agree: share of them that agree.
        titled: enough cells begin with a plain civility that a lone "M" is monsieur, or lone Ms are no initials.
    """

    order: Direction
    why: str
    votes: int
    agree: float
    titled: bool

    @property
    def read_as(self) -> NameOrder:
        """The order to read each cell in: "mostly" where many telling cells disagree."""
        if self.votes < _ENOUGH_FOR_MIXED or self.agree >= _OF_ONE_ORDER:
            return self.order
        return "mostly_first_last" if self.order == "first_last" else "mostly_last_first"


def decide_order(cells: Sequence[str], header: str | None, words: NameWords) -> ColumnOrder:
    """Decide the order of a column from a sample of its distinct cells and its header.

    Votes: a common first name on one side only, initials on one side only, a block in capitals.
    """
    votes = [order_vote(cell, words) for cell in cells]
    first, last = votes.count(1), votes.count(-1)
    telling = first + last
    titled = is_titled(cells, words)
    hinted = _header_hint(header, words)
    agree = max(first, last) / telling if telling else 0.0
    if telling and telling >= _ENOUGH_VOTES * len(cells) and first != last and (agree >= 2 / 3 or hinted is None):
        return ColumnOrder("first_last" if first > last else "last_first", "values", telling, agree, titled)
    if hinted is not None:
        return ColumnOrder(hinted, "header", telling, agree, titled)
    recurring = _recurrence(cells, words)
    if recurring is not None:
        return ColumnOrder(recurring, "recurrence", telling, agree, titled)
    return ColumnOrder("first_last", "default", telling, agree, titled)


def order_vote(cell: str, words: NameWords) -> int:
    """1 when the cell says first name first, -1 when it says last name first, 0 when it says nothing."""
    text = clean(cell).text
    if "," in text or "&" in text or any(character.isdigit() for character in text):
        return 0
    tokens = take_prefixes(text.split(), Affixes(), words, style=NEUTRAL, titled=True)
    if len(tokens) < 2:
        return 0
    return order_of(tokens, words)


def is_titled(cells: Sequence[str], words: NameWords) -> bool:
    """Whether a lone "M" is monsieur here: one cell in fifty begins with a plain civility (Mme, Frau, Mrs), or M
    begins five times as many cells as all other single letters together, which initials never do."""
    begins = [fold(cell.split(" ", 1)[0]) for cell in cells]
    begun = sum(1 for word in begins if word in words.titles.before_names)
    lone = sum(1 for word in begins if word == "m")
    others = sum(1 for word in begins if len(word) == 1 and word != "m")
    return begun * 50 >= len(cells) > 0 or (lone >= _ENOUGH_LONE and lone >= 5 * others)


def _header_hint(header: str | None, words: NameWords) -> Direction | None:
    if header is None:
        return None
    tokens = fold(header).split()
    first = next((place for place, token in enumerate(tokens) if token in words.header_first), None)
    last = next((place for place, token in enumerate(tokens) if token in words.header_last), None)
    if first is None or last is None:
        return None
    return "first_last" if first < last else "last_first"


def _recurrence(cells: Sequence[str], words: NameWords) -> Direction | None:
    pairs = [tokens for tokens in (fold(cell).split() for cell in cells) if len(tokens) == 2]
    if len(pairs) < 50:
        return None
    begins, ends = len({pair[0] for pair in pairs}), len({pair[1] for pair in pairs})
    if begins <= _RECURRENCE * ends:
        return "first_last"
    return "last_first" if ends <= _RECURRENCE * begins else None
