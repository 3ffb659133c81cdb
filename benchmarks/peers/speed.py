"""The matching stage beside its peers, on one file in one run.

Usage::

    python -m benchmarks.peers.speed --rows 100000 [--goldenmatch GM/bin/goldenmatch] [--limit 900]

assay's matching stage, splink by hand with our keys and our blocking, the target's SOUNDEX rule: all over the same
standardised records. goldenmatch, if given, reads the file itself, so its time holds its own preparation.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers import goldenmatch_run, plain_splink, vendor_soundex
from benchmarks.peers.prepared import standardised
from benchmarks.scoring import score_crosswalk
from benchmarks.speed import base
from engine.matching import link
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Matching beside its peers.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--goldenmatch", type=Path, help="its program, in its own environment")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds after which a peer is stopped")
    options = parser.parse_args()
    source, truth = base(options.rows)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"load of the machine before: {load}\n")
    print("| what | wall s | processor s | P | R | F1 |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="assay-peers-") as scratch:
        with standardised([source]) as ws:
            _measure("assay, matching stage", _assay, ws, truth, Path(scratch))
            _measure("splink by hand, same keys and blocking", plain_splink.cluster, ws, truth, Path(scratch))
            _measure("the target's SOUNDEX rule", vendor_soundex.cluster, ws, truth, Path(scratch))
        if options.goldenmatch:
            _goldenmatch(options.goldenmatch, source, truth, Path(scratch), options.limit)


def _assay(ws: Workspace) -> None:
    link(ws, RuleBook(), threads=2, watcher=Silent())
    ws.execute("create or replace temp table peer_cluster as select record_id, cluster_id from matching.cluster")


def _measure(name: str, work: Callable[[Workspace], None], ws: Workspace, truth: Path, scratch: Path) -> None:
    begun, spent = time.perf_counter(), sum(os.times()[:4])
    work(ws)
    wall, processor = time.perf_counter() - begun, sum(os.times()[:4]) - spent
    path = scratch / "crosswalk.csv"
    ws.connection.sql(
        "select r.source, r.line_no, r.record_id, c.cluster_id as contact_id, s.kind from intake.record as r "
        "join standardise.record as s using (record_id) join peer_cluster as c using (record_id) order by 1, 2"
    ).write_csv(str(path), header=True)
    _row(name, wall, processor, path, truth)


def _goldenmatch(program: Path, source: Path, truth: Path, scratch: Path, limit: float) -> None:
    spent = sum(os.times()[2:4])
    seconds = goldenmatch_run.run(program, source, scratch / "gm", limit)
    processor = sum(os.times()[2:4]) - spent
    if seconds is None:
        print(f"| goldenmatch, no configuration | over {limit:.0f}, stopped | {processor:.0f} | | | |")
        return
    path = scratch / "crosswalk.csv"
    if goldenmatch_run.crosswalk(scratch / "gm", source, path):
        _row("goldenmatch, no configuration", seconds, processor, path, truth)
    else:
        print(f"| goldenmatch, no configuration | {seconds:.1f} | {processor:.1f} | | | |")


def _row(name: str, wall: float, processor: float, crosswalk: Path, truth: Path) -> None:
    score = score_crosswalk(crosswalk, truth)
    print(
        f"| {name} | {wall:.1f} | {processor:.1f} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
