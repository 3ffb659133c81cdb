"""Which of the name-like columns is the first name, the last name, the whole name or a structure.

A header "nom" or "name" means nothing alone: beside a first name it is the last name, full of firms it is the
organisation, full of two words it is the whole name.
"""

from __future__ import annotations

from engine.intake.claim import Claim, fed

NAME_FEEDS = frozenset({"first_name", "last_name", "full_name", "organisation"})
_PERSONAL = ("first_name", "middle_name", "birth_date", "birth_year", "birth_name", "title", "gender", "suffix")
_STRUCTURES = 0.4  # share of values with a word for a structure that tells a column of structures by itself
_COMPLETES = 0.01  # share of rows without first and last name that a whole name must fill to be worth having


def resolve_names(claims: list[Claim]) -> None:
    """Decide every open name column, then recognise names by content where the headers named none."""
    _one_person(claims)
    for claim in claims:
        if claim.state == "open" and NAME_FEEDS & set(claim.reading.feeds):
            _decide(claim, claims)
    _one_whole_name(claims)
    if not fed(claims, "first_name", "last_name", "full_name", "organisation"):
        _by_content(claims)
    if fed(claims, "first_name") and not fed(claims, "last_name", "full_name"):
        _beside_first_name(claims)
    if not fed(claims, "organisation"):
        _structures_by_content(claims)


def _one_person(claims: list[Claim]) -> None:
    """Of "Nom acheteur, Nom participant" the first whole name stays; the other's e-mail where there is no other."""
    names = [
        claim
        for claim in claims
        if NAME_FEEDS & {claim.attribute, *claim.reading.feeds} and claim.state in ("fed", "open")
    ]
    people = [claim.reading.person for claim in names if claim.reading.person]
    whole = [person for person in dict.fromkeys(people) if people.count(person) >= 2]
    if not whole or len(set(people)) < 2:
        return
    for claim in names:
        if claim.reading.person and claim.reading.person != whole[0]:
            claim.leave("lost", "the name of somebody else in the row", 0.8)
    emails = fed(claims, "email")
    own = any(claim.reading.person == whole[0] for claim in emails)
    for claim in emails:
        # without such a word it may be anybody's
        of_another = claim.reading.person != whole[0] and (own or bool(claim.reading.person))
        if of_another and (own or len(emails) > 1):
            claim.leave("lost", "the e-mail of somebody else in the row", 0.8)


def looks_like_structures(claim: Claim, claims: list[Claim]) -> bool:
    """Whether a name column holds structures rather than persons, most of the time."""
    content = claim.column.content
    given, whole = content.given_anywhere, content.words_between(2, 3)
    if content.named_organisation >= 0.5:
        return True
    if fed(claims, *_PERSONAL):
        return content.organisation > 0.5 and given < 0.2
    return content.organisation > 0.2 + 0.5 * given or (whole < 0.6 and given < 0.2)


def _decide(claim: Claim, claims: list[Claim]) -> None:
    header, feeds = claim.column.header, claim.reading.feeds
    firsts, lasts = fed(claims, "first_name"), fed(claims, "last_name")
    structures = "organisation" in feeds and looks_like_structures(claim, claims)
    content = claim.column.content
    if "first_name" in feeds and lasts and not firsts:
        claim.feed("first_name", 0.9, f'header "{header}" beside a last name')
    elif firsts and lasts:
        if structures and not fed(claims, "organisation"):
            claim.feed(
                "organisation", 0.7, f'header "{header}" beside first and last name, values look like structures'
            )
        elif _completes(claim, firsts + lasts):
            claim.feed("full_name", 0.7, f'header "{header}": fills rows without first and last name')
        else:
            claim.leave("lost", "first and last name say it already", 0.8)
    elif firsts and "last_name" in feeds:
        claim.feed("last_name", 0.95, f'header "{header}" beside a first name')
    elif lasts and content.words_between(1, 2) > 0.8 and content.first_name >= 0.15:
        claim.feed("first_name", 0.75, f'header "{header}" beside a last name, values look like first names')
    elif structures:
        if fed(claims, "organisation"):
            claim.leave("lost", "another column is the organisation")
        else:
            claim.feed("organisation", 0.75, f'header "{header}", values look like structures')
    elif "full_name" in feeds and (content.words_between(2, 6) >= 0.4 or "last_name" not in feeds):
        claim.feed("full_name", 0.8, f'header "{header}", values of two words and more')
    elif "last_name" in feeds:
        claim.feed("last_name", 0.6, f'header "{header}", values of one word')
    else:
        claim.leave("unsure", f'header "{header}" may be a name; the values do not say which')


