"""Which tables of a source are read: the one asked for, the only one, or all sheets of a workbook."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from engine.counted import counted
from engine.errors import SourceError, UsageError
from engine.intake.source_file import SourceAddress, SourceFile
from engine.intake.sources.contract import Asked, Kind, Source, TableInfo

_LISTED = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def choose_tables(source: Asked, kind: Kind, opened: Source) -> list[str | None]:
    """Names of the tables to load; ``[None]`` = the source is one table.

    Raises:
        UsageError: there are several and none was chosen, or none is called as asked.
        SourceError: there is none.
    """
    wanted = _wanted(source)
    if kind.single:
        if wanted is not None and isinstance(source, SourceFile) and source.table is not None:
            raise UsageError(f"{source.file} is {kind.title}: it has no tables to choose from")
        return [None]
    tables = opened.tables()
    if wanted is not None:
        return [named_table(wanted, tables, source.file)]
    if kind.every:
        return [table.name for table in tables]
    filled = [table for table in tables if table.rows != 0 or not table.exact]
    if not filled:
        raise SourceError(f"{source.file} holds no table with rows", hint="Check what was exported, or your rights.")
    if len(filled) > 1:
        raise UsageError(
            f"{source.file} holds {len(filled)} tables: {listing(filled)}",
            hint='Choose one with --table NAME, or table = "NAME" in assay.toml.',
        )
    return [filled[0].name]


def named_table(wanted: str, tables: Sequence[TableInfo], place: str) -> str:
    """The table called ``wanted``: exactly, else without regard to case, else without its schema.

    Raises:
        UsageError: none, or several.
    """
    bare = wanted.casefold()
    for same in (
        [table.name for table in tables if table.name == wanted],
        [table.name for table in tables if table.name.casefold() == bare],
        [table.name for table in tables if table.name.rpartition(".")[2].casefold() == bare],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            raise UsageError(f"{place} has several tables of that name: {', '.join(map(_shown, same))}")
    near = difflib.get_close_matches(wanted, [table.name for table in tables], n=1, cutoff=0.5)
    raise UsageError(
        f"{place} has no table {_shown(wanted)}",
        hint=f"Did you mean {_shown(near[0])}?" if near else f"Its tables: {listing(tables)}.",
    )


def listing(tables: Sequence[TableInfo]) -> str:
    """The tables in a sentence, the fullest first.

    >>> listing([TableInfo("a", 3), TableInfo("b", 1_200, exact=False), TableInfo("c")])
    'b (about 1,200 rows), a (3 rows), c'
    """
    fullest = sorted(tables, key=lambda table: (-(table.rows or 0), table.name))
    told = ", ".join(
        _shown(table.name) + (f" ({'' if table.exact else 'about '}{counted(table.rows, 'row')})" if table.rows else "")
        for table in fullest[:_LISTED]
    )
    return told + (f" and {len(fullest) - _LISTED} more" if len(fullest) > _LISTED else "")


def _shown(name: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)[:120]


def _wanted(source: Asked) -> str | None:
    if isinstance(source, SourceAddress):
        return source.table or source.address.fragment
    return source.table or source.sheet
