"""The workbook of findings: safe to open, complete, in the customer's language, the same bytes every time."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.presentation.catalogue import catalogue
from engine.presentation.workbook import write_workbook
from engine.presentation.workbook.cells import LONGEST, safe_text
from engine.vocabulary import LANGUAGES, Language
from engine.workspace import Workspace
from tests.conftest import given

AS_OF = date(2026, 11, 22)

HOSTILE = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    "@SUM(A1)",
    "+41 79 123 45 67",
    "-2+3",
    "\t=1+1",
    "\x00\x1b[31m=2",
    "https://evil.example/x",
    "mailto:a@b.example",
    "internal:Sheet!A1",
    "{=1}",
    "_x0041_",
    "a\r\nb",
    "\ud7ff\uffff",
    "x" * 40_000,
    "😀" * 20_000,
)


def findings(ws: Workspace, values: tuple[str, ...] = ("a(at)b.ch",), reason: str = "no_at_sign") -> None:
    """One record of source "crm" per value, each with a finding about its e-mail."""
    given(ws, "intake.source", [{"source": "crm", "file": "crm.csv", "format": "csv", "lines": len(values)}])
    given(
        ws,
        "intake.mapping",
        [
            {"source": "crm", "position": 1, "header": "Nr", "attribute": "source_key"},
            {"source": "crm", "position": 2, "header": "Courriel", "attribute": "email"},
        ],
    )
    records = [{"record_id": f"crm:{n}", "source": "crm", "line_no": n} for n in range(1, len(values) + 1)]
    with_values = [{**record, "email": value} for record, value in zip(records, values, strict=True)]
    given(ws, "intake.record", with_values)
    given(
        ws, "intake.line", [{"source": "crm", "line_no": r["line_no"], "file_line": r["line_no"] + 1} for r in records]
    )
    given(
        ws,
        "standardise.record",
        [{**record, "email_raw": value} for record, value in zip(records, values, strict=True)],
    )
    given(
        ws,
        "quality.finding",
        [
            {
                **record,
                "table": "standardise.record",
                "column": "email",
                "suite": "contact",
                "expectation": "email_standardised",
                "severity": "error",
                "reason": reason,
            }
            for record in records
        ],
    )
    given(
        ws,
        "quality.expectation",
        [
            {
                "suite": "contact",
                "expectation": "email_standardised",
                "table": "standardise.record",
                "column": "email",
                "severity": "error",
                "dimension": "validity",
                "owner": "customer",
                "rows_checked": len(values),
                "rows_failed": len(values),
                "sentence": "The e-mail cannot be used.",
                "sentence_fr": "L'e-mail est inutilisable.",
                "sentence_de": "Die E-Mail ist unbrauchbar.",
                "sentence_it": "L'e-mail non è utilizzabile.",
            }
        ],
    )


def opened(ws: Workspace, path: Path, language: Language = "en", **options: Any) -> Any:
    write_workbook(ws, path, language=language, as_of=AS_OF, **options)
    return openpyxl.load_workbook(path)


def table(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a problem's sheet under its column names."""
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def cells(book: Any) -> Iterator[Any]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from row


def test_a_row_says_where_the_value_stands_what_is_wrong_and_what_to_do(ws: Workspace, tmp_path: Path) -> None:
    findings(ws)
    book = opened(ws, tmp_path / "findings.xlsx")
    (row,) = table(book.worksheets[1])
    assert row == {
        "Severity": "error",
        "File": "crm.csv",
        "Line": 2,
        "Record": "crm:1",
        "Attribute": "e-mail",
        "Column in your file": "Courriel",
        "Value in your file": "a(at)b.ch",
        "Standard or proposed value": None,
        "What is wrong": "@ missing",
        "What to do": "Add the missing @, or move the text to the field it belongs to.",
    }


def test_the_standard_value_stands_beside_the_raw_one_when_it_differs(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("JEAN@X.FR", "same@x.fr"), "role_address")
    ws.execute("update standardise.record set email = lower(email_raw)")
    first, second = table(opened(ws, tmp_path / "f.xlsx").worksheets[1])
    assert (first["Value in your file"], first["Standard or proposed value"]) == ("JEAN@X.FR", "jean@x.fr")
    assert second["Standard or proposed value"] is None


def test_the_right_spelling_of_a_domain_is_proposed(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("Jean@GMIAL.com", "a@gmail.comm", "x <b@gmial.com>", "c@unknown.ch"), "domain_typo")
    rows = table(opened(ws, tmp_path / "f.xlsx").worksheets[1])
    proposed = [row["Standard or proposed value"] for row in rows]
    assert proposed == ["jean@gmail.com", "a@gmail.com", None, None]


