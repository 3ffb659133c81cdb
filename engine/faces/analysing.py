"""`assay analyse`: what sources hold, what an import needs, and what it would cost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.faces.shared import (
    CREDENTIALS_HELP,
    LANGUAGE_HELP,
    QUERY_HELP,
    SOURCES_HELP,
    TABLE_HELP,
    known_failures,
    narrating,
    run_options,
    tell,
)


def analyse(
    files: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help=SOURCES_HELP)] = None,
    table: Annotated[list[str] | None, typer.Option(metavar="NAME", help=TABLE_HELP, show_default=False)] = None,
    query: Annotated[str | None, typer.Option(metavar="SQL", help=QUERY_HELP)] = None,
    credentials: Annotated[str | None, typer.Option(metavar="PLACE", help=CREDENTIALS_HELP)] = None,
    j: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            formats=["%Y-%m-%d"],
            help="J, the day production is loaded. Default: the project's.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder. Default: out/analysis.", show_default=False)
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CH", help="Home country (ISO 3166), for rows that do not tell theirs.")
    ] = None,
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="For whom the proposal is.")] = None,
    language: Annotated[str | None, typer.Option(metavar="en|fr|de|it", help=LANGUAGE_HELP)] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of the analysis. Default: today.", show_default=False),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Threads and worker processes. Default: all cores.")
    ] = None,
    memory: Annotated[str | None, typer.Option(metavar="4GB", help="Memory it may use. Default: 4GB.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the analysis as JSON.")] = False,
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
