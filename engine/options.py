"""What a run depends on and what it leaves, and how the command line and the project become one.

Nothing here works on rows: options in, options out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import UsageError
from engine.project import Project, parse_memory
from engine.rulebook import RuleBook
from engine.shipped import shipped
from engine.vocabulary import Language
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.intake import SourceFile

DEMO_INSTITUTION = "DEMO"
"""INSTITUTION of import files when none is given: valid in form, and every report warns not to load them."""


@dataclass(frozen=True, slots=True)
class RunSource:
    """A file to read: path, name of the source, and what is not to be guessed."""

    path: Path
    name: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a run depends on. Same options, same files, same rules: same bytes.

    Attributes:
        sources: the files.
        out: output folder.
        workspace: folder of the workspace (derived data).
        as_of: the day the run is made for; decides "future" dates and ages.
        institution / organization: codes for the import files; None = DEMO, with a warning.
        country: home country (ISO 3166-1 alpha-2) for rows that do not tell theirs.
        language: what people read is written in; None = English.
        threads: DuckDB threads and worker processes.
        memory: what the process may use in all, e.g. ``"4GB"``.
        project: the project folder the run is made in, None for bare files.
        extract: what the extract is called (``j-1``); None = as the last one, ``first`` in the beginning.
        accept_new_keys: the keys of a source were changed once and for good: go on.
        accept_changes: go on although rules, settings, decisions or columns differ from what was frozen.
    """

    sources: tuple[RunSource, ...]
    out: Path
    workspace: Path
    as_of: date
    institution: str | None = None
    organization: str = "*"
    country: str | None = None
    language: Language | None = None
    threads: int = 2
    memory: str = "4GB"
    project: Project | None = None
    extract: str | None = None
    accept_new_keys: bool = False
    accept_changes: bool = False


@dataclass(slots=True)
class RunResult:
    """What a run leaves behind besides its files.

    Attributes:
        report: the content of report.json.
        files: paths written, relative to the output folder.
        seconds: wall-clock seconds per stage (not in the files: their bytes must repeat).
        cpu_seconds: processor seconds per stage, ended worker processes included: steadier on a busy machine.
        peak_memory: largest resident set of this process, in bytes.
    """

    report: dict[str, Any]
    files: list[str]
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_memory: int = 0


def project_options(project: Project, options: RunOptions) -> RunOptions:
    """``options`` completed by what the project says; what the command line gave wins.

    Raises:
        UsageError: neither names a source.
    """
    sources = options.sources or tuple(
        RunSource(source.path, source.name, source.sheet, source.encoding, source.delimiter)
        for source in project.sources
    )
    if not sources:
        raise UsageError(
            f"{project.root / 'assay.toml'} names no sources",
            hint="Add a [[sources]] table with a path, or give files on the command line.",
        )
    return replace(
        options,
        sources=sources,
        institution=options.institution or project.institution,
        organization=project.organization if options.organization == "*" else options.organization,
        country=options.country or project.country,
        language=options.language or project.language,
        project=project,
    )


def rule_books(project: Project | None) -> tuple[RuleBook, RuleBook]:
    """The rules and the expectations in force: the shipped ones, with the project's on top."""
    rules = RuleBook([project.rules] if project else [])
    expectations = RuleBook([project.expectations] if project else [], base=shipped("expectations"))
    return rules, expectations


def source_files(options: RunOptions) -> list[SourceFile]:
    """The sources of a run in intake's words."""
    from engine.intake import SourceFile

    return [
        SourceFile(
            path=source.path,
            name=source.name or source.path.stem,
            sheet=source.sheet,
            encoding=source.encoding,
            delimiter=source.delimiter,
        )
        for source in options.sources
    ]


def open_workspace(options: RunOptions, *, fresh: bool = True) -> Workspace:
    """A workspace in the folder and within the threads and memory of ``options``; with what is there unless fresh."""
    # half of what the process may use: DuckDB's resident set can reach twice its limit (measured)
    limit = f"{parse_memory(options.memory) // 2 // 1_000_000}MB"
    return Workspace.open(options.workspace, threads=options.threads, memory=limit, fresh=fresh)
