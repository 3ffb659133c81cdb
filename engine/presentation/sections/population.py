"""Who the contacts are: kinds, countries, languages, and how they can be reached."""

from __future__ import annotations

from typing import Any

from engine.presentation.sections.flow import share
from engine.workspace import Workspace

COUNTRIES_SHOWN = 12
"""Countries named; the rest are added up, a long tail says nothing."""


def population(ws: Workspace) -> dict[str, Any]:
    """Figures over the golden contacts."""
    contacts = ws.count("golden.contact")
    return {
        "kinds": _counts(ws, "kind"),
        "kind_reasons": _kind_reasons(ws),
        "countries": _top(_counts(ws, "country")),
        "country_sources": [
            {"name": name, "records": n}
            for name, n in ws.rows(
                "select country_source, count(*) from standardise.record where country is not null "
                "group by country_source order by count(*) desc, country_source"
            )
        ],
        "regions": _regions(ws),
        "languages": _top(_counts(ws, "language")),
        "reach": _reach(ws, contacts),
    }


def _counts(ws: Workspace, column: str) -> list[dict[str, Any]]:
    """Contacts per code of ``column``, the most frequent first; null = unknown."""
    found = ws.rows(f"select {column}, count(*) from golden.contact group by {column} order by 2 desc, 1 nulls last")
    return [{"name": name, "contacts": contacts} for name, contacts in found]


_REGION = """
case
    when country = 'FR' and postcode like '97%' then left(postcode, 3)
    when country in ('FR', 'CH', 'DE', 'IT', 'ES', 'BE', 'AT', 'LU', 'NL', 'PT')
        and regexp_matches(postcode, '^[0-9]{4}') then left(postcode, 2)
end
"""
"""The first two digits of a post code: department in France, postal region elsewhere; three beyond the sea."""

REGION_COUNTRIES, REGIONS_SHOWN, REGION_LEAST = 3, 15, 10
"""The countries with most contacts, their largest regions, and the contacts that a region needs to be named."""


def _regions(ws: Workspace) -> list[dict[str, Any]]:
    """For the main countries: contacts by region of the post code; small regions are added up."""
    found = ws.rows(
        f"with placed as (select country, {_REGION} as code from golden.contact) "
        "select country, code, count(*) from placed where code is not null group by all order by country, 3 desc, code"
    )
    countries: dict[str, list[dict[str, Any]]] = {}
    for country, region, contacts in found:
        countries.setdefault(country, []).append({"name": region, "contacts": contacts})
    sums = {country: sum(entry["contacts"] for entry in entries) for country, entries in countries.items()}
    largest = sorted(countries, key=lambda country: (-sums[country], country))[:REGION_COUNTRIES]
    return [_region_entry(country, countries[country], sums[country]) for country in largest]


def _region_entry(country: str, regions: list[dict[str, Any]], contacts: int) -> dict[str, Any]:
    shown = [entry for entry in regions[:REGIONS_SHOWN] if entry["contacts"] >= REGION_LEAST]
    rest = regions[len(shown) :]
    return {
        "country": country,
        "contacts": contacts,
        "regions": shown,
        "others": {"regions": len(rest), "contacts": sum(entry["contacts"] for entry in rest)},
    }


def _kind_reasons(ws: Workspace) -> list[dict[str, Any]]:
    found = ws.rows(
        "select kind, kind_reason, count(*) from standardise.record group by all order by kind, 3 desc, kind_reason"
    )
    return [{"kind": kind, "reason": reason, "records": records} for kind, reason, records in found]


def _top(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [entry for entry in counts if entry["name"] is not None]
    unknown = [entry for entry in counts if entry["name"] is None]
    rest = known[COUNTRIES_SHOWN:] if len(known) > COUNTRIES_SHOWN + 1 else []
    shown = known[: len(known) - len(rest)]
    if rest:
        shown.append({"name": "others", "others": len(rest), "contacts": sum(entry["contacts"] for entry in rest)})
    return shown + unknown


def _reach(ws: Workspace, contacts: int) -> list[dict[str, Any]]:
    """Contacts that can be written to, called or mailed; the last one: by no means at all."""
    ways = {
        "email": "email is not null",
        "mobile": "mobile is not null",
        "any phone": "coalesce(phone, mobile) is not null",
        "full postal address": "addr_line1 is not null and postcode is not null and town is not null",
        "none of these": "email is null and phone is null and mobile is null "
        "and (addr_line1 is null or postcode is null or town is null)",
    }
    listing = ", ".join(f"count(*) filter ({condition})" for condition in ways.values())
    found = ws.rows(f"select {listing} from golden.contact")[0]
    return [{"way": way, "contacts": n, "share": share(n, contacts)} for way, n in zip(ways, found, strict=True)]
