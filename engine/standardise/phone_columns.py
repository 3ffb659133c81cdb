"""Whose numbering plan a source's telephone numbers follow, when its rows name no country."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Countries, Phones
from engine.rulebook.standardisation import Languages, Placeholders
from engine.standardise.distinct import run_distinct
from engine.standardise.languages import LanguageWords, standardise_language
from engine.standardise.numbering_plan import SPECIAL_KINDS
from engine.standardise.phone_numbers import PhoneRules, read_phone_cell
from engine.workspace import Workspace

SAMPLE = 300
"""Different numbers looked at per source: a share of 0.9 is then known to +-0.035."""

_NOT_DIGIT = re.compile(r"[^0-9]")


def guess_country(numbers: Sequence[str], rules: Phones) -> str | None:
    """The one country in whose plan nearly all national ``numbers`` are valid, or None.

    Where people dial a trunk 0 its absence counts against the country: ten digits such as 212/730-5848 are a number
    of the United States, though the German plan has room for them.
    """
    if len(numbers) < rules.column.numbers:
        return None
    shares = {country: _share(numbers, country) for country in rules.fast}
    found = [country for country, share in shares.items() if share >= rules.column.share]
    closed = [country for country in found if country not in rules.column.open] or found
    if len(closed) != 1:
        return None
    others = (share for country, share in shares.items() if country not in (closed[0], *rules.column.open))
    return closed[0] if max(others, default=0.0) <= rules.column.rival else None


def _share(numbers: Sequence[str], country: str) -> float:
    """Share of the national numbers that are valid in one plan, by libphonenumber's own patterns without its parser."""
    trunk, prefix, general, kinds = _plan(country)
    valid = 0
    for number in numbers:
        digits = _NOT_DIGIT.sub("", number)
        if trunk and not digits.startswith("0"):
            continue
        significant = digits[len(prefix) :] if prefix and digits.startswith(prefix) else digits
        valid += general.fullmatch(significant) is not None and any(kind.fullmatch(significant) for kind in kinds)
    return valid / len(numbers)


@functools.lru_cache(maxsize=64)
def _plan(country: str) -> tuple[bool, str, re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Whether a trunk 0 is dialled, the national prefix, and the patterns of all numbers and of each kind."""
    import phonenumbers as library

    plan = library.PhoneMetadata.metadata_for_region(country, None)
    assert plan is not None, country
    general = plan.general_desc
    assert general is not None, country
    assert general.national_number_pattern, country
    patterns = [
        kind.national_number_pattern
        for kind in (plan.fixed_line, plan.mobile, *(getattr(plan, name) for name in SPECIAL_KINDS))
        if kind is not None and kind.national_number_pattern
    ]
    prefix = plan.national_prefix or ""
    return (
        prefix == "0",
        prefix,
        re.compile(general.national_number_pattern),
        tuple(map(re.compile, patterns)),
    )


def guess_sources(ws: Workspace, book: RuleBook) -> None:
    """Add to std_country_file the sources whose numbers tell their country and nothing else did."""
    rules = book.load("standardisation/phones.yml", Phones)
    sources = ws.rows(
        "select distinct source from std_country_row where country is null "
        "and source not in (select source from std_country_file) order by source"
    )
    for (source,) in sources:
        numbers = ws.rows(
            "select distinct number from ("
            "select unnest([phone, mobile, fax]) as number from intake.record where source = $source"
            ") where regexp_matches(number, '[0-9]{3}') and not regexp_matches(number, '^\\s*(\\+|00)') "
            f"order by hash(number), number limit {SAMPLE}",
            {"source": source},
        )
        country = guess_country([row[0] for row in numbers], rules)
        if country is not None:
            ws.execute(
                "insert into std_country_file values ($source, $country)", {"source": source, "country": country}
            )


def guess_rows(ws: Workspace, book: RuleBook) -> None:
    """Decide rows of std_country that nothing else decided by their national numbers and their language.

    Only where the row names no post code, and exactly one of the countries its source has (and its language is spoken
    in) knows the number: "06 65 06 73 05" of a French speaker is French, where the German plan could have it too.
    """
    countries = book.load("standardisation/countries.yml", Countries)
    ws.execute(f"create or replace temp table std_country_dialled as {ws.statement('standardise', 'country_dialled')}")
    if not ws.count("std_country_dialled"):
        ws.drop("std_country_dialled")
        return
    known: dict[str, list[str]] = {}
    for source, country in ws.rows(
        "select source, country from (select source, country, count(*) as rows, "
        "sum(count(*)) over (partition by source) as decided from std_country_row "
        "where country is not null group by source, country) "
        "where rows >= $rows and rows >= $share * decided order by all",
        {"rows": countries.evidence.row_rows, "share": countries.evidence.row_share},
    ):
        known.setdefault(source, []).append(country)
    rules = _RowRules(book, {source: tuple(found) for source, found in known.items()})
    run_distinct(
        ws,
        "std_country_number",
        "select distinct source, coalesce(language, '') as language, number from std_country_dialled order by all",
        functools.partial(_country_of, rules=rules),
        {"country": "text"},
    )
    ws.execute(
        "create or replace temp table std_country_said as "
        "select record_id, min(read.country) as country from std_country_dialled as dialled "
        "join std_country_number as read on read.source = dialled.source and read.number = dialled.number "
        "and read.language = coalesce(dialled.language, '') where read.country is not null "
        "group by record_id having count(distinct read.country) = 1"
    )
    ws.execute(
        "update std_country set country = said.country, country_source = 'phone', country_reason = null "
        "from std_country_said as said where said.record_id = std_country.record_id"
    )
    ws.drop("std_country_dialled", "std_country_number", "std_country_said")


class _RowRules:
    """What a row's numbers are read by: the countries of each source, and where languages are at home."""

    def __init__(self, book: RuleBook, known: Mapping[str, Sequence[str]]) -> None:
        self.known = known
        self.homes = book.load("standardisation/countries.yml", Countries).languages
        self.open = frozenset(book.load("standardisation/phones.yml", Phones).column.open)
        self.phones = PhoneRules.of(book)
        self.languages = LanguageWords.of(
            book.load("standardisation/languages.yml", Languages),
            book.load("standardisation/placeholders.yml", Placeholders),
        )


def _country_of(source: str, language: str, number: str, rules: _RowRules) -> tuple[str | None]:
    spoken = standardise_language(language, rules.languages).value if language else None
    homes = rules.homes.get(spoken or "")
    candidates = [
        country
        for country in rules.known.get(source, ())
        if country not in rules.open and (homes is None or country in homes)
    ]
    digits = _NOT_DIGIT.sub("", number)
    found = [
        country
        for country in candidates
        if digits.startswith("0") == (country == "IT" or _plan(country)[0])
        and read_phone_cell(number, country, rules.phones).numbers
    ]
    return (found[0] if len(found) == 1 else None,)
