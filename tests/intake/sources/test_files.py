"""Files of every kind that holds tables: their rows arrive as written, what cannot be read is held, nothing is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from engine.errors import SourceError, SurroundingsError, UsageError
from engine.intake import SourceFile, stage_sources
from engine.progress import Silent
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import BOOK, Stage

Write = Callable[[str, str | bytes], Path]

ACCESS = Path(__file__).parents[2] / "data" / "access"


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


def headers(ws: Workspace) -> list[str]:
    return list(ws.rows("select headers from intake.source")[0][0])


def held(ws: Workspace) -> list[tuple[int, str]]:
    return [(row["file_line"], row["reason"]) for row in rows(ws, "intake.held", "line_no", "file_line", "reason")]


# -- Parquet --------------------------------------------------------------------------------------


def test_parquet_keeps_every_type_as_text(ws: Workspace, stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "x.dat"
    duckdb.execute(
        f"copy (select * from (values ('Zoé', date '1970-12-31', 1.50::decimal(9,2), null, 'x'::blob), "
        f"('', null, -2, true, null)) t(nom, naissance, solde, actif, photo)) to '{path}' (format parquet)"
    )
    stage(path)
    assert headers(ws) == ["nom", "naissance", "solde", "actif", "photo"]
    assert cells(ws) == [["Zoé", "1970-12-31", "1.50", None, None], [None, None, "-2.00", "true", None]]


def test_a_cut_parquet_is_refused(stage: Stage, write: Write) -> None:
    with pytest.raises(SourceError, match=r"cut\.parquet cannot be read as a Parquet file"):
        stage(write("cut.parquet", b"PAR1" + b"\x00" * 100))


# -- JSON -----------------------------------------------------------------------------------------


def test_json_lines_are_laid_flat_and_numbers_stay_as_written(ws: Workspace, stage: Stage, write: Write) -> None:
    lines = [
        '{"name": {"first": "Zoé", "last": "Moser"}, "phones": ["1", "2"], "balance": 1.50}',
        '{"name": {"last": "Lutz"}, "vip": true, "balance": 12345678901234567890}',
    ]
    stage(write("x.jsonl", "\n".join(lines)))
    assert headers(ws) == ["name first", "name last", "phones 1", "phones 2", "balance", "vip"]
    assert cells(ws) == [
        ["Zoé", "Moser", "1", "2", "1.50", None],
        [None, "Lutz", None, None, "12345678901234567890", "true"],
    ]


def test_a_line_that_is_no_object_is_held(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("x.jsonl", '{"nom": "Moser"}\n{"nom": "Mos\n\n[1]\n{"nom": "Lutz"}\n'))
    assert held(ws) == [(2, "no_json_object"), (4, "no_json_object")]
    assert (report.rows_in, report.rows_out) == (4, 2)


def test_a_list_of_objects_is_read(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("x.json", json.dumps([{"nom": "Moser", "ville": "Bern"}, {"ville": None, "nom": "Lutz"}], indent=1)))
    assert cells(ws) == [["Moser", "Bern"], ["Lutz", None]]


def test_a_list_that_was_cut_is_refused_without_its_values(stage: Stage, write: Write) -> None:
    with pytest.raises(SourceError, match="not JSON at character") as refused:
        stage(write("x.json", '[{"nom": "Moser"}, {"nom": "Secret'))
    assert "Secret" not in str(refused.value)


def test_json_nested_without_end_is_held(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("x.jsonl", '{"a": "b", "nom": "Moser"}\n{"a": ' + "[" * 100_000 + "]" * 100_000 + "}\n"))
    assert held(ws) == [(2, "no_json_object")]


def test_a_csv_that_begins_with_a_brace_stays_a_csv(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("x.csv", "{nom},ville\nMoser,Bern\nLutz,Chur\n"))
    assert cells(ws) == [["Moser", "Bern"], ["Lutz", "Chur"]]


# -- SQLite ---------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "base.db"
    with sqlite3.connect(path) as connection:
        connection.execute('create table "Contacts été" ("N° client" integer, nom text, solde, photo blob)')
        connection.executemany(
            'insert into "Contacts été" values (?, ?, ?, ?)',
            [(1, "Zoé", 1.5, b"\x00\x01"), (2, "", "01000", None), (3, None, None, None)],
        )
        connection.execute("insert into \"Contacts été\" (nom) values (cast(x'c9' as text))")
        connection.execute("create view trap as select load_extension('/nothing')")
        connection.execute("create table empty (a)")
    connection.close()
    return path


def test_sqlite_gives_its_only_filled_table(ws: Workspace, stage: Stage, sqlite: Path) -> None:
    before = sqlite.read_bytes()
    stage(sqlite)
    assert headers(ws) == ["N° client", "nom", "solde", "photo"]
    assert cells(ws)[:2] == [["1", "Zoé", "1.5", None], ["2", None, "01000", None]]
    assert cells(ws)[2:] == [["3", None, None, None], [None, "É", None, None]]
    assert held(ws) == []
    assert sqlite.read_bytes() == before
    assert [path.name for path in sqlite.parent.iterdir() if path.is_file()] == ["base.db"]


def test_of_several_tables_one_must_be_chosen(ws: Workspace, stage: Stage, sqlite: Path) -> None:
    with sqlite3.connect(sqlite) as connection:
        connection.execute("create table ventes as select 1 as n")
    connection.close()
    with pytest.raises(UsageError, match=r"2 tables: Contacts été \(4 rows\), ventes \(1 row\)"):
        stage(sqlite)
    stage(SourceFile(sqlite, table="ventes"))
    assert cells(ws) == [["1"]]


def test_a_damaged_sqlite_is_refused(stage: Stage, sqlite: Path) -> None:
    sqlite.write_bytes(sqlite.read_bytes()[:1500])
    with pytest.raises(SourceError, match=r"base\.db cannot be read as an SQLite database"):
        stage(sqlite)


def test_sqlite_rows_come_by_rowid_whatever_index_covers_them(ws: Workspace, stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "base.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table people (nom text, rowid_of text generated always as (upper(nom)) virtual)")
        connection.execute("create index covering on people (nom, rowid_of)")
        connection.executemany("insert into people (nom) values (?)", [("Zoé",), ("Max",), ("Ann",)])
    connection.close()
    stage(path)
    assert headers(ws) == ["nom", "rowid_of"]
    assert cells(ws) == [["Zoé", "ZOé"], ["Max", "MAX"], ["Ann", "ANN"]]


def test_sqlite_rows_without_rowid_come_by_their_primary_key(ws: Workspace, stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "base.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table people (nom text, nr integer, primary key (nr, nom)) without rowid")
        connection.executemany("insert into people values (?, ?)", [("Zoé", 2), ("Max", 10), ("Ann", 1)])
    connection.close()
    stage(path)
    assert [row[0] for row in cells(ws)] == ["Ann", "Zoé", "Max"]


def test_changes_that_are_not_in_an_sqlite_file_yet_are_told(stage: Stage, sqlite: Path) -> None:
    sqlite.with_name("base.db-wal").write_bytes(b"changes")
    with sqlite3.connect(sqlite) as connection:
        connection.execute("drop table empty")
    connection.close()
    sqlite.with_name("base.db-wal").write_bytes(b"changes")
    assert any("base.db-wal only were not read" in note for note in stage(sqlite).notes)


@pytest.fixture
def with_nulls(tmp_path: Path) -> list[SourceFile]:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table nulls (a, b)")
        connection.execute("insert into nulls values (null, null), (null, null)")
        connection.execute("create table people (nom, email)")
        connection.execute("insert into people values ('Moser', 'm@example.org'), ('Blanc', null)")
    connection.close()
    return [SourceFile(path, table="nulls"), SourceFile(path, table="people")]


def test_a_table_of_nothing_but_nulls_says_so(stage: Stage, with_nulls: list[SourceFile]) -> None:
    with pytest.raises(SourceError, match="table nulls: every cell of its 2 rows is empty"):
        stage(with_nulls[0])


def test_a_table_that_nobody_chose_is_left_out_when_it_cannot_be_read(
    ws: Workspace, with_nulls: list[SourceFile], tmp_path: Path
) -> None:
    report = stage_sources(ws, with_nulls, scratch=tmp_path, watcher=Silent(), book=BOOK, unchosen={0, 1}).check()
    assert (report.rows_in, report.rows_out, report.rows_held) == (2, 2, 0)
    assert report.notes == ("crm.db, table nulls: every cell of its 2 rows is empty (left out)",)
    assert ws.rows("select source from intake.source") == [("people",)]


def test_tables_that_nobody_chose_and_none_can_be_read_are_an_error(
    ws: Workspace, with_nulls: list[SourceFile], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="every cell of its 2 rows is empty"):
        stage_sources(ws, with_nulls[:1], scratch=tmp_path, watcher=Silent(), book=BOOK, unchosen={0})


# -- vCard ----------------------------------------------------------------------------------------

CARDS = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Moser;Zo=C3=A9
TEL;CELL:079 123 45 67
TEL;WORK;FAX:022 333 44 55
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Anna Lutz
N:Lutz;Anna;;Dr.;
ORG:Théâtre;Presse
EMAIL;TYPE=INTERNET:anna@example.org
EMAIL;TYPE=INTERNET:lutz@example.org
ADR;TYPE=HOME:;;Amselweg 3;Bern;;3007;Suisse
ADR;TYPE=WORK:;;Quai 9;Genève;;1200;
PHOTO;ENCODING=b:AAAA
NOTE:zwei\\nZeilen
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:never ended
"""


