"""Each attribute as the sources have it and as it stands after standardisation: filled, forms, lengths, top values.

Everything comes from ``standardise.value``, which holds each different value once with its number of rows. Values are
masked; codes and places are shown when so many records hold them that they tell nothing of one contact.
"""

from __future__ import annotations

from typing import Any

from engine.presentation.masking import mask
from engine.presentation.sections.flow import share
from engine.sql import literal
from engine.workspace import Workspace

HARMLESS: frozenset[str] = frozenset(
    {"country", "language", "title", "gender", "legal_form", "structure_type", "town", "postcode", "region"}
)
"""Attributes whose frequent values may be shown: a code or a place that many share says nothing of one of them."""

ENOUGH = 10
"""Records that must hold a value before it is shown as it is (k-anonymity)."""

PATTERNS_FROM = 8_000
"""Different values that patterns are taken from, about, per attribute and side; chosen by their hash."""

SHOWN = 5
"""Patterns and top values per attribute and side."""

RARE = 0.005
"""Share of the rows under which a pattern is rare: one in two hundred."""

SIDES = ("raw", "standard")

_COUNTED = "report_profile"

_SIDE = """
        with side as (
            select attribute, 'raw' as side, raw as value, rows from standardise.value
            union all
            select attribute, 'standard', standard, rows from standardise.value where standard is not null
        )"""
"""Every value of both sides; one that stands in two contexts comes twice."""


