"""A delivery that is killed and made again ends as one that was never disturbed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.deliveries import remembered_base
from engine.environments import Place, create_environment
from engine.journal import read_journal
from engine.project import load_project
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.planning.support import EVERYBODY, former, golden

ROOT = Path(__file__).parents[1]

CHILD = """
import os, signal, sys
moment, real, seen = int(sys.argv.pop(1)), os.replace, 0
def replace(source, target, **more):
    global seen
    seen += 1
    if moment == 2 * seen - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target, **more)
    if moment == 2 * seen:
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = replace
from cli import app
try:
    app()
finally:
    print("renamed", seen)
"""
"""The command line, killed by the system just before (odd) or just after (even) a file gets its final name."""


def project(folder: Path) -> Place:
    """A project after its first run, with a list of contacts to remove."""
    folder.mkdir()
    (folder / "assay.toml").write_text('institution = "OPERA"\ncountry = "CH"\n', encoding="utf-8")
    place = Place(folder, load_project(folder))
    assert place.project is not None
    create_environment(place, "preprod", institution=None, organization=None, country=None)
    with Workspace.open(place.project.workspace, threads=2, memory="1GB") as ws:
        ws.create(PROTOCOL_STEP)
        former(ws)
        golden(ws, EVERYBODY, folder / "run")
    (folder / "gone.txt").write_text("102\n", encoding="utf-8")
    (folder / "list.csv").write_text("CONTACT_NR;CRITERION;VALUE\n101;VIP;T\n", encoding="utf-8")
    (folder / "criteria.csv").write_text(
        "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nVIP;;INDIVIDUAL;BOOLEAN;\n", encoding="utf-8"
    )
    return place


def deliver(place: Place, moment: int = 0) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-c", CHILD, str(moment), "deliver", "--environment", "preprod", "--since", "environment",
        "--list", "inactivate=gone.txt", "--qualify", "list.csv", "--criteria", "criteria.csv",
        "--as-of", "2026-11-22", "--for-real",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=place.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def left_by(place: Place) -> dict[str, str]:
    """Hash of every file a delivery leaves, and what it remembers of the environment."""
    kept = [*(place.folder / "out").rglob("*"), place.folder / "delivered" / "files.jsonl"]
    kept.append(place.folder / "requests.jsonl")
    found = {
        path.relative_to(place.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if path.is_file()
    }
    last = remembered_base(place.folder, "preprod")
    return found | {"remembered": f"{sorted(last.counts().items())} {last.settings()['definitions']}"}


@pytest.mark.slow
def test_killed_before_or_after_any_rename_and_made_again_it_is_the_same(tmp_path: Path) -> None:
    undisturbed = project(tmp_path / "undisturbed")
    done = deliver(undisturbed)
    assert done.returncode == 0, done.stderr
    renames = int(done.stdout.split("renamed")[1])
    assert renames >= 12  # a rename a file, in the outbox and out of it
    expected = left_by(undisturbed)
    disturbed = project(tmp_path / "disturbed")
    for moment in range(1, 2 * renames + 1):
        killed = deliver(disturbed, moment)
        # what was remembered before is not written again: then the last moments are never reached
        assert killed.returncode in ((-9,) if moment < renames else (-9, 0)), (moment, killed.stderr)
        # under its final name a file is whole: the one of a delivery, or the former one
        for path in (disturbed.folder / "out").glob("deliver/preprod/[!.]*"):
            name = path.relative_to(disturbed.folder).as_posix()
            assert hashlib.sha256(path.read_bytes()).hexdigest() == expected[name]
    done = deliver(disturbed)
    assert done.returncode == 0, done.stderr
    assert left_by(disturbed) == expected
    assert disturbed.project is not None
    journal = read_journal(disturbed.project)
    assert not journal.broken
    assert not [path for path in disturbed.folder.rglob("*") if path.suffix in (".tmp", ".part", ".data", ".new")]


@pytest.mark.journey
def test_killed_halfway_through_it_is_the_same(tmp_path: Path) -> None:
    undisturbed, disturbed = project(tmp_path / "undisturbed"), project(tmp_path / "disturbed")
    done = deliver(undisturbed)
    assert done.returncode == 0, done.stderr
    renames = int(done.stdout.split("renamed")[1])
    assert deliver(disturbed, renames).returncode == -9
    assert deliver(disturbed).returncode == 0
    assert left_by(disturbed) == left_by(undisturbed)