def _completes(claim: Claim, names: list[Claim]) -> bool:
    """Whether a column has values in rows where one of the other name columns is empty."""
    pairs = zip(claim.column.sample, *(other.column.sample for other in names), strict=True)
    fills = sum(bool(value) and not all(others) for value, *others in pairs)
    return fills > _COMPLETES * len(claim.column.sample)


def _one_whole_name(claims: list[Claim]) -> None:
    """Of several whole names the cleanest stays; none stays that first and last name say already."""
    whole = fed(claims, "full_name")
    parts = fed(claims, "first_name") + fed(claims, "last_name")
    if len(parts) >= 2:
        for claim in whole:
            if not _completes(claim, parts):
                claim.leave("lost", "first and last name say it already", 0.8)
        whole = fed(claims, "full_name")
    whole.sort(
        key=lambda claim: (claim.column.filled // max(1, claim.column.rows // 20), _clean(claim), claim.strength)
    )
    for claim in whole[:-1]:
        claim.leave("lost", f'"{whole[-1].column.header}" gives the whole name in a cleaner form')


def _clean(claim: Claim) -> float:
    content = claim.column.content
    return round(content.share(lambda value: 2 <= len(value.split()) <= 3 and "," not in value), 2)


def _by_content(claims: list[Claim]) -> None:
    open_columns = [claim for claim in claims if claim.state in ("unknown", "unsure") and _is_name_like(claim)]
    singles = [claim for claim in open_columns if claim.column.content.words_between(1, 1) >= 0.6]
    first = max(
        (claim for claim in singles if claim.column.content.first_name >= 0.3),
        key=lambda claim: (claim.column.content.first_name, -claim.column.position),
        default=None,
    )
    whole = max(
        (
            claim
            for claim in open_columns
            if claim.column.content.words_between(2, 4) >= 0.7 and claim.column.content.given_anywhere >= 0.3
        ),
        key=lambda claim: (claim.column.content.given_anywhere, -claim.column.position),
        default=None,
    )
    if first is not None and (whole is None or (first is not whole and whole.column.content.given_anywhere < 0.5)):
        first.feed("first_name", 0.6, f"values: {first.column.content.first_name:.0%} begin with a common first name")
    elif whole is not None:
        whole.feed("full_name", 0.6, f"values: {whole.column.content.given_anywhere:.0%} hold a common first name")
    else:
        structures = [claim for claim in open_columns if claim.column.content.named_organisation >= 0.3]
        if structures:
            best = max(structures, key=lambda claim: (claim.column.content.named_organisation, -claim.column.position))
            share = best.column.content.named_organisation
            best.feed("organisation", 0.6, f"values: {share:.0%} hold a word for a structure")


def _structures_by_content(claims: list[Claim]) -> None:
    """A column of structures whose header says nothing: words for them, many different ones, however few are filled."""
    best: tuple[float, int] | None = None
    for at, claim in enumerate(claims):
        column, content = claim.column, claim.column.content
        if claim.state != "unknown" or column.distinct < max(10, column.filled // 10):
            continue  # a category: "school", "company"
        names = content.words_between(1, 8) >= 0.9 and content.text >= 0.7 and content.street < 0.3
        if names and content.named_organisation >= _STRUCTURES:
            best = max(best or (0.0, 0), (content.named_organisation, -at))
    if best is not None:
        claims[-best[1]].feed("organisation", 0.55, f"values: {best[0]:.0%} hold a word for a structure")


def _beside_first_name(claims: list[Claim]) -> None:
    """The last name stands next to the first name when no header says where it is."""
    first = fed(claims, "first_name")[0]
    at = claims.index(first)
    for neighbour in (at + 1, at - 1):
        if 0 <= neighbour < len(claims) and claims[neighbour].state in ("unknown", "unsure"):
            claim = claims[neighbour]
            content = claim.column.content
            if _is_name_like(claim) and content.words_between(1, 3) >= 0.8 and content.named_organisation < _STRUCTURES:
                claim.feed("last_name", 0.55, "values are words, next to the first name")
                return


def _is_name_like(claim: Claim) -> bool:
    """Words, filled, and of many different values: not a category."""
    column = claim.column
    return (
        column.content.text >= 0.7
        and column.fill >= 0.3
        and column.distinct >= min(10, max(2, column.filled // 5))
        and column.content.street_line < 0.3
        and column.content.boolean < 0.5
    )
