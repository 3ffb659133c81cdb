"""Columns without an attribute that may still help matching: the kind of kitchen, the programme, the profession."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.intake.claim import Claim
from engine.vocabulary import EXTRAS

_FILL = 0.25
_FREE_TEXT = 0.5  # different values per filled record: above, it is a text or a number of its own
_LONGEST = 60  # mean characters
_CONSTANT = 0.95  # share of one value
_MEMBERS = 5  # records per value: a code that fewer share is the key of something, not a category
_AGES = frozenset({"age", "ages", "alter", "edad", "eta", "idade", "leeftijd"})


def informative(claim: Claim) -> bool:
    """Filled, with several values that repeat, and none of what never says who somebody is (dates, amounts,
    flags, keys, how it was dealt with)."""
    column, content = claim.column, claim.column.content
    return (
        claim.state in ("unknown", "unsure")
        and not claim.reading.handling
        and not _is_key_of_something(claim)
        and column.fill >= _FILL
        and 2 <= column.distinct <= max(2, _FREE_TEXT * column.filled)
        and content.length <= _LONGEST
        and column.top <= _CONSTANT
        and max(content.date, content.decimal, content.boolean, content.email, content.url) < 0.7
    )


def _is_key_of_something(claim: Claim) -> bool:
    """Numbers and codes that few records share: of an order, a group, a cluster somebody made. Never evidence."""
    column = claim.column
    if _AGES & set(column.folded.split()):
        return False
    return column.content.code >= 0.9 and column.distinct * _MEMBERS > column.filled


def give_slots(claims: Mapping[str, Sequence[Claim]]) -> None:
    """Give extra_1 ... to informative columns; the same header has the same slot in every source.

    Headers that stand in more sources come first, then the better filled: evidence across sources is worth most.
    """
    by_header: dict[str, list[Claim]] = {}
    for source_claims in claims.values():
        seen: set[str] = set()
        for claim in source_claims:
            if informative(claim) and claim.column.folded not in seen:
                seen.add(claim.column.folded)
                by_header.setdefault(claim.column.folded, []).append(claim)

    def worth(header: str) -> tuple[int, float, str]:
        found = by_header[header]
        return -len(found), -round(max(claim.column.fill for claim in found), 2), header

    for slot, header in zip(EXTRAS, sorted(by_header, key=worth), strict=False):
        for claim in by_header[header]:
            claim.feed(slot, 0.5, f"{claim.why}; informative, kept for matching")
