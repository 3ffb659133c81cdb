"""Scores add up to the counts of the expectations, in every direction they can be cut."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from engine import quality
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.shipped import shipped
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.quality.warmed import warmed

pytestmark = pytest.mark.gx

AS_OF = date(2026, 11, 22)
RECORDS = [
    {"source": "a", "last_name": "Roth", "email": "a@b.ch", "email_raw": "a@b.ch", "kind": "individual"},
    {"source": "a", "last_name": "Roth", "email": "a@b.ch", "email_raw": "a@b.ch", "kind": "individual"},
    {"source": "b", "email_raw": "none", "email_reason": "placeholder", "kind": "individual"},
    {"source": "b", "organisation": "x" * 101, "birth_date": date(1985, 6, 1), "kind": "structure"},
]


@pytest.fixture
def checked(ws: Workspace) -> Workspace:
    assert warmed()
    given(ws, "standardise.record", RECORDS)
    quality.check(ws, RuleBook(base=shipped("expectations")), as_of=AS_OF, watcher=Silent())
    return ws


def test_scores_add_up_to_the_counts_of_the_expectations(checked: Workspace) -> None:
    by = 'suite, "column", dimension'
    counted = checked.rows(
        f"select {by}, sum(rows_checked)::bigint, sum(rows_failed)::bigint from quality.expectation "
        f"group by all having sum(rows_checked) > 0 order by all"
    )
    scored = checked.rows(
        f"select {by}, sum(checked)::bigint, sum(failed)::bigint from quality.score group by all order by all"
    )
    assert len(scored) > 20
    assert scored == counted


def test_no_more_fails_than_was_looked_at(checked: Workspace) -> None:
    assert [row for row in rows(checked, "quality.score") if not 0 <= row["failed"] <= row["checked"]] == []


def test_failures_that_are_only_counted_count_in_their_own_source(checked: Workspace) -> None:
    found = {
        (row["source"], row["column"]): (row["checked"], row["failed"])
        for row in rows(checked, "quality.score")
        if row["suite"] == "completeness"
    }
    assert found["a", "email"] == (2, 0)
    assert found["b", "email"][1] > 0


def test_a_second_check_of_a_table_replaces_the_first_and_leaves_the_others(checked: Workspace) -> None:
    before = Counter(row["suite"] for row in rows(checked, "quality.score"))
    given(checked, "golden.contact", [{"contact_id": "c", "contact_nr": "x", "kind": "individual", "records": 1}])
    given(checked, "golden.crosswalk", [{"contact_id": "c", "contact_nr": "x"}])
    book = RuleBook(base=shipped("expectations"))
    for _ in range(2):
        report = quality.check(checked, book, tables=["golden.contact"], as_of=AS_OF, watcher=Silent())
    assert (report.stage, report.unit, report.rows_in) == ("golden quality", "contact", 1)
    assert (report.figures["contacts_with_findings"], report.figures["contacts_with_errors"]) == (1, 1)
    after = Counter(row["suite"] for row in rows(checked, "quality.score"))
    assert after.pop("golden") > 0
    assert after == before
    of_contacts = [row for row in rows(checked, "quality.finding") if row["table"] == "golden.contact"]
    assert {(row["record_id"], row["source"], row["line_no"], row["contact_id"]) for row in of_contacts} == {
        (None, None, None, "c")
    }
    names = [row["expectation"] for row in of_contacts]
    assert "golden_contact_nr_of_digits" in names
    assert len(names) == len(set(names))
    assert {row["source"] for row in rows(checked, "quality.score") if row["suite"] == "golden"} == {""}
