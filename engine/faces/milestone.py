"""`assay milestone`, `assay status`, `assay sign`, `assay handover`, `assay receipt`: the run-up to J."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.counted import counted
from engine.faces.options import AsJson, AskedOn, Tongue, day_option
from engine.faces.shared import known_failures, language_of, narrate, project_here, tell

if TYPE_CHECKING:
    from engine.project import Project
    from engine.vocabulary import Language


_WHY = "a milestone belongs to a project"


def milestone(
    j: Annotated[
        datetime | None,
        day_option("J, the day production is loaded.", "--date"),
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option(metavar="FILE.ics", help="Write the dates as a calendar.", show_default=False)
    ] = None,
    language: Tongue = None,
    as_of: AskedOn = None,
    as_json: AsJson = False,
) -> None:
    """Set milestone J and show the plan: every step with its day and who does it."""
    with known_failures():
        from engine.milestone import appoint, calendar_text, status
        from engine.presentation.milestone import plan_lines

        project = project_here(_WHY)
        if j is not None:
            project = appoint(project, j.date())
            narrate(f"J is {j.date().isoformat()}; every step has its day")
        day, tongue = _day(as_of), _language(project, language)
        told = status(project, as_of=day, language=tongue)
        if calendar is not None:
            from engine.presentation.atomic import replacing

            text = calendar_text(project, date.fromisoformat(told["milestone"]), as_of=day, language=tongue)
            with replacing(calendar.absolute()) as temporary:
                temporary.write_bytes(text)
            narrate(f"calendar: {calendar}")
        tell(told, plan_lines(told, tongue), as_json)


def status(language: Tongue = None, as_of: AskedOn = None, as_json: AsJson = False) -> None:
    """Say how far the project is: what is done according to its journal, what is late, which gates are met.

    Ends with 1 when a gate is missed, a watched step is late or the journal was changed, so that a scheduler can watch.
    """
    with known_failures():
        from engine.milestone import status as status_of
        from engine.presentation.milestone import status_lines

        project = project_here(_WHY)
        tongue = _language(project, language)
        told = status_of(project, as_of=_day(as_of), language=tongue)
        tell(told, status_lines(told, tongue), as_json)
        if not told["ok"]:
            narrate(f"assay: missed: {', '.join(told['alarms'])}")
            raise typer.Exit(1)


def sign(
    gate: Annotated[str, typer.Argument(metavar="GATE", help="The gate, see assay status.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who signs.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="What was looked at, or why it is accepted.")] = "",
    despite: Annotated[bool, typer.Option("--despite", help="Accept conditions that are not met.")] = False,
    as_of: AskedOn = None,
    as_json: AsJson = False,
) -> None:
    """Sign a gate. The signature is bound to the files it is about and lapses when one of them changes."""
    with known_failures():
        from engine.milestone import sign as put_name

        facts = put_name(project_here(_WHY), gate, by=by, note=note, despite=despite, as_of=_day(as_of))
        narrate(f"{facts['gate']}: signed by {facts['by']}, bound to {counted(len(facts['files']), 'file')}")
        tell(facts, [f"{digest}  {name}" for name, digest in facts["files"].items()], as_json)


def handover(
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="Stage of the ticket: open, final, solved.")] = "final",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the note. Default: out/handover.", show_default=False)
    ] = None,
    language: Tongue = None,
    as_of: AskedOn = None,
    as_json: AsJson = False,
) -> None:
    """Write the hand-over note for the ticket: state, owner, counts of what was not imported, files and hashes."""
    with known_failures():
        from engine.milestone import hand_over
        from engine.presentation.catalogue import catalogue

        project = project_here(_WHY)
        tongue = _language(project, language)
        told, files = hand_over(project, stage, as_of=_day(as_of), language=tongue, out=out)
        owner = catalogue(tongue).text(f"milestone.party.{told['owner']}")
        narrate(f'ticket: state "{told["state"]}", owner {owner}')
        tell(told, [str(path) for path in files], as_json)


def receipt(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Files or databases. None: the sources of the project."),
    ] = None,
    control: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The customer's control totals: CSV source,measure,value.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder. Default: out/receipt.", show_default=False)
    ] = None,
    language: Tongue = None,
    as_of: Annotated[datetime | None, day_option("The day it arrived. Default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a receipt for data that arrived: hash, encoding, rows, columns, and control totals against what came.

    Ends with 1 when a control total is not met.
    """
    with known_failures():
        from engine.faces.shared import narrating, run_options
        from engine.presentation.catalogue import catalogue
        from engine.presentation.receipt import arrival, verdict
        from engine.receiving import receipt_options, receive

        run = run_options(files or [], None, None, None, language, as_of, None, None)
        options = receipt_options(run, run.project, control, out, files or [])
        with narrating() as narrator:
            told, written = receive(options, narrator)
        say = catalogue(run.language or "en")
        narrate(f"{arrival(say, told)}. {verdict(say, told)}")
        tell(told, [str(path) for path in written], as_json)
        if told["complete"] is False:
            raise typer.Exit(1)


def _day(as_of: datetime | None) -> date:
    return as_of.date() if as_of else date.today()


def _language(project: Project, word: str | None) -> Language:
    return language_of(word) or project.language


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(milestone)
    app.command(
        epilog="Exit codes: 0 nothing is missed, 1 a gate is missed, a step is late or the journal is broken, 2 usage."
    )(status)
    app.command()(sign)
    app.command()(handover)
    app.command(epilog="Exit codes: 0 done, 1 a control total is not met, 2 usage, 3 a source that cannot be used.")(
        receipt
    )
