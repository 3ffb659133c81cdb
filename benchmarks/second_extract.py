"""The second extract at J-1: are the operations exactly the changes that were injected?

Usage::

    python -m benchmarks.second_extract [--seeds 20] [--rows 300] [--first-seed 1] [--jobs 1] [--whole] [--json]

For every seed a project is made from a generated base, run and frozen. Then come, in the same project: ``j-1`` with
two changes of each kind, rows and columns in another order and other encodings (benchmarks/injected_changes.py); the
same once more; ``j`` with those who were gone back again. Every run is held against what was injected, contact by
contact. Reports and expectations, which change no record, are left out unless ``--whole``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from benchmarks.injected_changes import LETTERS, OFFICE, Base, Changes, Expected, make_base
from engine.freezing import freeze
from engine.initialise import create_project
from engine.ledger import StageReport
from engine.options import RunOptions, project_options
from engine.pipeline import run
from engine.progress import Silent
from engine.project import Project, load_project
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace

DAYS = {"first": date(2026, 11, 22), "j-1": date(2026, 12, 5), "again": date(2026, 12, 5), "j": date(2026, 12, 6)}


@dataclass(slots=True)
class Seen:
    """One extract as the project kept it: contacts with their values, records with their contact."""

    contacts: dict[str, dict[str, Any]]
    of_record: dict[str, str]
    lines: dict[str, int]
    changes: dict[str, tuple[str, frozenset[str]]]


@dataclass(slots=True)
class Outcome:
    """What one seed gave.

    Attributes:
        right / wrong: injected changes seen as such or not, by kind.
        stray: contacts nothing was done to that differ all the same.
        untouched / kept: contacts nothing was done to; those of them with the same id and number.
        again: differences after the same extract once more.
        said: every miss in words, without values.
    """

    seed: int
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    stray: int = 0
    untouched: int = 0
    kept: int = 0
    again: int = 0
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


def measure(folder: Path, seed: int, rows: int, *, whole: bool = False) -> Outcome:
    """Make a project in ``folder`` and take it through all extracts."""
    started = time.perf_counter()
    outcome = Outcome(seed)
    base = make_base(rows, seed)
    project = _make_project(folder, base)
    with _only_what_decides(whole):
        first = _extract(project, base, "first")
        _freeze(project)
        changes = Changes(base, contacts_of(OFFICE, first), contacts_of(LETTERS, first), seed)
        changed = changes.inject()
        second = _extract(project, changed, "j-1")
        check(outcome, first, second, changes.expected)
        again = _extract(project, changed, "again")
        outcome.again = len(again.changes)
        outcome.said += [f"again: {change} {sorted(fields)}" for change, fields in again.changes.values()]
        changed.rows[OFFICE] += changes.gone
        back = [
            Expected("back", one.contact, f"{OFFICE}:{row['N° client']}", "back")
            for one, row in zip((one for one in changes.expected if one.kind == "gone"), changes.gone, strict=True)
        ]
        check(outcome, again, _extract(project, changed, "j"), back)
    outcome.seconds = round(time.perf_counter() - started, 1)
    return outcome


def check(outcome: Outcome, before: Seen, now: Seen, expected: Sequence[Expected]) -> None:
    """Hold what changed against what was injected; every other contact must be what it was."""
    explained: set[str] = set()
    for one in expected:
        contact = one.contact if one.record is None else now.of_record.get(one.record, "")
        explained |= {contact or "", one.contact or ""}
        change, fields = now.changes.get(contact or "", ("kept", frozenset()))
        right = (
            (one.contact in (None, contact))
            and (change == one.change or (one.fields is None and change in ("kept", "changed")))
            and (one.fields is None or (fields <= one.fields and bool(fields) == bool(one.fields)))
        )
        (outcome.right if right else outcome.wrong)[one.kind] += 1
        if not right:
            same = "same id" if one.contact in (None, contact) else "another id"
            outcome.said.append(f"{one.kind}: wanted {one.change}, got {change} {sorted(fields)}, {same}")
    for contact, (change, fields) in sorted(now.changes.items()):
        if contact not in explained:
            outcome.stray += 1
            outcome.said.append(f"stray: {change} {sorted(fields)}")
    for record, contact in before.of_record.items():
        if contact not in explained and record in now.of_record:
            outcome.untouched += 1
            number = now.contacts[now.of_record[record]]["contact_nr"]
            same = now.of_record[record] == contact and number == before.contacts[contact]["contact_nr"]
            outcome.kept += same


def contacts_of(source: str, seen: Seen) -> dict[str, list[int]]:
    """Individuals whose records all stand in one source, with the places of their rows, from 0."""
    found: dict[str, list[int]] = {}
    for record, contact in seen.of_record.items():
        found.setdefault(contact, []).append(seen.lines[record] - 1 if record.startswith(f"{source}:") else -1)
    return {
        contact: sorted(rows)
        for contact, rows in found.items()
        if min(rows) >= 0 and seen.contacts[contact]["kind"] == "individual"
    }


def _make_project(folder: Path, base: Base) -> Project:
    with tempfile.TemporaryDirectory() as incoming:
        create_project(folder, base.write(Path(incoming)), country="CH", institution="DEMO", watcher=Silent())
    return load_project(folder)


def _extract(project: Project, base: Base, label: str) -> Seen:
    base.write(project.root / "incoming")
    options = RunOptions(
        sources=(), out=project.out, workspace=project.workspace, as_of=DAYS[label], threads=1, extract=label
    )
    run(project_options(project, options), Silent())
    kept = project.extracts / label
    with duckdb.connect() as found:
        columns = ["contact_id", "contact_nr", "kind", *CONTACT_ATTRIBUTES]
        rows = found.execute(f"select {', '.join(columns)} from read_parquet(?)", [str(kept / "contact.parquet")])
        contacts = {row[0]: dict(zip(columns, row, strict=True)) for row in rows.fetchall()}
        crosswalk = found.execute(
            "select record_id, contact_id, line_no from read_parquet(?)", [str(kept / "crosswalk.parquet")]
        ).fetchall()
    of_record = {record: contact for record, contact, _ in crosswalk}
    return Seen(contacts, of_record, {record: line for record, _, line in crosswalk}, _changes(project))


def _changes(project: Project) -> dict[str, tuple[str, frozenset[str]]]:
    with Workspace.look(project.workspace) as ws:
        if not ws.exists("extracts.contact"):
            return {}
        return {
            contact: (change, frozenset(fields))
            for contact, change, fields in ws.rows("select contact_id, change, fields from extracts.contact")
        }


def _freeze(project: Project) -> None:
    with Workspace.look(project.workspace) as ws:
        freeze(project, ws, as_of=DAYS["first"].isoformat())


@contextmanager
def _only_what_decides(whole: bool) -> Iterator[None]:
    """Leave out what people read: it takes most of the time of a small run and decides about no record."""
    if whole:
        yield
        return

    def unchecked(*_: object, **__: object) -> StageReport:
        return StageReport("quality", "record", 0, 0)

    with (
        mock.patch("engine.quality.check", unchecked),
        mock.patch("engine.quality.read_previous"),
        mock.patch("engine.quality.remember"),
        mock.patch("engine.pipeline.present", return_value={}),
        mock.patch("engine.pipeline.note_run"),
        mock.patch("engine.pipeline._warm_up"),
    ):
        yield


def _measure_one(task: tuple[int, int, bool]) -> Outcome:
    seed, rows, whole = task
    folder = Path(tempfile.mkdtemp(prefix="assay-extract-"))
    try:
        return measure(folder / "project", seed, rows, whole=whole)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Parse the command line, measure, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.second_extract", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="with reports and expectations")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    tasks = [(chosen.first_seed + n, chosen.rows, chosen.whole) for n in range(chosen.seeds)]
    outcomes = []
    with ProcessPoolExecutor(chosen.jobs, max_tasks_per_child=5) as pool:
        for outcome in pool.map(_measure_one, tasks):
            outcomes.append(outcome)
            if not chosen.json:
                print(_line(outcome), flush=True)
    if chosen.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    else:
        print(markdown(outcomes))


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table of RESULTS.md: per kind the injected changes and those seen exactly."""
    right: Counter[str] = sum((one.right for one in outcomes), Counter())
    wrong: Counter[str] = sum((one.wrong for one in outcomes), Counter())
    lines = ["| kind | injected | seen exactly |", "|---|---|---|"]
    lines += [f"| {kind} | {right[kind] + wrong[kind]} | {right[kind]} |" for kind in dict.fromkeys([*right, *wrong])]
    untouched, kept = sum(one.untouched for one in outcomes), sum(one.kept for one in outcomes)
    lines += [
        "",
        f"Contacts that nothing was done to: {sum(one.stray for one in outcomes)} differ; "
        f"{kept} of {untouched} records keep contact_id and number. "
        f"The same extract again: {sum(one.again for one in outcomes)} differences.",
    ]
    return "\n".join(lines)


def _line(outcome: Outcome) -> str:
    wrong = "; ".join(outcome.said) or "all as injected"
    return f"seed {outcome.seed}: {sum(outcome.right.values())} right, {outcome.seconds} s: {wrong}"


if __name__ == "__main__":
    main()
