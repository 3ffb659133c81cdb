"""An analysis of small sources, its page and its document."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from engine.analysis import AnalysisOptions, analyse, write_analysis
from engine.errors import SourceError
from engine.options import RunOptions, sources_named
from engine.presentation.analysis import analysis_html, analysis_lines
from engine.progress import Silent
from engine.vocabulary import LANGUAGES, Language

pytestmark = pytest.mark.long

CLIENTS = """\
Kundennr;Vorname;Name;Firma;E-Mail;Telefon;PLZ;Ort;Geburtsdatum;Typ;Letzter Kauf
100;Marie;Dupont;;canary.marie@bluewin.ch;022 310 12 34;1204;Genève;01.02.1980;A;12.10.2026
101;Marie;Dupont;;canary.marie@bluewin.ch;;1204;Genève;;B;01.01.2012
A12;Paul;Martin;;paul.martin@gmail;021 613 21 11;1003;Lausanne;31.02.1990;A;01.01.2013
300;;;;eva.keller@gmail.com;031 311 22 33;3011;Bern;;C;03.04.2026
400;;;Theater Basel AG;info@theater-basel.ch;061 295 11 33;4051;Basel;;A;
"""
ORDERS = "Bestellung;Betrag;Saal\n" + "".join(f"{n};{n * 10};Grosser Saal\n" for n in range(1, 9))


def options(folder: Path, *names: str, j: date | None = None) -> AnalysisOptions:
    run = RunOptions(
        sources=sources_named([folder / name for name in names]),
        out=folder / "out",
        workspace=folder / "work",
        as_of=date(2026, 11, 22),
        country="CH",
        threads=1,
    )
    return AnalysisOptions(run, j)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("analyse")
    (folder / "kunden.csv").write_text(CLIENTS, encoding="utf-8")
    (folder / "bestellungen.csv").write_text(ORDERS, encoding="utf-8")
    return analyse(options(folder, "kunden.csv", "bestellungen.csv", j=date(2027, 3, 1)), Silent())


def test_tables_with_and_without_contacts_are_told_apart(analysed: dict[str, Any]) -> None:
    assert {table["source"]: table["contacts"] for table in analysed["tables"]} == {
        "kunden": True, "bestellungen": False,
    }  # fmt: skip
    assert (analysed["records"], analysed["quantities"]["further_tables"]) == (5, 1)


def test_columns_are_mapped_with_confidence_and_profiled(analysed: dict[str, Any]) -> None:
    (clients,) = (table for table in analysed["tables"] if table["source"] == "kunden")
    columns = {column["header"]: column for column in clients["columns"]}
    assert columns["E-Mail"]["feeds"] == ["email"]
    assert columns["E-Mail"]["standing"] == "fed"
    assert columns["E-Mail"]["filled_share"] == 1
    assert columns["Geburtsdatum"]["filled"] == 2
    assert columns["PLZ"]["shapes"][0] == {"shape": "9999", "share": 1}
    assert columns["Typ"]["standing"] in ("criterion", "unsure", "fed")


def test_prerequisites_are_counted(analysed: dict[str, Any]) -> None:
    found = {entry["name"]: (entry["met"], entry["count"]) for entry in analysed["prerequisites"]}
    assert found["names"] == (False, 1)
    assert found["birth_dates"] == (False, 1)
    assert found["emails"] == (False, 1)
    assert found["old_data"] == (False, 2)
    assert found["duplicates"] == (False, 1)
    assert found["control_totals"] == (False, 2)
    assert found["readable_lines"] == (True, 0)
    assert found["postcodes"] == (True, 0)


def test_the_plan_runs_back_from_j(analysed: dict[str, Any]) -> None:
    days = [task["day"] for task in analysed["plan"]]
    assert days == sorted(days)
    assert {task["name"]: task["day"] for task in analysed["plan"]}["data"] == "2027-02-15"


def test_the_proposal_has_items_for_what_is_there(analysed: dict[str, Any]) -> None:
    lines = {line["name"]: line for line in analysed["proposal"]["lines"]}
    assert lines["joining"]["quantities"] == {"further_tables": 1}
    assert lines["mapping"]["quantities"]["columns_fed"] >= 8
    assert analysed["proposal"]["approved"] is False
    assert analysed["proposal"]["to_fill_in"] == [
        "provider", "currency", "vat", "rates.project_leader.day", "rates.engineer.day", "rates.analyst.day",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_document_say_the_same_in_every_language_without_a_value(
    language: Language, analysed: dict[str, Any], tmp_path: Path
) -> None:
    _, html, document = write_analysis(analysed, tmp_path, language)
    page = html.read_text(encoding="utf-8")
    book = Document(str(document))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in book.paragraphs), *cells])
    lines = "\n".join(analysis_lines(analysed, language))
    for told in (page, text, lines):
        for value in ("canary", "Dupont", "Theater Basel", "310 12 34"):
            assert value not in told
        assert "rates.engineer.day" in told
    title = analysed["plan"][0]["title"][language].split("{")[0]
    assert title.split("(")[0].strip() in text
    total = [cell for cell in cells if cell.endswith(analysed["proposal"]["total"][-2:])]
    assert total
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert f'lang="{language}"' in page


def test_the_same_analysis_gives_the_same_bytes(analysed: dict[str, Any], tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_analysis(analysed, tmp_path / "a", "fr")]
    assert first == [path.read_bytes() for path in write_analysis(json.loads(first[0]), tmp_path / "b", "fr")]


def test_the_document_has_no_macro_and_no_link_out(analysed: dict[str, Any], tmp_path: Path) -> None:
    document = write_analysis(analysed, tmp_path, "en")[2]
    with zipfile.ZipFile(document) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower()]
        assert b'TargetMode="External"' not in b"".join(
            parts.read(name) for name in parts.namelist() if name.endswith(".rels")
        )


def test_a_header_cannot_become_markup_or_turn_the_direction_of_writing(
    analysed: dict[str, Any], tmp_path: Path
) -> None:
    strange = json.loads(json.dumps(analysed))
    strange["tables"][0]["columns"][0]["header"] = "<img src=x onerror=alert(1)>\u202e\x0b"
    assert "<img" not in analysis_html(strange, "en")
    text = "\n".join(
        cell.text
        for table in Document(str(write_analysis(strange, tmp_path, "en")[2])).tables
        for cell in table.column_cells(0)
    )
    assert "<img src=x onerror=alert(1)>\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in text


def test_every_table_of_a_database_file_is_looked_at(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "crm.sqlite")
    base.execute("create table person (id integer, firstname text, lastname text, email text)")
    base.execute("create table hall (id integer, hall text)")
    base.executemany(
        "insert into person values (?, ?, ?, ?)", [(n, "Anna", f"Muster{n}", f"a{n}@x.ch") for n in range(5)]
    )
    base.executemany("insert into hall values (?, ?)", [(n, f"Saal {n}") for n in range(3)])
    base.commit()
    base.close()
    told = analyse(options(tmp_path, "crm.sqlite"), Silent())
    assert {table["source"]: table["contacts"] for table in told["tables"]} == {"person": True, "hall": False}


def test_sources_without_any_contact_are_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    with pytest.raises(SourceError, match="no table holds contacts"):
        analyse(options(tmp_path, "orders.csv"), Silent())
