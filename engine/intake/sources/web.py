"""Files at an address (http, https, s3): fetched into the private folder, then read like any other file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import SourceError
from engine.intake.source_file import WEB_SCHEMES, SourceAddress, SourceFile
from engine.intake.sources.contract import Asked
from engine.intake.sources.drivers import driver
from engine.remote import Address

_LARGEST = 16 << 30  # bytes
_CHUNK = 1 << 20
_SECONDS = (10, 120)
"""To connect, and between two pieces of the answer."""


@contextmanager
def at_hand(source: Asked, scratch: Path) -> Iterator[Asked]:
    """The source itself; of a file at an address a copy, for as long as it is read.

    Raises:
        SourceError: it cannot be fetched.
    """
    if not isinstance(source, SourceAddress) or source.address.scheme not in WEB_SCHEMES:
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="fetched-", dir=scratch) as folder:
        # the name keeps its extension, which is believed among zip containers, and nothing that could be a path
        name = re.sub(r"[^\w. -]", "_", PurePosixPath(source.address.database).name)[-120:].lstrip(".") or "file"
        path = Path(folder) / name
        if source.address.scheme == "s3":
            _from_s3(source.address, path)
        else:
            _from_web(source, path)
        yield SourceFile(path, source.name, table=source.table or source.address.fragment)


def _from_web(source: SourceAddress, path: Path) -> None:
    import requests

    address = source.address
    password = source.credentials.password_for(address) if source.credentials.place else None
    user = source.credentials.user_for(address)
    try:
        # the session of requests takes a password off when it is sent on to another host
        with requests.get(
            url_of(address),
            auth=(user or "", password) if password is not None else None,
            stream=True,
            timeout=_SECONDS,
            headers={"Accept-Encoding": "identity"},
        ) as answer:
            if answer.status_code != 200:
                raise refused_by_web(address, answer.status_code)
            _write(answer.iter_content(_CHUNK), path, address, answer.headers.get("Content-Length"))
    except requests.RequestException as error:
        raise SourceError(
            f"cannot fetch {address.shown} ({type(error).__name__})", hint="Check the address and the network."
        ) from None


def refused_by_web(address: Address, status: int) -> SourceError:
    """What an answer other than 200 means."""
    if status in (401, 403):
        hint = "Name a user and the place of the password: --user NAME --credentials env:NAME."
        return SourceError(f"{address.shown} refuses the login (HTTP {status})", hint=hint)
    if status in (404, 410):
        return SourceError(f"{address.shown}: there is no such file (HTTP {status})", hint="Check the address.")
    return SourceError(f"{address.shown} answers with HTTP {status}", hint="Try again later, or fetch it by hand.")


def url_of(address: Address) -> str:
    """The address as a client of HTTP takes it.

    >>> from engine.remote import parse_address
    >>> url_of(parse_address("https://example.org/a b.csv?x=1#t"))
    'https://example.org/a%20b.csv?x=1'
    """
    from urllib.parse import quote, urlencode

    host = address.host or ""
    host = f"[{host}]" if ":" in host else host
    port = f":{address.port}" if address.port else ""
    query = f"?{urlencode(address.options)}" if address.options else ""
    scheme = address.scheme.removeprefix("odata+")
    return f"{scheme}://{host}{port}/{quote(address.database)}{query}"


def _from_s3(address: Address, path: Path) -> None:
    """Credentials, region and end point are those of the user's AWS configuration."""
    boto3 = driver("boto3", "s3", "an S3 bucket")
    errors: Any = driver("botocore.exceptions", "s3", "an S3 bucket")
    try:
        found = boto3.client("s3").get_object(Bucket=address.host or "", Key=address.database)
        _write(found["Body"].iter_chunks(_CHUNK), path, address, str(found["ContentLength"]))
    except errors.ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if status in (404, 403):
            raise SourceError(
                f"{address.shown}: there is no such file, or you may not read it (HTTP {status})",
                hint="Check the address, AWS_PROFILE and the rights of the user.",
            ) from None
        raise SourceError(f"{address.shown}: the bucket answers with HTTP {status}", hint="Try again later.") from None
    except errors.BotoCoreError as error:
        raise SourceError(
            f"cannot fetch {address.shown} ({type(error).__name__})",
            hint="Check AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_REGION and the network.",
        ) from None


def _write(chunks: Iterator[bytes], path: Path, address: Address, announced: str | None) -> None:
    size = 0
    with path.open("xb") as file:
        path.chmod(0o600)
        for chunk in chunks:
            size += len(chunk)
            if size > _LARGEST:
                raise SourceError(f"{address.shown} is larger than {_LARGEST >> 30} GiB: refused")
            file.write(chunk)
    if announced is not None and announced.isdigit() and int(announced) != size:
        raise SourceError(f"{address.shown} was cut: {size:,} of {int(announced):,} bytes arrived", hint="Try again.")