def test_no_cell_is_a_formula_and_every_value_is_text(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, HOSTILE)
    path = tmp_path / "findings.xlsx"
    book = opened(ws, path)
    assert {cell.data_type for cell in cells(book)} <= {"s", "n", "inlineStr"}
    shown = [row["Value in your file"] for row in table(book.worksheets[1])]
    assert len(shown) == len(HOSTILE)
    assert {"=1+1", "=cmd|'/C calc'!A0", "@SUM(A1)", "+41 79 123 45 67", "-2+3", "{=1}", "a\nb"} <= set(shown)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert not any(re.search(r"<f[ >]", text) for text in parts.values())
    assert not any("externalLink" in name or "vba" in name.lower() for name in parts)
    assert not any("evil.example" in text for name, text in parts.items() if name.endswith(".rels"))


def test_hidden_characters_are_removed_and_long_values_cut_with_a_note(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, HOSTILE)
    shown = [row["Value in your file"] for row in table(opened(ws, tmp_path / "f.xlsx").worksheets[1])]
    assert not any(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value) for value in shown)
    assert "[31m=2" in shown
    long = [value for value in shown if len(value) > 10_000]
    assert [value.endswith("(cut, too long for a cell)") for value in long] == [True, True]
    assert all(len(value.encode("utf-16-le")) // 2 <= LONGEST for value in long)


def test_a_text_that_looks_like_an_escape_stays_what_it_is(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("_x0041_",))
    write_workbook(ws, tmp_path / "f.xlsx", language="en", as_of=AS_OF)
    text = zipfile.ZipFile(tmp_path / "f.xlsx").read("xl/worksheets/sheet2.xml").decode()
    assert "_x005F_x0041_" in text
    assert safe_text("a_b_x_", "") == "a_b_x_"


def test_every_sheet_is_reached_from_the_summary_and_leads_back(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("a", "b"))
    ws.execute(
        "insert into quality.finding select * replace (null as \"column\", 'it''s [odd]: */?\\' as expectation, "
        "'info' as severity, 'r' as reason) from quality.finding"
    )
    book = opened(ws, tmp_path / "f.xlsx")
    targets = [
        cell.hyperlink.location.rsplit("!", 1)[0].strip("'")
        for row in book.worksheets[0].iter_rows()
        for cell in row
        if cell.hyperlink and cell.hyperlink.location
    ]
    assert targets == [sheet.title for sheet in book.worksheets[1:]]
    assert len(targets) == 2
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].hyperlink.location == f"'{book.worksheets[0].title}'!A1"


def test_sheets_have_a_frozen_header_filters_and_a_width_to_print(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("a", "b", "c"))
    sheet = opened(ws, tmp_path / "f.xlsx").worksheets[1]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:J7"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_the_rows_are_the_findings_and_what_is_not_shown_is_said(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, tuple(f"value {n}" for n in range(7)))
    whole = opened(ws, tmp_path / "whole.xlsx")
    assert sum(len(table(sheet)) for sheet in whole.worksheets[1:]) == ws.count("quality.finding") == 7
    part = opened(ws, tmp_path / "part.xlsx", limit=3)
    assert len(table(part.worksheets[1])) == 3
    assert part.worksheets[1]["A3"].value == "4 more stand in findings.csv."
    summary = [[cell.value for cell in row] for row in part.worksheets[0].iter_rows()]
    assert ["Total", None, None, None, None, 7, 3] in summary


def test_rows_stand_in_the_order_of_the_file(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, tuple(f"value {n}" for n in range(12)))
    assert [row["Line"] for row in table(opened(ws, tmp_path / "f.xlsx").worksheets[1])] == list(range(2, 14))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_in_the_chosen_language(ws: Workspace, tmp_path: Path, language: Language) -> None:
    findings(ws)
    words = catalogue(language)
    book = opened(ws, tmp_path / "f.xlsx", language)
    assert book.worksheets[0].title == words.text("workbook.summary")
    assert book.worksheets[0]["A1"].value == words.text("workbook.title")
    (row,) = table(book.worksheets[1])
    assert row[words.text("workbook.todo")] == words.todo("no_at_sign")
    assert row[words.text("workbook.severity")] == words.text("words.severity.error")
    sentence = "sentence" if language == "en" else f"sentence_{language}"
    assert book.worksheets[1]["A2"].value == ws.value(f"select {sentence} from quality.expectation")


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_of_sheets_stay_unique_and_within_31_signs(
    ws: Workspace, tmp_path: Path, language: Language
) -> None:
    findings(ws)
    ws.execute(
        "insert into quality.finding select finding.* replace ('organisation_line2' as \"column\", "
        "'e' || n as expectation, 'swapped_columns' as reason) from quality.finding, range(40) as r(n)"
    )
    titles = [sheet.title for sheet in opened(ws, tmp_path / "f.xlsx", language).worksheets]
    assert len({title.lower() for title in titles}) == len(titles) == 42
    assert max(len(title) for title in titles) <= 31
    assert not any(re.search(r"[\[\]:*?/\\']", title) for title in titles)


