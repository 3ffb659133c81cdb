"""A file brought as far as matching: intake and standardisation, once, for everybody who is compared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from engine import intake, standardise
from engine.intake import SourceFile
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

AS_OF = date(2026, 11, 22)


@contextmanager
def standardised(files: Sequence[Path], *, threads: int = 2) -> Iterator[Workspace]:
    """A workspace in memory that holds intake.record and standardise.record of ``files``."""
    book = RuleBook()
    with tempfile.TemporaryDirectory(prefix="assay-prepared-") as scratch, Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        sources = [SourceFile(path=path, name=path.stem) for path in files]
        intake.stage_sources(ws, sources, scratch=Path(scratch), watcher=Silent(), book=book)
        intake.map_records(ws, intake.guess_mapping(ws, book, watcher=Silent()))
        standardise.apply(ws, book, home_country=None, as_of=AS_OF, workers=threads, watcher=Silent())
        yield ws
