"""A file appears whole or not at all: written under ``name.tmp``, flushed to the disk, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import SurroundingsError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path to write to; on leaving without an error it takes the place of ``target``.

    The file is readable by its owner only: it holds personal data. A killed run leaves at most a ``.tmp``.

    Raises:
        SurroundingsError: the folder cannot be written, or the disk is full.
    """
    temporary = target.with_name(target.name + ".tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.unlink(missing_ok=True)
        # made by us before anybody writes: DuckDB would make it readable by everyone
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield temporary
        os.chmod(temporary, 0o600)
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, target)
        _flush_folder(target.parent)
    except OSError as error:
        raise SurroundingsError(
            f"cannot write {target.name}: {error.strerror}", hint="Check the space on the disk and the folder's rights."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with the line ends it has."""
    with replacing(target) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def _flush_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
