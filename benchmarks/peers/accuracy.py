"""Peers' accuracy beside ours on labelled sets, all in one run.

Usage::

    python -m benchmarks.peers.accuracy --labelled DIR [--sets febrl1,fake_1000] [--generated 5000:301]
        [--goldenmatch GM/bin/goldenmatch] [--limit 300]

assay = the matching stage over records as it standardised them, no configuration. splink = the recipe of
:mod:`benchmarks.peers.splink_recipe` over the file's own columns. SOUNDEX = the target's own duplicate rule over our
standardised records. goldenmatch, if given, reads the file itself without configuration. Pairwise P / R / F1.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from itertools import chain
from pathlib import Path

import duckdb

from benchmarks.accuracy import Case, cases, made
from benchmarks.peers import goldenmatch_run, splink_recipe, vendor_soundex
from benchmarks.peers.prepared import standardised
from benchmarks.scoring import score_crosswalk
from engine.matching import link
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Peers' accuracy beside ours.")
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--sets", default="", help="only these, comma separated")
    parser.add_argument("--generated", default="", help="further generated bases, ROWS:SEED,...")
    parser.add_argument("--goldenmatch", type=Path, help="its program, in its own environment")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which goldenmatch is stopped")
    options = parser.parse_args()
    print(_versions(options.goldenmatch))
    print(
        "| set | assay P / R / F1 | splink, by the book | SOUNDEX rule | goldenmatch |\n|---|---|---|---|---|",
        flush=True,
    )
    wanted = {name for name in options.sets.split(",") if name}
    with tempfile.TemporaryDirectory(prefix="assay-peers-") as folder:
        scratch = Path(folder)
        listed = chain(cases(options.labelled, wanted, scratch / "in"), made(options.generated, None, scratch / "in"))
        for number, case in enumerate(listed):
            out = scratch / str(number)
            out.mkdir()
            cells = [
                *_on_standard_values(case, out),
                _told(case, out, _goldenmatch(options.goldenmatch, options.limit)),
            ]
            cells.insert(1, _told(case, out, _splink))
            print(f"| {case.name} | {' | '.join(cells)} |", flush=True)


def _versions(goldenmatch: Path | None) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    told = [f"{name} {importlib.metadata.version(name)}" for name in ("splink", "duckdb")]
    if goldenmatch is not None:
        asked = "import importlib.metadata as m; print(m.version('goldenmatch'))"
        found = subprocess.run(
            [str(goldenmatch.with_name("python")), "-c", asked], capture_output=True, text=True, check=False
        )
        told.append(f"goldenmatch {found.stdout.strip()}")
    return f"{date.today().isoformat()}, commit {commit or 'unknown'}, {', '.join(told)}\n"


def _on_standard_values(case: Case, out: Path) -> list[str]:
    """Ours and the SOUNDEX rule, over the same standardised records."""
    told = []
    with standardised(case.files) as ws:
        link(ws, RuleBook(), threads=2, watcher=Silent())
        ws.execute("create or replace temp table peer_cluster as select record_id, cluster_id from matching.cluster")
        for name, work in (("assay", None), ("soundex", vendor_soundex.cluster)):
            if work is not None:
                work(ws)
            path = _place(out, name)
            _write(ws, path)
            told.append(_scored(path, case.truth))
    return told


def _write(ws: Workspace, path: Path) -> None:
    ws.connection.sql(
        "select r.source, r.line_no, r.record_id, c.cluster_id as contact_id, s.kind from intake.record as r "
        "join standardise.record as s using (record_id) join peer_cluster as c using (record_id) order by 1, 2"
    ).write_csv(str(path), header=True)


def _splink(case: Case, out: Path) -> str:
    path = _place(out, "splink")
    splink_recipe.crosswalk(list(case.files), path)
    return _scored(path, case.truth)


def _goldenmatch(program: Path | None, limit: float) -> Callable[[Case, Path], str]:
    def measure(case: Case, out: Path) -> str:
        if program is None:
            return ""
        if len(case.files) > 1:
            return "several files: not run"
        seconds = goldenmatch_run.run(program, case.files[0], out / "gm", limit)
        if seconds is None:
            return f"over {limit:.0f} s"
        path = _place(out, "goldenmatch")
        if not goldenmatch_run.crosswalk(out / "gm", case.files[0], path):
            return "no clusters"
        return _scored(path, case.truth)

    return measure


def _told(case: Case, out: Path, measure: Callable[[Case, Path], str]) -> str:
    """What a peer gives; a peer that fails on a set is told as such and stops nothing."""
    try:
        return measure(case, out)
    except (ValueError, duckdb.Error, subprocess.CalledProcessError, KeyError) as failed:
        print(f"{case.name}: {type(failed).__name__}", file=sys.stderr)
        return "failed"
    except Exception as failed:  # splink has errors of its own, some of them plain ones
        if type(failed).__module__.split(".")[0] not in ("splink", "sqlglot", "builtins"):
            raise
        print(f"{case.name}: {type(failed).__name__}", file=sys.stderr)
        return "failed"


def _place(out: Path, name: str) -> Path:
    """Where a peer's crosswalk goes: each in a folder of its own, for they all bear one name."""
    folder = out / name
    folder.mkdir()
    return folder / "crosswalk.csv"


def _scored(crosswalk: Path, truth: Path) -> str:
    score = score_crosswalk(crosswalk, truth)
    return f"{score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f}"


if __name__ == "__main__":
    main()