def test_cards_of_all_versions_become_lines(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("book.vcf", CARDS))
    first, second = (dict(zip(headers(ws), line, strict=True)) for line in cells(ws))
    assert (first["First name"], first["Last name"]) == ("Zoé", "Moser")
    assert (first["Mobile"], first["Fax"]) == ("079 123 45 67", "022 333 44 55")
    assert (second["Title"], second["Organisation"], second["Department"]) == ("Dr.", "Théâtre", "Presse")
    assert (second["Email"], second["Email 2"]) == ("anna@example.org", "lutz@example.org")
    assert (second["Street"], second["Postcode"], second["Town"]) == ("Amselweg 3", "3007", "Bern")
    assert (second["Street 2"], second["Town 2"], second["Remark"]) == ("Quai 9", "Genève", "zwei\nZeilen")
    assert held(ws) == [(19, "bad_card")]


def test_a_line_of_a_card_that_cannot_be_read_is_counted_and_its_text_is_not_logged(
    ws: Workspace, stage: Stage, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    report = stage(write("book.vcf", CARDS.replace("NOTE:", "(NOTE:")))
    assert [note for note in report.notes if note.endswith("left out of 1 card")]
    assert len(cells(ws)) == 2
    assert "zwei" not in "".join(capfd.readouterr())


# -- LDIF -----------------------------------------------------------------------------------------

ENTRIES = """version: 1
# an address book
dn: cn=Anna Lutz,ou=people
objectClass: person
cn: Anna Lutz
sn:: WsO8cmNoZXI=
mail: anna@example.org
mail: lutz@example.org
description: a line that
  goes on
userPassword:: c2VjcmV0

dn: cn=gone
changetype: delete

dn: cn=Broken
sn:: %%%

dn: cn=Zoé
cn: Zoé
"""


def test_entries_become_lines_without_their_passwords(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("book.ldif", ENTRIES))
    assert headers(ws) == ["dn", "cn", "sn", "mail", "mail 2", "description"]
    assert cells(ws)[0][1:] == ["Anna Lutz", "Zürcher", "anna@example.org", "lutz@example.org", "a line that goes on"]
    assert held(ws) == [(13, "bad_entry"), (16, "bad_entry")]
    assert "secret" not in str(cells(ws))


# -- Access ---------------------------------------------------------------------------------------

needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")


@needs_mdbtools
@pytest.mark.parametrize("name", ["contacts_v2003.mdb", "contacts_v2019.accdb"])
def test_access_gives_every_row_of_old_and_new_files(ws: Workspace, stage: Stage, name: str, tmp_path: Path) -> None:
    path = tmp_path / "without_extension"
    shutil.copyfile(ACCESS / name, path)
    report = stage(path)
    assert (report.rows_in, report.rows_out) == (30, 30)
    first = dict(zip(headers(ws), cells(ws)[0], strict=True))
    assert {"id", "nom"} <= {header.lower() for header in first} or len(first) > 5
    assert any("é" in (cell or "") for line in cells(ws) for cell in line)
    assert max(len(cell or "") for line in cells(ws) for cell in line) > 2_000


@needs_mdbtools
def test_a_damaged_access_file_is_refused(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "half.mdb"
    path.write_bytes((ACCESS / "contacts_v2003.mdb").read_bytes()[:5_000])
    with pytest.raises(SourceError):
        stage(path)


# -- names of files -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_name_that_is_a_pattern_reads_that_file_and_no_other(
    ws: Workspace, stage: Stage, tmp_path: Path, kind: str
) -> None:
    for folder, who in (("export [2024]*", "asked"), ("export 2", "other")):
        (tmp_path / folder).mkdir()
        options = "format parquet" if kind == "parquet" else "format csv, header"
        duckdb.execute(f"copy (select 1 as id, '{who}' as nom) to '{tmp_path / folder / f'a?.{kind}'}' ({options})")
    stage(tmp_path / "export [2024]*" / f"a?.{kind}")
    assert cells(ws) == [["1", "asked"]]


# -- FileMaker ------------------------------------------------------------------------------------

FMP = """<?xml version="1.0" encoding="UTF-8" ?>
<FMPXMLRESULT xmlns="http://www.filemaker.com/fmpxmlresult"><ERRORCODE>0</ERRORCODE>
<DATABASE DATEFORMAT="D/m/yyyy" LAYOUT="" NAME="c.fmp12" RECORDS="2" TIMEFORMAT="k:mm:ss"/>
<METADATA><FIELD EMPTYOK="YES" MAXREPEAT="1" NAME="Nom" TYPE="TEXT"/><FIELD EMPTYOK="YES" MAXREPEAT="2" NAME="Tél"
 TYPE="TEXT"/></METADATA><RESULTSET FOUND="2">
<ROW MODID="1" RECORDID="1"><COL><DATA>Zoé &amp; Cie</DATA></COL><COL><DATA>1</DATA><DATA>2</DATA></COL></ROW>
<ROW MODID="1" RECORDID="2"><COL><DATA>a&#13;b</DATA></COL><COL><DATA></DATA></COL></ROW>
</RESULTSET></FMPXMLRESULT>"""


def test_filemaker_s_xml_with_repeated_fields(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("c.xml", FMP))
    assert headers(ws) == ["Nom", "Tél", "Tél 2"]
    assert cells(ws) == [["Zoé & Cie", "1", "2"], ["a\nb", None, None]]
    assert any("D/m/yyyy" in note for note in report.notes)


def test_an_entity_reads_no_other_file(ws: Workspace, stage: Stage, write: Write) -> None:
    secret = write("secret.txt", "hunter2")
    doctype = f'<!DOCTYPE FMPXMLRESULT [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<FMPXMLRESULT'
    stage(write("c.xml", FMP.replace("<FMPXMLRESULT", doctype, 1).replace("Zoé", "Zoé&x;")))
    assert "hunter2" not in str(cells(ws))


def test_entities_that_multiply_are_refused(stage: Stage, write: Write) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE FMPXMLRESULT [<!ENTITY l0 "lol">{laughs}]>\n<FMPXMLRESULT'
    text = FMP.replace("<FMPXMLRESULT", doctype, 1).replace("Zoé", "&l9;")
    with pytest.raises(SourceError, match="cannot be read as a FileMaker XML export"):
        stage(write("c.xml", text))


def test_a_filemaker_export_that_was_cut_is_refused(stage: Stage, write: Write) -> None:
    with pytest.raises(SourceError, match="cannot be read as a FileMaker XML export"):
        stage(write("c.xml", FMP[: FMP.index("<ROW MODID", FMP.index("<ROW") + 5)]))


def test_the_mer_of_an_old_macintosh(ws: Workspace, stage: Stage, write: Write) -> None:
    text = '"Nom","Prénom","Ville"\r"Müller","Zoé","Genève"\r"Lutz","Anna\x0bMaria","Bern"\r'
    stage(write("c.mer", text.encode("mac_roman")))
    assert headers(ws) == ["Nom", "Prénom", "Ville"]
    assert cells(ws)[0] == ["Müller", "Zoé", "Genève"]
    assert len(cells(ws)) == 2


FMP2SQLITE = """#!{python}
import sqlite3, sys
with open(sys.argv[1], "rb") as file:
    if b"broken" in file.read():
        sys.exit(1)
with sqlite3.connect(sys.argv[2]) as connection:
    connection.execute('create table "Clients" ("Nom" text, "Note" text)')
    connection.execute("insert into Clients values (?, ?)", ("Zo\\u00e9", "two\\rlines\\x0b\\r"))
    connection.execute('create table "Empty" ("a" text)')
"""
FMP12 = b"\x00\x01\x00\x00\x00\x02\x00\x01\x00\x05\x00\x02\x00\x02\xc0HBAM7"


@pytest.fixture
def fmp2sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is called as fmp2sqlite is, and writes what it writes: a table of texts each."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "fmp2sqlite"
    program.write_text(FMP2SQLITE.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.mark.usefixtures("fmp2sqlite")
def test_a_filemaker_file_comes_through_fmp2sqlite_with_line_ends_of_text(
    ws: Workspace, stage: Stage, write: Write
) -> None:
    stage(write("base.fmp12", FMP12))
    assert ws.rows("select format, sheet from intake.source") == [("filemaker", "Clients")]
    assert (headers(ws), cells(ws)) == (["Nom", "Note"], [["Zoé", "two\nlines"]])


@pytest.mark.usefixtures("fmp2sqlite")
def test_a_filemaker_file_that_fmp2sqlite_cannot_read_is_refused(stage: Stage, write: Write) -> None:
    with pytest.raises(SourceError, match=r"base\.fmp12 cannot be read"):
        stage(write("base.fmp12", FMP12 + b"broken"))


def test_a_filemaker_file_without_fmp2sqlite_says_what_to_do(
    stage: Stage, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SurroundingsError, match="needs the program fmp2sqlite") as refused:
        stage(write("base.fmp12", FMP12))
    assert "FMPXMLRESULT" in str(refused.value.hint)


# -- cells ----------------------------------------------------------------------------------------


def test_a_cell_of_a_megabyte_holds_its_line_whatever_reads_it(ws: Workspace, stage: Stage, write: Write) -> None:
    lines = [{"nom": "Zoe", "note": "x"}, {"nom": "Max", "note": "x" * 1_000_000}]
    stage(write("people.jsonl", "\n".join(map(json.dumps, lines))))
    assert cells(ws) == [["Zoe", "x"]]
    assert held(ws) == [(2, "cell_too_long")]
