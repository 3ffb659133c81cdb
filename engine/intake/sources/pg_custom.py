"""PostgreSQL dumps in the custom format (pg_dump -Fc): written out as a plain dump, then read as one.

pg_restore does that where it is installed and not older than the dump; else the library pgdumplib, which needs no
PostgreSQL at all. Neither runs anything of the dump.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import SourceError
from engine.intake.source_file import SourceFile
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.drivers import driver
from engine.intake.sources.script_flavours import POSTGRESQL
from engine.intake.sources.sql_script import SqlScript
from engine.intake.sources.tool import limit
from engine.workspace import Workspace

_TITLE = "a PostgreSQL dump in the custom format"
_SECONDS = 3_600


class PgCustom:
    """A dump in the custom format; its plain form lies in a private folder while it is open."""

    def __init__(self, source: SourceFile, place: Place) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dump-", dir=place.scratch)
        try:
            plain = Path(self._folder.name) / source.path.name
            if not _by_pg_restore(source.path, plain):
                _by_library(source, plain)
            self._script = SqlScript(
                SourceFile(plain, source.name, table=source.table, encoding=source.encoding), POSTGRESQL, place
            )
        except BaseException:
            self._folder.cleanup()
            raise

    def tables(self) -> Sequence[TableInfo]:
        """Tables of the dump."""
        return self._script.tables()

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The rows of a table; the line of a row is the one in the plain form."""
        return self._script.load(ws, name)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A dump answers no query."""
        return self._script.ask(ws, query)

    def close(self) -> None:
        """The plain form is removed."""
        self._folder.cleanup()


def _by_pg_restore(path: Path, plain: Path) -> bool:
    program = shutil.which("pg_restore")
    if program is None:
        return False
    command = [program, "--no-owner", "--no-privileges", "--section=pre-data", "--section=data", "-f", str(plain)]
    try:
        with subprocess.Popen(
            [*command, "--", str(path.resolve())],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            limit(child, seconds=_SECONDS)
            try:
                done = child.wait(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                return False
    except OSError:
        return False
    return done == 0 and plain.is_file()


class _Untouched:
    """Rows as the dump holds them."""

    def convert(self, row: str) -> str:
        return row


def _by_library(source: SourceFile, plain: Path) -> None:
    library = driver("pgdumplib", "dumps", f"{_TITLE} (without pg_restore)")
    try:
        dump = library.load(source.path, _Untouched)
        with plain.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
            out.write("-- PostgreSQL database dump\n")
            for entry in dump.entries:
                if entry.desc == "TABLE":
                    out.write(f"{entry.defn}\n")
            for entry in dump.entries:
                if entry.desc != "TABLE DATA" or not entry.copy_stmt:
                    continue
                out.write(f"{entry.copy_stmt.rstrip()}\n")
                out.writelines(f"{row}\n" for row in dump.table_data(entry.namespace, entry.tag))
                out.write("\\.\n")
    except SourceError:
        raise
    except Exception as error:  # a damaged file may make the library stumble anywhere
        raise SourceError(
            f"{source.file} is damaged, or of a newer PostgreSQL than can be read here ({type(error).__name__})",
            hint="Ask for a plain dump: pg_dump --format=plain.",
        ) from None


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceFile)
    return PgCustom(source, place)


KINDS = (Kind("pg_custom", _TITLE, _open, recognise=lambda head: head.first.startswith(b"PGDMP")),)
