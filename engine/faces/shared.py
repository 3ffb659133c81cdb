"""What every command needs: narration, failures as exit codes, the project and the run it is about.

stdout is data, stderr is narration.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from engine.errors import AssayError
    from engine.options import RunOptions
    from engine.project import Project
    from engine.vocabulary import Language
    from engine.workspace import Workspace

DEFECT = 1
"""Exit code of a failure that Assay does not know."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Text without control characters: a header must not become a terminal escape."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def narrate(text: str) -> None:
    typer.echo(plain(text), err=True)


class Narrator:
    """Draws the narration on stderr: a live line where stderr is a terminal, plain sentences always."""

    def __init__(self) -> None:
        self._status: Any = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("starting")
            self._status.start()

    def say(self, text: str) -> None:
        narrate(text)

    def step(self, text: str) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(plain(text)))

    def close(self) -> None:
        if self._status is not None:
            self._status.stop()


@contextmanager
def narrating() -> Iterator[Narrator]:
    narrator = Narrator()
    try:
        yield narrator
    finally:
        narrator.close()


def fail(error: AssayError) -> NoReturn:
    narrate(f"assay: {error.message}")
    if error.hint:
        narrate(f"       {error.hint}")
    raise typer.Exit(error.exit_code)


@contextmanager
def known_failures() -> Iterator[None]:
    """Turn every failure into one clear message and its exit code; never a traceback, never a value of a contact."""
    from engine.errors import AssayError
    from engine.pipeline import as_known_failure

    try:
        yield
    except typer.Exit:
        raise
    except AssayError as error:
        fail(error)
    except BrokenPipeError:  # the reader of stdout has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        narrate("assay: stopped before it was done")
        raise typer.Exit(130) from None
    except Exception as error:
        if os.environ.get("ASSAY_DEBUG"):
            raise
        known = as_known_failure(error)
        if known is not None:
            fail(known)
        # the text of an unknown exception may hold a contact's value: say only what and where
        where = getattr(error, "where", None) or f"{type(error).__name__} at {_where(error)}"
        narrate(f"assay: a defect of Assay ({where})")
        narrate("       Please report it. ASSAY_DEBUG=1 shows the traceback, which may hold contact data.")
        raise typer.Exit(DEFECT) from None


def _where(error: BaseException) -> str:
    """File and line of the innermost frame of ours."""
    place = "?"
    trace = error.__traceback__
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        if "engine" in name.parts or name.name == "cli.py":
            place = f"{name.parent.name}/{name.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def tell(told: dict[str, Any], lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            typer.echo(plain(line))


def country_code(code: str | None) -> str | None:
    if code is not None and not re.fullmatch(r"[A-Za-z]{2}", code):
        from engine.errors import UsageError

        raise UsageError("--country takes an ISO 3166 code of two letters, such as CH")
    return code.upper() if code else None


def language_of(word: str | None) -> Language | None:
    from engine.errors import UsageError
    from engine.vocabulary import LANGUAGES

    known = next((language for language in LANGUAGES if language == word), None)
    if word is not None and known is None:
        raise UsageError(f"--language takes one of {', '.join(LANGUAGES)}")
    return known


def project_here(why: str) -> Project:
    """The project of the working directory; ``why`` says in a clause what needs one.

    Raises:
        UsageError: there is none.
    """
    from engine.errors import UsageError
    from engine.project import find_project

    project = find_project(Path.cwd())
    if project is None:
        raise UsageError(f"{why}, and there is none here", hint="Try: assay init DIR first.")
    return project


def output_folder(out: Path | None) -> Path:
    """The folder of the last run: named, the project's, or ./out."""
    from engine.project import find_project

    if out is not None:
        return out
    project = find_project(Path.cwd())
    return project.out if project else Path("out")


@contextmanager
def last_run(out: Path | None) -> Iterator[Workspace]:
    """The tables the last run left, to read."""
    from engine.project import find_project
    from engine.workspace import Workspace

    project = find_project(Path.cwd()) if out is None else None
    with Workspace.look(project.workspace if project else output_folder(out) / ".assay") as ws:
        yield ws


def run_options(
    files: Sequence[str | Path],
    out: Path | None,
    country: str | None,
    institution: str | None,
    language: str | None,
    as_of: datetime | None,
    threads: int | None,
    memory: str | None,
    *,
    tables: Sequence[str] | None = None,
    query: str | None = None,
    credentials: str | None = None,
) -> RunOptions:
    from engine.options import RunOptions, project_options, sources_named
    from engine.project import find_project

    project = None if files else find_project(Path.cwd())
    if project is None and not files:
        from engine.errors import UsageError

        raise UsageError("no files given, and no project here", hint="Try: assay run FILE..., or assay init DIR first.")
    folder = out or (project.out if project else Path("out"))
    options = RunOptions(
        sources=sources_named(files, tables=tables or (), query=query, credentials=credentials),
        out=folder,
        workspace=project.workspace if project else folder / ".assay",
        as_of=as_of.date() if as_of else date.today(),
        institution=institution,
        country=country_code(country),
        language=language_of(language),
        threads=threads or (project.threads if project else None) or os.cpu_count() or 1,
        memory=memory or (project.memory if project else None) or "4GB",
    )
    return project_options(project, options) if project else options
