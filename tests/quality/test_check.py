"""The check as a whole: overlays, counts, what it refuses, and that no value of a contact gets out."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import quality
from engine.errors import AssayError, RuleErrors
from engine.progress import Silent
from engine.quality import findings
from engine.rulebook import RuleBook
from engine.rulebook.expectations import ExpectationRule
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.quality.warmed import warmed

AS_OF = date(2026, 11, 22)
SENTENCE = {"en": "It failed.", "fr": "Raté.", "de": "Verfehlt.", "it": "Fallito."}


def expectation(name: str, type_: str, severity: str = "warning", **kwargs: Any) -> dict[str, Any]:
    meta = {"dimension": "validity", "column": "email", "reason": "failed", "sentence": SENTENCE}
    return {"name": name, "type": type_, "kwargs": kwargs, "severity": severity, "meta": meta}


def book_of(folder: Path, expectations: Sequence[dict[str, Any]], overlay: str | None = None) -> RuleBook:
    suite = {"suite": "mine", "table": "standardise.record", "why": "to try it", "expectations": list(expectations)}
    base = folder / "shipped"
    base.mkdir()
    (base / "mine.yml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    if overlay is None:
        return RuleBook(base=base)
    project = folder / "project"
    project.mkdir()
    (project / "mine.yml").write_text(overlay, encoding="utf-8")
    return RuleBook([project], base=base)


HAS_EMAIL = expectation("has_email", "expect_column_values_to_not_be_null", column="email")
IS_SWISS = expectation("is_swiss", "expect_column_values_to_match_regex", "error", column="email", regex=r"\.ch$")


@pytest.mark.gx
def test_findings_name_record_attribute_expectation_and_reason(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"email": "a@b.ch"}, {"email": "a@b.fr", "email_reason": "doubted"}, {}])
    reasoned = {**IS_SWISS, "meta": {**IS_SWISS["meta"], "reason_column": "email_reason"}}
    report = quality.check(ws, book_of(tmp_path, [HAS_EMAIL, reasoned]), as_of=AS_OF, watcher=Silent())
    found = rows(ws, "quality.finding", order_by="record_id")
    assert found == [
        {"table": "standardise.record", "record_id": "r2", "source": "s", "line_no": 2, "contact_id": None,
         "column": "email", "expectation": "is_swiss", "suite": "mine", "severity": "error", "reason": "doubted"},
        {"table": "standardise.record", "record_id": "r3", "source": "s", "line_no": 3, "contact_id": None,
         "column": "email", "expectation": "has_email", "suite": "mine", "severity": "warning", "reason": "failed"},
    ]  # fmt: skip
    assert (report.rows_in, report.rows_out, report.rows_held) == (3, 3, 0)
    figures = {"findings": 2, "error": 1, "warning": 1, "info": 0, "validity": 2, "completeness": 0}
    assert {name: report.figures[name] for name in figures} == figures
    assert (report.figures["records_with_findings"], report.figures["records_with_errors"]) == (2, 1)


@pytest.mark.gx
def test_failures_of_an_unlisted_expectation_are_counted_but_make_no_findings(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{}, {}])
    book = book_of(tmp_path, [{**HAS_EMAIL, "listed": False}])
    quality.check(ws, book, as_of=AS_OF, watcher=Silent())
    assert rows(ws, "quality.finding") == []
    assert rows(ws, "quality.expectation", "rows_checked", "rows_failed") == [{"rows_checked": 2, "rows_failed": 2}]


@pytest.mark.gx
def test_mostly_decides_the_verdict_and_not_the_findings(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"email": "a@b.ch"}, {}])
    lenient = {**HAS_EMAIL, "kwargs": {"column": "email", "mostly": 0.5}}
    quality.check(ws, book_of(tmp_path, [lenient]), as_of=AS_OF, watcher=Silent())
    assert rows(ws, "quality.expectation", "success", "rows_failed") == [{"success": True, "rows_failed": 1}]
    assert rows(ws, "quality.finding", "record_id") == [{"record_id": "r2"}]


@pytest.mark.gx
def test_a_project_replaces_switches_off_and_adds(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"email": "a@b.fr"}, {}])
    added = expectation("is_french", "expect_column_values_to_match_regex", "info", column="email", regex="fr$")
    overlay = {
        "expectations": [
            {"name": "has_email", "enabled": False},
            {"name": "is_swiss", "severity": "info"},
            added,
        ]
    }
    book = book_of(tmp_path, [HAS_EMAIL, IS_SWISS], yaml.safe_dump(overlay))
    quality.check(ws, book, as_of=AS_OF, watcher=Silent())
    found = rows(ws, "quality.expectation", "expectation", "severity", "success")
    assert found == [
        {"expectation": "is_french", "severity": "info", "success": True},
        {"expectation": "is_swiss", "severity": "info", "success": False},
    ]


@pytest.mark.gx
def test_no_records_meet_every_expectation(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [])
    unique = expectation("unique", "expect_column_values_to_be_unique", column="email")
    report = quality.check(ws, book_of(tmp_path, [HAS_EMAIL, IS_SWISS, unique]), as_of=AS_OF, watcher=Silent())
    assert report.figures["expectations_failed"] == 0
    assert report.rows_in == 0


@pytest.mark.gx
def test_the_day_of_the_run_is_a_parameter(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"updated_on": date(2026, 11, 22)}, {"updated_on": date(2026, 11, 23)}])
    parameter = {"$PARAMETER": "as_of"}
    past = expectation("past", "expect_column_values_to_be_between", column="updated_on", max_value=parameter)
    quality.check(ws, book_of(tmp_path, [past]), as_of=AS_OF, watcher=Silent())
    assert rows(ws, "quality.finding", "record_id") == [{"record_id": "r2"}]


@pytest.mark.gx
def test_findings_that_are_not_as_many_as_the_failures_stop_the_run(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(ws, "standardise.record", [{}, {}])

    def wrong(rule: ExpectationRule, table: str, index_query: str | None, condition: str | None) -> str:
        return "select * from standardise.record where record_id = 'r1'"

    monkeypatch.setattr(sys.modules["engine.quality.check"], "failing_rows", wrong)
    with pytest.raises(AssayError, match=r"mine\.has_email: 2 rows failed, but 1 findings were written"):
        quality.check(ws, book_of(tmp_path, [HAS_EMAIL]), as_of=AS_OF, watcher=Silent())


@pytest.mark.gx
def test_all_arguments_that_great_expectations_refuses_are_reported_at_their_lines(
    ws: Workspace, tmp_path: Path
) -> None:
    given(ws, "standardise.record", [{"email": "a@b.ch"}])
    odd = [expectation(name, "expect_column_values_to_be_between", column="line_no", min_value="many") for name in "ab"]
    with pytest.raises(RuleErrors) as raised:
        quality.check(ws, book_of(tmp_path, [HAS_EMAIL, *odd]), as_of=AS_OF, watcher=Silent())
    assert [problem.message.split(":")[0] for problem in raised.value.problems] == ["a", "b"]
    assert len({problem.line for problem in raised.value.problems}) == 2


def test_a_query_that_cannot_be_planned_is_reported_at_its_line_before_anything_runs(
    ws: Workspace, tmp_path: Path
) -> None:
    given(ws, "standardise.record", [])
    queries = ["select * from {batch} where emial is null", "selec * from {batch}", "select email from {batch}"]
    asked = [
        expectation(f"q{number}", "unexpected_rows_expectation", unexpected_rows_query=query)
        for number, query in enumerate(queries)
    ]
    with pytest.raises(RuleErrors) as raised:
        quality.check(ws, book_of(tmp_path, asked), as_of=AS_OF, watcher=Silent())
    assert [problem.message.split(":")[0] for problem in raised.value.problems] == ["q0", "q1", "q2"]
    assert "emial" in raised.value.problems[0].message


CANARIES = ("zz.canary@secret.example", "Canarybird", "+41799999999")


@pytest.mark.gx
def test_no_value_of_a_contact_is_returned_raised_printed_or_logged(
    ws: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    email, name, phone = CANARIES
    given(ws, "standardise.record", [{"email": email, "last_name": name, "phone": phone, "identifier": name}] * 2)
    several = [
        IS_SWISS,
        expectation("short", "expect_column_value_lengths_to_be_between", column="last_name", max_value=2),
        expectation("unique", "expect_column_values_to_be_unique", column="phone"),
        expectation(
            "rows", "unexpected_rows_expectation", unexpected_rows_query="select * from {batch} where phone > ''"
        ),
        expectation("known", "expect_column_distinct_values_to_be_in_set", column="last_name", value_set=["Roth"]),
    ]
    report = quality.check(ws, book_of(tmp_path, several), as_of=AS_OF, watcher=Silent())
    # a conversion error names the value it failed on: nothing of it may come through
    breaking = expectation(
        "breaks",
        "unexpected_rows_expectation",
        unexpected_rows_query="select * from {batch} where identifier::integer > 1",
    )
    (tmp_path / "again").mkdir()
    with pytest.raises(AssayError) as raised:
        quality.check(ws, book_of(tmp_path / "again", [breaking]), as_of=AS_OF, watcher=Silent())
    assert "breaks could not be computed (ConversionException)" in str(raised.value)

    told = [repr(report), str(raised.value), str(raised.value.hint), repr(raised.value.__cause__), caplog.text]
    told += [*capfd.readouterr(), repr(rows(ws, "quality.finding")), repr(rows(ws, "quality.expectation"))]
    assert [canary for canary in CANARIES if any(canary in text for text in told)] == []


@pytest.mark.gx
def test_tables_can_be_replaced_after_the_check(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", [{"email": "a@b.ch"}])
    quality.check(ws, book_of(tmp_path, [HAS_EMAIL]), as_of=AS_OF, watcher=Silent())
    given(ws, "standardise.record", [{}, {}])
    assert ws.count("standardise.record") == 2


@pytest.mark.gx
def test_warming_up_in_a_thread_beside_other_imports_works() -> None:
    assert warmed()
    from engine.quality.validation import validate

    assert callable(validate)


def test_importing_the_stage_does_not_import_great_expectations() -> None:
    program = "import sys; from engine import quality; print({'great_expectations', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_row_condition_and_missing_values_are_put_back_into_the_query_of_failing_rows() -> None:
    rule = ExpectationRule.model_validate(
        expectation("e", "expect_column_pair_values_to_be_equal", column_A="email", column_B="email2")
    )
    failing = findings.failing_rows(rule, "standardise.record", "SELECT 1;", "(kind = 'relay')")
    assert failing == (
        'select * from (\nSELECT 1\n) where (kind = \'relay\') and ("email" is not null or "email2" is not null)'
    )
