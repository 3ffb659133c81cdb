"""A run, read aloud: the road of design.md, one line a stage.

Every stage reads tables and writes tables of the workspace; what passes here besides are rules, options and
reports. Files appear in the output folder only when the whole run has succeeded.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from engine.errors import AssayError, SurroundingsError, UsageError
from engine.ledger import StageReport
from engine.outbox import Outbox
from engine.progress import Watcher
from engine.project import Project, parse_memory, project_secret
from engine.rulebook import RuleBook
from engine.shipped import shipped
from engine.tables import PROTOCOL_STEP
from engine.vocabulary import Kind, Language
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.freezing import Frozen
    from engine.golden import Numbers
    from engine.intake import SourceFile
    from engine.matching import Model
    from engine.rulebook.mapping import SourceMapping

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


def run(options: RunOptions, watcher: Watcher) -> RunResult:
    """Take the sources of ``options`` the whole road and write the output folder.

    Raises:
        AssayError: see :mod:`engine.errors`; nothing is half written then.
    """
    from engine import delivery, extracts, freezing, golden, intake, matching, quality, standardise

    watcher = _Once(watcher)
    # imports that take seconds run beside the first stages
    Thread(target=_warm_up, daemon=True).start()
    clock = _Clock(watcher)
    label = _label(options)
    frozen = _frozen(options)
    book, expectations = rule_books(options.project)
    with open_workspace(options) as ws, Outbox(options.out) as outbox:
        ws.create(PROTOCOL_STEP)
        with clock.stage("intake") as done:
            done(intake.stage_sources(ws, source_files(options), scratch=_scratch(options), watcher=watcher, book=book))
            if frozen is not None:
                freezing.refuse_schema_drift(ws, frozen)
            mappings = intake.guess_mapping(ws, book, watcher=watcher)
            done(intake.map_records(ws, mappings))
        with clock.stage("standardise") as done:
            done(
                standardise.apply(
                    ws,
                    book,
                    home_country=options.country,
                    as_of=options.as_of,
                    workers=options.threads,
                    watcher=watcher,
                )
            )
        with clock.stage("quality") as done:
            done(quality.check(ws, expectations, as_of=options.as_of, watcher=watcher))
        with clock.stage("matching") as done:
            numbers = _numbers(options, book)
            moved = golden.recognise(ws, numbers, accept_new_keys=options.accept_new_keys)
            decisions = _decisions(options.project, moved)
            done(
                matching.link(
                    ws,
                    book,
                    threads=options.threads,
                    watcher=watcher,
                    decisions=decisions,
                    models=_models(options, book, frozen),
                )
            )
        with clock.stage("golden") as done:
            done(golden.survive(ws, book, numbers=numbers, watcher=watcher))
        with clock.stage("golden quality") as done:
            done(quality.check(ws, expectations, tables=["golden.contact"], as_of=options.as_of, watcher=watcher))
        with clock.stage("delivery") as done:
            done(
                delivery.deliver(
                    ws,
                    book,
                    institution=options.institution or DEMO_INSTITUTION,
                    organization=options.organization,
                    home_country=options.country,
                    as_of=options.as_of,
                    out=outbox.folder,
                    watcher=watcher,
                )
            )
        with clock.stage("delivery quality") as done:
            done(quality.check(ws, expectations, tables=["delivery.operation"], as_of=options.as_of, watcher=watcher))
        if options.project is not None:
            quality.read_previous(ws, options.project.quality)
        with clock.stage("presentation"):
            delta = _compare(ws, options, label, numbers, decisions, outbox.folder, watcher)
            report = _present(ws, options, mappings, clock.reports, outbox.folder, delta)
        if options.project is not None:
            extracts.keep_snapshot(ws, options.project.extracts, label)
            if frozen is None:
                matching.export_models(ws, options.project.models)
            golden.append_identity(ws, options.project.numbers)  # first: a number shown is a number given
        files = outbox.publish()
        if options.project is not None:
            quality.remember(ws, options.project.quality, as_of=options.as_of)
    result = RunResult(report, files, clock.seconds, clock.cpu_seconds, _peak_memory())
    _log(options.workspace, result)
    return result


def _frozen(options: RunOptions) -> Frozen | None:
    """What the run must replay; None when nothing was frozen or changes are accepted."""
    if options.project is None or options.accept_changes:
        return None
    from engine.freezing import read_frozen, refuse_changes

    frozen = read_frozen(options.project)
    if frozen is not None:
        refuse_changes(options.project, frozen)
    return frozen


def _label(options: RunOptions) -> str:
    """What this extract is called: as told, else as the last one."""
    from engine import extracts

    if options.extract is not None:
        if options.project is None:
            raise UsageError(
                "--extract compares with the extract before, which a project remembers, and there is none here",
                hint="Try: assay init DIR --from FILE..., then assay run --extract NAME in it.",
            )
        return extracts.check_label(options.extract)
    return extracts.last_label(options.project.extracts) if options.project else extracts.DEFAULT_LABEL


def _compare(
    ws: Workspace,
    options: RunOptions,
    label: str,
    numbers: Numbers,
    decisions: Sequence[tuple[str, str, str]],
    out: Path,
    watcher: Watcher,
) -> dict[str, Any] | None:
    """Say what differs from the extract before, when there was one."""
    from engine import extracts, presentation

    if options.project is None:
        return None
    before = extracts.previous_snapshot(options.project.extracts, label)
    if before is None:
        return None
    known = {str(contact) for contact in numbers.registry.column("contact_id").unique().to_pylist() if contact}
    extracts.compare_extracts(ws, before[1], known=known, decided=decisions)
    data = extracts.delta_data(ws, label=label, before=before[0])
    presentation.write_delta(ws, data, out)
    counts = ", ".join(f"{data[change]:,} {change}" for change in ("kept", "new", "back", "changed", "joined", "split"))
    watcher.say(f"{label} against {before[0]}: {counts}, {data['gone']:,} gone")
    return data


def _warm_up() -> None:
    from engine import presentation, quality

    quality.warm_up()
    presentation.warm_up()


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


def _decisions(project: Project | None, moved: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """What people said of pairs, in matching's words; "unsure" leaves a pair to the model.

    Args:
        project: whose decisions.jsonl is read.
        moved: records under a new key and the key a decision may know them by.
    """
    from engine.judgement import read_decisions

    decisions = read_decisions(project.decisions) if project else []
    now = {old: new for new, old in moved}
    return [
        (now.get(said.record_id_l, said.record_id_l), now.get(said.record_id_r, said.record_id_r), said.judgement)
        for said in decisions
        if said.judgement != "unsure"
    ]


def _models(options: RunOptions, book: RuleBook, frozen: Frozen | None) -> dict[Kind, Model]:
    """The match models of the rehearsal, when the project was frozen with them: the same scores, not new ones."""
    from engine.matching import load_models
    from engine.rulebook.matching import MatchRules

    if frozen is None or options.project is None:
        return {}
    return load_models(options.project.models, book.load("matching/model.yml", MatchRules))


def _numbers(options: RunOptions, book: RuleBook) -> Numbers:
    """Numbers given before and the ranges for new ones; a range in assay.toml replaces the rule file's."""
    from engine.golden import Numbers
    from engine.rulebook.survivorship import NumberRange

    project = options.project
    if project is None:
        return Numbers.load(book, extract=options.as_of.isoformat())
    numbers = Numbers.load(book, project.numbers, key=project_secret(project), extract=options.as_of.isoformat())
    if project.range_start is None:
        return numbers
    last = project.range_end or 10 ** len(str(project.range_start)) - 1
    return replace(numbers, ranges=(NumberRange(first=project.range_start, last=last),))


