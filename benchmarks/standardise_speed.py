"""Throughput of each standardiser on a generated base: seconds, rows and distinct values a second.

Usage::

    python -m benchmarks.standardise_speed --rows 1000000 [--threads 2] [--memory 4GB] [--json]

The base is that of benchmarks.speed. A step is what the stage announces to its watcher; a value counts once per
context, as standardise.value holds it. Wall and processor seconds, worker processes included.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.speed import base
from benchmarks.standardise_accuracy import AS_OF
from engine import intake, standardise
from engine.intake import SourceFile
from engine.progress import Silent
from engine.project import parse_memory
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

STEP_OF = {
    "title": "names and organisations", "first_name": "names and organisations", "last_name": "names and organisations",
    "full_name": "names and organisations", "organisation": "names and organisations", "email": "e-mails",
    "phone": "phones", "mobile": "phones", "fax": "phones", "addr_line1": "addresses", "addr_line2": "addresses",
    "addr_line3": "addresses", "street": "addresses", "postcode": "addresses", "town": "addresses",
    "country": "countries", "birth_date": "dates and numbers", "siret": "dates and numbers",
    "vat": "dates and numbers", "identifier": "dates and numbers", "language": "dates and numbers",
}  # fmt: skip
"""Attribute -> the step that reads it."""


class StepClock:
    """A watcher that times what lies between two steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}
        self._name, self._begun, self._spent = "", time.perf_counter(), self._cpu()

    def say(self, text: str) -> None:
        """Notes are not timed."""

    def step(self, text: str) -> None:
        """End the step that ran and begin ``text``."""
        now, spent = time.perf_counter(), self._cpu()
        if self._name:
            self.seconds[self._name] = (now - self._begun, spent - self._spent)
        self._name, self._begun, self._spent = text, now, spent

    @staticmethod
    def _cpu() -> float:
        return sum(os.times()[:4])


def measure(rows: int, threads: int, memory: str) -> list[dict[str, object]]:
    """One row per step of the standardise stage."""
    source, _ = base(rows)
    clock = StepClock()
    with (
        tempfile.TemporaryDirectory(prefix="assay-standardise-") as folder,
        Workspace.open(
            Path(folder) / "workspace", threads=threads, memory=f"{parse_memory(memory) // 2 // 1_000_000}MB"
        ) as ws,
    ):
        ws.create(PROTOCOL_STEP)
        book, scratch = RuleBook([]), Path(folder) / "scratch"
        scratch.mkdir()
        intake.stage_sources(ws, [SourceFile(path=source, name="big")], scratch=scratch, watcher=Silent(), book=book)
        intake.map_records(ws, intake.guess_mapping(ws, book, watcher=Silent()))
        standardise.apply(ws, book, home_country=None, as_of=AS_OF, workers=threads, watcher=clock)
        clock.step("")
        records = ws.count("standardise.record")
        distinct = dict(ws.rows("select attribute, count(*) from standardise.value group by attribute"))
    values: dict[str, int] = {}
    for attribute, count in distinct.items():
        step = STEP_OF.get(attribute)
        if step is not None:
            values[step] = values.get(step, 0) + count
    return [
        {
            "step": step,
            "wall_seconds": round(wall, 1),
            "cpu_seconds": round(cpu, 1),
            "k_rows_per_second": round(records / wall / 1000, 1),
            "distinct_values": values.get(step),
            "k_values_per_second": round(values[step] / wall / 1000, 1) if step in values else None,
        }
        for step, (wall, cpu) in clock.seconds.items()
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.rows, chosen.threads, chosen.memory)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    heads = list(found[0])
    print("| " + " | ".join(head.replace("_", " ") for head in heads) + " |")
    print("|" + "---|" * len(heads))
    for row in found:
        print("| " + " | ".join("" if row[head] is None else str(row[head]) for head in heads) + " |")


if __name__ == "__main__":
    main()
