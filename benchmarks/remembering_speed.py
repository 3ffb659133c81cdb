"""What a project remembers of everybody, at the size of a large base: the suppression list and the registry of numbers.

Usage::

    python -m benchmarks.remembering_speed [--contacts 200000] [--erased 5000] [--threads 2] [--memory 4GB] [--json]

Every second contact has two records. The suppression list knows so many erased persons, a tenth of whom are in the base
again as they were. The registry remembers a first extract; in the second 3 % of the contacts are new
and 2 % gone. Figures: processor seconds of each step, and the most memory the process ever held. Names are numbers in
letters: how they are spelled costs nothing here, how many there are does.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.golden.identity import append_identity, assign_identity, note_identity, recognise
from engine.golden.numbers import Numbers, assign_numbers, new_numbers_sql
from engine.protection import Suppressed
from engine.protection.hold import ANCHOR, hold_suppressed, names_of, put_anchors
from engine.protection.keys import make_suppressed
from engine.rulebook.load import RuleBook
from engine.sql import identifier
from engine.tables import (
    INTAKE_HELD,
    INTAKE_JOINED,
    INTAKE_LINE,
    INTAKE_RECORD,
    INTAKE_SOURCE,
    MATCHING_CLUSTER,
    PROTOCOL_STEP,
    STANDARDISE_RECORD,
)
from engine.workspace import Workspace

SECRET = "benchmark"
BACK = 10
"""One erased person in so many is in the next extract."""

_RECORDS = """
with person as (
    select n, copy, translate(n::varchar, '0123456789', 'abcdefghij') as letters
    from range({first}, {last}) as contact(n), range(2) as copies(copy)
    where copy = 0 or n % 2 = 0
)
select
    'crm:' || (2 * n + copy) as record_id,
    'crm' as source,
    (2 * n + copy)::varchar as source_key,
    2 * n + copy + 1 as line_no,
    'individual' as kind,
    'told' as kind_reason,
    'ro' || letters as first_name,
    'mu' || letters as last_name,
    [letters || '@example.ch'] as emails,
    ['+4179' || lpad(n::varchar, 7, '0')] as phones,
    letters || '@example.ch' as email,
    date '1940-01-01' + (n % 25000)::integer as birth_date,
    'Seeweg ' || n % 90 as addr_line1,
    lpad((1000 + n % 8000)::varchar, 4, '0') as postcode
from person
"""


class Watch:
    """Processor seconds of every step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.process_time()
        yield
        self.seconds[name] = round(time.process_time() - started, 2)


def suppression(ws: Workspace, contacts: int, erased: int, watch: Watch) -> int:
    """Hold those of ``erased`` persons who are back; how many records were held."""
    _lay_out(ws, _RECORDS.format(first=0, last=contacts))
    with watch.step("suppression: entries made"):
        listed = _entries(ws, contacts, erased)
    gone = [person for place, person in enumerate(listed) if place % BACK]
    back = [person for place, person in enumerate(listed) if not place % BACK]
    strangers = [_as_stranger(person, place) for place, person in enumerate(gone)]
    with watch.step("suppression: held"):
        return hold_suppressed(ws, [*back, *strangers], SECRET)


def registry(ws: Workspace, folder: Path, contacts: int, watch: Watch) -> int:
    """Two extracts of a growing base; bytes of numbers.jsonl after them."""
    memory = folder / "numbers.jsonl"
    news, gone = contacts * 3 // 100, contacts * 2 // 100
    for extract, (first, last) in (("first", (0, contacts)), ("second", (gone, contacts + news))):
        _lay_out(ws, _RECORDS.format(first=first, last=last))
        with watch.step(f"registry, {extract}: read"):
            numbers = Numbers.load(RuleBook(), memory, key=SECRET, extract=extract)
        with watch.step(f"registry, {extract}: recognise"):
            recognise(ws, numbers)
        with watch.step(f"registry, {extract}: assign"):
            ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
            assign_identity(ws, numbers)
            ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
        with watch.step(f"registry, {extract}: numbers"):
            assign_numbers(ws, numbers)
            ws.execute(f"create or replace temp table golden_new_number as {new_numbers_sql()}")
        with watch.step(f"registry, {extract}: note"):
            note_identity(ws, numbers)
            append_identity(ws, memory)
    return memory.stat().st_size


def _entries(ws: Workspace, contacts: int, erased: int) -> list[Suppressed]:
    """Every so many-th contact as an entry of the list."""
    stride = max(contacts // erased, 1)
    wanted = [f"crm:{2 * n}" for n in range(0, stride * erased, stride)]
    put_anchors(ws, SECRET)
    listed = ", ".join(f"'{record}'" for record in wanted)
    anchors = dict(
        ws.rows(f"select record_id, list(anchor) from {ANCHOR} where record_id in ({listed}) group by record_id")
    )
    names = names_of(ws, wanted)
    ws.drop(ANCHOR)
    return [make_suppressed(SECRET, "2026-11-22", anchors[one], (), [names[one]]) for one in wanted]


def _as_stranger(person: Suppressed, place: int) -> Suppressed:
    """The same entry with anchors that nobody here has."""
    return Suppressed(person.person, person.since, frozenset({f"email:{place:032x}"}), frozenset(), person.names)


def _lay_out(ws: Workspace, records: str) -> None:
    """The tables of intake, standardise and matching with every person's rows one contact."""
    for table in (INTAKE_SOURCE, INTAKE_LINE, INTAKE_JOINED, INTAKE_HELD, INTAKE_RECORD):
        ws.create(table)
    ws.create(PROTOCOL_STEP)
    ws.execute(f"create or replace temp table told as {records}")
    told = {name for (name, *_) in ws.rows("describe told")}
    columns = ", ".join(
        f"{column.name if column.name in told else 'null'}::{column.type} as {identifier(column.name)}"
        for column in STANDARDISE_RECORD.columns
    )
    ws.build(STANDARDISE_RECORD, f"select {columns} from told")
    ws.drop("told")
    ws.build(
        MATCHING_CLUSTER,
        "select record_id, kind, 'crm:' || (line_no - 1 - (line_no - 1) % 2) as cluster_id, "
        "null::varchar as structure_cluster_id from standardise.record",
    )


def main() -> None:
    """Parse the command line, measure, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.remembering_speed", description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--erased", type=int, default=5_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    watch = Watch()
    folder = Path(tempfile.mkdtemp(prefix="assay-remembering-"))
    try:
        with Workspace.open(folder, threads=chosen.threads, memory=chosen.memory, fresh=True) as ws:
            held = suppression(ws, chosen.contacts, chosen.erased, watch)
            size = registry(ws, folder, chosen.contacts, watch)
    finally:
        shutil.rmtree(folder)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    figures = {"held": held, "registry_mb": round(size / 1e6, 1), "memory_gb": round(most, 2), "seconds": watch.seconds}
    if chosen.json:
        print(json.dumps(figures, indent=2))
        return
    print("| step | processor seconds |\n|---|---|")
    for name, seconds in watch.seconds.items():
        print(f"| {name} | {seconds} |")
    print(f"\n{held} records held, numbers.jsonl {figures['registry_mb']} MB, {figures['memory_gb']} GB at most")


if __name__ == "__main__":
    main()
