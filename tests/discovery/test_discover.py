"""Bases that nobody described, and bases that a profile describes: found, joined, written down, read again."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from engine import intake
from engine.discovery import Discovered, discover, write_discovered
from engine.errors import SourceError, UsageError
from engine.options import RunOptions, RunSource, project_options, rule_books, source_files
from engine.progress import Silent
from engine.project import find_project
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

AS_OF = date(2026, 11, 22)

FIRST = ["Zoé", "Anna", "Luc", "Paul", "Marie", "Jean", "Eva", "Nils", "Rosa", "Hugo", "Lea", "Max"]
LAST = ["Moser", "Lutz", "Favre", "Roth", "Blanc", "Meyer", "Simon", "Weber", "Rossi", "Petit", "Kunz", "Noir"]
STREETS = ["Rue du Lac", "Amselweg", "Quai Neuf", "Chemin Vert"]
TOWNS = [("1003", "Lausanne"), ("1204", "Genève"), ("3007", "Bern"), ("75011", "Paris")]


def make_base(path: Path, names: dict[str, str]) -> Path:
    """Contacts, their addresses (some have two), their numbers and mail by kind, a list of codes, orders."""
    with sqlite3.connect(path) as base:
        base.executescript(
            f"""
            create table {names["civ"]} ({names["civ_key"]} integer, {names["civ_word"]} text);
            insert into {names["civ"]} values (1, 'Monsieur'), (2, 'Madame');
            create table {names["client"]} ({names["key"]} integer, {names["civ_of"]} integer, {names["last"]} text,
                {names["first"]} text);
            create table {names["address"]} (NUMADR integer, {names["key"]} integer, ADR1 text, CODPOS text, VILLE text,
                ADRPRI integer);
            create table {names["means"]} (NUMMOY integer, {names["key"]} integer, TYPMOY text, VALMOY text);
            create table COMMANDE (NUMCDE integer, {names["key"]} integer, MONTANT text);
            """
        )
        number = 0
        for at, (first, last) in enumerate(zip(FIRST * 3, sorted(LAST * 3), strict=True)):
            key = 1000 + 7 * at
            base.execute(f"insert into {names['client']} values (?, ?, ?, ?)", (key, 1 + at % 2, last, first))
            for home in range(1 + (at % 5 == 0)):
                number += 1
                code, town = TOWNS[(at + home) % 4]
                street = f"{STREETS[(at + home) % 4]} {at + 1}"
                base.execute(
                    f"insert into {names['address']} values (?, ?, ?, ?, ?, ?)",
                    (number, key, street, code, town, int(home == (at % 10 == 5))),
                )
            for kind, value in (
                ("TEL", f"021 {300 + at} 45 67"), ("MOB", f"079 {200 + at} 11 22"),
                ("MEL", f"{first.lower()}.{last.lower()}{at}@example.org"),
            ):  # fmt: skip
                number += 1
                base.execute(f"insert into {names['means']} values (?, ?, ?, ?)", (number, key, kind, value))
            base.execute("insert into COMMANDE values (?, ?, ?)", (at, key, f"{at}.50"))
    base.close()
    return path


STRANGE = {
    "civ": "TITRE", "civ_key": "ID_TITRE", "civ_word": "LIBELLE", "client": "PERSONNE", "key": "ID_PERSONNE",
    "civ_of": "ID_TITRE", "last": "NOM", "first": "PRENOM", "address": "LIEU", "means": "CONTACTER",
}  # fmt: skip
RODRIGUE = {
    "civ": "CIVILITE", "civ_key": "CODCIV", "civ_word": "LIBCIV", "client": "CLIENT", "key": "NUMCLI",
    "civ_of": "CIVCLI", "last": "NOMCLI", "first": "PRECLI", "address": "ADRESSE", "means": "MOYCOM",
}  # fmt: skip


def look(path: Path, profile: str | None = None) -> Discovered:
    options = RunOptions((RunSource(path),), path.parent / "out", path.parent / "none", AS_OF)
    return discover(options, profile, Silent())


def records(found: Discovered, folder: Path) -> list[dict[str, Any]]:
    """What a run of the project would read: written into a project, found again, staged and mapped."""
    (folder / "assay.toml").write_text('name = "x"  # a comment\n', encoding="utf-8")
    project = find_project(folder)
    assert project is not None
    write_discovered(found, project)
    assert "# a comment" in (folder / "assay.toml").read_text(encoding="utf-8")
    project = find_project(folder)
    assert project is not None
    options = project_options(project, RunOptions((), folder / "out", folder / ".assay", AS_OF))
    book, _ = rule_books(project)
    scratch = folder / "scratch"
    scratch.mkdir()
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        intake.stage_sources(ws, source_files(options), scratch=scratch, watcher=Silent(), book=book).check()
        mappings = intake.guess_mapping(ws, book, watcher=Silent())
        intake.map_records(ws, mappings).check()
        columns = ws.columns("intake.record")
        return [
            dict(zip(columns, row, strict=True)) for row in ws.rows("select * from intake.record order by record_id")
        ]


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Discovered:
    return look(make_base(tmp_path_factory.mktemp("strange") / "base.db", STRANGE))


def roles(found: Discovered) -> dict[str, str]:
    return {table["table"]: table["role"] for table in found.data["tables"]}


def test_the_tables_of_a_base_that_nobody_described_are_found(strange: Discovered) -> None:
    assert roles(strange) == {
        "PERSONNE": "contacts",
        "LIEU": "addresses",
        "CONTACTER": "means",
        "TITRE": "codes",
        "COMMANDE": "not used",
    }


def test_joins_are_found_by_keys_that_the_names_confirm(strange: Discovered) -> None:
    named = {(join["table"], join["column"], join["key_of"]) for join in strange.data["joins"] if join["names_agree"]}
    assert {("LIEU", "ID_PERSONNE", "PERSONNE"), ("CONTACTER", "ID_PERSONNE", "PERSONNE")} <= named
    assert ("PERSONNE", "ID_TITRE", "TITRE") in named


def test_what_is_written_down_reads_whole_records(strange: Discovered, tmp_path: Path) -> None:
    found = records(strange, tmp_path)
    assert len(found) == 36
    first = next(record for record in found if record["record_id"].endswith(":1000"))
    assert (first["first_name"], first["last_name"], first["title"]) == ("Zoé", "Blanc", "Monsieur")
    assert (first["phone"], first["mobile"]) == ("021 300 45 67", "079 200 11 22")
    assert first["email"] == "zoé.blanc0@example.org"
    assert (first["addr_line1"], first["postcode"], first["town"]) == ("Rue du Lac 1", "1003", "Lausanne")


def test_of_two_addresses_the_one_that_is_flagged_comes_first(strange: Discovered, tmp_path: Path) -> None:
    found = {record["record_id"].rpartition(":")[2]: record for record in records(strange, tmp_path)}
    # of contact 1000 + 7 * 5 the second address is the principal one
    assert found["1035"]["addr_line1"] == "Quai Neuf 6"


def test_no_value_of_a_contact_is_told(strange: Discovered) -> None:
    told = str(strange.data)
    assert not [value for value in ("Blanc", "Zoé", "Rue du Lac", "021 300") if value in told]


def test_a_profile_that_fits_is_taken(tmp_path: Path) -> None:
    found = look(make_base(tmp_path / "dump.db", RODRIGUE))
    assert found.data["profile"] == "rodrigue"
    assert roles(found)["CLIENT"] == "contacts"
    assert any("is an example" in note for note in found.data["notes"])
    assert any("CLIENT has no column RAISOC" in note for note in found.data["notes"])
    read = records(found, tmp_path)
    first = next(record for record in read if record["record_id"].endswith(":1000"))
    assert (first["last_name"], first["title"], first["email"]) == ("Blanc", "Monsieur", "zoé.blanc0@example.org")
    assert first["town"] == "Lausanne"


def test_a_profile_that_does_not_fit_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="looks for a table of contacts called CONTACT"):
        look(make_base(tmp_path / "dump.db", RODRIGUE), "secutix1")
    with pytest.raises(UsageError, match="no profile is called"):
        look(tmp_path / "dump.db", "rodrigo")


def test_a_base_without_contacts_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as base:
        base.executescript("create table PRIX (N integer, MONTANT text); insert into PRIX values (1, '2'), (2, '3')")
    base.close()
    with pytest.raises(SourceError, match="no table holds contacts"):
        look(tmp_path / "x.db")


def test_the_command_tells_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_base(tmp_path / "dump.db", STRANGE)
    (tmp_path / "assay.toml").write_text('name = "x"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["source", "discover", "dump.db", "--write"])
    assert done.exit_code == 0, done.output
    assert "PERSONNE" in done.stdout
    assert "LIEU.ID_PERSONNE = PERSONNE.ID_PERSONNE" in done.stdout
    assert (tmp_path / "rules" / "mapping" / "PERSONNE.yml").is_file()
    again = CliRunner().invoke(app, ["source", "discover", "dump.db", "--write"])
    assert again.exit_code == 2
