"""Guess which column feeds which attribute, each source by itself, then one schema for all.

The header speaks first, the values have the last word, and what neither can say stays unmapped and is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.counted import counted
from engine.errors import Problem, RuleErrors, SourceError
from engine.intake.addresses import STREET_FEEDS, resolve_addresses
from engine.intake.claim import Claim, fed
from engine.intake.columns import Column, columns_of, exact_distinct
from engine.intake.extras import give_slots
from engine.intake.fit import by_content, fit, is_secret, strict_fit
from engine.intake.headers import HeaderReader
from engine.intake.keys import CountDistinct, resolve_key
from engine.intake.names import NAME_FEEDS, resolve_names
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.mapping import ColumnMapping, ContentRules, HeaderRules, SourceMapping, Thresholds, load_mapping
from engine.rulebook.mapping_names import name_problems, resolve
from engine.vocabulary import JOINABLE_ATTRIBUTES
from engine.workspace import Workspace

_TRUST = {"exact": 0.95, "numbered": 0.9, "words": 0.85, "phrase": 0.7, "none": 0.0}
_USABLE = ("first_name", "last_name", "full_name", "organisation", "email", "phone", "mobile")
_PARTS_OF_BIRTH = ("birth_year", "birth_month", "birth_day")
_SHARED = 0.8  # different values per record below which a number is that of a group
_SURE = 0.8  # confidence from which a decision is a model for another source


def guess_mapping(
    ws: Workspace, book: RuleBook, *, watcher: Watcher, unusable: dict[str, SourceMapping] | None = None
) -> list[SourceMapping]:
    """The mapping of every source in intake.source, in the order they were read.

    A mapping file of the project (``rules/mapping/<source>.yml``) replaces the guess of its source.

    Args:
        ws: workspace with the lines.
        book: rules in force.
        watcher: told what was guessed.
        unusable: filled with the guesses about sources that hold no contacts, which are then left out and not refused.

    Raises:
        SourceError: a source in which no column can be a name, an organisation, an e-mail or a telephone.
        RuleErrors: a mapping file is wrong, or does not fit the headers of its source.
    """
    headers = HeaderReader(book.load("mapping/headers.yml", HeaderRules))
    content = book.load("mapping/content.yml", ContentRules)
    kept: dict[str, SourceMapping] = {}
    guessed: dict[str, list[Claim]] = {}
    order: list[str] = []
    sources = ws.rows("select source, headers from intake.source order by rowid")
    own_mappings = _own_mappings(book, [source for source, _ in sources])
    joined = {table.table for own in own_mappings.values() if own is not None for table in own.join}
    others = {source: list(names) for source, names in sources}
    for source, names in sources:
        own = own_mappings[source]
        if own is None and source in joined:
            continue  # its rows come in with the records of another source
        order.append(source)
        if own is not None:
            kept[source] = _fitting(own, source, names, others)
            continue
        watcher.step(f"guessing the columns of {source}")
        columns = columns_of(ws, source, names, content)
        guessed[source] = guess_columns(columns, headers, content.thresholds, _counter(ws, source))
    map_alike(guessed)
    give_slots(guessed)
    for source, claims in guessed.items():
        if unusable is not None and not fed(claims, *_USABLE):
            unusable[source] = _as_mapping(source, claims)
            order.remove(source)
            continue
        _refuse_unusable(source, claims)
        kept[source] = _as_mapping(source, claims)
        _say(kept[source], claims, watcher)
    return [kept[source] for source in order]


def _own_mappings(book: RuleBook, sources: Sequence[str]) -> dict[str, SourceMapping | None]:
    """The mapping files a project keeps; the mistakes of all of them at once."""
    found: dict[str, SourceMapping | None] = {}
    problems: list[Problem] = []
    for source in sources:
        try:
            found[source] = load_mapping(book, source)
        except RuleErrors as error:
            problems += error.problems
    if problems:
        raise RuleErrors(problems)
    return found


def guess_columns(
    columns: Sequence[Column], headers: HeaderReader, thresholds: Thresholds, distinct: CountDistinct
) -> list[Claim]:
    """Claims of the columns of one source on attributes; no attribute is claimed twice unless it is joinable."""
    claims = [_first_claim(column, headers, thresholds) for column in columns]
    _settle_numbers(claims)
    resolve_names(claims)
    resolve_addresses(claims)
    _settle_birth(claims)
    _settle_accounts(claims)
    resolve_key(claims, distinct)
    _settle_twins(claims)
    return claims


def map_alike(guessed: Mapping[str, Sequence[Claim]]) -> None:
    """A header that one source was unsure of feeds what it feeds in another source, unless the values contradict."""
    best: dict[str, Claim] = {}
    for claims in guessed.values():
        for claim in claims:
            known = best.get(claim.column.folded)
            if claim.state == "fed" and (known is None or claim.confidence > known.confidence):
                best[claim.column.folded] = claim
    for claims in guessed.values():
        taken = {claim.attribute for claim in claims if claim.state == "fed"}
        for claim in claims:
            model = best.get(claim.column.folded)
            if model is None or model is claim or model.attribute in (claim.attribute, "source_key", None):
                continue
            if claim.state not in ("unknown", "unsure") or model.confidence < _SURE or model.attribute in taken:
                continue
            if claim.column.header.startswith("column_"):
                continue
            suits = fit(model.attribute, claim.column)
            if suits is None or suits >= 0.3:
                claim.feed(model.attribute, 0.7, f'header "{claim.column.header}" as in another source')
                taken.add(model.attribute)


def _first_claim(column: Column, headers: HeaderReader, thresholds: Thresholds) -> Claim:
    claim = Claim(column, headers.read(column.header))
    reading = claim.reading
    if reading.never or is_secret(column):
        claim.leave("aside", "secret or means of payment: never imported", 1.0)
    elif not column.filled:
        claim.leave("aside", "empty column", 1.0)
    elif reading.aside is not None:
        claim.leave("aside", f"known as {reading.aside.replace('_', ' ')}: not used", 0.9)
    elif not column.content.values:
        claim.leave("aside", "holds only placeholders", 0.9)
    elif reading.ambiguous:
        _choose(claim, thresholds)
    elif reading.feeds:
        _believe(claim, thresholds)
    else:
        _ask_values(claim, thresholds)
    return claim


def _believe(claim: Claim, thresholds: Thresholds) -> None:
    """One meaning by the header: taken unless the values contradict it."""
    (attribute,) = claim.reading.feeds
    trust = _TRUST[claim.reading.how]
    found = fit(attribute, claim.column)
    header = f'header "{claim.column.header}"'
    needed = max(0.5, thresholds.disbelieve) if claim.reading.how == "phrase" else thresholds.disbelieve
    if attribute in ("birth_year", "birth_month") and claim.column.content.month_of_year >= 0.5:
        claim.feed("birth_date", trust, f"{header}, values are a month and a year")
    elif found is None:
        claim.feed(attribute, trust - 0.05, header)
    elif found >= needed:
        claim.feed(attribute, trust + 0.04 * found, f"{header}, {found:.0%} of the values fit")
    else:
        claim.leave("unsure", f"{header} means {attribute}, but only {found:.0%} of the values fit")
        _ask_values(claim, thresholds)


def _choose(claim: Claim, thresholds: Thresholds) -> None:
    """Several meanings: names and streets wait for the other columns, the rest is decided by the values."""
    content, feeds = claim.column.content, claim.reading.feeds
    header = f'header "{claim.column.header}"'
    if NAME_FEEDS & set(feeds) and content.text >= 0.4 and content.email < 0.3 and content.date < 0.5:
        claim.leave("open", header)
        return
    if STREET_FEEDS & set(feeds) and content.letters >= 0.4 and content.email < 0.3:
        claim.leave("open", header)
        return
    for attribute in feeds:
        if attribute in NAME_FEEDS | STREET_FEEDS:
            continue
        found = strict_fit(attribute, claim.column)
        if found >= 0.5:
            claim.feed(attribute, 0.6 + 0.3 * found, f"{header}, {found:.0%} of the values fit {attribute}")
            return
    claim.leave("unsure", f"{header} may be {', '.join(feeds)}; the values do not say which")
    _ask_values(claim, thresholds)


def _ask_values(claim: Claim, thresholds: Thresholds) -> None:
    found = by_content(claim.column, thresholds.recognise)
    if found is None:
        return
    attribute, confidence, why = found
    if attribute == "birth_date" and claim.reading.other_date:
        return
    if attribute in ("birth_date", "country") and claim.reading.of_another:
        return
    claim.feed(attribute, confidence, why)


def _settle_numbers(claims: list[Claim]) -> None:
    """A bare "no" or "number" is a house number only beside a street."""
    streets = [claim for claim in claims if STREET_FEEDS & set(claim.reading.feeds)]
    for claim in claims:
        if claim.reading.ambiguous and claim.attribute == "house_number" and not streets:
            claim.leave("unknown", f'header "{claim.column.header}": a number, and no street beside it')


def _settle_birth(claims: list[Claim]) -> None:
    """Short headers (by, bm, bd) mean parts of a birth date only together; a second birth date is another date."""
    parts = {claim.attribute for claim in fed(claims, *_PARTS_OF_BIRTH)}
    for claim in fed(claims, *_PARTS_OF_BIRTH):
        if len(parts) < 2 and len(claim.column.folded) <= 2:
            claim.leave("unknown", f'header "{claim.column.header}" alone says nothing')
    dates = sorted(
        fed(claims, "birth_date"), key=lambda claim: (claim.reading.feeds != (), claim.strength), reverse=True
    )
    for claim in dates[1:]:
        claim.leave("lost", f'"{dates[0].column.header}" is the birth date')
    if dates and not dates[0].reading.feeds and (years := fed(claims, "birth_year")):
        dates[0].leave("lost", f'"{years[0].column.header}" is the year of birth')


def _settle_accounts(claims: list[Claim]) -> None:
    """Beside an organisation and another number of the contact, an account number is that of the structure."""
    numbers = fed(claims, "contact_number", "source_key")
    for claim in fed(claims, "contact_number"):
        if "parent_id" not in claim.reading.feeds or len(numbers) < 2:
            continue
        header, column = f'header "{claim.column.header}"', claim.column
        if fed(claims, "organisation"):
            claim.feed("parent_id", 0.8, f"{header} beside an organisation and a contact number")
        elif column.distinct < _SHARED * column.filled:
            claim.feed("parent_id", 0.7, f"{header}: several records share one")


def _settle_twins(claims: list[Claim]) -> None:
    """Several columns for one attribute: joined where that makes sense, else the best stays."""
    emails = sorted(fed(claims, "email"), key=lambda claim: claim.strength, reverse=True)
    for claim in emails[1:]:
        claim.feed("email2", claim.confidence, f'{claim.why}; the first is "{emails[0].column.header}"')
    if not emails and (others := fed(claims, "email2")):
        best = max(others, key=lambda claim: claim.strength)
        best.feed("email", best.confidence, best.why)
    by_attribute: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.attribute is not None:
            by_attribute.setdefault(claim.attribute, []).append(claim)
    for attribute, claimants in by_attribute.items():
        if len(claimants) < 2:
            continue
        if attribute in JOINABLE_ATTRIBUTES:
            for claim in claimants:
                claim.transform = "join"
            continue
        best = max(claimants, key=lambda claim: (not claim.reading.ambiguous, claim.strength))
        for claim in claimants:
            if claim is not best:
                claim.leave("lost", f'"{best.column.header}" feeds {attribute}')
                claim.second = []


def _refuse_unusable(source: str, claims: list[Claim]) -> None:
    if fed(claims, *_USABLE):
        return
    names = ", ".join(claim.column.header for claim in claims[:12])
    raise SourceError(
        f"{source}: no usable column; none can be a name, an organisation, an e-mail or a telephone (columns: {names})",
        hint="Is it a file of contacts? If so, name the columns in a mapping file.",
    )


def _as_mapping(source: str, claims: list[Claim]) -> SourceMapping:
    columns: list[ColumnMapping] = []
    for claim in claims:
        feeds = [(claim.attribute, claim.transform), *(claim.second if claim.attribute is not None else [])]
        columns += [
            ColumnMapping(
                position=claim.column.position,
                header=claim.column.header,
                attribute=attribute,
                transform=transform,
                confidence=claim.confidence,
                why=claim.why,
            )
            for attribute, transform in feeds
        ]
    return SourceMapping(source=source, columns=tuple(columns))


def _say(mapping: SourceMapping, claims: list[Claim], watcher: Watcher) -> None:
    used = [column for column in mapping.columns if column.attribute is not None]
    positions = {column.position for column in used}
    watcher.say(f"{mapping.source}: {len(positions)} of {counted(len(claims), 'column')} used, as guessed:")
    for start in range(0, len(used), 4):
        told = (f'"{column.header}" = {column.attribute} {column.confidence:.0%}' for column in used[start : start + 4])
        watcher.say(f"{mapping.source}:   {', '.join(told)}")
    for claim in claims:
        if claim.state == "aside" and claim.confidence == 1.0 and claim.column.filled:
            watcher.say(f'{mapping.source}: column "{claim.column.header}" is dropped ({claim.why})')
        elif claim.state in ("unsure", "unknown"):
            watcher.say(f'{mapping.source}: column "{claim.column.header}" is not used: {claim.why}')


def _fitting(
    mapping: SourceMapping, source: str, headers: Sequence[str], others: Mapping[str, Sequence[str]]
) -> SourceMapping:
    """The mapping with the places its columns have in this file: a column is known by its header, not by its place.

    The order of the mapping stays: it is the order in which joined columns stand side by side.

    Raises:
        SourceError: the columns of the file are not those of the mapping.
        RuleErrors: a step or join names a column that is not there, or names single rows.
    """
    there = {header: place for place, header in enumerate(headers, start=1)}
    mapped = dict.fromkeys(column.header for column in mapping.columns)
    # a column without a place may be one that a step or a join makes
    placed = dict.fromkeys(column.header for column in mapping.columns if column.position or not mapping.is_shaped)
    read = {resolve(name, headers) for step in mapping.steps for name in step.reads}
    read |= {resolve(name, headers) for table in mapping.join for name in table.keys}
    wrong = [f'there is no column "{header}"' for header in placed if header not in there]
    wrong += [
        f'column {place} "{header}" is new'
        for header, place in there.items()
        if header not in mapped and header not in read
    ]
    if wrong:
        raise SourceError(
            f"{source}: its columns are not those of {mapping.origin}: {'; '.join(wrong)}",
            hint="Correct the mapping file, or delete it to have the columns guessed again.",
        )
    columns = tuple(column.model_copy(update={"position": there.get(column.header)}) for column in mapping.columns)
    fitted = mapping.model_copy(update={"source": source, "columns": columns})
    if problems := name_problems(fitted, headers, others):
        raise RuleErrors(problems)
    return fitted


def _counter(ws: Workspace, source: str) -> CountDistinct:
    def count(positions: Iterable[int]) -> Mapping[int, int]:
        return exact_distinct(ws, source, positions)

    return count
