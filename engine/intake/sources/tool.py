"""Programs of others that read what no library does: run as a child, with limits, their words never shown."""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from engine.errors import SourceError, SurroundingsError

_ADDRESS_SPACE = 4 << 30  # bytes: a hostile file may kill the child, never the run
_SECONDS = 600


def program(name: str, title: str, hint: str) -> str:
    """Where a program is.

    Raises:
        SurroundingsError: it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise SurroundingsError(f"reading {title} needs the program {name}, which is not installed", hint=hint)
    return found


def _bare(environment: Mapping[str, str]) -> dict[str, str]:
    """What a program is told of ours: where programs are. Passwords stand in the rest."""
    return {"PATH": os.environ.get("PATH", os.defpath), **environment}


def limit(child: subprocess.Popen[Any], *, seconds: int = _SECONDS) -> None:
    """Limits of a child that has just begun; where the system has no such call, the time-out alone holds."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(child.pid, resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (seconds, seconds))
        except ProcessLookupError:
            pass  # it is done already


def output_of(command: Sequence[str], file: str, environment: Mapping[str, str]) -> bytes:
    """What a program prints.

    Raises:
        SourceError: it failed, or took too long.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=_bare(environment),
    ) as child:  # fmt: skip
        limit(child)
        try:
            printed, _ = child.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            raise SourceError(f"{file} took more than {_SECONDS} s to read", hint="Export it as CSV.") from None
    if child.returncode != 0:
        raise failed(file)
    return printed


@contextmanager
def lines_of(command: Sequence[str], file: str, environment: Mapping[str, str]) -> Iterator[IO[str]]:
    """What a program prints, as text while it prints it.

    Raises:
        SourceError: it ended in failure, once all was read.
    """
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=_bare(environment),
    )  # fmt: skip
    limit(child)
    assert child.stdout is not None
    with io.TextIOWrapper(child.stdout, encoding="utf-8", errors="replace", newline="") as printed:
        try:
            yield printed
            if child.wait() != 0:
                raise failed(file)
        finally:
            child.kill()
            child.wait()


def failed(file: str) -> SourceError:
    """The error of a file that its program could not read."""
    return SourceError(
        f"{file} cannot be read: it is damaged, encrypted, or of a version that is not known",
        hint="Remove the password, or export the table as CSV from its own program.",
    )
