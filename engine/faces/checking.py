"""`assay check`."""

from __future__ import annotations

from contextlib import ExitStack
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
    memory_option,
)
from engine.faces.shared import known_failures, narrate, narrating, run_options


def check(
    files: Sources = None,
    table: Tables = None,
    query: Query = None,
    credentials: Credentials = None,
    suite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Check this suite only; may be repeated.", show_default=False),
    ] = None,
    fail_on: Annotated[str, typer.Option(metavar="error|warning", help="Lowest severity that counts.")] = "error",
    max_failed: Annotated[
        str, typer.Option(metavar="0.5%", help="Share of all rows that may fail an expectation before it counts.")
    ] = "0%",
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|junit|sarif|github|html", help="What to write.")
    ] = "text",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file instead of stdout.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An earlier --format json, or report.json: only what got worse counts."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show values that failed. They are personal data.")
    ] = False,
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE.xlsx", help="Also write the findings to correct from. It holds personal data."),
    ] = None,
    data_docs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Build Great Expectations' Data Docs there.")
    ] = None,
    country: Country = None,
    language: Tongue = None,
    as_of: Annotated[datetime | None, day_option("The day the check is made for. Default: today.")] = None,
    threads: Threads = None,
    memory: Annotated[str | None, memory_option("the check")] = None,
) -> None:
    """Check contact files against the expectation suites: a verdict for people or machines, and an exit code.

    Nothing is linked, nothing is kept. An expectation counts against the gate when its severity is at least --fail-on,
    more than --max-failed of the rows failed it and, with --baseline, its share of failed rows grew. No value of a
    contact is shown unless --show-values asks for it.
    """
    with known_failures(), ExitStack() as stack:
        from engine.preparing import Aside, pays_aside

        aside = stack.enter_context(Aside()) if pays_aside([Path(file) for file in files or []], threads) else None
        from engine.checking import CheckOptions, as_format, check_sources, gate_of, write_verdict
        from engine.presentation.verdict import summary

        wanted, gate = as_format(form), gate_of(fail_on, max_failed, baseline)
        wanted_run = run_options(
            files or [], None, country, None, language, as_of, threads, memory,
            tables=table, query=query, credentials=credentials,
        )  # fmt: skip
        options = CheckOptions(wanted_run, gate, tuple(suite) if suite else None, show_values, workbook, data_docs)
        with narrating() as narrator:
            verdict = check_sources(options, narrator, aside=aside)
        text = write_verdict(verdict, wanted, output)
        if text is not None:
            typer.echo(text, nl=False)
        if text is None or wanted in ("json", "junit", "sarif", "html"):
            narrate(summary(verdict))
        if not verdict.passed:
            raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Exit codes: 0 the gate is met, 1 it is not (or a defect of Assay), 2 usage or configuration, "
        "3 a source that cannot be used, 4 disk, memory or lock."
    )(check)
