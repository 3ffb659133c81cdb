"""Read small files from end to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.intake import SourceAddress, SourceFile, stage_sources
from engine.ledger import StageReport
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace

Stage = Callable[..., StageReport]

BOOK = RuleBook()  # reading the vocabulary takes longer than most tests


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file under the test's folder."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def stage(ws: Workspace, tmp_path: Path) -> Stage:
    """Stage paths (or SourceFiles) and check the ledger."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def _stage(*paths: Path | SourceFile | SourceAddress) -> StageReport:
        sources = [SourceFile(path) if isinstance(path, Path) else path for path in paths]
        report = stage_sources(ws, sources, scratch=scratch, watcher=Silent(), book=BOOK).check()
        assert list(scratch.iterdir()) == []  # nothing of the customer stays behind
        return report

    return _stage
