"""Any database with an ODBC driver: the universal fallback (FileMaker xDBC, 4D, HFSQL, Progress ...), as Arrow.

The driver is the user's own. Nothing is known of its SQL, so a table or a query must be named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine.errors import SourceError, SurroundingsError, UsageError
from engine.intake.lines import read_batches
from engine.intake.source_file import SourceAddress
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.drivers import driver
from engine.intake.sources.live import failed, numbered_as_asked, refused, seconds_to_connect
from engine.intake.sources.reading_only import check_query
from engine.workspace import Workspace

_TITLE = "an ODBC source"
_PLAIN_NAME = re.compile(r"[^\W\d][\w$#]*(?:\.[^\W\d][\w$#]*){0,2}")
_BUFFER = 64 << 20  # bytes; fewer rows at a time where cells may be long
_TEXT_SIZES = (4_096, 65_536, 1 << 20)
"""Characters a cell may have: a column without a limit asks for a buffer of 2 GiB, so it is given one that grows."""


class Odbc:
    """A source behind an ODBC driver."""

    def __init__(self, source: SourceAddress) -> None:
        self._source = source
        self._shown = source.address.shown
        try:
            self._library = driver("arrow_odbc", "odbc", _TITLE)
        except OSError:  # libodbc itself is not there
            raise SurroundingsError(
                "ODBC needs its driver manager, which is not installed", hint="Try: apt-get install unixodbc"
            ) from None
        self._login = {
            "user": source.credentials.user_for(source.address),
            "password": source.credentials.password_for(source.address),
        }

    def tables(self) -> Sequence[TableInfo]:
        """The table that was asked for: ODBC drivers differ too much in what they tell."""
        wanted = self._source.table or self._source.address.fragment
        if wanted is None:
            raise UsageError(
                f"{self._shown}: an ODBC source needs a table or a query", hint="Name it with --table or --query."
            )
        if _PLAIN_NAME.fullmatch(wanted) is None:
            raise UsageError(
                "the name of the table needs quotes, and every ODBC driver has its own",
                hint='Write a query instead: --query "select * from ..."',
            )
        return [TableInfo(wanted)]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """All rows of a table, in the order of their cells."""
        assert name is not None
        note = f"{self._shown}, table {name}: rows are numbered in the order of their cells"
        return Loaded(self._read(ws, f"select * from {name}", ordered=False), table=name, typed=True, notes=(note,))

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """The rows of a query, in the order it asks for; without one in the order of their cells."""
        checked = check_query(query, KINDS[0])
        notes = (numbered_as_asked(self._shown, ordered=checked.ordered),)
        return Loaded(self._read(ws, checked.text, ordered=checked.ordered), typed=True, notes=notes)

    def close(self) -> None:
        """A connection lives as long as its answer is read."""

    def _read(self, ws: Workspace, query: str, *, ordered: bool) -> tuple[str, ...]:
        for size in _TEXT_SIZES:
            try:
                reader = self._reader(query, size)
                headers = tuple(str(name) for name in reader.schema.names)
                read_batches(ws, reader, ordered=ordered)
            except self._library.Error as error:
                if size != _TEXT_SIZES[-1] and re.search("truncat|too (large|long)|max_text_size", str(error)):
                    continue
                raise failed(self._shown, str(error), error) from None
            return headers
        raise SourceError(f"{self._shown}: a cell has more than {_TEXT_SIZES[-1]:,} characters")

    def _reader(self, query: str, size: int) -> Any:
        settings = "".join(f"{name}={value};" for name, value in self._source.address.options.items())
        try:
            return self._library.read_arrow_batches_from_odbc(
                query=query,
                connection_string=settings,
                batch_size=20_000,
                max_bytes_per_batch=_BUFFER,
                max_text_size=size,
                max_binary_size=size,
                falliable_allocations=True,
                login_timeout_sec=seconds_to_connect(),
                **self._login,
            )
        except self._library.Error as error:
            text = str(error)
            if re.search(r"State: IM00[23]|Can't open lib", text):
                raise SourceError(
                    f"{self._shown}: no data source or driver of that name is set up for ODBC",
                    hint="odbcinst -q -s lists the data sources, odbcinst -q -d the drivers.",
                ) from None
            if re.search(r"State: (08|28|IM|HYT)", text):
                raise refused(self._shown, text, error) from None
            raise


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return Odbc(source)


KINDS = (Kind("odbc", _TITLE, _open, schemes=("odbc",), dialect=""),)
