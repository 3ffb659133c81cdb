"""How long a run takes and what it says while it works."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.counted import several
from engine.ledger import StageReport
from engine.options import RunResult
from engine.progress import Watcher


class Once:
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


class Clock:
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
            unit = report.unit if report.rows_in == 1 else several(report.unit)
            self._watcher.say(
                f"{name:<16}{report.rows_in:>11,} {unit} in, {report.rows_out:,} out{held}"
                f"  ({self.seconds[name]:.1f} s)"
            )
            for note in report.notes:
                self._watcher.say(note)
        self.reports += reports


def peak_memory() -> int:
    """Largest resident set so far, in bytes (Linux counts in kilobytes): this process and its largest worker."""
    kilobytes = max(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    )
    return kilobytes * 1024


def machine_report(result: RunResult) -> dict[str, Any]:
    """report.json plus what differs from run to run: seconds per stage and peak memory."""
    return {**result.report, **measures(result)}


def log_measures(workspace: Path, result: RunResult) -> None:
    """Keep the run's timings beside the workspace: derived data, so outside the output folder's fixed bytes."""
    (workspace / "run.json").write_text(json.dumps(measures(result), indent=2), encoding="utf-8")


def measures(result: RunResult) -> dict[str, Any]:
    return {
        "seconds": result.seconds,
        "cpu_seconds": result.cpu_seconds,
        "peak_memory_bytes": result.peak_memory,
    }
