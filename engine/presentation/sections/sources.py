"""How each source was read, what its columns feed, and what stands in them."""

from __future__ import annotations

from typing import Any

from engine.presentation.sections.flow import share
from engine.sql import literal
from engine.workspace import Workspace

EXACT_UP_TO = 200_000
"""Lines up to which different values are counted exactly; beyond, HyperLogLog is within 2 % at a tenth of the time."""

SHAPES_FROM = 20_000
"""Lines that shapes are taken from, about: a shape that matters is seen there. Chosen by the hash of their cells."""

SHAPES_SHOWN = 3


def sources(ws: Workspace) -> list[dict[str, Any]]:
    """One entry per source: how its file was read, and its columns."""
    found = ws.rows(
        "select source, file, sheet, format, bytes, sha256, encoding, encoding_why, delimiter, quote, header_line, "
        "lines, loaded, held from intake.source order by source"
    )
    names = ("source", "file", "sheet", "format", "bytes", "sha256", "encoding", "encoding_why", "delimiter", "quote",
             "header_line", "lines", "loaded", "held")  # fmt: skip
    totals = _controls(ws)
    held = ws.rows(
        "select source, reason, count(*) from intake.held group by all order by source, count(*) desc, reason"
    )
    return [
        {
            **dict(zip(names, row, strict=True)),
            "held_by_reason": [{"reason": reason, "lines": n} for source, reason, n in held if source == row[0]],
            "controls": [total for total in totals if total["source"] == row[0]],
            "columns": _columns(ws, row[0], row[names.index("loaded")]),
        }
        for row in found
    ]


def _controls(ws: Workspace) -> list[dict[str, Any]]:
    """The customer's control totals against what arrived; none where the analysis or test has no such table."""
    if not ws.exists("receipts.control"):
        return []
    found = ws.rows("select source, measure, subject, expected, found, met from receipts.control order by rowid")
    return [
        {
            "source": source,
            "measure": measure if subject is None else f"{measure} {subject}",
            "expected": float(expected),
            "found": None if amount is None else float(amount),
            "met": met,
        }
        for source, measure, subject, expected, amount, met in found
    ]


def _columns(ws: Workspace, source: str, loaded: int) -> list[dict[str, Any]]:
    mapping = ws.rows(
        "select position, header, attribute, transform, confidence, why from intake.mapping where source = $source "
        "order by position",
        {"source": source},
    )
    positions = [row[0] for row in mapping]
    profiles = _profiles(ws, source, positions, loaded)
    shapes = _shapes(ws, source, positions, loaded)
    return [
        {
            "position": position,
            "header": header,
            "attribute": attribute,
            "transform": transform,
            "confidence": round(confidence, 4),
            "why": why,
            **profiles[position],
            "shapes": shapes.get(position, []),
        }
        for position, header, attribute, transform, confidence, why in mapping
    ]


def _profiles(ws: Workspace, source: str, positions: list[int], loaded: int) -> dict[int, dict[str, Any]]:
    """Filled, different values and lengths of each column, in one scan."""
    if not positions:
        return {}
    distinct = "count(distinct {0})" if loaded <= EXACT_UP_TO else "approx_count_distinct({0})"
    aggregates = ", ".join(
        f"count({cell}), {distinct.format(cell)}, min(length({cell})), max(length({cell})), avg(length({cell}))"
        for cell in (f"cells[{int(position)}]" for position in positions)
    )
    row = ws.rows(f"select {aggregates} from intake.line where source = $source", {"source": source})[0]
    profiles = {}
    for number, position in enumerate(positions):
        filled, different, shortest, longest, average = row[5 * number : 5 * number + 5]
        profiles[position] = {
            "filled": filled,
            "filled_share": share(filled, loaded),
            "distinct": min(different, filled),
            "distinct_exact": loaded <= EXACT_UP_TO,
            "shortest": shortest,
            "longest": longest,
            "average_length": None if average is None else round(average, 1),
        }
    return profiles


_LETTER_RUN, _DIGIT_RUN = "a", "9"


def shape(cell: str) -> str:
    """An SQL expression for the shape of a text: runs of letters as ``a``, each digit as ``9``, signs kept.

    >>> import duckdb
    >>> duckdb.sql(f"select {shape(chr(39) + 'Élodie.D-42@x.ch' + chr(39))}").fetchall()
    [('a.a-99@a.a',)]
    """
    steps = ((r"[\p{L}\p{M}]+", _LETTER_RUN), (r"\p{N}", _DIGIT_RUN), (r"\s+", " "), (r"[^a9 !-/:-@\[-`{-~]", "?"))
    expression = cell
    for pattern, replacement in steps:
        expression = f"regexp_replace({expression}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"left({expression}, 40)"


def _shapes(ws: Workspace, source: str, positions: list[int], loaded: int) -> dict[int, list[dict[str, Any]]]:
    """The commonest shapes of each column: they show a format without showing a value."""
    found = ws.rows(
        f"""
        with sampled as (
            select cells
            from intake.line
            where source = $source and hash(cells) % {max(1, loaded // SHAPES_FROM)} = 0
        ),
        cell as (
            select unnest(range(1, len(cells) + 1)) as position, unnest(cells) as value
            from sampled
        ),
        shaped as (
            select position, {shape("value")} as shape, count(*) as lines
            from cell
            where value is not null
            group by all
        )
        select position, shape, lines, sum(lines) over (partition by position) as filled
        from shaped
        qualify row_number() over (partition by position order by lines desc, shape) <= {SHAPES_SHOWN}
        order by position, lines desc, shape
        """,
        {"source": source},
    )
    shapes: dict[int, list[dict[str, Any]]] = {position: [] for position in positions}
    for position, text, lines, filled in found:
        shapes.setdefault(position, []).append({"shape": text, "share": share(lines, int(filled))})
    return shapes
