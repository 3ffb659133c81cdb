"""A project made from what a bare run guesses: files are copied, addresses and places of passwords written down."""

from __future__ import annotations

import sqlite3
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest
import xlsxwriter
from typer.testing import CliRunner

from cli import app
from engine.errors import SourceError, UsageError
from engine.initialise import create_project
from engine.options import RunSource, sources_named
from engine.progress import Silent
from engine.project import load_project
from tests.support.servers import PASSWORD, postgres

PEOPLE = [("nr", "nom", "prenom", "email"), ("1", "Moser", "Zoé", "zoe@example.org"), ("2", "Blanc", "Luc", "l@b.ch")]


def made(folder: Path, *given: RunSource) -> list[dict[str, Any]]:
    """The sources of the project made from ``given``, as assay.toml says them."""
    create_project(folder, given, country=None, institution=None, watcher=Silent())
    load_project(folder)  # what was written can be read
    return list(tomllib.loads((folder / "assay.toml").read_text(encoding="utf-8"))["sources"])


def test_every_sheet_of_a_workbook_becomes_a_source(tmp_path: Path) -> None:
    path = tmp_path / "clients.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Zurich", "Bern"):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(PEOPLE):
                sheet.write_row(at, 0, row)
    assert made(tmp_path / "project", RunSource(path)) == [
        {"name": "clients_Bern", "path": "incoming/clients.xlsx", "sheet": "Bern"},
        {"name": "clients_Zurich", "path": "incoming/clients.xlsx", "sheet": "Zurich"},
    ]


def test_two_tables_of_one_file_are_two_sources_and_one_copy(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        for name in ("clients", "abonnés"):
            connection.execute(f'create table "{name}" ({", ".join(PEOPLE[0])})')
            connection.executemany(f'insert into "{name}" values (?, ?, ?, ?)', PEOPLE[1:])
    connection.close()
    found = made(tmp_path / "project", *sources_named([path], tables=["clients", "abonnés"]))
    assert found == [
        {"name": "clients", "path": "incoming/crm.db", "table": "clients"},
        {"name": "abonnés", "path": "incoming/crm.db", "table": "abonnés"},
    ]
    assert (tmp_path / "project" / "rules" / "mapping" / "clients.yml").is_file()


def test_nothing_is_made_when_a_source_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        made(tmp_path / "project", RunSource(tmp_path / "absent.csv"))
    assert not (tmp_path / "project").exists()


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    given = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("\n".join(map(";".join, PEOPLE)), encoding="utf-8")
        given.append(RunSource(tmp_path / folder / "x.csv"))
    with pytest.raises(UsageError, match=r"two files are called x\.csv"):
        made(tmp_path / "project", *given)


@pytest.mark.journey
def test_a_database_is_written_down_by_its_address_and_never_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    with postgres(auth="scram-sha-256") as url:
        with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
            connection.execute('create table "été 26" (nr int primary key, nom text, prenom text, email text)')
            connection.cursor().executemany('insert into "été 26" values (%s, %s, %s, %s)', PEOPLE[1:])
        answer = CliRunner().invoke(
            app, ["init", str(tmp_path / "project"), "--from", url, "--credentials", "env:CRM_PASSWORD"]
        )
    assert answer.exit_code == 0, answer.stderr
    text = (tmp_path / "project" / "assay.toml").read_text(encoding="utf-8")
    source = tomllib.loads(text)["sources"][0]
    assert source == {
        "name": source["name"], "url": url, "table": "public.été 26", "credentials": "env:CRM_PASSWORD",
    }  # fmt: skip
    assert PASSWORD not in text


def test_an_address_is_no_folder_and_is_not_shown(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["init", "postgresql://u:hunter2@db/crm"])
    assert answer.exit_code == 2
    assert "no folder" in answer.stderr
    assert "hunter2" not in answer.stderr


def test_a_password_in_an_address_is_refused_and_not_shown(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["init", str(tmp_path / "p"), "--from", "mysql://u:hunter2@db/crm"])
    assert answer.exit_code == 2
    assert "must not hold a password" in answer.stderr
    assert "hunter2" not in answer.stderr
