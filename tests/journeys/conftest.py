"""One whole run of docs/sample for everything that only looks at what a run leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from tests.support.once import made_once

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run over the whole sample, its workspace in ``.assay``; look at it or copy it."""

    def run(folder: Path) -> None:
        sources = [str(SAMPLE / name) for name in ("billetterie.csv", "newsletter.csv")]
        options = ["--out", str(folder / "out"), "--institution", "OPERA", "--as-of", "2026-11-22"]
        done = CliRunner().invoke(app, ["run", *sources, *options])
        assert done.exit_code == 0, done.stderr

    return made_once(tmp_path_factory, "run_of_the_sample", run) / "out"
