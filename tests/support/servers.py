"""Throw-away database servers for tests: a new cluster in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket as socket_module
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

NOBODY = 65_534


@contextmanager
def postgres(*, auth: str = "trust") -> Iterator[str]:
    """The url of a database of a real PostgreSQL that nobody else uses; it listens on a socket only.

    Args:
        auth: how logins are checked: ``trust``, or ``scram-sha-256`` with the password in :data:`PASSWORD`.
    """
    folder = _folder_of("initdb", "postgres", Path("/usr/lib/postgresql").glob("*/bin"))
    if folder is None:
        _absent("PostgreSQL", "postgresql")
    with _home("pg") as (home, as_nobody):
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": str(home)}

        def run(*command: str) -> None:
            done = subprocess.run(
                [*as_nobody, *command],
                cwd=home,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr

        data = str(home / "data")
        secret = home / "secret"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o644)
        extra = ["--pwfile", str(secret)] if auth != "trust" else []
        common = ["-U", "assay", "-A", auth, "-E", "UTF8", "--no-sync", "--no-locale"]
        run(str(folder / "initdb"), "-D", data, *common, *extra)
        settings = f"-k {home} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
        run(str(folder / "pg_ctl"), "-D", data, "-o", settings, "-l", str(home / "log"), "-w", "start")
        try:
            yield f"postgresql://assay@/postgres?host={home}"
        finally:
            run(str(folder / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")


PASSWORD = "c4n@ry:/%'\\ p\"w"
"""The password of every server here: hard to quote, and easy to find where it must not be."""


@contextmanager
def mariadb() -> Iterator[Path]:
    """The socket of a real MariaDB that nobody else uses; user ``assay`` with :data:`PASSWORD`, database ``crm``."""
    folder = _folder_of("mariadbd", "mariadb-install-db", [Path("/usr/sbin"), Path("/usr/bin")], together=False)
    if folder is None:
        _absent("MariaDB", "mariadb-server")
    with _home("my") as (home, as_nobody):
        data, socket = home / "data", home / "socket"
        common = [f"--datadir={data}", "--no-defaults"]
        install = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
        ]
        done = subprocess.run(
            [*as_nobody, *install, "--skip-test-db"], cwd=home, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        start = home / "start.sql"
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        start.write_text(
            "create database crm character set utf8mb4;\n"
            f"create user assay@localhost identified by '{quoted}';\n"
            "grant all on *.* to assay@localhost;\n"
            f"create user assay@'127.0.0.1' identified by '{quoted}';\n"
            "grant select on crm.* to assay@'127.0.0.1';\n"
        )
        start.chmod(0o644)
        server = subprocess.Popen(
            [
                *as_nobody, "/usr/sbin/mariadbd", common[1], common[0], f"--socket={socket}",
                "--bind-address=127.0.0.1", f"--port={free_port()}",
                f"--pid-file={home / 'pid'}", f"--init-file={start}", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=64M", "--sql-mode=", "--skip-name-resolve", f"--secure-file-priv={home}",
            ],
            cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(300):
                if socket.exists() and _answers(socket):
                    break
                assert server.poll() is None, "mariadbd ended"
                time.sleep(0.1)
            yield socket
        finally:
            server.terminate()
            server.wait(timeout=30)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket_module.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(socket: Path) -> bool:
    environment = {**os.environ, "MYSQL_PWD": PASSWORD}
    command = ["mariadb", "--no-defaults", f"--socket={socket}", "-u", "assay", "crm", "-e", "select 1"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


@contextmanager
def _home(kind: str) -> Iterator[tuple[Path, list[str]]]:
    """A private folder, and how to run a server in it: none of them runs as root."""
    # short: the path of a socket has 107 characters at most
    home = Path(tempfile.mkdtemp(prefix=f"assay-{kind}-", dir="/tmp"))
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody:
        os.chown(home, NOBODY, NOBODY)
    home.chmod(0o700)
    try:
        yield home, as_nobody
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _folder_of(first: str, second: str, others: Iterator[Path] | list[Path], *, together: bool = True) -> Path | None:
    """The folder of a program; Debian keeps those of servers out of PATH."""
    found = shutil.which(first)
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(others, reverse=True)

    def has_all(folder: Path) -> bool:
        return (folder / first).exists() and (not together or (folder / second).exists())

    return next(filter(has_all, candidates), None)


def _absent(server: str, package: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"no {server} server: .ci/test installs it")
    pytest.skip(f"no {server} server on this machine: apt-get install {package}")
