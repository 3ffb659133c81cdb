"""OData v4 (``odata+https://host/fmi/odata/v4/DATABASE``): what FileMaker Server and others speak, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from engine.errors import SourceError, UsageError
from engine.intake.lines import Line, read_lines
from engine.intake.source_file import SourceAddress
from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.file_source import plain_headers, refuse_width
from engine.intake.sources.json_file import Number, lay_flat
from engine.intake.sources.web import refused_by_web, url_of
from engine.workspace import Workspace

_TITLE = "an OData service"
_LARGEST_PAGE = 256 << 20
_SECONDS = (10, 120)
_SPARE = "@"
"""Names with it are about the answer, not of the record: ``@odata.id``, ``Photo@odata.mediaReadLink``."""


class Odata:
    """A service; its entity sets are its tables."""

    def __init__(self, source: SourceAddress) -> None:
        import requests
        import urllib3

        self._address = source.address
        self._base = url_of(source.address).partition("?")[0].rstrip("/") + "/"
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        user = source.credentials.user_for(source.address)
        password = source.credentials.password_for(source.address)
        if user is not None or password is not None:
            self._session.auth = (user or "", password or "")
        # what is read from the raw answer fails with the errors of the layer below
        self._failures = (requests.RequestException, urllib3.exceptions.HTTPError)

    def tables(self) -> Sequence[TableInfo]:
        """The entity sets that the service names."""
        sets = self._page(self._base).get("value")
        if not isinstance(sets, list):
            raise self._strange()
        names = [
            str(entry.get("name"))
            for entry in sets
            if isinstance(entry, dict) and entry.get("kind", "EntitySet") == "EntitySet" and entry.get("name")
        ]
        return [TableInfo(name, exact=False) for name in sorted(names)]

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """The records of a set, in the order in which the service gives them."""
        assert name is not None
        records: list[dict[str, str | None]] = []
        columns: dict[str, int] = {}
        for record in self._records(name):
            flat: dict[str, str | None] = {}
            lay_flat({key: value for key, value in record.items() if _SPARE not in key}, "", flat)
            for column in flat:
                columns.setdefault(column, len(columns))
            refuse_width(self._address.shown, len(columns))
            records.append(flat)
        names = list(columns)
        lines: Iterator[Line] = (
            (place, [flat.get(column) for column in names], None, None) for place, flat in enumerate(records, start=1)
        )
        read_lines(ws, lines)
        return Loaded(plain_headers(names), table=name, rows=len(records), typed=True)

    def ask(self, ws: Workspace, query: str) -> Loaded:
        """A service answers no SQL."""
        raise UsageError(f"{_TITLE} answers no query", hint="Choose a table with --table NAME.")

    def close(self) -> None:
        """Connections are let go."""
        self._session.close()

    def _records(self, name: str) -> Iterator[dict[str, Any]]:
        url: str | None = urljoin(self._base, quote(name))
        seen: set[str] = set()
        while url is not None:
            if url in seen:
                raise SourceError(f"{self._address.shown}: the pages of {name} go in a circle")
            seen.add(url)
            page = self._page(url)
            found = page.get("value")
            if not isinstance(found, list):
                raise self._strange()
            for record in found:
                if not isinstance(record, dict):
                    raise self._strange()
                yield record
            following = page.get("@odata.nextLink")
            url = self._own(url, str(following)) if following else None

    def _own(self, current: str, following: str) -> str:
        """A next page of the same service: a password is sent to no other."""
        try:
            url = urljoin(current, following)
            here, there = urlsplit(self._base), urlsplit(url)
        except ValueError:
            raise self._strange() from None
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SourceError(f"{self._address.shown} sends on to another server: refused")
        return url

    def _page(self, url: str) -> dict[str, Any]:
        try:
            with self._session.get(url, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    raise refused_by_web(self._address, answer.status_code)
                raw = answer.raw.read(_LARGEST_PAGE + 1, decode_content=True)
        except self._failures as error:
            raise SourceError(
                f"cannot reach {self._address.shown} ({type(error).__name__})",
                hint="Check the address and the network.",
            ) from None
        if len(raw) > _LARGEST_PAGE:
            raise SourceError(f"{self._address.shown} answers with a page of more than {_LARGEST_PAGE >> 20} MiB")
        try:
            page = json.loads(raw.decode("utf-8"), parse_float=Number, parse_int=Number, parse_constant=Number)
        except (ValueError, RecursionError):
            raise self._strange() from None
        if not isinstance(page, dict):
            raise self._strange()
        return page

    def _strange(self) -> SourceError:
        return SourceError(
            f"{self._address.shown} does not answer as OData v4 does", hint="Check the path: .../fmi/odata/v4/DATABASE."
        )


def _open(source: Asked, place: Place) -> Source:
    assert isinstance(source, SourceAddress)
    return Odata(source)


KINDS = (Kind("odata", _TITLE, _open, schemes=("odata+https", "odata+http")),)
