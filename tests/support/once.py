"""What is made once for all workers of a test session, by whichever asks first; tests look at it, or copy it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name`` of this session, filled by ``make`` when nobody has done so; others wait meanwhile.

    A ``make`` that raises leaves nothing that counts as made: the next who asks tries again.
    """
    session = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent  # the folder of a worker lies in that of the session
    folder, made = session / name, session / f"{name}.made"
    with (session / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            make(folder)
            made.touch()
    return folder
