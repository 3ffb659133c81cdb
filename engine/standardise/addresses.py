"""Postal addresses: street lines, post codes and towns, each in the form of its country."""

from __future__ import annotations

import functools

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Countries
from engine.rulebook.standardisation import Placeholders
from engine.standardise.address_cells import SEPARATOR, Address, read_address
from engine.standardise.distinct import run_distinct
from engine.standardise.folding import fold
from engine.standardise.gazetteer import GAZETTEER, load_gazetteer
from engine.standardise.placeholders import PlaceholderWords
from engine.standardise.postcodes import PostcodeCell, PostcodeRules, read_postcode
from engine.standardise.street_lines import LineRules, PlainStreet, read_plain_street
from engine.standardise.towns import TownRules, read_town
from engine.standardise.value_log import log_values
from engine.workspace import Workspace


def standardise_addresses(ws: Workspace, book: RuleBook, *, workers: int) -> None:
    """Standardise the addresses of intake.record: temp table std_address, one row per record.

    Reads std_country and std_place (of resolve_countries). Columns: record_id, addr_line1, addr_line2, addr_line3,
    house_number, street, po_box, unit, postcode, town, region, addr_line1_reason, postcode_reason, town_reason.

    The street line is addr_line1, put together for the country ("12 rue de la Paix" in France, "Rue du Rhône 12" in
    Switzerland); floors, buildings, post boxes and recipients follow on the other two lines. A line that cannot be
    taken apart stays as it was written.

    Reasons:
        addr_line1: placeholder, mojibake_repaired, place_in_line (post code and town stood in the line, and were
            taken out or repeated the row's own).
        postcode: bad_postcode (not the country's form: null), leading_zero_restored, postcode_unknown (the
            gazetteer, two years old, does not hold it), placeholder.
        town: placeholder, town_postcode_mismatch (kept), town_spelling (nearly a place of that code; kept).
    """
    load_gazetteer(ws, book)
    ws.execute(f"create or replace temp table std_address_cell as {ws.statement('standardise', 'address_cell')}")
    _read_lines(ws, book, workers)
    _read_places(ws, book, workers)
    ws.execute(f"create or replace temp table std_address as {ws.statement('standardise', 'address')}")
    _record_changes(ws)
    ws.drop(*_WORKING)


_WORKING = (
    "std_address_cell", "std_address_use", "std_address_split", "std_street", "std_address_plain", "std_address_other",
    "std_address_read", "std_town_use", "std_town_read", "std_postcode_use", "std_postcode_read", "std_place_use",
    "std_place_check", "std_place", "std_town_alias", "std_region_name", "std_postcode_prefix", "std_postcode_form",
    "std_calling_code", "std_part_of", GAZETTEER,
)  # fmt: skip


def _read_lines(ws: Workspace, book: RuleBook, workers: int) -> None:
    """Lines of a number and plain words once per street, all others once per line."""
    ws.execute(
        "create or replace temp table std_address_use as select cells as raw, country, count(*) as rows "
        "from std_address_cell where cells <> '' group by all"
    )
    rules = LineRules.of(book)
    ws.execute(f"create or replace temp table std_address_split as {ws.statement('standardise', 'address_split')}")
    run_distinct(
        ws,
        "std_street",
        "select distinct street, country, first from std_address_split order by street, country, first",
        functools.partial(_street_answer, rules=rules),
        {"before": "text", "after": "text", "written": "text"},
        workers=workers,
    )
    ws.execute(f"create or replace temp table std_address_plain as {ws.statement('standardise', 'address_plain')}")
    placeholders = PlaceholderWords.of(book.load("standardisation/placeholders.yml", Placeholders))
    run_distinct(
        ws,
        "std_address_other",
        "select raw, country as written_for from std_address_use as used "
        "anti join std_address_plain as plain on plain.raw = used.raw and plain.written_for = used.country "
        "order by raw, written_for",
        functools.partial(_line_answer, rules=rules, words=placeholders),
        dict.fromkeys(Address._fields, "text"),
        workers=workers,
    )
    ws.execute(
        "create or replace temp table std_address_read as "
        "from std_address_other union all by name from std_address_plain"
    )


