"""`assay analyse`: what sources hold, what an import needs, and what it would cost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.faces.options import (
    Country,
    Credentials,
    Query,
    Sources,
    Tables,
    Threads,
    Tongue,
    day_option,
    json_option,
    memory_option,
)
from engine.faces.shared import known_failures, narrating, run_options, tell


def analyse(
    files: Sources = None,
    table: Tables = None,
    query: Query = None,
    credentials: Credentials = None,
    j: Annotated[
        datetime | None, day_option("J, the day production is loaded. Default: the project's.", "--date")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder. Default: out/analysis.", show_default=False)
    ] = None,
    country: Country = None,
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="For whom the proposal is.")] = None,
    language: Tongue = None,
    as_of: Annotated[datetime | None, day_option("The day of the analysis. Default: today.")] = None,
    threads: Threads = None,
    memory: Annotated[str | None, memory_option("it")] = None,
    as_json: Annotated[bool, json_option("the analysis")] = False,
) -> None:
    """Analyse sources before an import: tables, mapping, prerequisites, duplicates, action plan and proposal.

    Writes analysis.html, analysis.docx and analysis.json. Every table is looked at unless --table names some. Day rates
    and the effort model stand in rules/pricing.yml; until a project approves its own, the proposal says it is a draft.
    """  # fmt: skip
    with known_failures():
        from engine.analysis import AnalysisOptions, write_analysis
        from engine.analysis import analyse as analysed
        from engine.presentation.analysis import analysis_lines

        options = run_options(
            files or [], None, country, institution, language, as_of, threads, memory,
            tables=table, query=query, credentials=credentials,
        )  # fmt: skip
        milestone = j.date() if j else (options.project.milestone if options.project else None)
        with narrating() as narrator:
            told = analysed(AnalysisOptions(options, milestone), narrator)
        tongue = options.language or "en"
        written = write_analysis(told, out or options.out / "analysis", tongue)
        tell(told, [*analysis_lines(told, tongue), "", *map(str, written)], as_json)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(analyse)
