"""The journal: each line bound to the one before, and every tampering found at its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import journal
from engine.accounts import note_decisions
from engine.journal import BEGINNING, JOURNAL_FILE, Broken, fingerprint, read_journal
from engine.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(root=tmp_path)
    for number in range(1, 5):
        journal.note(made, "run", number=number, name="théâtre")
    return made


def lines(project: Project) -> list[str]:
    return (project.root / JOURNAL_FILE).read_text(encoding="utf-8").splitlines()


def write(project: Project, changed: list[str]) -> None:
    (project.root / JOURNAL_FILE).write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")


def test_a_line_has_its_number_and_follows_the_one_before(project: Project) -> None:
    read = read_journal(project)
    assert [entry.n for entry in read.entries] == [1, 2, 3, 4]
    assert read.broken == ()
    written = [json.loads(line) for line in lines(project)]
    assert written[0]["previous"] == BEGINNING
    assert [line["previous"] for line in written[1:]] == [line["hash"] for line in written[:-1]]
    assert read.head == written[-1]["hash"]


def test_without_a_project_nothing_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    journal.note(None, "run", lines=3)
    assert list(tmp_path.iterdir()) == []


def edited(found: list[str]) -> list[str]:
    return [found[0], found[1].replace('"number":2', '"number":7'), *found[2:]]


def edited_with_a_new_hash(found: list[str]) -> list[str]:
    line = json.loads(found[1])
    body = {name: line[name] for name in ("n", "at", "event", "facts", "previous")}
    body["facts"]["number"] = 7
    return [found[0], json.dumps({**body, "hash": journal._hash(body)}), *found[2:]]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (edited, [Broken(2, "changed")]),
        (edited_with_a_new_hash, [Broken(3, "gap")]),
        (lambda found: [found[0], *found[2:]], [Broken(2, "gap"), Broken(3, "gap"), Broken(4, "cut")]),
        (lambda found: [found[1], found[0], *found[2:]], [Broken(1, "gap"), Broken(2, "gap"), Broken(3, "gap")]),
        (lambda found: found[:-1], [Broken(4, "cut")]),
        (lambda found: [*found[:2], "{not a line", *found[3:]], [Broken(3, "unreadable"), Broken(4, "gap")]),
    ],
)
def test_tampering_is_found_at_its_line(
    damage: Callable[[list[str]], list[str]], told: list[Broken], project: Project
) -> None:
    write(project, damage(lines(project)))
    assert list(read_journal(project).broken) == told


def test_a_last_line_put_in_place_of_another_is_found(project: Project) -> None:
    body = json.loads(lines(project)[-1])
    del body["hash"]
    body["facts"]["number"] = 9
    write(project, [*lines(project)[:-1], json.dumps({**body, "hash": journal._hash(body)})])
    assert read_journal(project).broken == (Broken(4, "cut"),)


def test_a_line_that_was_changed_proves_nothing_and_those_after_it_still_do(project: Project) -> None:
    write(project, edited(lines(project)))
    assert [entry.n for entry in read_journal(project).entries] == [1, 3, 4]


def test_the_journal_goes_on_after_half_a_line(project: Project) -> None:
    path = project.root / JOURNAL_FILE
    path.write_bytes(path.read_bytes() + b'{"n":5,"at":"20')
    journal.note(project, "check", number=6)
    read = read_journal(project)
    assert read.broken == (Broken(5, "unreadable"),)
    assert [entry.n for entry in read.entries] == [1, 2, 3, 4, 6]


def test_a_project_moved_without_its_derived_files_has_a_whole_journal(project: Project) -> None:
    (project.workspace / journal.HEAD_FILE).unlink()
    assert read_journal(project).broken == ()


def test_files_are_named_from_the_project_and_never_by_a_path_of_the_machine(tmp_path: Path) -> None:
    inside, outside = tmp_path / "p" / "out" / "a.csv", tmp_path / "b.csv"
    inside.parent.mkdir(parents=True)
    inside.write_text("1")
    outside.write_text("2")
    found = journal.fingerprints(tmp_path / "p", [inside, outside, tmp_path / "none"])
    assert list(found) == ["b.csv", "out/a.csv"]
    assert found["out/a.csv"] == journal.fingerprint(inside)


def test_a_decision_is_remembered_without_the_records_it_is_about(project: Project) -> None:
    project.decisions.write_text('{"record_id_l": "crm:anna@x.ch", "record_id_r": "crm:b@x.ch"}\n', encoding="utf-8")
    note_decisions(project, "join", "Ana", 1)
    entry = read_journal(project).entries[-1]
    assert entry.facts == {
        "action": "join", "added": 1, "by": "Ana", "files": {"decisions.jsonl": fingerprint(project.decisions)},
    }  # fmt: skip
    assert "anna" not in (project.root / "journal.jsonl").read_text(encoding="utf-8")
