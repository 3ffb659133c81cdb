"""The plan on a day: what the journal proves is done, what is late, and which gates are met."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine import journal
from engine.errors import RuleErrors, UsageError
from engine.milestone import sign, status
from engine.presentation.milestone import status_lines
from engine.project import Project
from engine.vocabulary import LANGUAGES, Language
from tests.milestone.base import applied, controls, made, on, ran, written

EARLY, J_7, AFTER = date(2026, 11, 1), date(2026, 12, 9), date(2026, 12, 18)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made(tmp_path)


def step(project: Project, name: str, as_of: date) -> dict[str, Any]:
    return next(found for found in status(project, as_of=as_of, language="en")["steps"] if found["name"] == name)


def gate(project: Project, name: str, as_of: date = EARLY) -> dict[str, Any]:
    return next(found for found in status(project, as_of=as_of, language="en")["gates"] if found["name"] == name)


def test_every_step_has_its_day_relative_to_j(project: Project) -> None:
    days = {found["name"]: found["due"] for found in status(project, as_of=EARLY, language="en")["steps"]}
    assert days["data_received"] == "2026-12-01"
    assert days["pre_production"] == "2026-12-08"
    assert days["second_extract"] == "2026-12-14"
    assert days["production"] == "2026-12-15"


def test_a_step_is_done_when_the_journal_says_so_and_late_when_it_does_not(project: Project) -> None:
    assert step(project, "development", EARLY)["state"] == "ahead"
    assert step(project, "development", date(2026, 12, 1))["state"] == "due"
    assert step(project, "development", J_7)["state"] == "late"
    applied(project, "preprod")
    assert step(project, "development", J_7)["state"] == "late"
    applied(project, "dev")
    assert step(project, "development", J_7)["state"] == "done"


def test_a_step_done_after_its_day_says_how_late_it_was(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    on("2026-12-11", monkeypatch)
    journal.note(project, "deliver")
    found = step(project, "delivered", AFTER)
    assert (found["state"], found["done_on"], found["days_late"]) == ("done", "2026-12-11", 3)


def test_only_another_extract_is_the_second_and_without_one_it_was_left_out(project: Project) -> None:
    ran(project)
    assert step(project, "second_extract", AFTER)["state"] == "left_out"
    ran(project, extract="j-1")
    assert step(project, "second_extract", AFTER)["state"] == "done"


def test_a_missed_gate_or_a_broken_journal_is_an_alarm(project: Project) -> None:
    assert status(project, as_of=EARLY, language="en")["ok"]
    late = status(project, as_of=J_7, language="en")
    assert not late["ok"]
    assert "gate data" in late["alarms"]
    assert "step pre_production" in late["alarms"]
    ran(project)
    path = project.root / journal.JOURNAL_FILE
    path.write_text(path.read_text("utf-8").replace('"records":100', '"records":999'), encoding="utf-8")
    told = status(project, as_of=EARLY, language="en")
    assert told["alarms"] == ["journal line 1"]
    assert told["journal"]["broken"] == [{"n": 1, "damage": "changed"}]


@pytest.mark.parametrize(
    ("facts", "met", "why"),
    [
        ({}, True, "totals_agree"),
        ({"controls": controls(missed=1)}, False, "totals_differ"),
        ({"controls": controls(given=0, without=("crm",))}, None, "no_totals"),
    ],
)
def test_control_totals_decide_whether_the_data_is_complete(
    facts: dict[str, Any], met: bool | None, why: str, project: Project
) -> None:
    ran(project, **facts)
    found = gate(project, "data")
    assert [(seen["met"], seen["why"]) for seen in found["conditions"]][1] == (met, why)
    assert (found["state"] == "met") is (met is True)


def test_data_that_came_late_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    on("2026-12-04", monkeypatch)
    ran(project)
    (arrived, _) = gate(project, "data", J_7)["conditions"]
    assert (arrived["why"], arrived["values"]["days"]) == ("arrived_late", 3)


def test_a_source_of_several_tables_has_arrived_when_its_tables_have(project: Project) -> None:
    ran(project, sources={"crm_contacts": "0", "crm_orders": "1"})
    assert gate(project, "data")["conditions"][0]["met"] is True
    ran(Project(root=project.root), sources={"crmother": "0"})


@pytest.mark.parametrize(
    ("codes", "defined", "met"),
    [
        ([], "null", True),
        (["SCHOOL"], "null", None),
        (["SCHOOL"], "[SCHOOL, CLUB]", True),
        (["SCHOOL", "CINEMA"], "[SCHOOL, CLUB]", False),
    ],
)
def test_structure_types_must_be_defined_before(
    codes: list[str], defined: str, met: bool | None, project: Project
) -> None:
    written(project, "rules/delivery/import_rules.yml", f"defined: {{structure_types: {defined}}}\n")
    ran(project, codes={"STRUCT_TYPE": codes, "ADMIN_NUMBER": [], "CRITERIA": []})
    assert gate(project, "prerequisites")["conditions"][0]["met"] is met


def test_a_definition_file_that_was_applied_defines(project: Project) -> None:
    ran(project, codes={"STRUCT_TYPE": ["SCHOOL"], "ADMIN_NUMBER": [], "CRITERIA": ["VIP"]})
    applied(project, "dev", defined={"STRUCT_TYPE": ["SCHOOL"], "CRITERIA": ["COLOUR"]})
    types, criteria, *_ = gate(project, "prerequisites")["conditions"]
    assert (types["met"], criteria["met"], criteria["values"]) == (True, False, {"codes": ["VIP"]})


def test_numbers_from_a_range_that_nobody_reserved_are_a_missing_prerequisite(tmp_path: Path) -> None:
    project = made(tmp_path)
    ran(project, numbers_given=12)
    assert gate(project, "prerequisites")["conditions"][3]["met"] is False
    reserved = made(tmp_path, (tmp_path / "assay.toml").read_text("utf-8") + "[numbers]\nrange_start = 9000001\n")
    assert gate(reserved, "prerequisites")["conditions"][3]["met"] is True


@pytest.mark.parametrize(
    ("errors", "refused", "rules", "state"),
    [(5, 1, {}, "met"), (6, 0, {}, "open"), (0, 2, {}, "open"), (0, 0, {"number_known": 1}, "open")],
)
def test_quality_is_met_up_to_its_thresholds(
    errors: int, refused: int, rules: dict[str, int], state: str, project: Project
) -> None:
    ran(project, records_with_error=errors)
    applied(project, "dev", not_imported=refused, rules=rules)
    assert gate(project, "quality")["state"] == state


def test_a_gate_that_a_project_switched_off_is_gone(project: Project) -> None:
    text = "gates: [{name: data, enabled: false}]\nsteps: [{name: data_received, enabled: false}]\n"
    written(project, "rules/milestone.yml", text)
    assert "data" not in [found["name"] for found in status(project, as_of=J_7, language="en")["gates"]]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("gates: [{name: data, binds: [../../etc/passwd]}]", "only files below the project folder"),
        ("steps: [{name: delivered, done: {event: null, gate: deliver}}]", 'waits for gate "deliver"'),
        ("steps: [{name: delivered, dew: 3}]", "Did you mean due?"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_place(rules: str, told: str, project: Project) -> None:
    written(project, "rules/milestone.yml", rules + "\n")
    with pytest.raises(RuleErrors, match=r"milestone.yml:1") as caught:
        status(project, as_of=EARLY, language="en")
    assert told.replace('"', "") in caught.value.message.replace('"', "")


def test_without_j_there_is_no_status(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no milestone J"):
        status(made(tmp_path, 'name = "p"\n'), as_of=EARLY, language="en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_every_language(
    language: Language, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    on("2026-12-04", monkeypatch)
    ran(project, controls=controls(missed=1), numbers_given=7, records_with_error=50)
    applied(project, "dev", not_imported=50)
    written(project, "out/report.json")
    sign(project, "data", by="A. Leader", note="late but whole", despite=True, as_of=J_7)
    written(project, "out/report.json", "2")
    lines = "\n".join(status_lines(status(project, as_of=J_7, language=language), language))
    assert "A. Leader" in lines
    assert "out/report.json" in lines
    assert "{" not in lines
