"""What a run depends on and what it leaves, and how the command line and the project become one.

Nothing here works on rows: options in, options out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import UsageError
from engine.project import Project, parse_memory
from engine.remote import Credentials, is_address, is_place, parse_address
from engine.rulebook import RuleBook
from engine.shipped import shipped
from engine.vocabulary import Language
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.intake import SourceAddress, SourceFile

DEMO_INSTITUTION = "DEMO"
"""INSTITUTION of import files when none is given: valid in form, and every report warns not to load them."""


@dataclass(frozen=True, slots=True)
class RunSource:
    """A file or a database to read, the name of the source, and what is not to be guessed.

    Attributes:
        path: the file; None = it is a database.
        url: address of a database, without a password.
        table / query: what to read of a database or of a dump.
        user / credentials: who asks, and where the password is (``env:NAME``, ``keyring:SERVICE``, ``file:PATH``).
        folder: what a relative place of credentials starts from.
    """

    path: Path | None = None
    name: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    url: str | None = None
    table: str | None = None
    query: str | None = None
    user: str | None = None
    credentials: str | None = None
    folder: Path | None = None

    @property
    def title(self) -> str:
        """Its name, or the one it gets when it was given none."""
        return self.name or source_of(self).stem

    @property
    def shown(self) -> str:
        """Where it lies, for people: the path, or the address without user and options."""
        return str(self.path) if self.url is None else parse_address(self.url).shown


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a run depends on. Same options, same files, same rules: same bytes.

    Attributes:
        sources: the files and databases.
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
        RunSource(
            source.path,
            source.name,
            source.sheet,
            source.encoding,
            source.delimiter,
            source.url,
            source.table,
            source.query,
            source.user,
            source.credentials,
            project.root,
        )
        for source in project.sources
    )
    if not sources:
        raise UsageError(
            f"{project.root / 'assay.toml'} names no sources",
            hint="Add a [[sources]] table with a path or a url, or give sources on the command line.",
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


def source_files(options: RunOptions) -> list[SourceFile | SourceAddress]:
    """The sources of a run in intake's words."""
    return [source_of(source) for source in options.sources]


def source_of(source: RunSource) -> SourceFile | SourceAddress:
    """One source in intake's words."""
    from engine.intake.source_file import SourceAddress, SourceFile

    if source.url is not None:
        return SourceAddress(
            address=parse_address(source.url),
            name=source.name or "",
            table=source.table,
            query=source.query,
            credentials=Credentials(source.user, source.credentials, source.folder),
        )
    assert source.path is not None
    return SourceFile(
        path=source.path,
        name=source.name or "",
        sheet=source.sheet,
        encoding=source.encoding,
        delimiter=source.delimiter,
        table=source.table,
    )


def sources_named(
    words: Sequence[str | Path],
    *,
    tables: Sequence[str] = (),
    query: str | None = None,
    credentials: str | None = None,
) -> tuple[RunSource, ...]:
    """The sources that a command line names: paths and addresses, mixed.

    Args:
        words: as typed.
        tables: tables to read of the one database or dump among them, each a source of its own.
        query: a SELECT to read of the one database among them instead.
        credentials: where the password of the databases is.

    Raises:
        UsageError: a password in an address, or a table or query of which it is not clear whose it is.
    """
    if tables and query is not None:
        raise UsageError("--table and --query exclude each other")
    if credentials is not None and not is_place(credentials):
        raise UsageError(
            "--credentials takes the place of a password, never the password",
            hint="Write env:NAME, keyring:SERVICE or file:PATH.",
        )
    named = [
        RunSource(url=str(word), credentials=credentials) if is_address(str(word)) else RunSource(Path(word))
        for word in words
    ]
    for source in named:
        if source.url is not None:
            parse_address(source.url)
    if not tables and query is None:
        return tuple(named)
    databases = [source for source in named if source.url is not None]
    of_which = named if len(named) == 1 else databases
    if len(of_which) != 1:
        raise UsageError(
            "it is not clear which source --table or --query is of",
            hint="Name one database, or write the table behind the address: postgresql://host/db#contacts.",
        )
    chosen = [replace(of_which[0], table=table) for table in tables] or [replace(of_which[0], query=query)]
    at = named.index(of_which[0])
    if query is not None and not databases:
        raise UsageError("--query is for a database; a file answers none", hint="Choose with --table NAME.")
    return (*named[:at], *chosen, *named[at + 1 :])


def open_workspace(options: RunOptions, *, fresh: bool = True) -> Workspace:
    """A workspace in the folder and within the threads and memory of ``options``; with what is there unless fresh."""
    # half of what the process may use: DuckDB's resident set can reach twice its limit (measured)
    limit = f"{parse_memory(options.memory) // 2 // 1_000_000}MB"
    return Workspace.open(options.workspace, threads=options.threads, memory=limit, fresh=fresh)
