"""Retention: who is proposed, who is kept, and that nothing goes above the ceiling by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.delivering import operation_called
from engine.errors import AssayError, RuleErrors
from engine.project import Project
from engine.protection.retention import PROPOSAL, propose
from engine.retaining import load_rules, simulate, write_lists
from engine.rulebook import RuleBook
from engine.rulebook.retention import OPERATIONS, RetentionRules
from engine.vocabulary import LANGUAGES
from engine.workspace import Workspace
from tests.conftest import given
from tests.support.yaml_files import read_yaml

TODAY = date(2026, 11, 22)
CASES = read_yaml(Path(__file__).parents[1] / "rules" / "retention" / "cases.yml")
RULES = RuleBook().load("retention.yml", RetentionRules)
OLD = {"kind": "individual", "created_on": date(2019, 1, 5)}
NEW = {"kind": "individual", "created_on": date(2026, 1, 5)}


def base(ws: Workspace, contacts: Sequence[Mapping[str, Any]], cells: Mapping[str, str] | None = None) -> None:
    """Contacts of one record each, numbered from 1; ``cells`` are further columns of all of them."""
    headers = list(cells or {})
    said = [{"record_id": f"s:{n}", **contact} for n, contact in enumerate(contacts, start=1)]
    given(ws, "standardise.record", said)
    named = [{"contact_id": f"c{n}", "contact_nr": str(n)} for n in range(1, len(contacts) + 1)]
    people = [
        {**ids, "kind": contact["kind"], "last_name": "Dupont"} for ids, contact in zip(named, contacts, strict=True)
    ]
    given(ws, "golden.contact", people)
    given(ws, "golden.crosswalk", [{"record_id": f"s:{n}", **ids} for n, ids in enumerate(named, start=1)])
    given(ws, "intake.line", [{"cells": list((cells or {}).values())} for _ in contacts])
    mapping = [{"source": "s", "position": place, "header": name} for place, name in enumerate(headers, start=1)]
    given(ws, "intake.mapping", mapping)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_shipped_rules(ws: Workspace, case: dict[str, Any]) -> None:
    base(ws, [case["contact"]], case.get("cells"))
    propose(ws, RULES, as_of=TODAY)
    assert ws.rows(f"select rule, excepted from {PROPOSAL}") == [(case["rule"], case.get("excepted"))]


def test_every_shipped_rule_and_exception_has_a_case() -> None:
    assert {rule.name for rule in RULES.rules} == {case["rule"] for case in CASES} - {None}
    assert {one.name for one in RULES.exceptions} == {case.get("excepted") for case in CASES} - {None}


def test_the_latest_day_of_all_records_of_a_contact_counts(ws: Workspace) -> None:
    base(ws, [OLD, NEW])
    ws.execute("update golden.crosswalk set contact_id = 'c1'")
    propose(ws, RULES, as_of=TODAY)
    assert ws.rows(f"select rule, last_on from {PROPOSAL} where contact_id = 'c1'") == [(None, date(2026, 1, 5))]


def test_the_day_of_a_migration_is_nobodys_activity(ws: Workspace) -> None:
    stamped = [{**OLD, "created_on": date(2019, 1, 1 + n % 28), "updated_on": date(2026, 6, 1)} for n in range(30)]
    base(ws, stamped)
    propose(ws, RULES, as_of=TODAY)
    assert ws.rows(f"select rule, count(*) from {PROPOSAL} group by rule") == [("dormant_prospect", 30)]


def test_the_list_of_contacts_to_keep_is_kept(ws: Workspace) -> None:
    base(ws, [OLD, OLD])
    propose(ws, RULES, as_of=TODAY, keep=["2"])
    assert ws.rows(f"select contact_nr, excepted from {PROPOSAL} order by contact_nr") == [
        ("1", None),
        ("2", "keep_list"),
    ]


def test_above_the_ceiling_no_list_is_written_unless_somebody_says_so(ws: Workspace, tmp_path: Path) -> None:
    base(ws, [OLD] + [NEW] * 9)
    project = Project(root=tmp_path)
    data = simulate(project, ws, as_of=TODAY, keep=[], language="fr", out=tmp_path / "r").data
    assert (data["proposed"], data["share"], data["over_ceiling"]) == (1, 0.1, True)
    rules = load_rules(project)
    with pytest.raises(AssayError, match="more than the ceiling") as told:
        write_lists(ws, rules, data, tmp_path, over_ceiling=False)
    assert told.value.exit_code == 1
    assert not list(tmp_path.glob("*.csv"))
    (tmp_path / "anonymise.csv").write_text("of last time")
    written = write_lists(ws, rules, data, tmp_path, over_ceiling=True)
    assert list(written) == ["delete"]
    assert written["delete"].read_text(encoding="utf-8") == "CONTACT_NR;OPERATION;REASON\n1;DROP;dormant_prospect\n"
    assert not (tmp_path / "anonymise.csv").exists()
    assert all(operation_called(word) == operation for word, operation in OPERATIONS.items())


def test_the_report_counts_by_rule_source_and_year_and_shows_forms_not_names(ws: Workspace, tmp_path: Path) -> None:
    base(ws, [OLD] + [NEW] * 30)
    for language in LANGUAGES:
        done = simulate(Project(root=tmp_path), ws, as_of=TODAY, keep=[], language=language, out=tmp_path / language)
        page = (tmp_path / language / "report.html").read_text(encoding="utf-8")
        assert "Dupont" not in page + json.dumps(done.data)
        assert "D*****" in page
    assert not done.data["over_ceiling"]
    assert done.data["by_year"] == [{"year": 2019, "contacts": 1}]
    assert done.data["by_source"] == [{"source": "s", "contacts": 1}]
    assert [(rule["rule"], rule["contacts"]) for rule in done.data["rules"]] == [
        ("dormant_prospect", 1),
        ("dormant_buyer", 0),
    ]


def test_a_rule_that_the_import_would_refuse_is_a_mistake_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "retention.yml").write_text(
        "rules:\n  - {name: dormant_buyer, propose: inactivate}\n", encoding="utf-8"
    )
    with pytest.raises(RuleErrors, match="refuses to inactivate"):
        load_rules(Project(root=tmp_path))
