"""The second extract at J-1: are the operations exactly the changes that were injected?

Usage::

    python -m benchmarks.second_extract [--seeds 20] [--rows 300] [--first-seed 1] [--jobs 1] [--whole] [--json]

For every seed a project is made from a generated base, run and frozen. Then come, in the same project: ``j-1`` with
two changes of each kind, rows and columns in another order and other encodings (benchmarks/injected_changes.py); the
same once more; ``j`` with those who were gone back again. Every run is held against what was injected, contact by
contact: what the delta says, and the operations planned against an environment that carried out all former ones.
Reports and expectations, which change no record, are left out unless ``--whole``.
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
from engine.options import RunOptions, RunSource, project_options
from engine.pipeline import run
from engine.planning import load_environment, plan_operations
from engine.progress import Silent
from engine.project import Project, load_project
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target import Base as TargetBase
from engine.target import answer_lines
from engine.vocabulary import CONTACT_ATTRIBUTES, FIELD_CODES
from engine.workspace import Workspace

DAYS = {"first": date(2026, 11, 22), "j-1": date(2026, 12, 5), "again": date(2026, 12, 5), "j": date(2026, 12, 6)}


@dataclass(slots=True)
class Seen:
    """One extract as the project kept it: contacts with their values, records with their contact."""

    contacts: dict[str, dict[str, Any]]
    of_record: dict[str, str]
    lines: dict[str, int]
    changes: dict[str, tuple[str, frozenset[str]]]
    operations: dict[str, str]


OPERATION = {"new": ("INSERT",), "changed": ("UPDATE",), "kept": (), "gone": (), "back": ()}
"""Operation by change. Whoever is gone is only listed: no operation by default, hence none when they are back."""


@dataclass(slots=True)
class Outcome:
    """What one seed gave.

    Attributes:
        right / wrong: injected changes seen as such or not, by kind.
        stray: contacts nothing was done to that differ all the same.
        untouched / kept: contacts nothing was done to; those of them with the same id and number.
        again: differences after the same extract once more.
        operations_right, operations_wrong, stray_operations, operations_again: the same of planned operations.
        said: every miss in words, without values.
    """

    seed: int
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    stray: int = 0
    untouched: int = 0
    kept: int = 0
    again: int = 0
    operations_right: Counter[str] = field(default_factory=Counter)
    operations_wrong: Counter[str] = field(default_factory=Counter)
    stray_operations: int = 0
    operations_again: int = 0
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


def measure(folder: Path, seed: int, rows: int, *, each: int = 2, whole: bool = False) -> Outcome:
    """Make a project in ``folder`` and take it through all extracts, with so many changes of each kind."""
    started = time.perf_counter()
    outcome = Outcome(seed)
    base = make_base(rows, seed)
    project = _make_project(folder, base)
    with _only_what_decides(whole):
        first = _extract(project, base, "first")
        _freeze(project)
        changes = Changes(base, contacts_of(OFFICE, first), contacts_of(LETTERS, first), seed, each=each)
        changed = changes.inject()
        second = _extract(project, changed, "j-1")
        check(outcome, first, second, changes.expected)
        again = _extract(project, changed, "again")
        outcome.again, outcome.operations_again = len(again.changes), len(again.operations)
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
    numbers = {contact: values["contact_nr"] for contact, values in (before.contacts | now.contacts).items()}
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
        asked = OPERATION[one.change] if one.fields is not None else (*OPERATION["changed"], None)
        operation = now.operations.get(numbers.get(contact or "", ""))
        planned = operation in asked if asked else operation is None
        (outcome.operations_right if planned else outcome.operations_wrong)[one.kind] += 1
        if not planned:
            outcome.said.append(f"{one.kind}: wanted operation {asked}, got {operation}")
    meant = {numbers[contact] for contact in explained if contact in numbers}
    outcome.stray_operations += len(now.operations.keys() - meant)
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
        given = [RunSource(path) for path in base.write(Path(incoming))]
        create_project(folder, given, country="CH", institution="DEMO", watcher=Silent())
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
    lines = {record: line for record, _, line in crosswalk}
    return Seen(contacts, of_record, lines, _changes(project), _carry_out(project, DAYS[label]))


def _carry_out(project: Project, day: date) -> dict[str, str]:
    """Plan against the environment and carry it out there: number -> operation."""
    state = project.root / "there"
    book = RuleBook([project.rules])
    base = TargetBase("DEMO", "*", "CH", day)
    with Workspace.open(project.workspace, threads=1, memory="2GB", fresh=False) as ws:
        if state.is_dir():
            for path in sorted(state.glob("*.parquet")):
                ws.execute(f"create temp table there_{path.stem} as from read_parquet({literal(str(path))})")
        else:
            load_environment(ws, None)
        plan_operations(ws, book, base)
        operations = dict(
            ws.rows("select \"CONTACT_NR\", \"OPERATION\" from planning.operation where part in ('main', 'remove')")
        )
        columns = ", ".join(identifier(code) for code in FIELD_CODES)
        for table in ("contact", "property", "sale"):
            ws.execute(f"create or replace temp table {table} as from there_{table}")
        ws.execute(f"create temp table line as select row_no, row_no as line_no, {columns} from planning.operation")
        answer_lines(ws, book.load("delivery/import_rules.yml", ImportRules), base)
        state.mkdir(exist_ok=True)
        for table in ("contact", "property", "sale"):
            ws.execute(f"copy {table} to {literal(str(state / f'{table}.parquet'))} (format parquet)")
    return operations


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
    with ProcessPoolExecutor(chosen.jobs) as pool:
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
    total = {
        name: sum((getattr(one, name) for one in outcomes), Counter[str]())
        for name in ("right", "wrong", "operations_right", "operations_wrong")
    }
    lines = ["| kind | injected | contacts as injected | operations as injected |", "|---|---|---|---|"]
    lines += [
        f"| {kind} | {total['right'][kind] + total['wrong'][kind]} | {total['right'][kind]} | "
        f"{total['operations_right'][kind]} |"
        for kind in dict.fromkeys([*total["right"], *total["wrong"]])
    ]
    counted = {
        name: sum(int(getattr(one, name)) for one in outcomes)
        for name in ("untouched", "kept", "stray", "stray_operations", "again", "operations_again")
    }
    lines += [
        "",
        f"Contacts that nothing was done to: {counted['stray']} differ, {counted['stray_operations']} operations; "
        f"{counted['kept']} of {counted['untouched']} of their records keep contact_id and number. "
        f"The same extract again: {counted['again']} differences, {counted['operations_again']} operations.",
    ]
    return "\n".join(lines)


def _line(outcome: Outcome) -> str:
    wrong = "; ".join(outcome.said) or "all as injected"
    return f"seed {outcome.seed}: {sum(outcome.right.values())} right, {outcome.seconds} s: {wrong}"


if __name__ == "__main__":
    main()
