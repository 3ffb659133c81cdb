"""`assay review`, `assay join`, `assay split`, `assay undo merge`: what people decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.counted import counted
from engine.faces.options import ID_HELP, By, RunFolder, Tongue, Why
from engine.faces.shared import known_failures, language_of, last_run, narrate, project_here

if TYPE_CHECKING:
    from engine.correction import Corrected, Signed
    from engine.project import Project
    from engine.workspace import Workspace


def review(
    to: Annotated[
        Path | None, typer.Option("--export", metavar="FILE.xlsx", help="Write the questions.", show_default=False)
    ] = None,
    answered: Annotated[
        Path | None, typer.Option("--import", metavar="FILE.xlsx", help="Take the answers over.", show_default=False)
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who answered (for --import).")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: the project's decisions.jsonl.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Questions at most.")] = 500,
    language: Tongue = None,
    out: RunFolder = None,
) -> None:
    """Ask people about pairs in a workbook, and take their answers into decisions.jsonl.

    The questions that change most come first. `assay run` in the project then follows the answers.
    """
    with known_failures():
        from engine import review as reviewing
        from engine.accounts import note_decisions
        from engine.errors import UsageError
        from engine.project import find_project

        project = find_project(Path.cwd())
        kept = decisions or (project.decisions if project else None)
        if (to is None) == (answered is None):
            raise UsageError("either --export FILE.xlsx or --import FILE.xlsx")
        with last_run(out) as ws:
            if to is not None:
                spoken = language_of(language) or (project.language if project else "en")
                asked = reviewing.export_review(ws, kept, to, language=spoken, limit=limit, as_of=date.today())
                narrate(f"{asked:,} questions in {to}")
                typer.echo(str(to))
                return
            assert answered is not None
            if not by or kept is None:
                raise UsageError(
                    "--import needs --by NAME and a place for the decisions",
                    hint="Run it in a project, or name --decisions decisions.jsonl.",
                )
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            taken = reviewing.import_review(ws, kept, answered, by=by, at=now)
            if project is not None and kept == project.decisions:
                note_decisions(project, "review", by, taken.added)
        narrate(
            f"{counted(taken.answers, 'answer')} read, {counted(taken.added, 'decision')} added to {kept}"
            + (f"; {counted(taken.unknown, 'record')} not in the last run" if taken.unknown else "")
        )
        typer.echo(str(kept))


def join(
    left: Annotated[str, typer.Argument(metavar="A", help=ID_HELP)],
    right: Annotated[str, typer.Argument(metavar="B", help="The other contact.")],
    by: By,
    why: Why = "",
) -> None:
    """Decide that two contacts are one. The next `assay run` follows; `assay undo merge` takes it back."""
    with _last_run_here() as (ws, project):
        from engine import correction

        _tell(correction.join(ws, project.decisions, left, right, _signed(by, why)), project, "join", by)


def split(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="A record_id or source#line.")],
    by: By,
    why: Why = "",
) -> None:
    """Decide that a record is a contact of its own. The next `assay run` follows."""
    with _last_run_here() as (ws, project):
        from engine import correction

        _tell(correction.split(ws, project.decisions, record, _signed(by, why)), project, "split", by)


def undo_merge(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help=ID_HELP)],
    by: By,
    why: Why = "",
) -> None:
    """Part a contact into those its records were before: the next `assay run` gives them their ids and numbers back."""
    with _last_run_here() as (ws, project):
        from engine import correction

        done = correction.undo_merge(ws, project.decisions, project.numbers, contact, _signed(by, why))
        _tell(done, project, "undo_merge", by)


@contextmanager
def _last_run_here() -> Iterator[tuple[Workspace, Project]]:
    """The project here and what its last run left; failures become exit codes."""
    with known_failures():
        project = project_here("decisions are kept in a project")
        with last_run(None) as ws:
            yield ws, project


def _signed(by: str, why: str) -> Signed:
    from engine.correction import Signed

    return Signed(by=by, at=datetime.now().astimezone().isoformat(timespec="seconds"), why=why)


def _tell(done: Corrected, project: Project, action: str, by: str) -> None:
    from engine.accounts import note_decisions

    note_decisions(project, action, by, done.added)
    narrate(f"{counted(done.added, 'decision')} added to {project.decisions}; `assay run` follows them")
    for group in done.groups:
        typer.echo(" ".join(group))


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(review)
    app.command()(join)
    app.command()(split)
    undo_app = typer.Typer(help="Take a correction back", no_args_is_help=True, rich_markup_mode=None)
    undo_app.command("merge")(undo_merge)
    app.add_typer(undo_app, name="undo")
