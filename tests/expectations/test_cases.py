"""Every shipped expectation both ways: records it lets pass, and records it finds, no others.

The rows of all cases of a suite are checked together (one import, a validation a suite); each case then looks only
at what its own expectation says of its own rows.
"""

from __future__ import annotations

import re
from collections import Counter
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
from engine.tables import table
from engine.workspace import Workspace
from tests.conftest import given
from tests.quality.warmed import warmed
from tests.support.yaml_files import read_yaml

AS_OF = date(2026, 11, 22)
CASES = {path.stem: read_yaml(path) for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))}
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


def _spelt(case: dict[str, Any]) -> dict[str, Any]:
    return {
        column: "x" * int(value[1:]) if isinstance(value, str) and re.fullmatch(r"\*\d+", value) else value
        for column, value in case.items()
    }


def _rows(suite: str) -> list[dict[str, Any]]:
    """The rows of all cases of ``suite``, each with its place in ``case`` and the key its findings have in ``key``."""
    rows = []
    for case in CASES[suite]:
        for side in ("passes", "fails"):
            for number, row in enumerate(case[side]):
                name = f"{case['expectation']}/{side}/{number}"
                rows.append(MAKERS[SUITES[suite].table](name, len(rows) + 1000, _spelt(row)))
    return rows


def _record(name: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "record_id": name, "source": "s", "line_no": number, "kind": "individual", "kind_reason": "x", "phones": [],
        "emails": [], **row, "case": name, "key": name,
    }  # fmt: skip


def _contact(name: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Identities a case gives are its own: "known" of two cases are two contacts."""
    case = name.split("/")[0]
    own = {key: f"{case}/{row[key]}" for key in ("contact_id", "structure_contact_id") if row.get(key)}
    made = {"contact_id": name, "contact_nr": str(number), "kind": "individual", "records": 1, **row, **own}
    return {**made, "case": name, "key": made["contact_id"]}


def _operation(name: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    defaults = {"INSTITUTION": "X", "ORGANIZATION": "*", "OPERATION": "INSERT"}
    contact = f"{name.split('/')[0]}/{row['contact_id']}" if "contact_id" in row else name
    return {**defaults, **row, "row_no": number, "contact_id": contact, "case": name, "key": number}


MAKERS = {
    "standardise.record": _record,
    "golden.contact": _contact,
    "delivery.operation": _operation,
}
KEYS = {"standardise.record": "record_id", "golden.contact": "contact_id", "delivery.operation": "line_no"}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, Any, str]]]:
    """By suite: (expectation, key, reason) of each finding of the rows of its cases; unlisted failures included."""
    assert warmed()
    found = {}
    for suite in CASES:
        table = SUITES[suite].table
        with Workspace.memory() as ws:
            _given_at_once(ws, table, _rows(suite))
            book = _listing_everything(suite, tmp_path_factory.mktemp("own"))
            quality.check(ws, book, suites=[suite], tables=[table], as_of=AS_OF, watcher=Silent())
            found[suite] = ws.rows(f"select expectation, {KEYS[table]}, reason from quality.finding")
    return found


def _given_at_once(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    """Like ``given``, for some hundred rows; and what the suites of contacts and import rows read besides."""
    columns = sorted({column for row in rows for column in row} - {"case", "key"})
    ws.put("case_row", pa.table({column: [row.get(column) for row in rows] for column in columns}))
    ws.create(table(name))
    ws.execute(f"insert into {name} by name select * from case_row")
    if name == "golden.contact":
        crosswalk = [
            {
                "contact_id": row["contact_id"],
                "contact_nr": "1" if row["contact_id"].endswith("/known") else row["contact_nr"],
            }
            for row in rows
            if not re.search(r"/(stray|st\d)$", row["contact_id"])
        ]
        given(ws, "golden.crosswalk", [dict(entry) for entry in {tuple(sorted(row.items())) for row in crosswalk}])
    if name == "delivery.operation":
        contacts = sorted({row["contact_id"] for row in rows if not row["contact_id"].endswith("/nobody")})
        kinds = {True: "relay", False: "individual"}
        given(ws, "golden.contact", [{"contact_id": id_, "kind": kinds[id_.endswith("/relay")]} for id_ in contacts])


def _listing_everything(suite: str, own: Path) -> RuleBook:
    """The shipped rule book under a project's own in ``own``, which lists failures that are only counted too."""
    listed = [{"name": expectation.name, "listed": True} for expectation in SUITES[suite].expectations]
    (own / f"{suite}.yml").write_text(yaml.safe_dump({"expectations": listed}), encoding="utf-8")
    return RuleBook([own], base=shipped("expectations"))


@pytest.mark.gx
@pytest.mark.parametrize(
    ("suite", "case"), [pytest.param(s, case, id=f"{s}-{case['expectation']}") for s in CASES for case in CASES[s]]
)
def test_an_expectation_finds_the_rows_that_fail_and_no_others(
    suite: str, case: dict[str, Any], findings: dict[str, list[tuple[str, Any, str]]]
) -> None:
    name = case["expectation"]
    rows = [row for row in _rows(suite) if row["case"].startswith(f"{name}/")]
    keys = {row["key"] for row in rows}
    of_case = Counter(
        (key, reason) for expectation, key, reason in findings[suite] if expectation == name and key in keys
    )
    failing = [row["key"] for row in rows if "/fails/" in row["case"]]
    assert of_case == Counter(zip(failing, case["reasons"], strict=True))


@pytest.mark.gx
def test_a_clean_record_meets_every_shipped_expectation(ws: Workspace) -> None:
    given(ws, "standardise.record", [CLEAN])
    report = quality.check(ws, RuleBook(base=shipped("expectations")), as_of=AS_OF, watcher=Silent())
    assert ws.rows("select suite, expectation from quality.expectation where not success") == []
    assert report.figures["findings"] == 0
    about_records = [suite for suite in SUITES.values() if suite.table == "standardise.record"]
    assert report.figures["expectations"] == sum(len(suite.expectations) for suite in about_records)


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
