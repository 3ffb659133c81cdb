"""How fast each kind of source becomes lines, and what it takes: rows into intake.line and intake.held, all counted.

``python -m benchmarks.sources [ROWS] [live|dumps|files]...`` starts throw-away servers (PostgreSQL, MariaDB, the TDS
test server), fills them with the same contacts, reads every source once in a process of its own and prints a table.
It fails when a row is missing, or when a reader takes more memory than it may. Dumps are written by the servers'
own programs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.source_files import COLUMNS, KINDS
from engine.intake import SourceAddress, SourceFile, stage_sources
from engine.intake.sources import Asked
from engine.progress import Silent
from engine.remote import Credentials, parse_address
from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.support.servers import PASSWORD, mariadb, postgres
from tests.support.tds_server import tds_server

MOST_MEMORY = 2_048
"""MiB that a reader and its child may take: DuckDB is given 1 GiB, and may use twice that."""

_PASSWORD_IN = "BENCH_PASSWORD"
_LIMITED = 50_000  # rows of the TDS test server, which is the limit itself
_GROUPS = ("live", "dumps", "files")
_SELECT = (
    "select {n} as id, concat('Nom ', {n} % 9973) as nom, concat('Prénom ', {n} % 997) as prenom, "
    "concat('p', {n}, '@example.org') as email, concat('+4122', 1000000 + {n}) as telephone, "
    "concat('Rue du Rhône ', {n} % 200) as adresse, concat('', 1000 + {n} % 8999) as cp, "
    "concat('Ville ', {n} % 3000) as ville, {date} as ne_le, {n} / 100.0 as solde, "
    "concat('note ''', {n}, '''') as note from {rows}"
)

Measured = tuple[str, int, list[str]]
"""What it is, how many rows it has, and how the reading process is told of it."""


@contextmanager
def _postgres(rows: int) -> Iterator[str]:
    with postgres(auth="scram-sha-256") as url:
        with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
            date, numbers = "date '1950-01-01' + i % 20000", f"generate_series(1, {rows}) as g(i)"
            connection.execute(f"create table contacts as {_SELECT.format(n='i', date=date, rows=numbers)}")
            connection.execute("alter table contacts add primary key (id)")
            connection.execute("create role plain login password 'plain'; grant select on contacts to plain")
        yield url


@contextmanager
def _mariadb(rows: int) -> Iterator[Path]:
    with mariadb() as socket:
        date = "date '1950-01-01' + interval (seq % 20000) day"
        select = _SELECT.format(n="seq", date=date, rows=f"seq_1_to_{rows}")
        script = f"create table contacts (primary key (id)) character set utf8mb4 as {select}"
        subprocess.run([*_client("mariadb", socket), "-e", script], env=_environment(), check=True)
        yield socket


def _client(program: str, socket: Path) -> list[str]:
    return [program, "--no-defaults", f"--socket={socket}", "-u", "assay", "crm"]


def _environment() -> dict[str, str]:
    return {**os.environ, "PGPASSWORD": PASSWORD, "MYSQL_PWD": PASSWORD}


def _written(folder: Path, name: str, *command: str) -> list[str]:
    path = folder / name
    with path.open("wb") as out:
        subprocess.run(command, env=_environment(), stdout=out, check=True)
    return ["file", str(path)]


def _of_postgres(rows: int, folder: Path, groups: set[str]) -> Iterator[Measured]:
    with _postgres(rows) as url:
        if "live" in groups:
            yield "PostgreSQL, live", rows, ["address", url, "contacts"]
            odbc = f"odbc:Driver={{PostgreSQL Unicode}};Server={url.rpartition('host=')[2]};Database=postgres;UID=plain"
            os.environ["BENCH_ODBC"] = "plain"
            yield "PostgreSQL through ODBC", rows, ["address", odbc, "contacts", "BENCH_ODBC"]
        if "dumps" in groups:
            yield "pg_dump, COPY", rows, _written(folder, "copy.sql", "pg_dump", url)
            yield "pg_dump -Fc", rows, _written(folder, "custom.dump", "pg_dump", "-Fc", url)
            yield "pg_dump --inserts", rows, _written(folder, "inserts.sql", "pg_dump", "--inserts", url)


def _of_mariadb(rows: int, folder: Path, groups: set[str]) -> Iterator[Measured]:
    with _mariadb(rows) as socket:
        if "live" in groups:
            yield "MariaDB, live", rows, ["address", f"mysql://assay@/crm?socket={socket}", "contacts"]
        if "dumps" in groups:
            yield "mariadb-dump", rows, _written(folder, "my.sql", *_client("mariadb-dump", socket), "contacts")


def _of_sql_server(rows: int) -> Iterator[Measured]:
    few = min(rows, _LIMITED)
    date = "date '1950-01-01' + (i % 20000)::integer"
    with tds_server(f"create table contacts as {_SELECT.format(n='i', date=date, rows=f'range({few}) t(i)')}") as url:
        yield (
            "SQL Server, live (the test server is the limit)",
            few,
            ["address", f"{url}?trust_server_certificate=yes", "contacts"],
        )


def _of_files(rows: int, folder: Path) -> Iterator[Measured]:
    for what, name, most, write in KINDS:
        count = min(rows, most) if most else rows
        path = folder / name
        write(path, count)
        yield what, count, ["file", str(path)]
        for left in folder.glob(f"{path.stem}.*"):
            left.unlink()


def _every(rows: int, folder: Path, groups: set[str]) -> Iterator[Measured]:
    if groups & {"live", "dumps"}:
        yield from _of_postgres(rows, folder, groups)
        yield from _of_mariadb(rows, folder, groups)
    if "live" in groups:
        yield from _of_sql_server(rows)
    if "files" in groups:
        yield from _of_files(rows, folder)


def read_once(kind: str, place: str, table: str | None = None, password_in: str = _PASSWORD_IN) -> dict[str, float]:
    """Read one source in this process; seconds on the wall, of the processor, and MiB at the most."""
    source: Asked = SourceFile(Path(place))
    if kind == "address":
        source = SourceAddress(parse_address(place), table=table, credentials=Credentials(place=f"env:{password_in}"))
    book = RuleBook()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scratch").mkdir()
        (folder / "first.csv").write_text("id;nom\n1;Moser\n2;Muster\n")
        with Workspace.memory() as ws:  # what is read once a run, the rules above all, is not this source's time
            stage_sources(ws, [SourceFile(folder / "first.csv")], scratch=folder, watcher=Silent(), book=book)
        with Workspace.open(folder / "ws", threads=2, memory="1GB") as ws:
            begun, spent = time.perf_counter(), _processor()
            report = stage_sources(ws, [source], scratch=folder / "scratch", watcher=Silent(), book=book).check()
            seconds, processor = time.perf_counter() - begun, _processor() - spent
    return {
        "rows": report.rows_in,
        "held": report.rows_held,
        "seconds": seconds,
        "processor": processor,
        "memory": (_own_peak() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1_024,
    }


def _processor() -> float:
    """Seconds of the processor that this process and its ended children took."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _own_peak() -> int:
    """KiB this process held at the most. What getrusage tells begins with the size of the process it was made by."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(rows: int, groups: set[str]) -> int:
    """Read every source once; 1 when one of them took too much memory."""
    os.environ[_PASSWORD_IN] = PASSWORD
    too_much = []
    print(f"| source, {len(COLUMNS)} columns | rows | held | s | CPU s | rows/s | rows/CPU s | MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        for what, count, told in _every(rows, Path(name), groups):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.sources", "--read", *told], stdout=subprocess.PIPE, check=True
            )
            found = json.loads(done.stdout)
            if found["rows"] != count:
                raise SystemExit(f"{what}: {found['rows']} of {count} rows arrived")
            print(
                f"| {what} | {count:,} | {found['held']:,} | {found['seconds']:.2f} | {found['processor']:.2f} "
                f"| {count / found['seconds']:,.0f} | {count / found['processor']:,.0f} | {found['memory']:,.0f} |",
                flush=True,
            )
            if found["memory"] > MOST_MEMORY:
                too_much.append(what)
    for what in too_much:
        print(f"{what} took more than {MOST_MEMORY} MiB", file=sys.stderr)
    return 1 if too_much else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--read"]:
        print(json.dumps(read_once(*arguments[1:])))
    else:
        counts = [int(word) for word in arguments if word.isdecimal()]
        chosen = {word for word in arguments if not word.isdecimal()}
        if unknown := chosen - set(_GROUPS):
            raise SystemExit(f"not one of {', '.join(_GROUPS)}: {', '.join(sorted(unknown))}")
        sys.exit(main(counts[0] if counts else 100_000, chosen or set(_GROUPS)))
