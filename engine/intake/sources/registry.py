"""Which kind a source is: by the scheme of its address, or by the first bytes of the file."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module

from engine.errors import UsageError
from engine.intake.source_file import WEB_SCHEMES, SourceAddress
from engine.intake.sources.contract import HEAD, Asked, Head, Kind

MODULES = (
    "postgresql",
    "mysql",
    "sqlserver",
    "oracle",
    "odbc",
    "pg_custom",
    "sql_loader",
    "sql_script",
    "odata",
    "access_file",
    "filemaker_file",
    "parquet_file",
    "sqlite_file",
    "dbf_file",
    "vcard_file",
    "ldif_file",
    "json_file",
    "elsewhere",  # formats that only tell what to ask for: before those that would take anything
    "workbook_file",
    "text_file",  # last: takes any text
)
"""Modules of this package in the order in which their kinds are asked whether a file is theirs."""


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order they are asked."""
    return tuple(kind for name in MODULES for kind in import_module(f"engine.intake.sources.{name}").KINDS)


def kind_of(source: Asked) -> Kind:
    """The kind of a source.

    Raises:
        UsageError: an address whose scheme no kind answers to.
    """
    if isinstance(source, SourceAddress):
        return kind_of_scheme(source.address.scheme)
    with source.path.open("rb") as file:
        head = Head(source.path, file.read(HEAD))
    return next(kind for kind in kinds() if kind.recognise is not None and kind.recognise(head))


def kind_of_scheme(scheme: str) -> Kind:
    """The kind that answers to addresses of ``scheme``.

    Raises:
        UsageError: none does.
    """
    answering = {name: kind for kind in kinds() for name in kind.schemes}
    if scheme in answering:
        return answering[scheme]
    if scheme == "file":
        raise UsageError("a file is named by its path, without file://")
    known = sorted([*answering, *WEB_SCHEMES])
    near = difflib.get_close_matches(scheme, known, n=1)
    raise UsageError(
        f"no source has the scheme {scheme[:30]!r}",
        hint=f"Did you mean {near[0]}://?" if near else f"Known: {', '.join(known)}.",
    )
