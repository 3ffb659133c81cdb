"""`assay erase`: data protection."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.faces.shared import ID_HELP, known_failures, narrate, narrating, project_here, tell

if TYPE_CHECKING:
    from engine.erasing import Erasure

LIST_HELP = "A list: one number a line, or a CSV with a column CONTACT_NR."
REAL_HELP = "Do it. Without it nothing is changed: it is said what would be."


def erase(
    names: Annotated[list[str] | None, typer.Argument(metavar="[CONTACT_OR_RECORD]...", help=ID_HELP)] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")] = "",
    why: Annotated[
        str, typer.Option(help="The reason, such as the number of the request; never the person's name.")
    ] = "",
    numbers: Annotated[Path | None, typer.Option("--list", metavar="FILE", help=LIST_HELP, show_default=False)] = None,
    incoming: Annotated[
        bool, typer.Option("--incoming", help="Also take the lines out of the source files in the project folder.")
    ] = False,
    copies: Annotated[
        bool,
        typer.Option(
            "--copies", help="Also destroy other files of the project that hold the person: workbooks, lists."
        ),
    ] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Do not make the last run again: its outputs are gone until the next one.")
    ] = False,
    for_real: Annotated[bool, typer.Option("--for-real", help=REAL_HELP)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Erase persons from the project: workspace, outputs, decisions, numbers, former extracts; they do not come back.

    A record means the whole contact it is in. Source files and environments are named, not changed. The certificate
    stands in erasures/.
    """
    with known_failures():
        from engine import erasing

        project = project_here()
        wanted = _wanted(names, numbers, by, why, for_real)
        wishes = erasing.Wishes(
            incoming=incoming,
            copies=copies,
            rerun=not no_run,
            threads=project.threads or os.cpu_count() or 1,
            memory=project.memory or "4GB",
        )
        planned = erasing.plan_erasure(project, wanted, wishes=wishes, today=date.today())
        if not for_real:
            lines = _planned_lines(planned)
            tell(erasing.planned_data(planned), lines, as_json)
            narrate("Nothing was changed. To do it: --for-real")
            return
        with narrating() as narrator:
            certificate = erasing.carry_out(
                planned,
                by=by,
                why=why,
                at=datetime.now().astimezone().isoformat(timespec="seconds"),
                wishes=wishes,
                operation="ANONYMIZE",
                watcher=narrator,
            )
        narrate(f"{certificate['persons']:,} persons erased; what remains to be done stands in the certificate")
        tell(certificate, [str(certificate["folder"])], as_json)


def _wanted(names: list[str] | None, numbers: Path | None, by: str, why: str, for_real: bool) -> list[str]:
    from engine.environments import read_numbers
    from engine.errors import UsageError

    wanted = [*(names or []), *(read_numbers(numbers) if numbers else [])]
    if not wanted:
        raise UsageError("who?", hint="Name contacts or records, or give a list of numbers with --list FILE.")
    if for_real and not (by.strip() and why.strip()):
        raise UsageError("--for-real needs --by NAME and --why TEXT", hint="Both stand in the certificate.")
    return wanted


def _planned_lines(planned: Erasure) -> list[str]:
    from engine.erasing import planned_data

    data = planned_data(planned)
    lines = [f"{data['persons']:,} persons with {data['records']:,} records"]
    for place in data["would"]:
        lines.append(f"  {place['place']:<40} {place['did']:<12} {place['count']:>9,}")
    for left in data["left_alone"]:
        where = f" lines {', '.join(map(str, left['lines'][:20]))}" if left.get("lines") else ""
        lines.append(f"  {left['place']:<40} {'left alone':<12}{where}")
    return lines


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(erase)
