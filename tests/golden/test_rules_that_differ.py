"""What a project may want to change: source priority, no repair, bulk stamps, row trust."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.golden.dispersion import dispersion
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace
from tests.golden.base import choices, golden, survive_base


def rules_with(folder: Path, text: str) -> RuleBook:
    (folder / "survivorship").mkdir()
    (folder / "survivorship" / "contact.yml").write_text(text, encoding="utf-8")
    return RuleBook([folder])


def test_a_preferred_source_decides_first_where_one_is_named(ws: Workspace, tmp_path: Path) -> None:
    book = rules_with(
        tmp_path, "prefer_sources: [box_office]\nattributes:\n  mobile: {prefer_sources: [crm, box_office]}\n"
    )
    record = {"phone": "+41223330001", "mobile": "+41790000001", "town": "Bern", "street": "Gasse"}
    other = {"phone": "+41227770009", "mobile": "+41788888888", "town": "Chur", "street": "Plessur"}
    survive_base(
        ws,
        {"a": [{**record, "source": "crm"}, {**record, "source": "crm"}, {**other, "source": "box_office"}]},
        book=book,
    )
    contact, lineage = golden(ws, "a"), choices(ws, "a")
    assert (contact["phone"], contact["mobile"], contact["town"]) == ("+41227770009", "+41790000001", "Chur")
    assert (lineage["phone"]["rule"], lineage["town"]["rule"]) == ("variant.source", "home.source")


def test_an_order_of_sources_may_differ_by_kind(ws: Workspace, tmp_path: Path) -> None:
    book = rules_with(
        tmp_path,
        "attributes:\n  phone: {prefer_sources: {structure: [erp, tix], individual: [tix, erp]}}\n",
    )
    two = [{"phone": "+41223330001", "source": "erp"}, {"phone": "+41227770009", "source": "tix"}]
    survive_base(
        ws,
        {
            "firm": [{**record, "kind": "structure", "organisation": "Titan"} for record in two],
            "ann": [{**record, "kind": "individual", "last_name": "Amstad"} for record in two],
        },
        book=book,
    )
    assert (golden(ws, "firm")["phone"], golden(ws, "ann")["phone"]) == ("+41223330001", "+41227770009")


def test_a_distrusted_source_counts_only_where_no_other_has_a_value(ws: Workspace, tmp_path: Path) -> None:
    book = rules_with(
        tmp_path,
        "distrust_sources: [excel]\nhome: {distrust_sources: [excel]}\n",
    )
    typed = {"source": "excel", "last_name": "Amstadt", "mobile": "+41790000001", "town": "Chur", "street": "Plessur"}
    kept = {"source": "crm", "last_name": "Amstad", "town": "Bern", "street": "Gasse"}
    survive_base(ws, {"a": [typed, typed, kept]}, book=book)
    contact = golden(ws, "a")
    assert (contact["last_name"], contact["mobile"]) == ("Amstad", "+41790000001")
    assert (contact["street"], contact["town"]) == ("Gasse", "Bern")


def test_a_misspelt_source_in_an_order_is_said(ws: Workspace, tmp_path: Path) -> None:
    report = survive_base(
        ws, {"a": [{"last_name": "Lutz", "source": "crm"}]}, book=rules_with(tmp_path, "prefer_sources: [cmr]\n")
    )
    assert any('"cmr"' in note and "Did you mean crm?" in note for note in report.notes)


def test_without_repair_every_value_is_one_of_its_records(ws: Workspace, tmp_path: Path) -> None:
    base: dict[str, list[dict[str, Any]]] = {f"o{n}": [{"first_name": "Zoé", "last_name": f"N{n}"}] for n in range(4)}
    base["a"] = [{"first_name": "Zoe", "last_name": "Lutz"}, {"first_name": "Zoe", "last_name": "Lutz"}]
    survive_base(ws, base, book=rules_with(tmp_path, "repair: {enabled: false}\n"))
    assert golden(ws, "a")["first_name"] == "Zoe"


def test_the_date_of_a_migration_is_no_date(ws: Workspace, tmp_path: Path) -> None:
    book = rules_with(tmp_path, "newest: {bulk_rows: 3}\n")
    stamped = {"source": "old", "updated_on": "2025-01-01"}
    base: dict[str, list[dict[str, Any]]] = {f"o{n}": [{"last_name": f"N{n}", **stamped}] for n in range(3)}
    base["a"] = [
        {"mobile": "+41790000001", **stamped},
        {"mobile": "+41788888888", "source": "new", "updated_on": "2019-05-05"},
    ]
    survive_base(ws, base, book=book)
    assert golden(ws, "a")["mobile"] == "+41788888888"
    assert golden(ws, "a")["updated_on"] == "2025-01-01"


def test_a_record_that_agrees_elsewhere_is_trusted_where_errors_come_in_bad_rows(ws: Workspace, tmp_path: Path) -> None:
    book = rules_with(
        tmp_path,
        "trust: {records: 4, dispersion: 0.5}\nattributes:\n  identifier: {letters: [rows_agree, trust]}\n",
    )
    good = {
        "first_name": "Nils",
        "last_name": "Amstad",
        "birth_date": "1970-03-04",
        "town": "Bern",
        "fax": "+41310000000",
    }
    bad = {"first_name": "Nlis", "last_name": "Amstsd", "birth_date": "1970-04-03", "town": "Brn"}
    base: dict[str, list[dict[str, Any]]] = {
        "a": [{**bad, "identifier": "11"}, {**good, "identifier": "99"}, good, good],
        "b": [{**bad, "identifier": "22"}, {**good, "identifier": "88"}, good],
    }
    report = survive_base(ws, base, book=book)
    assert report.figures["trust"] is True
    assert (golden(ws, "a")["identifier"], choices(ws, "a")["identifier"]["rule"]) == ("99", "trust")
    assert golden(ws, "b")["identifier"] == "88"


def test_dispersion_is_one_where_errors_are_spread_by_chance_and_more_where_rows_are_bad() -> None:
    spread = [(10, 0, 349), (10, 1, 387), (10, 2, 194), (10, 3, 57), (10, 4, 13)]
    assert abs((dispersion(spread).dispersion or 0) - 1) < 0.05
    assert (dispersion([(10, 0, 900), (10, 5, 100)]).dispersion or 0) > 2
    assert dispersion([(10, 0, 50)]).dispersion is None
    assert dispersion([]).records == 0
