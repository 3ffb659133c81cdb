"""`assay run`, `assay init`, `assay freeze`."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.counted import counted
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
from engine.faces.shared import country_code, known_failures, last_run, narrate, narrating, project_here, run_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.options import RunOptions, RunResult, RunSource


def run(
    files: Sources = None,
    table: Tables = None,
    query: Query = None,
    credentials: Credentials = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Output folder. Default: ./out, or the project's out/.", show_default=False),
    ] = None,
    country: Country = None,
    institution: Annotated[
        str | None, typer.Option(metavar="CODE", help="INSTITUTION of the import files. Default: DEMO, with a warning.")
    ] = None,
    language: Tongue = None,
    as_of: Annotated[datetime | None, day_option("The day the run is made for. Default: today.")] = None,
    threads: Threads = None,
    memory: Annotated[str | None, memory_option("the run")] = None,
    extract: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What this extract is called, such as j-1: it is compared with the one before."
        ),
    ] = None,
    accept_new_keys: Annotated[
        bool, typer.Option("--accept-new-keys", help="A source's keys were changed for good: go on all the same.")
    ] = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="Go on although something differs from what was frozen.")
    ] = False,
    as_json: Annotated[bool, json_option("the report")] = False,
) -> None:
    """Take contact files the whole road: clean, check, link, merge, and write the import files.

    With bare files nothing needs to be configured: encoding, separator, columns, countries and kinds are guessed,
    and what was guessed is said on stderr and written to report.html.
    """
    with known_failures():
        from engine import pipeline
        from engine.stopwatch import machine_report

        options = run_options(
            files or [], out, country, institution, language, as_of, threads, memory,
            tables=table, query=query, credentials=credentials,
        )  # fmt: skip
        options = replace(options, extract=extract, accept_new_keys=accept_new_keys, accept_changes=accept_changes)
        with narrating() as narrator:
            result = pipeline.run(options, narrator)
        _closing_words(options, result)
        if as_json:
            typer.echo(json.dumps(machine_report(result), ensure_ascii=False, indent=2))
        else:
            for name in result.files:
                typer.echo(str(options.out / name))


def init(
    where: Annotated[
        list[str] | None,
        typer.Argument(metavar="DIR SOURCE", help="The project folder (default: here); further sources for --from."),
    ] = None,
    from_sources: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="SOURCE...", help="Write out what a bare run guesses about these sources."),
    ] = None,
    table: Tables = None,
    query: Query = None,
    credentials: Credentials = None,
    country: Annotated[str | None, typer.Option(metavar="CH", help="Home country (ISO 3166).")] = None,
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="INSTITUTION of the import files.")] = None,
) -> None:
    """Make a project folder: assay.toml, incoming/, rules/, expectations/.

    With --from SOURCE... (files, addresses of databases) the guesses of a bare run are written out as
    rules/mapping/*.yml, to be read and corrected; `assay run` in the project then gives the same bytes as the bare run.
    """
    with known_failures():
        from engine import initialise
        from engine.options import sources_named

        folder, words = _init_arguments(where or [], from_sources or [])
        given = sources_named(words, tables=table or (), query=query, credentials=credentials)
        with narrating() as narrator:
            written = initialise.create_project(
                folder, given, country=country_code(country), institution=institution, watcher=narrator
            )
        for path in written:
            typer.echo(str(path))


def freeze() -> None:
    """Write down what the last run was made with; later runs in the project stop when anything of it has changed.

    Rules, expectations, settings, decisions, models, versions, and the columns of every source.
    """
    with known_failures():
        from engine import freezing

        project = project_here("what is frozen is a project")
        with last_run(None) as ws:
            typer.echo(str(freezing.freeze(project, ws, as_of=date.today().isoformat())))


def _init_arguments(where: list[str], from_sources: list[str]) -> tuple[Path, list[str]]:
    """``--from a.csv b.csv`` reaches us as an option and an argument: addresses and files that exist are sources."""
    from engine.errors import UsageError
    from engine.remote import is_address

    further = [word for word in where if from_sources and (is_address(word) or Path(word).is_file())]
    folders = [word for word in where if word not in further]
    if any(map(is_address, folders)):  # not shown: it may hold a password
        raise UsageError("the address of a database is no folder", hint="Try: assay init DIR --from ADDRESS")
    if len(folders) > 1:
        raise UsageError(f"more than one project folder given: {', '.join(folders)}", hint="Is a file name misspelt?")
    if not folders and not from_sources:
        raise UsageError("which folder?", hint="Try: assay init DIR, or assay init DIR --from SOURCE...")
    return Path(folders[0]) if folders else Path(), [*from_sources, *further]


def _closing_words(options: RunOptions, result: RunResult) -> None:
    """What a person wants to know when the run is over, in a few lines on stderr."""
    headline = result.report["headline"]
    held = headline["lines_held"] + headline["contacts_held"]
    narrate(
        f"{counted(headline['lines'], 'line')}, {counted(headline['contacts'], 'contact')}, "
        f"{headline['duplicates']:,} merged away, {counted(headline['import_rows'], 'import row')}, {held:,} held, "
        f"{counted(headline['pairs_ask'], 'pair')} to ask a person about"
    )
    for warning in result.report["warnings"]:
        narrate(f"Warning: {warning}")
    narrate(f"Look at {options.out / 'report.html'}")
    if options.project is None:
        narrate(f"To turn these guesses into a project: assay init my-project --from {_as_typed(options.sources)}")


def _as_typed(sources: Sequence[RunSource]) -> str:
    """Sources as the options of a command line name them."""
    words = list(dict.fromkeys(source.url or str(source.path) for source in sources))
    for option, values in (
        ("--table", [source.table for source in sources]),
        ("--query", [source.query for source in sources]),
        ("--credentials", [source.credentials for source in sources][:1]),
    ):
        words += [word for value in values if value is not None for word in (option, value)]
    return shlex.join(words)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(run)
    app.command()(init)
    app.command()(freeze)
