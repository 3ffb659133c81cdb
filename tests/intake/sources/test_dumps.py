"""Dumps that the real programs write, and scripts as SSMS and SQL Developer write them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceFile
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage
from tests.intake.sources.test_mysql import client
from tests.support.servers import PASSWORD

Write = Callable[[str, str | bytes], Path]

TEXT = "O'Br\\ie;n\tx\n-- INSERT INTO clients VALUES ('not');\r\n\\. \\N"
"""A text that every part of a careless reader stumbles over."""


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


@pytest.fixture(scope="module")
def pg_database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, password=PASSWORD, autocommit=True) as connection:
        connection.execute("drop schema if exists dumped cascade")
        connection.execute(
            "create schema dumped; create table dumped.contacts (id int, nom text, note text, n numeric)"
        )
        connection.execute(
            "insert into dumped.contacts values (1, 'Zoé', %s, 'NaN'), (2, '', null, 1.50), (3, '日本', '\\N', null)",
            [TEXT],
        )
        connection.execute("create table dumped.other (a text); insert into dumped.other values ('x')")
        connection.execute(
            "create function dumped.log() returns trigger language plpgsql as "
            "$fn$ begin\nINSERT INTO dumped.other VALUES ('; never');\nreturn new; end $fn$"
        )
    return postgres_url


def pg_dump(url: str, path: Path, *options: str) -> Path:
    command = ["pg_dump", url, "-n", "dumped", "-f", str(path), *options]
    subprocess.run(command, env={**os.environ, "PGPASSWORD": PASSWORD}, check=True, capture_output=True)
    return path


ROWS = [["1", "Zoé", TEXT, "NaN"], ["2", None, None, "1.50"], ["3", "日本", "\\N", None]]


@pytest.mark.parametrize("options", [[], ["--inserts"], ["--column-inserts"], ["--rows-per-insert=2"]])
def test_a_plain_postgresql_dump_gives_the_rows_of_the_server(
    options: list[str], ws: Workspace, pg_database: str, tmp_path: Path, stage: Stage
) -> None:
    path = pg_dump(pg_database, tmp_path / "crm.dat", *options)
    report = stage(SourceFile(path, table="dumped.contacts"))
    assert (report.rows_in, report.rows_out) == (3, 3)
    assert cells(ws) == ROWS
    source = rows(ws, "intake.source", "source", "sheet", "format", "headers")[0]
    assert source == {
        "source": "contacts",
        "sheet": "dumped.contacts",
        "format": "pg_dump",
        "headers": ["id", "nom", "note", "n"],
    }


def test_the_place_of_a_row_is_its_line_in_the_dump(
    ws: Workspace, pg_database: str, tmp_path: Path, stage: Stage
) -> None:
    path = pg_dump(pg_database, tmp_path / "crm.sql")
    stage(SourceFile(path, table="contacts"))
    text = path.read_text(encoding="utf-8").split("\n")
    places = [row["file_line"] for row in rows(ws, "intake.line", "line_no", "file_line")]
    assert [text[place - 1][0] for place in places] == ["1", "2", "3"]


def test_a_dump_with_several_tables_asks_which(pg_database: str, tmp_path: Path, stage: Stage) -> None:
    path = pg_dump(pg_database, tmp_path / "crm.sql")
    with pytest.raises(UsageError, match=r"holds 2 tables: dumped\.contacts \(3 rows\), dumped\.other \(1 row\)"):
        stage(path)


@pytest.fixture(scope="module")
def my_socket(mariadb_socket: Path) -> Path:
    noted = TEXT.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r")
    client(
        mariadb_socket,
        "create or replace database dumped; use dumped;\n"
        "create table contacts (id int, nom varchar(40) character set latin1, note text, photo blob, flag bit(1),"
        " born date) character set utf8mb4;\n"
        f"insert into contacts values (1,'Zoé','{noted}',x'00ff27c3a95c',b'1','0000-00-00'),"
        "(2,'',null,x'c3a9',b'0',null),(3,'€','日本😀',null,null,'1970-01-31');\n"
        "create table other (a text); insert into other values ('x');\n"
        "delimiter //\ncreate trigger t before insert on contacts for each row\nbegin\n"
        "insert into other values ('never');\nend//\ndelimiter ;\n",
    )
    return mariadb_socket


MY_ROWS = [
    ["1", "Zoé", TEXT, "00FF27C3A95C", "1", "0000-00-00"],
    ["2", None, None, "C3A9", "0", None],
    ["3", "€", "日本😀", None, None, "1970-01-31"],
]


@pytest.mark.parametrize(
    "options",
    [[], ["--hex-blob"], ["--skip-extended-insert", "--complete-insert"], ["--no-create-info", "--hex-blob", "-c"]],
)
def test_a_mysql_dump_gives_the_rows_of_the_server(
    options: list[str], ws: Workspace, my_socket: Path, tmp_path: Path, stage: Stage
) -> None:
    path = tmp_path / "crm.sql"
    command = ["mariadb-dump", "--no-defaults", f"--socket={my_socket}", "-u", "assay", *options, "dumped"]
    with path.open("wb") as out:
        subprocess.run(command, env={**os.environ, "MYSQL_PWD": PASSWORD}, stdout=out, check=True)
    stage(SourceFile(path, table="contacts"))
    found = cells(ws)
    if "--no-create-info" in options:  # then nobody says that 0x01 is a number
        assert [row[4] for row in found] == ["01", "00", None]
        found = [[*row[:4], bit, row[5]] for row, bit in zip(found, ("1", "0", None), strict=True)]
    assert found == MY_ROWS
    assert rows(ws, "intake.source", "format", "encoding")[0]["format"] == "mysqldump"


def test_a_mysql_dump_in_latin1_means_windows(ws: Workspace, my_socket: Path, tmp_path: Path, stage: Stage) -> None:
    path = tmp_path / "crm.sql"
    command = [
        "mariadb-dump", "--no-defaults", f"--socket={my_socket}", "-u", "assay",
        "--default-character-set=latin1", "dumped", "contacts",
    ]  # fmt: skip
    with path.open("wb") as out:
        subprocess.run(command, env={**os.environ, "MYSQL_PWD": PASSWORD}, stdout=out, check=True)
    stage(path)
    assert [row[1] for row in cells(ws)] == ["Zoé", None, "€"]
    assert [row[3] for row in cells(ws)] == ["00FF27C3A95C", "C3A9", None]


SSMS = """\
USE [billetterie]
GO
/****** Object:  Table [dbo].[Contacts]    Script Date: 22/11/2026 10:00:00 ******/
SET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[Contacts](
\t[Id] [int] IDENTITY(1,1) NOT NULL,
\t[Nom; complet] [nvarchar](50) NULL,
\t[Né le] [datetime] NULL,
\t[Solde] [decimal](18, 2) NULL,
\t[Photo] [varbinary](max) NULL,
 CONSTRAINT [PK_Contacts] PRIMARY KEY CLUSTERED ([Id] ASC)
) ON [PRIMARY]
GO
CREATE TRIGGER [dbo].[tr] ON [dbo].[Contacts] AFTER INSERT AS
BEGIN
INSERT [dbo].[Contacts] ([Id]) VALUES (99)
END
GO
SET IDENTITY_INSERT [dbo].[Contacts] ON
INSERT [dbo].[Contacts] ([Id], [Nom; complet], [Né le], [Solde], [Photo]) VALUES (1, N'O''Brien
GO
-- "suite"', CAST(N'1970-02-28T00:00:00.000' AS DateTime), CAST(25.00 AS Decimal(18, 2)), 0x00FF)
INSERT [dbo].[Contacts] ([Id], [Nom; complet], [Né le], [Solde], [Photo]) VALUES (2, N'Zoé', \
CAST(0x00000AD500000000 AS DateTime), NULL, NULL)
GO
INSERT [dbo].[Contacts] ([Id], [Nom; complet], [Né le], [Solde], [Photo]) VALUES (3, N'日本', GETDATE(), -1, NULL)
SET IDENTITY_INSERT [dbo].[Contacts] OFF
GO
"""


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_an_ssms_script_is_read_in_its_encoding(codec: str, ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("script.sql", SSMS.replace("\n", "\r\n").encode(codec)))
    assert cells(ws) == [
        ["1", 'O\'Brien\r\nGO\r\n-- "suite"', "1970-02-28T00:00:00.000", "25.00", "00FF"],
        ["2", "Zoé", "1907-08-06 00:00:00.000", None, None],
    ]
    assert rows(ws, "intake.held", "line_no", "reason", "detail") == [
        {"line_no": 3, "reason": "computed_value", "detail": "cell 3 is no literal"}
    ]
    assert (report.rows_in, report.rows_held) == (3, 1)
    assert rows(ws, "intake.source", "sheet", "format", "headers")[0]["headers"][1] == "Nom; complet"


ORACLE = """\
REM INSERTING into CONTACTS
SET DEFINE OFF;
Insert into CONTACTS (ID,NOM,NE_LE,VU,NOTE) values (1,'O''Brien & fils',to_date('02/01/75','DD/MM/RR'),\
to_timestamp('14-12-24 10:30:00,500000000','DD-MM-RR HH24:MI:SSXFF'),TO_CLOB('a')||TO_CLOB('b'));
Insert into CONTACTS (ID,NOM,NE_LE,VU,NOTE) values (2,'ligne 1'||chr(10)||'; ligne 2',\
to_date('31.12.1899','DD.MM.YYYY'),null,EMPTY_CLOB());
Insert into CONTACTS (ID,NOM,NE_LE,VU,NOTE) values (3,'x',to_date('2024-13-99','YYYY-MM-DD'),null,null);
CREATE OR REPLACE TRIGGER T BEFORE INSERT ON CONTACTS FOR EACH ROW
BEGIN
Insert into CONTACTS (ID) values (99);
END;
/
COMMIT;
"""


def test_a_sql_developer_script_keeps_what_its_date_masks_mean(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("export.sql", ORACLE.encode("cp1252")))
    assert cells(ws) == [
        ["1", "O'Brien & fils", "1975-01-02", "2024-12-14 10:30:00.5", "ab"],
        ["2", "ligne 1\n; ligne 2", "1899-12-31", None, None],
    ]
    assert rows(ws, "intake.held", "reason", "detail") == [
        {"reason": "computed_value", "detail": "cell 3 is no literal"}
    ]


def test_columns_named_in_another_order_are_put_in_theirs(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(
        write(
            "a.sql",
            "CREATE TABLE c (id int, nom text, ville text);\n"
            "INSERT INTO c (nom, id) VALUES ('a', 1);\nINSERT INTO c VALUES (2, 'b', 'Bern');\n",
        )
    )
    assert cells(ws) == [["1", "a", None], ["2", "b", "Bern"]]


def test_a_row_of_another_width_is_held(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.sql", "INSERT INTO c (id, nom) VALUES (1, 'a'), (2), (3, 'c', 'd');\n"))
    assert cells(ws) == [["1", "a"]]
    assert [row["reason"] for row in rows(ws, "intake.held", "line_no", "reason")] == [
        "too_few_cells",
        "too_many_cells",
    ]


def test_a_cut_dump_gives_what_is_whole_and_says_so(ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("a.sql", "-- MySQL dump 10.13\nINSERT INTO `c` VALUES (1,'a'),(2,'b'),(3,'c"))
    assert cells(ws) == [["1", "a"], ["2", "b"]]
    assert rows(ws, "intake.held", "reason") == [{"reason": "cut_line"}]
    assert any("it was cut" in note for note in report.notes)


def test_a_cut_copy_block_gives_what_is_whole_and_says_so(ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("a.sql", "-- PostgreSQL database dump\nCOPY public.c (id, nom) FROM stdin;\n1\ta\n2\tb\n3"))
    assert cells(ws) == [["1", "a"], ["2", "b"]]
    assert rows(ws, "intake.held", "reason", "file_line") == [{"reason": "cut_line", "file_line": 5}]
    assert any("it was cut" in note for note in report.notes)


def test_bytes_that_are_no_utf8_are_read_as_windows_writes_them(ws: Workspace, write: Write, stage: Stage) -> None:
    head = b"-- PostgreSQL database dump\nSET client_encoding = 'UTF8';\n"
    report = stage(write("a.sql", head + "COPY c (id, nom) FROM stdin;\n1\tZoé\n2\t".encode() + b"Zo\xe9\n\\.\n"))
    assert cells(ws) == [["1", "Zoé"], ["2", "Zoé"]]
    assert any("1 cells are not in the encoding" in note for note in report.notes)


def test_a_shell_command_in_a_dump_is_nothing(ws: Workspace, tmp_path: Path, write: Write, stage: Stage) -> None:
    trace = tmp_path / "assay-was-here"
    text = f"-- PostgreSQL database dump\n\\! touch {trace}\nCOPY c (id, nom) FROM stdin;\n1\ta\n\\.\n"
    stage(write("a.sql", text))
    assert cells(ws) == [["1", "a"]]
    assert not trace.exists()


def test_a_table_of_a_csv_about_sql_is_still_a_csv(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "nom;note\nAnne;INSERT INTO c VALUES (1)\nBea;COPY c FROM stdin;\n"))
    assert rows(ws, "intake.source", "format") == [{"format": "csv"}]


def test_a_dump_without_rows_is_told(write: Write, stage: Stage) -> None:
    with pytest.raises(SourceError, match="holds no table with rows"):
        stage(write("a.sql", "-- MySQL dump\nCREATE TABLE `c` (`id` int);\n"))


def test_a_quote_that_never_closes_holds_the_last_statement_only(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.sql", "INSERT INTO c (id, nom) VALUES (1, 'a');\nINSERT INTO c (id, nom) VALUES (2, 'b);\nx\n"))
    assert cells(ws) == [["1", "a"]]
    assert rows(ws, "intake.held", "reason") == [{"reason": "cut_line"}]


@pytest.mark.parametrize("by", ["pg_restore", "pgdumplib"])
def test_a_dump_in_the_custom_format_gives_the_rows_of_the_server(
    by: str, ws: Workspace, pg_database: str, tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pg_dump(pg_database, tmp_path / "crm.backup", "-Fc")
    if by == "pgdumplib":
        monkeypatch.setenv("PATH", str(tmp_path))
    stage(SourceFile(path, table="contacts"))
    assert cells(ws) == ROWS
    assert rows(ws, "intake.source", "file", "format") == [{"file": "crm.backup", "format": "pg_custom"}]


def test_a_damaged_custom_dump_is_told(write: Write, stage: Stage) -> None:
    with pytest.raises(SourceError, match="is damaged, or of a newer PostgreSQL"):
        stage(write("crm.backup", b"PGDMP" + bytes(range(256)) * 4))


def test_a_nul_in_a_text_is_left_out_and_one_in_bytes_is_kept(ws: Workspace, write: Write, stage: Stage) -> None:
    text = "-- MySQL dump\nCREATE TABLE `c` (`nom` text, `photo` blob);\nINSERT INTO `c` VALUES ('A\\0nne','\\0x');\n"
    stage(write("a.sql", text))
    assert cells(ws) == [["Anne", "0078"]]
