"""What a person should look at first: taken from the other sections, the urgent before the merely useful."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DOUBTFUL_MAPPING = 0.6
"""Confidence under which a guessed column deserves a look."""


def attention(report: dict[str, Any]) -> list[dict[str, str]]:
    """Entries with a ``level`` (act, ask, know), a ``sentence``, and the ``section`` or ``file`` to go to."""
    return [
        {"level": level, "sentence": sentence, "section": section, "file": file}
        for level, sentence, section, file in _entries(report)
    ]


def _entries(report: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    head = report["headline"]
    if head["contacts_held"]:
        yield (
            "act",
            f"{_count(head['contacts_held'], 'contact')} cannot be imported as they are.",
            "delivery",
            "held.csv",
        )
    if head["lines_held"]:
        yield "act", f"{_count(head['lines_held'], 'line')} could not be read into records.", "sources", "held.csv"
    for severity in report["quality"]["severities"]:
        if severity["severity"] == "error":
            concerned = _count(severity["records"], "record")
            yield "act", f"{concerned} failed an expectation of severity error.", "quality", "findings.csv"
    if head["pairs_ask"]:
        yield (
            "ask",
            f"{_count(head['pairs_ask'], 'pair')} may be the same contact: a person should say.",
            "matching",
            "review.csv",
        )
    doubtful = [
        column
        for source in report["sources"]
        for column in source["columns"]
        if column["attribute"] is not None and column["confidence"] < DOUBTFUL_MAPPING
    ]
    if doubtful:
        yield "ask", f"The use of {_count(len(doubtful), 'column')} was guessed with little confidence.", "sources", ""
    unused = [
        column
        for source in report["sources"]
        for column in source["columns"]
        if column["attribute"] is None and column["filled"]
    ]
    if unused:
        yield (
            "know",
            f"{_count(len(unused), 'filled column')} {'feeds' if len(unused) == 1 else 'feed'} no attribute.",
            "sources",
            "",
        )
    capped = [block for kind in report["matching"]["kinds"] for block in kind["blocks"] if block["rows_capped"]]
    if capped:
        families = _count(len(capped), "blocking family", "blocking families")
        yield "know", f"{families} left out blocks that were too large to compare.", "matching", ""


def _count(number: int, thing: str, things: str | None = None) -> str:
    """
    >>> _count(1, "pair"), _count(1200, "pair")
    ('1 pair', '1,200 pairs')
    """
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
