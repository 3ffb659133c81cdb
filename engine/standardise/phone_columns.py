"""Whose numbering plan a source's telephone numbers follow, when its rows name no country."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Phones
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
    import phonenumbers as library

    plan = library.PhoneMetadata.metadata_for_region(country, None)
    trunk = plan is not None and plan.national_prefix == "0"
    valid = 0
    for number in numbers:
        digits = _NOT_DIGIT.sub("", number)
        if trunk and not digits.startswith("0"):
            continue
        try:
            valid += library.is_valid_number_for_region(library.parse(digits, country), country)
        except library.NumberParseException:
            continue
    return valid / len(numbers)


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
