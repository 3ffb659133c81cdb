"""Which of the address columns is the street, the whole line, the whole address, the code and the town."""

from __future__ import annotations

import re
from itertools import pairwise

from engine.intake.claim import Claim, fed

STREET_FEEDS = frozenset({"street", "addr_line1", "address_block"})
_LINES = ("addr_line1", "addr_line2", "addr_line3")
_PARTS = frozenset({*STREET_FEEDS, *_LINES, "house_number", "po_box", "postcode", "town", "region", "country"})
_BEGINS_WITH_NUMBER = re.compile(r"\d+\s*\w?[\s,]")


def resolve_addresses(claims: list[Claim]) -> None:
    """Decide the open street columns, split codes from towns, and let no two columns be one line."""
    if not fed(claims, *STREET_FEEDS) and not any(STREET_FEEDS & set(claim.reading.feeds) for claim in claims):
        _street_beside_number(claims)
    _one_address(claims)
    numbered = bool(fed(claims, "house_number"))
    for claim in claims:
        if claim.state == "open" and STREET_FEEDS & set(claim.reading.feeds):
            _decide(claim, numbered)
    if numbered:
        for claim in fed(claims, "addr_line1"):
            if not fed(claims, "street") and claim.column.content.share(_BEGINS_WITH_NUMBER.match) < 0.3:
                claim.feed("street", 0.9, f'header "{claim.column.header}", the number stands in its own column')
    _move_down(claims)
    if not numbered and fed(claims, "addr_line1"):
        for claim in fed(claims, "street"):
            claim.leave("lost", "the street without its number, which another column says with it", 0.8)
    if not fed(claims, "postcode", "town"):
        _code_and_town_by_content(claims)
    _split_code_and_town(claims)
    _town_beside_code(claims)


def _one_address(claims: list[Claim]) -> None:
    """Of "Home Street, Home City" and "Business Street, Business City" the better filled one stays, whole.

    A street of one address beside the town of another would be an address where nobody lives. Parts without such a word
    belong to the one that stays, unless they are an address by themselves.
    """
    addresses: dict[frozenset[str], list[Claim]] = {}
    for claim in claims:
        if _PARTS & {claim.attribute, *(claim.reading.feeds if claim.state == "open" else ())}:
            addresses.setdefault(claim.reading.place, []).append(claim)
    whole = {place: parts for place, parts in addresses.items() if any(map(_is_line, parts)) and fed(parts, "town")}
    if len(whole) < 2:
        return
    kept = max(
        whole, key=lambda place: (max(map(_filled, filter(_is_line, whole[place]))), -whole[place][0].column.position)
    )
    for place, parts in whole.items():
        if place != kept:
            for claim in parts:
                claim.leave("lost", f'part of another address than "{whole[kept][0].column.header}"', 0.8)


def _is_line(claim: Claim) -> bool:
    return claim.attribute in _LINES[:1] or bool(STREET_FEEDS & {claim.attribute, *claim.reading.feeds})


def _filled(claim: Claim) -> int:
    return claim.column.filled


def _decide(claim: Claim, numbered: bool) -> None:
    header, content = claim.column.header, claim.column.content
    if "address_block" in claim.reading.feeds and content.address_block >= 0.5:
        claim.feed("address_block", 0.85, f'header "{header}", values hold the whole address')
    elif numbered and "street" in claim.reading.feeds:
        claim.feed("street", 0.95, f'header "{header}" beside a house number')
    else:
        claim.feed("addr_line1", 0.9, f'header "{header}"')


def _street_beside_number(claims: list[Claim]) -> None:
    """Without headers, a column of words for streets with a column of house numbers behind it."""
    for claim, behind in pairwise(claims):
        if claim.state == behind.state == "unknown" and claim.column.content.street >= 0.4:
            street, number = claim.column.content, behind.column.content
            if street.digits < 0.3 and number.house >= 0.9 and behind.column.distinct > 3:
                claim.feed("street", 0.6, f"values: {street.street:.0%} hold a word for a street, a number beside them")
                behind.feed("house_number", 0.55, "values are numbers, next to the street")
                return


def _code_and_town_by_content(claims: list[Claim]) -> None:
    """ "1204 Genève" under a header that says nothing, in a file whose streets stand elsewhere ("1204 Elm Street")."""
    if not fed(claims, *_LINES, "street"):
        return
    for claim in claims:
        content = claim.column.content
        if claim.state == "unknown" and content.postcode_town >= 0.8 and content.street < 0.2:
            claim.feed("postcode", 0.6, f"values: {content.postcode_town:.0%} look like a post code and a town")
            return


def _move_down(claims: list[Claim]) -> None:
    """A second first line becomes the second line, and so on while there is room."""
    for line, below in pairwise(_LINES):
        claimants = sorted(fed(claims, line), key=lambda claim: claim.strength, reverse=True)
        if len(claimants) > 1:
            claimants = [claim for claim in claimants if not _says_it_again(claim, claimants)]
        for claim in claimants[1:]:
            why = f'header "{claim.column.header}"; {line} is "{claimants[0].column.header}"'
            claim.feed(below, claim.confidence - 0.2, why)


def _says_it_again(claim: Claim, lines: list[Claim]) -> bool:
    """Leave a line that holds the whole address, beside one that holds a line."""
    blocks = [line.column.content.address_block >= 0.5 for line in lines]
    if not claim.column.content.address_block >= 0.5 or all(blocks):
        return False
    claim.leave("lost", "the whole address, which other columns say part by part", 0.8)
    return True


def _split_code_and_town(claims: list[Claim]) -> None:
    """ "1204 Genève" in one cell feeds both attributes, unless the other has a column of its own."""
    for claim in fed(claims, "postcode", "town"):
        if claim.column.content.postcode_town < 0.5:
            continue
        other = "town" if claim.attribute == "postcode" else "postcode"
        if any(candidate is not claim for candidate in fed(claims, other)):
            continue
        claim.feed("postcode", 0.85, f'header "{claim.column.header}", values hold code and town')
        claim.transform, claim.second = "postcode_part", [("town", "town_part")]


def _town_beside_code(claims: list[Claim]) -> None:
    """Without a header for it, the town is the column of words next to the post code."""
    codes = fed(claims, "postcode")
    if not codes:
        codes = _recognised_code(claims)
    if not codes or fed(claims, "town") or codes[0].second:
        return
    at = claims.index(codes[0])
    for neighbour in (at + 1, at - 1):
        if 0 <= neighbour < len(claims) and claims[neighbour].state in ("unknown", "unsure"):
            column = claims[neighbour].column
            if column.content.text >= 0.9 and column.fill >= 0.3 and column.distinct >= 3:
                claims[neighbour].feed("town", 0.55, "values are words, next to the post code")
                return


def _recognised_code(claims: list[Claim]) -> list[Claim]:
    """A column of post codes whose header says nothing: they repeat, and a street stands in the file."""
    if not fed(claims, *_LINES, "street", "address_block"):
        return []
    for claim in claims:
        column = claim.column
        if column.content.within(1850, 2030) >= 0.95:
            continue  # years
        repeats = 3 < column.distinct < 0.9 * column.filled
        if claim.state == "unknown" and column.content.postcode >= 0.9 and repeats and column.content.date < 0.5:
            claim.feed("postcode", 0.55, "values have the form of a post code and repeat, beside a street")
            return [claim]
    return []
