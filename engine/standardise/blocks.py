"""A whole address in one cell, or in lines without post code and town columns, taken apart."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.standardise.cleaning import clean
from engine.standardise.country_names import CountryIndex
from engine.standardise.distinct import run_distinct
from engine.standardise.us_lines import UsPlaces, split_us_line
from engine.workspace import Workspace

_PARTS = re.compile(r"\s*[,\n\r;|]\s*|\s+[-–•·]\s+(?=[^\W\d_]|\d{4,5}\s)")
_GB = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
_CA = r"[A-Z]\d[A-Z]\s?\d[A-Z]\d"
_STATE_CODE = re.compile(
    rf"(?:(?P<town>.*\S)\s+)?(?P<region>[A-Z]{{2,3}})\.?\s+(?P<code>\d{{5}}(?:-\d{{4}})?|\d{{4}}|{_CA})"
)
_CODE_TOWN = re.compile(
    r"(?P<code>(?:[A-Z]{1,3}\s?[-–]\s?)?\d{4,5}(?:\s?[A-Z]{2}(?=\s))?|\d{4}-\d{3}|\d{2}-\d{3}|\d{3}\s\d{2})\s+(?P<town>[^\W\d_].*)"
)
_TOWN_CODE = re.compile(rf"(?P<town>[^\W\d_].*?)\s+(?P<code>\d{{4,5}}|{_GB}|\d{{4}}\s?[A-Z]{{2}}|{_CA})")
_CODE_ALONE = re.compile(rf"{_GB}|{_CA}|\d{{5}}(?:-\d{{4}})?")
_ONE_LINE = re.compile(
    r"(?P<street>.*\d.*?|.*\S)\s+(?P<code>(?:[A-Z]{1,3}[-–]\s?)?\d{5}|[A-Z]{1,3}[-–]\s?\d{4}|\d{4}\s?[A-Z]{2}|\d{4}-\d{3})\s+"
    r"(?P<town>[^\W\d_][^\d]*)"
)
_ONE_LINE_SHORT = re.compile(r"(?P<street>.*\d\S*)\s+(?P<code>\d{4})\s+(?P<town>[^\W\d_][^\d]*)")

_CODE_LAST = re.compile(rf"(?P<lines>\d.*\S)\s+(?P<code>{_GB}|{_CA})")

_CODES = frozenset({"UK", "GB", "US", "FR", "CH", "AT", "BE", "LU", "NL", "IT", "ES", "PT"})
"""Two letters at the end that can only be a country; CA and DE may be California and Delaware."""


class Block(NamedTuple):
    """An address taken apart, every part still raw.

    Attributes:
        lines: what stands before post code and town, joined with commas; None = nothing.
        postcode / town / region / country: the parts found, or None.
    """

    lines: str | None
    postcode: str | None
    town: str | None
    region: str | None
    country: str | None


def split_block(raw: str, index: CountryIndex, states: UsPlaces | None = None) -> Block:
    """Take "Rue X 12, 1201 Genève, Suisse" or an address of several lines apart; without a post code nothing is cut.

    Knows code before town (Europe), state and code behind it (US, AU, CA) and the code last (GB). A line of the United
    States without commas is cut where usaddress and the gazetteer agree on the town (``states``).
    """
    parts = [found for part in _PARTS.split(raw) if (found := clean(part).text.strip(" ,;"))]
    country = None
    if len(parts) > 1 and not any(map(str.isdigit, parts[-1])) and (len(parts[-1]) > 2 or parts[-1] in _CODES):
        country = parts.pop() if index.find(parts[-1]) is not None else None
    for position in range(len(parts) - 1, 0, -1):
        placed = _place(parts, position)
        if placed is not None:
            start, postcode, town, region = placed
            after = parts[position + 1 :]
            return Block(", ".join([*parts[:start], *after]) or None, postcode, town, region, country)
    if len(parts) == 1:
        american = split_us_line(parts[0], states) if states is not None else None
        if american is not None:
            return Block(american.lines, american.postcode, american.town, american.region, country)
        last = _CODE_LAST.fullmatch(parts[0])
        if last is not None:
            return Block(last["lines"].strip(" ,"), last["code"], None, None, country)
        whole = _ONE_LINE.fullmatch(parts[0]) or _ONE_LINE_SHORT.fullmatch(parts[0])
        if whole is not None:
            return Block(whole["street"].strip(" ,"), whole["code"], whole["town"], None, country)
        town_only = _CODE_TOWN.fullmatch(parts[0])
        if town_only is not None and country is not None:
            return Block(None, town_only["code"], town_only["town"], None, country)
    return Block(", ".join(parts) or None, None, None, None, country)


def _place(parts: list[str], position: int) -> tuple[int, str, str | None, str | None] | None:
    """Where the place begins, its code, town and region, when ``parts[position]`` holds a post code."""
    part = parts[position]
    stated = _STATE_CODE.fullmatch(part)
    if stated is not None:
        if stated["town"] is not None:
            return position, stated["code"], stated["town"], stated["region"]
        if position > 1:
            return position - 1, stated["code"], parts[position - 1], stated["region"]
        return position, stated["code"], None, stated["region"]
    for pattern in (_CODE_TOWN, _TOWN_CODE):
        found = pattern.fullmatch(part)
        if found is not None:
            return position, found["code"], found["town"], None
    if _CODE_ALONE.fullmatch(part) and position > 1:
        return position - 1, part, parts[position - 1], None
    return None


def split_blocks(ws: Workspace, book: RuleBook, *, workers: int = 1) -> None:
    """Temp table std_place: per record the place its cells name, address blocks taken apart.

    Columns: record_id, source, country, postcode, town, region (raw), lines (what replaces the address lines, null =
    the row's own lines stand). A row's own columns win over its block.
    """
    ws.execute(f"create or replace temp table std_block_use as {ws.statement('standardise', 'block_use')}")
    run_distinct(
        ws,
        "std_block",
        "select distinct raw from std_block_use",
        functools.partial(_answer, index=CountryIndex.of(book), states=_states(ws, book)),
        {"lines": "text", "postcode": "text", "town": "text", "region": "text", "country": "text"},
        workers=workers,
    )
    ws.execute(f"delete from std_block where raw in ({ws.statement('standardise', 'block_doubt')})")
    ws.execute(f"create or replace temp table std_place as {ws.statement('standardise', 'place')}")
    ws.drop("std_block_use", "std_block")


def _states(ws: Workspace, book: RuleBook) -> UsPlaces | None:
    """The places of the United States, read only when a line may hold one."""
    lines = "select count(*) from std_block_use where regexp_matches(raw, '[0-9]{5}(-[0-9]{4})?\\s*$')"
    if not ws.value(lines):
        return None
    return UsPlaces.of(book, ws.rows("select code, place, region from std_gazetteer where country = 'US'"))


def _answer(raw: str, index: CountryIndex, states: UsPlaces | None) -> Block:
    return split_block(raw, index, states)