def _scratch(options: RunOptions) -> Path:
    """A private, empty folder for decoded copies of the sources."""
    folder = options.workspace / "scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _present(
    ws: Workspace,
    options: RunOptions,
    mappings: Sequence[SourceMapping],
    stages: Sequence[StageReport],
    out: Path,
    delta: dict[str, Any] | None,
) -> dict[str, Any]:
    """Write everything that is not an import file into ``out``, the manifest last; return the report's data."""
    from engine import presentation

    language = options.language or "en"
    presentation.write_tables(ws, out)
    presentation.write_workbook(
        ws,
        out / "findings.xlsx",
        language=language,
        as_of=options.as_of,
        links=source_links(options.sources, options.out),
        book=rule_books(options.project)[0],
    )
    _write_mappings(mappings, out)
    settings: dict[str, object] = {
        "institution": options.institution or DEMO_INSTITUTION,
        "organization": options.organization,
        "country": options.country,
        "language": language,
    }
    versions = presentation.versions()
    report = presentation.report_data(
        ws,
        presentation.RunFacts(
            institution=options.institution or DEMO_INSTITUTION,
            as_of=options.as_of,
            language=language,
            sources=tuple(mapping.source for mapping in mappings),
            stages=tuple(stages),
            options=settings,
            versions=versions,
            warnings=_warnings(options),
            files=tuple(path.as_posix() for path in presentation.output_files(out)),
            delta=delta,
        ),
    )
    presentation.write_report(report, out)
    presentation.write_manifest(
        out, versions=versions, as_of=options.as_of, options=settings, rules=_rules_in_force(options.project)
    )
    return report


