"""Seconds per stage and peak memory of a whole run on a generated base.

Usage::

    python -m benchmarks.speed --rows 1000000 [--threads 2] [--memory 4GB] [--runs 1] [--json]

The base is made once under benchmarks/data (not committed). Peak memory is that of the whole process tree,
sampled ten times a second: shared pages count in every process, so it is an upper bound.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.scoring import score_crosswalk

DATA = Path(__file__).resolve().parent / "data"


def base(rows: int) -> tuple[Path, Path]:
    """The generated base of ``rows`` rows and its truth, made when absent."""
    DATA.mkdir(exist_ok=True)
    source, truth = DATA / f"big_{rows}.csv", DATA / f"big_{rows}_truth.csv"
    if not (source.is_file() and truth.is_file()):
        command = [
            "-m",
            "benchmarks.generator",
            "big",
            "--rows",
            str(rows),
            "--out",
            str(source),
            "--truth",
            str(truth),
        ]
        subprocess.run([sys.executable, *command], check=True)
    return source, truth


def measure(source: Path, truth: Path, threads: int, memory: str) -> dict[str, Any]:
    """Run ``assay run`` in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="assay-speed-") as scratch:
        out = Path(scratch) / "out"
        command = [sys.executable, "-m", "cli", "run", str(source), "--out", str(out), "--as-of", "2026-11-22"]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--threads", str(threads), "--memory", memory], stdout=subprocess.DEVNULL, cwd=DATA.parent.parent
        )
        peak = _Peak(process.pid)
        code = process.wait()
        wall = time.perf_counter() - begun
        if code:
            raise SystemExit(f"assay run ended with exit code {code}")
        log = json.loads((out / ".assay" / "run.json").read_text(encoding="utf-8"))
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file() and ".assay" not in path.parts)
        score = _score(out, truth)
        shutil.rmtree(out)
    return {
        "rows": score.pop("rows"),
        "threads": threads,
        "memory": memory,
        "wall_seconds": round(wall, 1),
        "seconds": log["seconds"],
        "cpu_seconds": log["cpu_seconds"],
        "peak_tree_gb": round(peak.stop() / 1e9, 2),
        "peak_main_gb": round(log["peak_memory_bytes"] / 1e9, 2),
        "output_mb": round(size / 1e6),
        **score,
    }


def _score(out: Path, truth: Path) -> dict[str, Any]:
    found = score_crosswalk(out / "crosswalk.csv", truth)
    return {"rows": found.rows, "precision": found.precision, "recall": found.recall, "f1": found.f1}


class _Peak:
    """Largest resident set of a process and its children, sampled in a thread."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._largest = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            total = 0
            try:
                for process in (self._process, *self._process.children(recursive=True)):
                    total += process.memory_info().rss
            except psutil.Error:
                continue
            self._largest = max(self._largest, total)

    def stop(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._largest


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Seconds per stage and peak memory of assay run.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    source, truth = base(options.rows)
    for _ in range(options.runs):
        found = measure(source, truth, options.threads, options.memory)
        if options.json:
            print(json.dumps(found))
        else:
            stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found["seconds"].items())
            cpu = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found["cpu_seconds"].items())
            print(
                f"{found['rows']:,} rows: {found['wall_seconds']} s, peak {found['peak_tree_gb']} GB "
                f"(P {found['precision']}, R {found['recall']}, F1 {found['f1']})\n  wall {stages}\n  cpu  {cpu}"
            )


if __name__ == "__main__":
    main()
