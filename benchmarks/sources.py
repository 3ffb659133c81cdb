"""How fast each kind of source becomes lines: rows a second into intake.line and intake.held, judged and counted.

``python -m benchmarks.sources [ROWS]`` starts its own PostgreSQL, MariaDB and TDS test server, fills each with the same
contacts, reads every source once and prints a table. Dumps are written by the servers' own programs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from engine.intake import SourceAddress, SourceFile, stage_sources
from engine.intake.sources import Asked
from engine.progress import Silent
from engine.remote import Credentials, parse_address
from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.support.servers import PASSWORD, mariadb, postgres
from tests.support.tds_server import tds_server

COLUMNS = "id, nom, prenom, email, telephone, adresse, cp, ville, ne_le, solde, note"
_SELECT = (
    "select i as id, concat('Nom ', i % 9973) as nom, concat('Prénom ', i % 997) as prenom, "
    "concat('p', i, '@example.org') as email, concat('+4122', 1000000 + i) as telephone, "
    "concat('Rue du Rhône ', i % 200) as adresse, concat('', 1000 + i % 8999) as cp, "
    "concat('Ville ', i % 3000) as ville, {date} as ne_le, i / 100.0 as solde, "
    "concat('note ''', i, '''') as note from {rows}"
)
_PLACE = Credentials(place="env:BENCH_PASSWORD")
_BOOK = RuleBook()


@contextmanager
def _sources(rows: int, folder: Path) -> Iterator[Iterator[tuple[str, Asked]]]:
    environment = {**os.environ, "PGPASSWORD": PASSWORD, "MYSQL_PWD": PASSWORD}

    def written(name: str, *command: str) -> SourceFile:
        path = folder / name
        with path.open("wb") as out:
            subprocess.run(command, env=environment, stdout=out, check=True)
        return SourceFile(path)

    with postgres(auth="scram-sha-256") as url, mariadb() as socket:
        with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
            select = _SELECT.format(date="date '1950-01-01' + i % 20000", rows=f"generate_series(1, {rows}) as g(i)")
            connection.execute(f"create table contacts as {select}")
            connection.execute("alter table contacts add primary key (id)")
        select = _SELECT.format(date="date '1950-01-01' + interval (seq % 20000) day", rows=f"seq_1_to_{rows}")
        script = f"create table contacts (primary key (id)) character set utf8mb4 as {select.replace('i %', 'seq %')}"
        script = script.replace("select i as", "select seq as").replace(", i,", ", seq,").replace("+ i)", "+ seq)")
        script = script.replace("i / 100", "seq / 100")
        subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={socket}", "-u", "assay", "crm", "-e", script],
            env=environment, check=True,
        )  # fmt: skip
        dump = ["mariadb-dump", "--no-defaults", f"--socket={socket}", "-u", "assay", "crm", "contacts"]

        def each() -> Iterator[tuple[str, Asked]]:
            yield "PostgreSQL, live", SourceAddress(parse_address(url), table="contacts", credentials=_PLACE)
            yield "pg_dump, COPY", written("copy.sql", "pg_dump", url)
            yield "pg_dump -Fc (pg_restore)", written("custom.dump", "pg_dump", "-Fc", url)
            yield "pg_dump --inserts", written("inserts.sql", "pg_dump", "--inserts", url)
            yield (
                "MariaDB, live",
                SourceAddress(
                    parse_address(f"mysql://assay@/crm?socket={socket}"), table="contacts", credentials=_PLACE
                ),
            )
            yield "mariadb-dump", written("my.sql", *dump)
            odbc = f"odbc:Driver={{PostgreSQL Unicode}};Server={url.rpartition('host=')[2]};Database=postgres;UID=plain"
            with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
                connection.execute("create role plain login password 'plain'; grant select on contacts to plain")
            os.environ["BENCH_ODBC"] = "plain"
            yield (
                "PostgreSQL through ODBC",
                SourceAddress(parse_address(odbc), table="contacts", credentials=Credentials(place="env:BENCH_ODBC")),
            )

        yield each()


def _scripts(rows: int, folder: Path) -> Iterator[tuple[str, Asked]]:
    names = ", ".join(f"[{name.strip()}]" for name in COLUMNS.split(","))
    with (folder / "ssms.sql").open("w", encoding="utf-16", newline="\r\n") as out:
        out.write("USE [crm]\nGO\n")
        for i in range(rows):
            out.write(
                f"INSERT [dbo].[Contacts] ({names}) VALUES ({i}, N'Nom {i % 9973}', N'Prénom', N'p{i}@example.org', "
                f"N'+4122{1_000_000 + i}', N'Rue du Rhône 1', N'1204', N'Genève', CAST(N'1970-02-28' AS Date), "
                f"CAST({i}.50 AS Decimal(18, 2)), N'note ''{i}''')\n"
            )
    yield "SSMS script (UTF-16)", SourceFile(folder / "ssms.sql")
    with (folder / "oracle.sql").open("w", encoding="utf-8") as out:
        out.write("REM INSERTING into CONTACTS\nSET DEFINE OFF;\n")
        for i in range(rows):
            out.write(
                f"Insert into CONTACTS ({COLUMNS}) values ({i},'Nom {i % 9973}','Prénom','p{i}@example.org',"
                f"'+4122{1_000_000 + i}','Rue du Rhône 1','1204','Genève',to_date('28/02/70','DD/MM/RR'),{i}.5,null);\n"
            )
    yield "SQL Developer script", SourceFile(folder / "oracle.sql")


def _timed(source: Asked, rows: int, folder: Path) -> tuple[float, float]:
    """Seconds on the wall and of this process: the latter hardly depends on what else the machine does."""
    workspace = folder / "ws"
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    with Workspace.open(workspace, threads=2, memory="1GB") as ws:
        begun, spent = time.perf_counter(), time.process_time()
        report = stage_sources(ws, [source], scratch=scratch, watcher=Silent(), book=_BOOK).check()
        seconds, own = time.perf_counter() - begun, time.process_time() - spent
    if report.rows_out != rows:
        raise SystemExit(f"{report.rows_out} of {rows} rows arrived")
    return seconds, own


def main(rows: int, say: Callable[[str], None] = print) -> None:
    """Read every source once and print its rows a second."""
    os.environ["BENCH_PASSWORD"] = PASSWORD
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say(f"| source, {rows:,} rows x 11 columns | s | CPU s | rows/s | rows/CPU s |\n|---|---:|---:|---:|---:|")

        def told(what: str, source: Asked, count: int = rows) -> None:
            seconds, own = _timed(source, count, folder)
            say(f"| {what} | {seconds:.2f} | {own:.2f} | {count / seconds:,.0f} | {count / own:,.0f} |")

        with _sources(rows, folder) as sources:
            for what, source in sources:
                told(what, source)
        for what, source in _scripts(rows, folder):
            told(what, source)
        few = min(rows, 50_000)
        date = "date '1950-01-01' + (i % 20000)::integer"
        with tds_server(f"create table contacts as {_SELECT.format(date=date, rows=f'range({few}) t(i)')}") as url:
            address = parse_address(f"{url}?trust_server_certificate=yes")
            told(f"SQL Server, live ({few:,}; the test server is the limit)",
                 SourceAddress(address, table="contacts", credentials=_PLACE), few)  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
