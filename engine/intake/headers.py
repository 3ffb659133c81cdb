"""What the words of a header say, before the values are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_PIECES = re.compile(r"\s*[:;|]\s*|\s+-\s+|(?<=[^\W\d_])\.(?=[^\W\d_])")
"""What stands between a thing and its part: "Address 1: City", "RegAddress.PostTown"."""
_SHORT_ID = re.compile(r"\w{1,4}id")  # cid, ctid, ncid
_OF_ADDRESS = frozenset(
    {"addr_line1", "addr_line2", "addr_line3", "street", "po_box", "postcode", "town", "region", "country"}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a header says.

    Attributes:
        feeds: attributes it may feed, the likeliest first; empty = says nothing.
        how: how it was found: exact > numbered > words > phrase.
        aside: topic of a header that is known and left aside.
        never: the column must not be imported.
        by_values: the header alone decides nothing; the values or the other headers must choose.
        place: words that tell one address of a contact from another.
        person: words that tell one person of a row from another.
        other_date: a date under this header is not that of birth.
        of_another: a word says it is about somebody or something else.
        handling: about how a contact was dealt with, no evidence of who it is.
    """

    feeds: tuple[str, ...] = ()
    how: How = "none"
    aside: str | None = None
    never: bool = False
    by_values: bool = False
    place: frozenset[str] = frozenset()
    person: frozenset[str] = frozenset()
    other_date: bool = False
    of_another: bool = False
    handling: bool = False

    @property
    def ambiguous(self) -> bool:
        """The values or the other headers must choose."""
        return self.by_values or len(self.feeds) > 1


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
            self._exact[fold(word)] = Reading(rule.feeds, "exact", by_values=True)
        self._noise = frozenset(map(fold, rules.noise))
        self._strong = frozenset(rules.strong)
        self._foreign = frozenset(rules.foreign)
        self._kinds = frozenset(map(fold, rules.kinds))
        self._places = frozenset(map(fold, rules.places))
        self._people = frozenset(map(fold, rules.people))
        self._other_dates = frozenset(map(fold, rules.other_dates))
        self._handling = frozenset(map(fold, rules.handling))
        by_text = sorted(self._exact.items(), reverse=True)
        self._sets = {frozenset(text.split()): reading for text, reading in by_text}
        self._longest = max(len(text.split()) for text in self._exact)

    def read(self, header: str) -> Reading:
        """What ``header`` says; a :class:`Reading` without feeds when the vocabulary does not know it."""
        text = fold(header)
        found = next((reading for reading in self._readings(header, text) if reading is not None), Reading())
        words = frozenset(text.split())
        return replace(
            found,
            place=words & self._places,
            person=words & self._people,
            other_date=bool(words & self._other_dates),
            of_another=bool(words & self._foreign),
            handling=bool(words & self._handling) or any(map(_SHORT_ID.fullmatch, words)),
        )

    def _readings(self, header: str, text: str) -> Iterator[Reading | None]:
        yield self._exact.get(text)
        yield self._numbered(text)
        words = text.split()
        yield self._as_words(frozenset(words))
        yield self._as_words(frozenset(words) - self._noise)
        yield self._kind(words)
        yield self._part(header)
        yield self._phrase(words)

    def _numbered(self, text: str) -> Reading | None:
        if (found := _NUMBERED.fullmatch(text)) is None:
            return None
        base = self._exact.get(found["base"])
        if base is None or not base.feeds:
            return base
        if found["number"] == "1":
            return replace(base, how="numbered")
        second = next((_SECOND[feed] for feed in base.feeds if feed in _SECOND), None)
        return Reading((second,), "numbered") if second else replace(base, how="numbered")

    def _as_words(self, words: frozenset[str]) -> Reading | None:
        found = self._sets.get(words) if words else None
        return None if found is None else replace(found, how="words")

    def _kind(self, words: list[str]) -> Reading | None:
        """ "Phone 1 - Label" is no telephone."""
        thing = " ".join(words[:-1])
        if not thing or words[-1] not in self._kinds or (thing not in self._exact and self._numbered(thing) is None):
            return None
        return Reading(aside="kind of something", how="words")

    def _part(self, header: str) -> Reading | None:
        """The part of an address that stands last: "Address 1: City" is a town and not a line of the address."""
        *_, part = _PIECES.split(header)
        found = self._exact.get(fold(part)) or self._numbered(fold(part))
        if part == header or found is None or not found.feeds or found.feeds[0] not in _OF_ADDRESS:
            return None
        return replace(found, how="words")

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
                return replace(found, how="phrase")
        return None
