"""What files that answer no query have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from engine.errors import SourceError, UsageError
from engine.intake.lines import READ, forget_read
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Loaded, Place, TableInfo
from engine.workspace import Workspace

MOST_COLUMNS = 1_000
"""More is no table of contacts: a nested document, or a file that was taken for another kind."""

_BLANKS = re.compile(r"\s+")


class FileSource:
    """A file of one table, and the base of those of several.

    Attributes:
        source: the file.
        scratch: a private folder for copies.
    """

    title = "a file"

    def __init__(self, source: Asked, place: Place) -> None:
        assert isinstance(source, SourceFile)
        self.source = source
        self.scratch = place.scratch

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.source.path

    def tables(self) -> Sequence[TableInfo]:
        """The file itself: read once to know its columns and rows."""
        with Workspace.memory() as ws:
            loaded = self.load(ws, None)
            rows = int(ws.value(f"select count(*) from {READ}"))
            forget_read(ws)
        return [TableInfo(self.source.name or self.source.path.stem, rows, loaded.headers)]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Put the lines into intake_read: every kind in its own way."""
        raise NotImplementedError(type(self).__name__)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A file answers no query."""
        raise UsageError(f"{self.source.file} is {self.title}: it answers no query")

    def close(self) -> None:
        """Nothing is held."""

    def damaged(self, error: BaseException | None = None, *, hint: str = "Export it again.") -> NoReturn:
        """Refuse the file. What the reader said is left out: it may hold values.

        Raises:
            SourceError: always.
        """
        told = f" ({type(error).__name__})" if error is not None else ""
        raise SourceError(f"{self.source.file} cannot be read as {self.title}{told}", hint=hint) from None


def refuse_width(file: str, columns: int) -> None:
    """Refuse a table that is too wide to be one of contacts.

    Raises:
        SourceError: more than :data:`MOST_COLUMNS` columns.
    """
    if columns > MOST_COLUMNS:
        raise SourceError(
            f"{file} has {columns:,} columns: refused", hint="Export the contacts alone, one record a contact."
        )


def plain_headers(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns as headers: blanks as one, none empty, none twice.

    >>> plain_headers(["Nom", " Nom", "", "E  Mail"])
    ('Nom', 'Nom_2', 'column_3', 'E Mail')
    >>> plain_headers(["a\\ud800"])
    ('a?',)
    """
    taken: set[str] = set()
    found = []
    for at, name in enumerate(names, start=1):
        whole = name.encode("utf-8", "replace").decode("utf-8")  # JSON can write half a character
        stem = _BLANKS.sub(" ", whole).strip() or f"column_{at}"
        header, number = stem, 1
        while header in taken:
            number += 1
            header = f"{stem}_{number}"
        taken.add(header)
        found.append(header)
    return tuple(found)
