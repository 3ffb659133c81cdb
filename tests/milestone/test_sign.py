"""Signatures: bound to files, lapsed when these change, and never silent about what they accept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.journal import read_journal
from engine.milestone import sign
from engine.milestone.evidence import gather
from engine.milestone.gates import Gate, read_gates
from engine.project import Project
from tests.milestone.base import applied, made, ran, written

DAY = date(2026, 12, 7)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made_one = made(tmp_path)
    for name in ("out/protocol.json", "out/log/dev/import_log.json", "out/report.json"):
        written(made_one, name)
    return made_one


def gate(project: Project, name: str) -> Gate:
    return next(found for found in read_gates(gather(project, as_of=DAY)) if found.rule.name == name)


def test_a_signature_meets_a_gate_and_is_bound_to_its_files(project: Project) -> None:
    assert gate(project, "log_and_protocol").state == "open"
    facts = sign(project, "log_and_protocol", by=" Q. Gate ", note="read both", despite=False, as_of=DAY)
    assert facts["by"] == "Q. Gate"
    assert sorted(facts["files"]) == ["out/log/dev/import_log.json", "out/protocol.json", "out/report.json"]
    assert gate(project, "log_and_protocol").state == "met"


@pytest.mark.parametrize("name", ["out/protocol.json", "out/log/dev/import_log.json", "out/report.json"])
def test_it_lapses_when_a_file_changes_and_holds_again_when_it_is_as_it_was(name: str, project: Project) -> None:
    sign(project, "log_and_protocol", by="Q", note="", despite=False, as_of=DAY)
    written(project, name, "2")
    lapsed = gate(project, "log_and_protocol")
    assert lapsed.state == "open"
    assert lapsed.signature is not None
    assert lapsed.signature.changed == (name,)
    written(project, name, "1")
    assert gate(project, "log_and_protocol").state == "met"


def test_it_lapses_when_a_file_goes_or_comes(project: Project) -> None:
    written(project, "rules/mapping/crm.yml")
    sign(project, "transformations", by="A", note="", despite=False, as_of=DAY)
    new = written(project, "rules/matching/model.yml")
    assert not gate(project, "transformations").met
    new.unlink()
    assert gate(project, "transformations").met
    (project.root / "rules/mapping/crm.yml").unlink()
    assert not gate(project, "transformations").met


def test_the_newest_signature_counts(project: Project) -> None:
    sign(project, "log_and_protocol", by="Q", note="", despite=False, as_of=DAY)
    written(project, "out/protocol.json", "2")
    sign(project, "log_and_protocol", by="R", note="", despite=False, as_of=DAY)
    found = gate(project, "log_and_protocol")
    assert found.signature is not None
    assert (found.met, found.signature.entry.facts["by"]) == (True, "R")


def test_a_condition_that_failed_is_accepted_by_name_or_not_at_all(project: Project) -> None:
    ran(project, records_with_error=50)
    applied(project, "dev")
    with pytest.raises(UsageError, match="findings") as caught:
        sign(project, "quality", by="Q", note="", despite=False, as_of=DAY)
    assert "--despite" in str(caught.value.hint)
    sign(project, "quality", by="Q", note="known sources of 1998", despite=True, as_of=DAY)
    assert gate(project, "quality").met
    applied(project, "dev", not_imported=50)
    assert [seen.condition for seen in gate(project, "quality").lacking] == ["not_imported"]


@pytest.mark.parametrize(
    ("name", "by", "note", "told"),
    [
        ("log_and_protocl", "Q", "", "no gate"),
        ("log_and_protocol", "  ", "", "a signature has a name"),
        ("log_and_protocol", "Q", "x" * 501, "a signature has a name"),
        ("customer_validation", "C", "", "nothing to sign yet"),
    ],
)
def test_what_cannot_be_signed_is_refused_and_not_remembered(
    name: str, by: str, note: str, told: str, project: Project
) -> None:
    with pytest.raises(UsageError, match=told):
        sign(project, name, by=by, note=note, despite=False, as_of=DAY)
    assert read_journal(project).entries == ()
