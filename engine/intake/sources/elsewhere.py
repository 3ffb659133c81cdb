"""Formats that cannot be read here: recognised, so that the message says what to ask for instead."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial

from engine.errors import SourceError
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Head, Kind, Place, Source

_AS_TABLE = "Export it as CSV or as an Excel workbook."
_SQL_SERVER = (
    "Ask for one of: a login to the live database (mssql://), a script with schema and data "
    "(SSMS: Tasks > Generate Scripts > Types of data to script: Schema and data), or a CSV export of the tables."
)
_ORACLE = (
    "Only Oracle's own impdp or imp can read it. Ask for one of: a login to the live database (oracle://), "
    "INSERT scripts (SQL Developer: Tools > Database Export, format insert), or a CSV export of the tables."
)


def _refuse(source: Asked, place: Place, *, what: str, hint: str) -> Source:
    assert isinstance(source, SourceFile)
    raise SourceError(f"{source.file} is {what}, not a table", hint=hint)


def _starts(*magics: bytes) -> Callable[[Head], bool]:
    return lambda head: head.first.startswith(magics)


def _kind(name: str, what: str, recognise: Callable[[Head], bool], hint: str = _AS_TABLE) -> Kind:
    return Kind(name, what, partial(_refuse, what=what, hint=hint), recognise=recognise, single=True)


def is_bacpac(head: Head) -> bool:
    """A .bacpac or .dacpac: a zip with model.xml and Origin.xml beside each other."""
    if not head.first.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(head.path) as container:
            names = set(container.namelist())
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        return False
    return {"model.xml", "Origin.xml"} <= names


def is_sql_server_backup(head: Head) -> bool:
    """A .bak: Microsoft Tape Format begins with a TAPE block; newer ones may be packed and begin with MSSQLBAK."""
    return head.first.startswith((b"TAPE\x00\x00", b"MSSQLBAK"))


def is_oracle_dump(head: Head) -> bool:
    """exp writes ``EXPORT:V..`` after three bytes; Data Pump's first block names the job and its table SYS_EXPORT."""
    first = head.first[:4_096]
    return b"EXPORT:V" in first[:16] or (b"\x00" in first and (b'"SYS_EXPORT_' in first or b".SYS_EXPORT_" in first))


KINDS = (
    _kind("bacpac", "a SQL Server data-tier export (.bacpac)", is_bacpac, _SQL_SERVER),
    _kind("bak", "a SQL Server backup (.bak)", is_sql_server_backup, _SQL_SERVER),
    _kind("oracle_dump", "an Oracle export (Data Pump or exp)", is_oracle_dump, _ORACLE),
    _kind("pdf", "a PDF", _starts(b"%PDF")),
    _kind("gzip", "a gzip archive", _starts(b"\x1f\x8b"), "Unpack it first."),
    _kind("7z", "a 7z archive", _starts(b"7z\xbc\xaf"), "Unpack it first."),
    _kind("rar", "a RAR archive", _starts(b"Rar!"), "Unpack it first."),
    _kind("picture", "a picture", _starts(b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    _kind("pgdmp", "a PostgreSQL dump", _starts(b"PGDMP")),
    _kind("rtf", "an RTF text", _starts(b"{\\rtf")),
)
