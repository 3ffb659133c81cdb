"""Standardise the records of a run, without those of persons on the project's suppression list."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from engine.counted import counted
from engine.ledger import StageReport
from engine.options import RunOptions
from engine.progress import Watcher
from engine.project import project_secret
from engine.rulebook import RuleBook
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.standardise import Answers


def standardise_records(ws: Workspace, book: RuleBook, options: RunOptions, watcher: Watcher) -> list[StageReport]:
    """Build standardise.record; who was erased is held first, as ``suppressed``, and leaves nothing but the count.

    A person is known by standard values, so the records are standardised once to find out. When somebody is held,
    everything made so far is made again without them: what is learned from the whole base (which number is a
    placeholder, which order dates have) must not know them, and neither may the file of the workspace.

    Returns:
        The reports of the stages, to be checked against the ledger.
    """
    project = options.project
    answers = _answers(options)
    report = _standardise(ws, book, options, watcher, answers)
    if project is None or not project.suppressed.is_file():
        return [report]
    from engine import protection

    people = protection.read_suppressed(project.suppressed)
    held = protection.hold_suppressed(ws, people, project_secret(project))
    if not held:
        return [report]
    watcher.step("rebuild the workspace")
    ws.execute("delete from protocol.step where stage = 'standardise'")
    for table in ("value", "record", "frequent", "column"):
        ws.execute(f"drop table if exists standardise.{table}")
    ws.rebuild()
    # decoded copies of the sources
    shutil.rmtree(options.workspace / "scratch", ignore_errors=True)
    left = ws.count("intake.record")
    kept_out = StageReport(
        stage="suppression",
        unit="record",
        rows_in=left + held,
        rows_out=left,
        rows_held=held,
        notes=(f"{counted(held, 'record')} of erased persons held, see held.csv.",),
    )
    return [kept_out, _standardise(ws, book, options, watcher, answers)]


def _answers(options: RunOptions) -> Answers:
    """What the rehearsal decided about columns, when the project is frozen: nothing is decided twice."""
    from engine.freezing import read_frozen

    frozen = read_frozen(options.project) if options.project and not options.accept_changes else None
    return frozen.answers if frozen else {}


def _standardise(ws: Workspace, book: RuleBook, options: RunOptions, watcher: Watcher, answers: Answers) -> StageReport:
    from engine import standardise

    return standardise.apply(
        ws,
        book,
        home_country=options.country,
        as_of=options.as_of,
        workers=options.threads,
        watcher=watcher,
        answers=answers,
    )