def _street_answer(street: str, country: str, first: str, rules: LineRules) -> PlainStreet:
    return read_plain_street(street, country or None, first == "yes", rules)


def _line_answer(raw: str, country: str, rules: LineRules, words: PlaceholderWords) -> Address:
    return read_address(raw, country or None, rules, words)


def _read_places(ws: Workspace, book: RuleBook, workers: int) -> None:
    """Towns first (a code may stand before them), then post codes (a town may stand behind them), then pairs."""
    evidence = book.load("standardisation/countries.yml", Countries).evidence
    towns = TownRules.of(book)
    ws.execute(
        "create or replace temp table std_town_use as select town as raw, country, count(*) as rows "
        "from std_address_cell where town <> '' group by all"
    )
    run_distinct(
        ws,
        "std_town_read",
        "select raw, country as written_for from std_town_use order by raw, country",
        functools.partial(_town_answer, rules=towns),
        dict.fromkeys(("town", "folded", "alias", "alias_folded", "code", "region", "reason"), "text"),
        workers=workers,
    )
    ws.execute(
        "create or replace temp table std_postcode_use as "
        "select coalesce(nullif(cell.postcode, ''), town.code) as raw, country, count(*) as rows "
        "from std_address_cell as cell "
        "left join std_town_read as town on town.raw = cell.town and town.written_for = cell.country "
        "where coalesce(nullif(cell.postcode, ''), town.code) is not null group by all"
    )
    run_distinct(
        ws,
        "std_postcode_read",
        "select raw, country as written_for from std_postcode_use order by raw, country",
        functools.partial(_postcode_answer, rules=PostcodeRules.of(book), towns=towns),
        dict.fromkeys(("postcode", "key", "candidate", "town", "folded", "reason"), "text"),
        workers=workers,
    )
    ws.execute(f"create or replace temp table std_place_use as {ws.statement('standardise', 'place_use')}")
    ws.execute(
        f"create or replace temp table std_place_check as {ws.statement('standardise', 'place_check')}",
        {"similarity": evidence.town_similarity},
    )


def _town_answer(raw: str, country: str, rules: TownRules) -> tuple[str | None, ...]:
    found = read_town(raw, country or None, rules)
    return (
        found.town,
        None if found.town is None else fold(found.town),
        found.alias,
        None if found.alias is None else fold(found.alias),
        found.code,
        found.region,
        found.reason,
    )


def _postcode_answer(raw: str, country: str, rules: PostcodeRules, towns: TownRules) -> tuple[str | None, ...]:
    found: PostcodeCell = read_postcode(raw, country or None, rules)
    town = None if found.town is None else read_town(found.town, country or None, towns).town
    return (found.postcode, found.key, found.candidate, town, None if town is None else fold(town), found.reason)


def _record_changes(ws: Workspace) -> None:
    visible = f"array_to_string(list_filter(string_split(used.raw, '{SEPARATOR}'), lambda cell: cell <> ''), ', ')"
    ws.execute(
        "create or replace temp table std_address_log as "
        f"select {visible} as raw, country, min(addr_line1) as standard, "
        "min(reason) as reason, sum(rows)::bigint as rows "
        "from std_address_use as used join std_address_read as read "
        "on read.raw = used.raw and read.written_for = used.country group by all"
    )
    log_values(ws, "addr_line1", "std_address_log", standard="standard", context="country", rules="streets.yml")
    ws.execute(
        "create or replace temp table std_address_log as "
        "select used.raw, used.country, used.rows, town as standard, reason "
        "from std_town_use as used "
        "join std_town_read as read on read.raw = used.raw and read.written_for = used.country"
    )
    log_values(ws, "town", "std_address_log", standard="standard", context="country", rules="town_aliases.yml")
    ws.execute(
        "create or replace temp table std_address_log as "
        "select used.raw, used.country, used.rows, postcode as standard, reason from std_postcode_use as used "
        "join std_postcode_read as read on read.raw = used.raw and read.written_for = used.country"
    )
    log_values(ws, "postcode", "std_address_log", standard="standard", context="country", rules="postcodes.yml")
    ws.drop("std_address_log")