def test_the_name_comes_from_the_column_that_feeds_it(ws: Workspace, tmp_path: Path) -> None:
    findings(ws, ("x",), "digits_in_name")
    given(ws, "intake.mapping", [{"source": "crm", "position": 1, "header": "Name, Vorname", "attribute": "full_name"}])
    given(ws, "intake.record", [{"record_id": "crm:1", "source": "crm", "full_name": "Meier 2, Anna"}])
    ws.execute("update quality.finding set \"column\" = 'last_name'")
    (row,) = table(opened(ws, tmp_path / "f.xlsx").worksheets[1])
    assert (row["Column in your file"], row["Value in your file"]) == ("Name, Vorname", "Meier 2, Anna")


def test_a_source_is_linked_and_a_row_of_a_workbook_jumps_to_its_line(ws: Workspace, tmp_path: Path) -> None:
    findings(ws)
    ws.execute("update intake.source set format = 'xlsx', sheet = 'Tab''le 1', file = 'crm.xlsx'")
    book = opened(ws, tmp_path / "f.xlsx", links={"crm": "../incoming/crm.xlsx"})
    link = book.worksheets[1]["C5"].hyperlink
    assert (link.target, link.location) == (r"..\incoming\crm.xlsx", "'Tab''le 1'!A2")
    targets = {cell.hyperlink.target for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink}
    assert r"..\incoming\crm.xlsx" in targets


def test_a_file_name_that_could_be_misread_is_not_linked(ws: Workspace, tmp_path: Path) -> None:
    findings(ws)
    book = opened(ws, tmp_path / "f.xlsx", links={"crm": "../a#b.csv"})
    assert not any(cell.hyperlink.target for cell in cells(book) if cell.hyperlink)


def test_scores_stand_on_the_summary_with_the_change_since_the_extract_before(ws: Workspace, tmp_path: Path) -> None:
    findings(ws)
    score = {"suite": "contact", "source": "crm", "column": "email", "dimension": "validity"}
    given(ws, "quality.score", [{**score, "checked": 10, "failed": 1}])
    given(ws, "quality.previous", [{**score, "checked": 10, "failed": 3, "as_of": date(2026, 9, 1)}])
    rows = [[cell.value for cell in row] for row in opened(ws, tmp_path / "f.xlsx").worksheets[0].iter_rows()]
    assert ["validity", 0.9, 10, 1, 0.2, None, None] in rows


def test_findings_of_contacts_and_import_rows_lead_to_the_first_line_of_the_contact(
    ws: Workspace, tmp_path: Path
) -> None:
    findings(ws, ("a", "b"))
    given(ws, "golden.contact", [{"contact_id": "c1", "last_name": "MEIER"}])
    lines = [{"record_id": f"crm:{n}", "source": "crm", "line_no": n, "contact_id": "c1"} for n in (2, 1)]
    given(ws, "golden.crosswalk", lines)
    given(ws, "delivery.operation", [{"row_no": 7, "contact_id": "c1", "LASTNAME": "=MEIER"}])
    judged = {"record_id": None, "source": None, "contact_id": "c1", "severity": "warning", "reason": "too_long"}
    given(
        ws,
        "quality.finding",
        [
            {**judged, "table": "golden.contact", "suite": "golden", "expectation": "e", "column": "last_name",
             "line_no": None},
            {**judged, "table": "delivery.operation", "suite": "delivery", "expectation": "f", "column": "LASTNAME",
             "line_no": 7},
        ],
    )  # fmt: skip
    sheets = opened(ws, tmp_path / "f.xlsx").worksheets[1:]
    rows = [row for sheet in sheets for row in table(sheet)]
    assert [(row["File"], row["Line"], row["Record"]) for row in rows] == [("crm.csv", 2, "c1")] * 2
    assert {row["Attribute"]: row["Standard or proposed value"] for row in rows} == {
        "last name": "MEIER",
        "LASTNAME": "=MEIER",
    }


def test_no_finding_gives_a_workbook_that_says_so(ws: Workspace, tmp_path: Path) -> None:
    book = opened(ws, tmp_path / "f.xlsx")
    assert len(book.worksheets) == 1
    assert "No finding: nothing to correct." in {cell.value for cell in cells(book)}


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for threads in (1, 2):
        time.sleep(1.1 * len(made))  # the time of day must not be in it, not even to the second
        with Workspace.memory(threads=threads) as ws:
            findings(ws, HOSTILE)
            write_workbook(ws, tmp_path / f"{threads}.xlsx", language="fr", as_of=AS_OF)
            made.append((tmp_path / f"{threads}.xlsx").read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert "2026-11-22T00:00:00Z" in archive.read("docProps/core.xml").decode()


def test_the_file_is_for_its_owner_only_and_leaves_no_draft(ws: Workspace, tmp_path: Path) -> None:
    findings(ws)
    write_workbook(ws, tmp_path / "f.xlsx", language="en", as_of=AS_OF)
    assert [path.name for path in tmp_path.iterdir()] == ["f.xlsx"]
    assert (tmp_path / "f.xlsx").stat().st_mode & 0o777 == 0o600
