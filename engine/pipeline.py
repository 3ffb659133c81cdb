"""A run, read aloud: the road of design.md, one line a stage.

Every stage reads tables and writes tables of the workspace; what passes here besides are rules, options and
reports. Files appear in the output folder only when the whole run has succeeded.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from engine.accounts import count_what_arrived, note_run
from engine.bringing import bring_records
from engine.errors import AssayError, SurroundingsError
from engine.import_files import deliver_records
from engine.options import (
    RunOptions,
    RunResult,
    open_workspace,
    rule_books,
    source_files,
)
from engine.outbox import Outbox
from engine.outputs import present
from engine.progress import Watcher
from engine.remembered import (
    decisions_for,
    extract_label,
    frozen_models,
    numbers_for,
    what_is_frozen,
    what_was_learned,
)
from engine.since import compare_with_before, note_duration
from engine.standardising import standardise_records
from engine.stopwatch import Clock, Once, log_measures, peak_memory
from engine.successors import recognise_records
from engine.tables import PROTOCOL_STEP

if TYPE_CHECKING:
    from engine.matching import SparkOptions


def run(options: RunOptions, watcher: Watcher) -> RunResult:
    """Take the sources of ``options`` the whole road and write the output folder.

    Raises:
        AssayError: see :mod:`engine.errors`; nothing is half written then.
    """
    from engine import extracts, freezing, golden, intake, matching, quality
    from engine.presentation.protocol_kept import keep_protocol

    watcher = Once(watcher)
    # imports that take seconds run beside the first stages
    Thread(target=_warm_up, daemon=True).start()
    clock = Clock(watcher)
    label = extract_label(options)
    frozen = what_is_frozen(options)
    book, expectations = rule_books(options.project)
    golden.load_rules(book)  # a word that is no preference is told before any work is done
    with open_workspace(options) as ws, Outbox(options.out) as outbox:
        ws.create(PROTOCOL_STEP)
        with clock.stage("intake") as done:
            done(intake.stage_sources(ws, source_files(options), scratch=_scratch(options), watcher=watcher, book=book))
            if frozen is not None:
                freezing.refuse_schema_drift(ws, frozen)
            mappings = intake.guess_mapping(ws, book, watcher=watcher)
            for brought in bring_records(ws, mappings, book, options):
                done(brought)
        with clock.stage("standardise") as done:
            for standardised in standardise_records(ws, book, options, watcher):
                done(standardised)
            count_what_arrived(ws, options.project, watcher)
        with clock.stage("quality") as done:
            done(quality.check(ws, expectations, as_of=options.as_of, watcher=watcher))
        with clock.stage("matching") as done:
            numbers = numbers_for(options, book)
            moved = recognise_records(ws, options, book, numbers)
            decisions = decisions_for(options.project, moved)
            done(
                matching.link(
                    ws,
                    book,
                    threads=options.threads,
                    watcher=watcher,
                    decisions=decisions,
                    models=frozen_models(options, book, frozen),
                    spark=spark_options(options),
                    together=golden.borne(ws),
                    **what_was_learned(options, frozen),
                )
            )
        with clock.stage("golden") as done:
            done(golden.survive(ws, book, numbers=numbers, watcher=watcher, **what_was_learned(options, frozen)))
            golden.name_households(ws, book)
        with clock.stage("golden quality") as done:
            done(quality.check(ws, expectations, tables=["golden.contact"], as_of=options.as_of, watcher=watcher))
        with clock.stage("delivery") as done:
            done(deliver_records(ws, book, options, outbox.folder, watcher))
        with clock.stage("delivery quality") as done:
            done(quality.check(ws, expectations, tables=["delivery.operation"], as_of=options.as_of, watcher=watcher))
        if options.project is not None:
            quality.read_previous(ws, options.project.quality)
        with clock.stage("presentation"):
            delta = compare_with_before(ws, options, label, numbers, decisions, outbox.folder, watcher)
            report = present(ws, options, mappings, clock.reports, outbox.folder, delta)
        if options.project is not None:
            if frozen is None:
                matching.export_models(ws, options.project.models)
            golden.append_identity(ws, options.project.numbers)  # first: a number shown is a number given
            extracts.keep_snapshot(ws, options.project.extracts, label)
            extracts.keep_records(ws, options.project.last_records)
        files = outbox.publish()
        if options.project is not None:
            quality.remember(ws, options.project.quality, as_of=options.as_of)
            keep_protocol(options.project.root, options.out, label)
        note_run(ws, options, label, report)
    result = RunResult(report, files, clock.seconds, clock.cpu_seconds, peak_memory())
    log_measures(options.workspace, result)
    note_duration(options.project, label, sum(clock.seconds.values()), watcher)
    return result


def spark_options(options: RunOptions) -> SparkOptions | None:
    """Where pairs are compared when the project says ``backend = "spark"``; None = in DuckDB."""
    project = options.project
    if project is None or project.backend != "spark":
        return None
    from engine.matching import SparkOptions

    folder = options.workspace / "spark" if project.spark_folder is None else project.root / project.spark_folder
    return SparkOptions(project.spark_master, folder)


def _warm_up() -> None:
    from engine import presentation, quality

    quality.warm_up()
    presentation.warm_up()


def _scratch(options: RunOptions) -> Path:
    """A private, empty folder for decoded copies of the sources."""
    folder = options.workspace / "scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


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
        which = f": {error.filename}" if error.filename else ""
        return SurroundingsError(f"a file or folder may not be read or written{which}", hint="Check its permissions.")
    return None
