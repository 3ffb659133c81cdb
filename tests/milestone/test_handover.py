"""The note for the ticket: state and owner of the process, counts, files with their hashes, no markup of others."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.journal import read_journal
from engine.milestone import hand_over
from engine.project import Project
from engine.vocabulary import LANGUAGES, Language
from tests.milestone.base import applied, made, written

DAY = date(2026, 12, 16)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_note_after_production_has_state_owner_counts_and_hashes(language: Language, project: Project) -> None:
    log = written(project, "out/log/prod/not_imported.csv", "File;Line\n")
    applied(project, "prod", rows=1000, not_imported=3, rules={"number_twice": 2, "phone_form": 40})
    note, files = hand_over(project, "final", as_of=DAY, language=language)
    assert (note["state"], note["owner"]) == ("final validation", "project_leader")
    assert (note["import"]["imported"], note["import"]["not_imported"]) == (997, 3)
    assert [rule["rule"] for rule in note["import"]["rules"]] == ["phone_form", "number_twice"]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "final validation" in text
        assert hashlib.sha256(log.read_bytes()).hexdigest() in text
        assert "../../out/log/prod/not_imported.csv" in text
        assert note["journal"]["head"] in text
    html = files[1].read_text(encoding="utf-8")
    assert "<script" not in html
    assert f'lang="{language}"' in html


def test_the_journal_remembers_the_note_and_its_files(project: Project) -> None:
    _, files = hand_over(project, "open", as_of=DAY, language="en")
    (entry,) = read_journal(project).entries
    assert entry.facts["stage"] == "open"
    assert entry.facts["files"]["out/handover/open.md"] == hashlib.sha256(files[0].read_bytes()).hexdigest()


def test_names_of_files_cannot_become_markup(project: Project) -> None:
    written(project, "incoming/<img src=x>|[a](b).csv")
    _, (markdown, page) = hand_over(project, "open", as_of=DAY, language="en")
    assert "<img" not in page.read_text(encoding="utf-8")
    text = markdown.read_text(encoding="utf-8")
    assert "\\<img src=x\\>\\|\\[a\\]\\(b\\).csv" in text
    assert "%3Cimg%20src%3Dx%3E%7C%5Ba%5D%28b%29.csv" in text


def test_a_note_outside_of_the_project_links_nowhere_but_names_the_hashes(project: Project, tmp_path: Path) -> None:
    written(project, "incoming/crm.csv")
    note, _ = hand_over(project, "open", as_of=DAY, language="en", out=tmp_path.parent / "elsewhere")
    assert [(file["file"], file["link"]) for file in note["files"]] == [("incoming/crm.csv", None)]


@pytest.mark.parametrize(("stage", "told"), [("final", "nothing was imported into prod"), ("finel", "no stage")])
def test_a_note_about_nothing_is_refused(stage: str, told: str, project: Project) -> None:
    with pytest.raises(UsageError, match=told):
        hand_over(project, stage, as_of=DAY, language="en")
    assert read_journal(project).entries == ()