def profile(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per attribute in standardise.value, in alphabetical order, with a ``raw`` and a ``standard`` side."""
    records = ws.count("standardise.record")
    # values are counted by their hash: grouping millions of texts costs ten times as much, and a text is needed for a
    # handful of them only
    ws.execute(
        f"""
        create or replace temp table {_COUNTED} as
        {_SIDE}
        select attribute, side, hash(value) as value_hash, sum(rows)::bigint as rows
        from side
        group by all
        """
    )
    filled = _filled(ws)
    lengths = _lengths(ws)
    patterns = _patterns(ws)
    tops = _tops(ws)
    ws.drop(_COUNTED)
    attributes = dict.fromkeys(attribute for attribute, _ in sorted(filled))
    return [
        {
            "attribute": attribute,
            **{
                side: _side(
                    records,
                    filled.get((attribute, side)),
                    lengths.get((attribute, side)),
                    patterns.get((attribute, side), []),
                    tops.get((attribute, side), []),
                )
                for side in SIDES
            },
        }
        for attribute in attributes
    ]


Key = tuple[str, str]


def _side(
    records: int,
    filled: tuple[int, int] | None,
    lengths: dict[str, Any] | None,
    patterns: list[dict[str, Any]],
    top: list[dict[str, Any]],
) -> dict[str, Any]:
    rows, distinct = filled or (0, 0)
    rare = [entry for entry in patterns if entry["share"] < RARE]
    return {
        "filled": rows,
        # a cell may hold several values, a record then counts more than once
        "filled_share": share(min(rows, records), records),
        "distinct": distinct,
        "lengths": lengths,
        "patterns": patterns[:SHOWN],
        "rare": {
            "patterns": len(rare),
            "share": round(sum(entry["share"] for entry in rare), 6),
            "examples": [entry["pattern"] for entry in rare[:3]],
        },
        "top": [{**entry, "share": share(entry["rows"], rows)} for entry in top],
    }


def _filled(ws: Workspace) -> dict[Key, tuple[int, int]]:
    found = ws.rows(f"select attribute, side, sum(rows)::bigint, count(*) from {_COUNTED} group by attribute, side")
    return {(attribute, side): (rows, values) for attribute, side, rows, values in found}


def _lengths(ws: Workspace) -> dict[Key, dict[str, Any]]:
    """Shortest, median and longest in rows, and how many rows lie outside Tukey's outer fences (3 x IQR)."""
    found = ws.rows(
        f"""
        {_SIDE},
        counted as (
            select attribute, side, length(value) as length, sum(rows)::bigint as rows
            from side
            group by all
        ),
        running as (
            select
                *,
                sum(rows) over (partition by attribute, side order by length) as until,
                sum(rows) over (partition by attribute, side) as total
            from counted
        ),
        quartile as (
            select
                attribute,
                side,
                min(length) as shortest,
                min(length) filter (4 * until >= total) as q1,
                min(length) filter (2 * until >= total) as median,
                min(length) filter (4 * until >= 3 * total) as q3,
                max(length) as longest
            from running
            group by attribute, side
        )
        select
            quartile.*,
            coalesce(sum(counted.rows) filter (
                counted.length < q1 - 3 * (q3 - q1) or counted.length > q3 + 3 * (q3 - q1)
            ), 0)::bigint as odd
        from quartile
        inner join counted using (attribute, side)
        group by all
        """
    )
    return {
        (attribute, side): {"shortest": shortest, "median": median, "longest": longest, "odd": odd}
        for attribute, side, shortest, _, median, _, longest, odd in found
    }


def pattern(value: str) -> str:
    """An SQL expression for the pattern of a text: runs of capitals ``A``, of small letters ``a``, each digit ``9``.

    >>> import duckdb
    >>> duckdb.sql(f"select {pattern(literal('Élodie McD 4b'))}").fetchall()
    [('Aa AaA 9a',)]
    """
    steps = (
        (r"[\p{Lu}\p{Lt}]+", "A"), (r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]+", "a"), (r"\p{N}", "9"), (r"\s+", " "),
        (r"[^Aa9 !-/:-@\[-`{-~]", "?"),
    )  # fmt: skip
    expression = value
    for form, sign in steps:
        expression = f"regexp_replace({expression}, {literal(form)}, {literal(sign)}, 'g')"
    return f"left({expression}, 40)"


def _patterns(ws: Workspace) -> dict[Key, list[dict[str, Any]]]:
    """All patterns, the commonest first; of very many different values a part is looked at."""
    found = ws.rows(
        f"""
        {_SIDE},
        sized as (
            select attribute, side, greatest(1, count(*) // {PATTERNS_FROM}) as step
            from {_COUNTED}
            group by all
        ),
        formed as (
            select attribute, side, {pattern("value")} as pattern, sum(rows)::bigint as rows
            from side
            inner join sized using (attribute, side)
            where step = 1 or hash(value) % step = 0
            group by all
        )
        select attribute, side, pattern, rows, sum(rows) over (partition by attribute, side)
        from formed
        order by attribute, side, rows desc, pattern
        """
    )
    patterns: dict[Key, list[dict[str, Any]]] = {}
    for attribute, side, text, rows, total in found:
        patterns.setdefault((attribute, side), []).append({"pattern": text, "share": share(rows, int(total))})
    return patterns


def _tops(ws: Workspace) -> dict[Key, list[dict[str, Any]]]:
    """The most frequent values, masked unless they are harmless and frequent; values of one record are left out."""
    found = ws.rows(
        f"""
        {_SIDE},
        top as (
            select attribute, side, value_hash, rows
            from {_COUNTED}
            where rows > 1
            qualify row_number() over (partition by attribute, side order by rows desc, value_hash) <= {SHOWN}
        )
        select top.attribute, top.side, min(side.value) as value, min(top.rows) as rows
        from side
        inner join top
            on top.attribute = side.attribute and top.side = side.side and top.value_hash = hash(side.value)
        group by top.attribute, top.side, top.value_hash
        order by top.attribute, top.side, rows desc, value
        """
    )
    tops: dict[Key, list[dict[str, Any]]] = {}
    for attribute, side, value, rows in found:
        plain = attribute in HARMLESS and rows >= ENOUGH
        shown = value[:60] if plain else mask(value)
        tops.setdefault((attribute, side), []).append({"value": shown, "masked": not plain, "rows": rows})
    return tops