def source_links(sources: Sequence[RunSource], folder: Path) -> dict[str, str]:
    """Where each source lies seen from ``folder``, when it lies beside it or below the folder that holds it.

    Elsewhere a link would tell paths of this machine, and break as soon as the folder is passed on.
    """
    beside = folder.absolute().parent
    paths = {source.name or source.path.stem: source.path.absolute() for source in sources}
    return {
        name: (Path("..") / path.relative_to(beside)).as_posix()
        for name, path in paths.items()
        if path.is_relative_to(beside)
    }


def _write_mappings(mappings: Sequence[SourceMapping], out: Path) -> None:
    """The mapping of each source as the rule file that would replay it: ``mapping/<source>.yml``."""
    from engine.rulebook.mapping import dump_mapping, mapping_file

    for mapping in mappings:
        path = out / mapping_file(mapping.source)
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump_mapping(mapping), encoding="utf-8")


def _rules_in_force(project: Project | None) -> dict[str, str]:
    """Hash of every rule and expectation file in force.

    The project's mappings are left out: ``mapping/*.yml`` in the output folder says what was applied, so a guess and
    the same guess written out as a project have the same manifest.
    """
    from engine.presentation import rule_hashes

    folders = [shipped("rules"), shipped("expectations")]
    folders += [project.rules, project.expectations] if project else []
    return {
        name: digest for name, digest in rule_hashes(folders).items() if not name.startswith("project/rules/mapping/")
    }


def _warnings(options: RunOptions) -> tuple[str, ...]:
    if options.institution:
        return ()
    return (
        f"No institution was given: the import files carry INSTITUTION={DEMO_INSTITUTION} and must not be loaded. "
        "Give --institution CODE.",
    )


def as_known_failure(error: Exception) -> AssayError | None:
    """What an exception of the surroundings means to a user, or None when it is a defect of ours.

    Only the class of the exception is looked at and DuckDB's own words for a full disk: the rest of its text
    may hold values.
    """
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return SurroundingsError(
            "the run needs more memory than it may use", hint="Give it more with --memory 8GB, or fewer --threads."
        )
    if "No space left on device" in str(error) or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return SurroundingsError("the disk is full", hint="Free some space, or choose another folder with --out.")
    if isinstance(error, PermissionError):
        return SurroundingsError("a file or folder may not be read or written", hint="Check its permissions.")
    return None


def machine_report(result: RunResult) -> dict[str, Any]:
    """report.json plus what differs from run to run: seconds per stage and peak memory."""
    return {**result.report, **_measures(result)}


class _Once:
    """Passes each sentence on once: what a stage said while it worked also stands in its report's notes."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._said: set[str] = set()

    def say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._watcher.say(text)

    def step(self, text: str) -> None:
        self._watcher.step(text)


class _Clock:
    """Runs a stage: checks each of its reports against the ledger, times it and tells the watcher."""

    def __init__(self, watcher: Watcher) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self.reports: list[StageReport] = []
        self._watcher = watcher

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[StageReport], None]]:
        self._watcher.step(name)
        begun, spent = time.perf_counter(), sum(os.times()[:4])
        reports: list[StageReport] = []
        yield lambda report: reports.append(report.check())
        self.seconds[name] = round(time.perf_counter() - begun, 3)
        self.cpu_seconds[name] = round(sum(os.times()[:4]) - spent, 3)
        for report in reports:
            held = f", {report.rows_held:,} held" if report.rows_held else ""
            self._watcher.say(
                f"{name:<16}{report.rows_in:>11,} {report.unit}s in, {report.rows_out:,} out{held}"
                f"  ({self.seconds[name]:.1f} s)"
            )
            for note in report.notes:
                self._watcher.say(note)
        self.reports += reports


def _peak_memory() -> int:
    """Largest resident set so far, in bytes (Linux counts in kilobytes): this process and its largest worker."""
    kilobytes = max(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    )
    return kilobytes * 1024


def _log(workspace: Path, result: RunResult) -> None:
    """Keep the run's timings beside the workspace: derived data, so outside the output folder's fixed bytes."""
    (workspace / "run.json").write_text(json.dumps(_measures(result), indent=2), encoding="utf-8")


def _measures(result: RunResult) -> dict[str, Any]:
    return {
        "seconds": result.seconds,
        "cpu_seconds": result.cpu_seconds,
        "peak_memory_bytes": result.peak_memory,
    }
