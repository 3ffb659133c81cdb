"""Every shipped expectation both ways: records it lets pass, and records it finds, no others.

The records of all cases of a suite are checked together (one import, six validations); each case then looks only
at what its own expectation says of its own records.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from engine import quality
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.expectations import load_suites
from engine.shipped import shipped
from engine.tables import STANDARDISE_RECORD
from engine.workspace import Workspace
from tests.conftest import given
from tests.quality.warmed import warmed

AS_OF = date(2026, 11, 22)
CASES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
}
SUITES = {suite.suite: suite for suite in load_suites(RuleBook(base=shipped("expectations")))}
CLEAN = {
    "kind": "individual", "kind_reason": "person_only", "persons": 1, "title": "MRS", "title_raw": "Frau",
    "first_name": "Anna", "first_name_raw": "ANNA", "last_name": "Muster-Roth", "last_name_raw": "MUSTER-ROTH",
    "gender": "F", "birth_date": date(1985, 6, 1), "birth_date_raw": "01.06.1985", "language": "de",
    "language_raw": "D", "addr_line1": "Bahnhofstrasse 12", "addr_line1_raw": "Bahnhofstr. 12", "postcode": "8001",
    "postcode_raw": "8001", "town": "Zürich", "town_raw": "Zürich", "country": "CH", "country_raw": "Suisse",
    "phone": "+41441234567", "phone_raw": "044 123 45 67", "email": "anna@muster.ch", "email_raw": "Anna@Muster.ch",
    "email_class": "personal", "contact_number": "17", "source_key": "17",
}  # fmt: skip


def _record(name: str, case: dict[str, Any]) -> dict[str, Any]:
    spelt = {
        column: "x" * int(value[1:]) if isinstance(value, str) and value.startswith("*") else value
        for column, value in case.items()
    }
    return {"record_id": name, "source": "s", "kind": "individual", **spelt}


@pytest.fixture(scope="module")
def findings() -> dict[str, dict[tuple[str, str], str]]:
    """By suite: (expectation, record_id) -> reason, of all records of its cases; unlisted failures included."""
    assert warmed()
    found: dict[str, dict[tuple[str, str], str]] = {}
    for suite, cases in CASES.items():
        with Workspace.memory() as ws:
            records = [
                _record(f"{case['expectation']}/{side}/{number}", record)
                for case in cases
                for side in ("passes", "fails")
                for number, record in enumerate(case[side])
            ]
            _given_at_once(ws, records)
            quality.check(ws, _listing_everything(suite), suites=[suite], as_of=AS_OF, watcher=Silent())
            rows = ws.rows("select expectation, record_id, reason from quality.finding")
            found[suite] = {(expectation, record): reason for expectation, record, reason in rows}
    return found


def _given_at_once(ws: Workspace, records: list[dict[str, Any]]) -> None:
    """Like ``given``, for some hundred records."""
    columns = sorted({column for record in records for column in record})
    ws.put("case_record", pa.table({column: [record.get(column) for record in records] for column in columns}))
    ws.create(STANDARDISE_RECORD)
    ws.execute(
        "insert into standardise.record by name select case_record.*, 1 as line_no, 'x' as kind_reason, "
        "[] as phones, [] as emails from case_record"
    )


def _listing_everything(suite: str) -> RuleBook:
    """The shipped rule book, with failures that are only counted listed too."""
    book = RuleBook(base=shipped("expectations"))
    for expectation in book.document(f"{suite}.yml").data["expectations"]:
        expectation["listed"] = True
    return book


@pytest.mark.gx
@pytest.mark.parametrize(
    ("suite", "case"), [pytest.param(s, case, id=f"{s}-{case['expectation']}") for s in CASES for case in CASES[s]]
)
def test_an_expectation_finds_the_records_that_fail_and_no_others(
    suite: str, case: dict[str, Any], findings: dict[str, dict[tuple[str, str], str]]
) -> None:
    name = case["expectation"]
    of_case = {
        record: reason
        for (expectation, record), reason in findings[suite].items()
        if expectation == name and record.startswith(f"{name}/")
    }
    assert of_case == {f"{name}/fails/{number}": reason for number, reason in enumerate(case["reasons"])}


@pytest.mark.gx
def test_a_clean_record_meets_every_shipped_expectation(ws: Workspace) -> None:
    given(ws, "standardise.record", [CLEAN])
    report = quality.check(ws, RuleBook(base=shipped("expectations")), as_of=AS_OF, watcher=Silent())
    assert ws.rows("select suite, expectation from quality.expectation where not success") == []
    assert report.figures["findings"] == 0
    assert report.figures["expectations"] == sum(len(suite.expectations) for suite in SUITES.values())


def test_every_shipped_expectation_has_a_case_and_every_case_an_expectation() -> None:
    shipped_names = {(suite.suite, rule.name) for suite in SUITES.values() for rule in suite.expectations}
    cased = [(suite, case["expectation"]) for suite, cases in CASES.items() for case in cases]
    assert sorted(shipped_names) == sorted(cased)


def test_every_case_goes_both_ways() -> None:
    one_sided = [
        case["expectation"]
        for cases in CASES.values()
        for case in cases
        if not case["passes"] or not case["fails"] or len(case["fails"]) != len(case["reasons"])
    ]
    assert one_sided == []
