"""One-line addresses of the United States without commas: "123 N Main St Apt 4 Springfield IL 62704"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Regions
from engine.standardise.folding import fold

_LINE = re.compile(r"(?P<before>\S.*\S)[\s,]+(?P<code>\d{5})(?P<plus>-\d{4})?")
_LONGEST_STATE = 3
"""Words of the longest state's name: "District of Columbia"."""
_LONGEST_TOWN = 5


class UsLine(NamedTuple):
    """A line taken apart, every part still raw."""

    lines: str
    town: str
    region: str
    postcode: str


@dataclass(frozen=True, slots=True)
class UsPlaces:
    """States by name, and what the gazetteer knows of ZIP codes and places."""

    states: Mapping[str, str]
    codes: Mapping[str, tuple[str, str]]
    places: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, book: RuleBook, gazetteer: Iterable[tuple[str, str, str]]) -> UsPlaces:
        """From the rules and the gazetteer's (code, folded place, state) rows."""
        regions = book.load("standardisation/regions.yml", Regions).by_country().get("US", {})
        known = {code: (place, state) for code, place, state in sorted(gazetteer, key=str)}
        return cls(
            {fold(name): code for code, names in regions.items() for name in (code, *names)},
            known,
            frozenset(known.values()),
        )


def split_us_line(text: str, places: UsPlaces) -> UsLine | None:
    """Street, town, state and ZIP of a line that ends in state and ZIP, or None when one of them is not certain.

    The state must be the ZIP's own. The town is what the gazetteer names under the ZIP, or what usaddress reads as the
    town when the gazetteer knows such a place in that state: a street's last word is a town's first one too often.
    """
    found = _LINE.fullmatch(text)
    if found is None or found["code"] not in places.codes:
        return None
    place, state = places.codes[found["code"]]
    words = found["before"].replace(",", " ").split()
    for length in range(min(_LONGEST_STATE, len(words) - 2), 0, -1):
        if places.states.get(fold(" ".join(words[-length:]))) == state:
            words = words[:-length]
            break
    else:
        return None
    for length in range(min(_LONGEST_TOWN, len(words) - 2), 0, -1):
        town = " ".join(words[-length:])
        if fold(town) == place or ((fold(town), state) in places.places and fold(_tagged_town(text)) == fold(town)):
            return UsLine(" ".join(words[:-length]), town, state, found["code"] + (found["plus"] or ""))
    return None


def _tagged_town(text: str) -> str:
    import usaddress

    try:
        parts, _ = usaddress.tag(text)
    except usaddress.RepeatedLabelError:
        return ""
    return str(parts.get("PlaceName", ""))
