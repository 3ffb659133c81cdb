"""What the words of a header say, before the values are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.rulebook.mapping import HeaderRules, fold

How = Literal["exact", "numbered", "words", "phrase", "none"]

_NUMBERED = re.compile(r"(?P<base>.*\D)(?: c)? (?P<number>[1-9])$")  # "phone 2", "fname c 2"
_SECOND = {
    "first_name": "middle_name",
    "last_name": "second_last_name",
    "email": "email2",
    "organisation": "organisation_line2",
    "addr_line1": "addr_line2",
}
"""What a column numbered 2 feeds, where the second of its kind has an attribute of its own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a header says.

    Attributes:
        feeds: attributes it may feed, the likeliest first; empty = says nothing.
        how: how it was found: exact > numbered > words > phrase.
        aside: topic of a header that is known and left aside.
        never: the column must not be imported.
    """

    feeds: tuple[str, ...] = ()
    how: How = "none"
    aside: str | None = None
    never: bool = False

    @property
    def ambiguous(self) -> bool:
        """The values or the other headers must choose."""
        return len(self.feeds) > 1


class HeaderReader:
    """Reads headers by one vocabulary."""

    def __init__(self, rules: HeaderRules) -> None:
        self._exact: dict[str, Reading] = {}
        for attribute, words in rules.attributes.items():
            for word in words:
                self._exact[fold(word)] = Reading((attribute,), "exact")
        for topic, headers in rules.aside.items():
            for word in headers:
                self._exact[fold(word)] = Reading(aside=topic, how="exact")
        for word in rules.never:
            self._exact[fold(word)] = Reading(never=True, how="exact")
        for word, rule in rules.ambiguous.items():
            self._exact[fold(word)] = Reading(rule.feeds, "exact")
        self._noise = frozenset(rules.noise)
        self._strong = frozenset(rules.strong)
        self._foreign = frozenset(rules.foreign)
        by_text = sorted(self._exact.items(), reverse=True)
        self._sets = {frozenset(text.split()): reading for text, reading in by_text}
        self._longest = max(len(text.split()) for text in self._exact)

    def read(self, header: str) -> Reading:
        """What ``header`` says; a :class:`Reading` without feeds when the vocabulary does not know it."""
        text = fold(header)
        for found in self._readings(text):
            if found is not None:
                return found
        return Reading()

    def _readings(self, text: str) -> Iterator[Reading | None]:
        yield self._exact.get(text)
        yield self._numbered(text)
        words = text.split()
        yield self._as_words(frozenset(words))
        yield self._as_words(frozenset(words) - self._noise)
        yield self._phrase(words)

    def _numbered(self, text: str) -> Reading | None:
        if (found := _NUMBERED.fullmatch(text)) is None:
            return None
        base = self._exact.get(found["base"])
        if base is None or not base.feeds:
            return base
        if found["number"] == "1":
            return Reading(base.feeds, "numbered")
        second = next((_SECOND[feed] for feed in base.feeds if feed in _SECOND), None)
        return Reading((second,) if second else base.feeds, "numbered")

    def _as_words(self, words: frozenset[str]) -> Reading | None:
        found = self._sets.get(words) if words else None
        return None if found is None else Reading(found.feeds, "words", found.aside, found.never)

    def _phrase(self, words: list[str]) -> Reading | None:
        """The longest known phrase inside, or a strong word; nothing when a foreign word stands beside it."""
        for length in range(min(len(words) - 1, self._longest), 0, -1):
            for at in range(len(words) - length + 1):
                inside = words[at : at + length]
                found = self._exact.get(" ".join(inside))
                if found is None or (length == 1 and inside[0] not in self._strong and not found.never):
                    continue
                rest = set(words[:at] + words[at + length :])
                if found.feeds and rest & self._foreign:
                    return Reading(how="phrase", aside="about something else")
                return Reading(found.feeds, "phrase", found.aside, found.never)
        return None
