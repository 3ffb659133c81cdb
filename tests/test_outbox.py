"""Output files appear complete or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.outbox import Outbox


def test_nothing_appears_when_the_run_fails(tmp_path: Path) -> None:
    def failing_run() -> None:
        with Outbox(tmp_path / "out") as outbox:
            (outbox.folder / "golden.csv").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_run()
    assert list((tmp_path / "out").iterdir()) == []


def test_files_of_the_former_run_that_are_no_longer_made_are_removed(tmp_path: Path) -> None:
    for names in (["a.csv", "import/one.csv"], ["a.csv"]):
        with Outbox(tmp_path) as outbox:
            for name in names:
                (outbox.folder / name).parent.mkdir(exist_ok=True)
                (outbox.folder / name).write_text(name)
            (outbox.folder / "manifest.json").write_text(json.dumps({"files": [{"file": name} for name in names]}))
            outbox.publish()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.csv", "manifest.json"]


def test_a_manifest_that_points_outside_removes_nothing_there(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("keep")
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(json.dumps({"files": [{"file": "../precious.txt"}]}))
    with Outbox(out) as outbox:
        (outbox.folder / "manifest.json").write_text("{}")
        outbox.publish()
    assert precious.read_text() == "keep"
