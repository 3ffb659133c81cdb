"""report.json: the figures of a run as plain data, in a stable order, without a value of any contact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.presentation.atomic import write_text
from engine.presentation.facts import RunFacts
from engine.presentation.files import as_json, fill_gaps
from engine.presentation.page import render_html
from engine.presentation.sections import (
    attention,
    delivery,
    flow,
    golden,
    matching,
    population,
    profile,
    quality,
    sources,
    standardisation,
)
from engine.workspace import Workspace

FORMAT = 1
"""Version of report.json's layout; a reader of the file checks it."""


def report_data(ws: Workspace, facts: RunFacts) -> dict[str, Any]:
    """Everything report.json and report.html say. No run times: the same run twice gives the same bytes."""
    fill_gaps(ws)
    report = {
        "format": FORMAT,
        "institution": facts.institution,
        "as_of": facts.as_of.isoformat(),
        "language": facts.language,
        "options": dict(facts.options),
        "versions": dict(facts.versions),
        "warnings": list(facts.warnings),
        "headline": flow.headline(ws),
        "ledger": flow.ledger(facts),
        "files": flow.files(facts),
        "delta": None if facts.delta is None else dict(facts.delta),
        "population": population.population(ws),
        "sources": sources.sources(ws),
        "quality": quality.quality(ws, facts),
        "profile": profile.profile(ws),
        "standardisation": standardisation.standardisation(ws),
        "matching": matching.matching(ws, facts),
        "golden": golden.golden(ws, facts),
        "delivery": delivery.delivery(ws, facts),
    }
    return {**report, "attention": attention.attention(report)}


def write_report(data: dict[str, Any], out: Path) -> None:
    """Write report.json and report.html into ``out``."""
    write_text(out / "report.json", as_json(data))
    write_text(out / "report.html", render_html(data))
