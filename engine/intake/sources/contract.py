"""What every kind of source promises, and what it is given."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from engine.intake.source_file import SourceAddress, SourceFile
from engine.workspace import Workspace

Asked = SourceFile | SourceAddress
"""What the user named: a file or the address of a database."""

HEAD = 1 << 16
"""Bytes of a file that are looked at to recognise it."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table of a source.

    Attributes:
        name: what to ask for it by; with its schema where the source has schemas.
        rows: how many rows it has; None = not known without reading it.
        columns: names in order; empty = not known without reading it.
        exact: ``rows`` was counted; False = what the source believes.
    """

    name: str
    rows: int | None = None
    columns: tuple[str, ...] = ()
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was learnt of a table while its lines were put into intake_read.

    Attributes:
        headers: name of each column; ``column_<n>`` where the source has none.
        table: what intake.source says of the table; None = the source is one table.
        header_line: physical line of the header, None = there is none in the data.
        rows: lines that the source itself counts; compared with what arrived. None = it does not.
        typed: a table of a system, where the last line is no total and no line repeats the header.
        sha256: hash of what was read, for a source that is no file; None = the file's.
        notes: sentences for the user.
    """

    headers: tuple[str, ...]
    table: str | None = None
    header_line: int | None = None
    rows: int | None = None
    typed: bool = False
    encoding: str | None = None
    encoding_why: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """An opened source. Its errors are :class:`~engine.errors.SourceError` and hold no value and no secret."""

    def tables(self) -> Sequence[TableInfo]:
        """Every table that may hold contacts, in a fixed order; what belongs to the system itself is left out."""

    def load(self, ws: Workspace, name: str | None) -> Loaded | None:
        """Put the lines of a table into intake_read; None as name = the only one. None as answer = it is no table."""

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """Put the answer to a query into intake_read; it has been found to be one SELECT."""

    def close(self) -> None:
        """Let connections and temporary files go."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is opened: a private folder for its copies, and the words that headers are known by."""

    scratch: Path
    known: frozenset[str] = frozenset()
    say: Callable[[str], None] = field(default=lambda _: None)


@dataclass(frozen=True)
class Head:
    """The beginning of a file: what it is recognised by."""

    path: Path
    first: bytes

    @cached_property
    def text(self) -> str:
        """The first bytes as text; what cannot be decoded becomes a replacement character."""
        for mark, codec in _MARKS:
            if self.first.startswith(mark):
                return self.first[len(mark) :].decode(codec, errors="replace")
        if self.first[1:20:2].count(0) > 5:
            return self.first.decode("utf-16-le", errors="replace")
        return self.first.decode("utf-8", errors="replace")


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source.

    Attributes:
        name: what intake.source calls its format.
        title: what a person calls it.
        open: opens a source of this kind. It raises SourceError when that cannot be done.
        schemes: schemes of the addresses it answers to.
        recognise: whether a file is of this kind; None = no file is.
        single: a file of this kind is one table, so that none need be chosen.
        every: without a choice every table is read as a source of its own (sheets of a workbook); otherwise the
            user must choose when there are several.
        dialect: what sqlglot calls its SQL; None = it answers no query.
        unit: what one of its tables is called.
    """

    name: str
    title: str
    open: Callable[[Asked, Place], Source]
    schemes: tuple[str, ...] = ()
    recognise: Callable[[Head], bool] | None = None
    single: bool = False
    every: bool = False
    dialect: str | None = None
    unit: str = "table"
