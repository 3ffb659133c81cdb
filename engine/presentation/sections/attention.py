"""What a person should look at first: taken from the other sections, the urgent before the merely useful."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.presentation.catalogue import catalogue

DOUBTFUL_MAPPING = 0.6
"""Confidence under which a guessed column deserves a look."""


def attention(report: dict[str, Any]) -> list[dict[str, str]]:
    """Entries with a ``level`` (act, ask, know), a ``sentence``, and the ``section`` or ``file`` to go to."""
    words = catalogue(report["language"])
    return [
        {
            "level": level,
            "sentence": words.text(f"report.attention.{key}", count),
            "section": section,
            "file": file,
        }
        for level, key, count, section, file in _entries(report)
        if count
    ]


def _entries(report: dict[str, Any]) -> Iterator[tuple[str, str, int, str, str]]:
    """Level, key of the sentence, count, section and file of everything that may deserve a look."""
    head = report["headline"]
    errors = sum(entry["records"] for entry in report["quality"]["severities"] if entry["severity"] == "error")
    columns = [column for source in report["sources"] for column in source["columns"]]
    fed = [column for column in columns if column["attribute"] is not None]
    unused = [column for column in columns if column["attribute"] is None and column["filled"]]
    blocks = [block for kind in report["matching"]["kinds"] for block in kind["blocks"]]
    yield "act", "contacts_held", head["contacts_held"], "delivery", "held.csv"
    yield "act", "lines_held", head["lines_held"], "sources", "held.csv"
    yield "act", "errors", errors, "quality", "findings.xlsx"
    yield "ask", "ask", head["pairs_ask"], "matching", "review.csv"
    yield (
        "ask",
        "confirm",
        sum(entry["contacts"] for entry in report["golden"]["to_confirm"]),
        "golden",
        "to_confirm.csv",
    )
    yield "ask", "doubtful", sum(column["confidence"] < DOUBTFUL_MAPPING for column in fed), "sources", ""
    yield "know", "unused", len(unused), "sources", ""
    yield "know", "capped", sum(1 for block in blocks if block["rows_capped"]), "matching", ""
