"""A throw-away PostgreSQL server for the tests: a new cluster in a temporary folder, on a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _binaries() -> Path | None:
    """The folder of initdb: Debian keeps it out of PATH."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The url of a database of a real server that nobody else uses."""
    folder = _binaries()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL server: .ci/test installs it")
        pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")
    # short: the path of a socket has 107 characters at most
    home = Path(tempfile.mkdtemp(prefix="assay-pg-", dir="/tmp"))
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody:
        os.chown(home, 65534, 65534)  # the server refuses to run as root
    home.chmod(0o700)
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": str(home)}

    def run(*command: str) -> None:
        done = subprocess.run(
            [*as_nobody, *command], cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr

    data = str(home / "data")
    try:
        run(str(folder / "initdb"), "-D", data, "-U", "assay", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
        settings = f"-k {home} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
        run(str(folder / "pg_ctl"), "-D", data, "-o", settings, "-l", str(home / "log"), "-w", "start")
        try:
            yield f"postgresql://assay@/postgres?host={home}"
        finally:
            run(str(folder / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
