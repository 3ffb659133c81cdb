"""Every table of the sources: an analysis looks at all of them, a run at those it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import SourceError
from engine.intake.source_file import SourceFile, check_usable
from engine.intake.sources import Asked, Place, kind_of
from engine.intake.sources.web import at_hand

MOST_TABLES = 40
"""Tables of one source that are read, the fullest first: a ticketing system has hundreds, contacts stand in a few."""


@dataclass(frozen=True, slots=True)
class EveryTable:
    """The sources table by table.

    Attributes:
        asked: what to read.
        unchosen: places in ``asked`` of tables that nobody chose: one that cannot be read stops nothing.
        notes: sentences about what was left out.
    """

    asked: tuple[Asked, ...]
    unchosen: frozenset[int]
    notes: tuple[str, ...]


@contextmanager
def all_at_hand(sources: Sequence[Asked], scratch: Path) -> Iterator[list[Asked]]:
    """The sources, files at an address (http, https, s3) as copies: they are opened twice and fetched once.

    Raises:
        SourceError: one cannot be fetched.
    """
    with ExitStack() as fetched:
        yield [fetched.enter_context(at_hand(source, scratch)) for source in sources]


def every_table(sources: Sequence[Asked], scratch: Path) -> EveryTable:
    """The sources table by table; one of which a table or a query was chosen, or that is one table, stays as it is.

    Raises:
        SourceError: a source cannot be opened or holds no table with rows.
    """
    found: list[Asked] = []
    unchosen: set[int] = set()
    notes: list[str] = []
    for source in sources:
        if isinstance(source, SourceFile):
            check_usable(source)
        kind = kind_of(source)
        chosen = source.table or (source.sheet if isinstance(source, SourceFile) else source.query)
        if kind.single or kind.every or chosen:
            found.append(source)
            continue
        opened = kind.open(source, Place(scratch))
        try:
            tables = [table for table in opened.tables() if table.rows != 0 or not table.exact]
        finally:
            opened.close()
        if not tables:
            raise SourceError(f"{source.file} holds no table with rows", hint="Check what was exported.")
        tables.sort(key=lambda table: (-(table.rows or 0), table.name))
        unchosen |= set(range(len(found), len(found) + min(len(tables), MOST_TABLES)))
        found += [replace(source, table=table.name) for table in tables[:MOST_TABLES]]
        if len(tables) > MOST_TABLES:
            notes.append(f"{source.file}: {len(tables) - MOST_TABLES} smaller tables were left out")
    return EveryTable(tuple(found), frozenset(unchosen), tuple(notes))
