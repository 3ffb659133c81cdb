"""Freeze: a replay finds what it was made with, or says what has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SourceError, UsageError
from engine.freezing import changes, freeze, read_frozen, refuse_changes, refuse_schema_drift
from engine.project import load_project
from engine.workspace import Workspace
from tests.conftest import given

TOML = 'name = "p"\ninstitution = "X"\n[[sources]]\nname = "crm"\npath = "incoming/crm.csv"\n'


@pytest.fixture
def root(tmp_path: Path, ws: Workspace) -> Path:
    (tmp_path / "assay.toml").write_text(TOML)
    (tmp_path / "rules" / "mapping").mkdir(parents=True)
    (tmp_path / "rules" / "mapping" / "crm.yml").write_text("source: crm\n")
    (tmp_path / "decisions.jsonl").write_text("")
    (tmp_path / "secret.key").write_text("k\n")
    (tmp_path / "numbers.jsonl").write_text('{"contact_id": "c1", "number": "7", "origin": "source"}\n')
    given(ws, "intake.source", [{"source": "crm", "headers": ["No", "Nom", "Ville"]}])
    freeze(load_project(tmp_path), ws, as_of="2026-11-22")
    return tmp_path


def changed(root: Path) -> list[str]:
    project = load_project(root)
    frozen = read_frozen(project)
    assert frozen is not None
    return list(changes(project, frozen))


def test_nothing_has_changed_when_nothing_has(root: Path) -> None:
    assert changed(root) == []
    refuse_changes(load_project(root), read_frozen(load_project(root)))  # type: ignore[arg-type]


def write(name: str, text: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (write("rules/mapping/crm.yml", "source: crm # edited\n"), "rule project/rules/mapping/crm.yml: changed"),
        (write("rules/standardisation/phones.yml", "x: 1\n"), "rule project/rules/standardisation/phones.yml: new"),
        (lambda root: (root / "rules" / "mapping" / "crm.yml").unlink(), "rule project/rules/mapping/crm.yml: gone"),
        (write("assay.toml", TOML.replace('"X"', '"Y"')), "setting institution: changed"),
        (write("decisions.jsonl", "{}\n"), "file decisions.jsonl: changed"),
        (write("secret.key", "another\n"), "file secret.key: changed"),
        (write("models/individual.json", "{}"), "file models/individual.json: new"),
        (write("numbers.jsonl", ""), "file numbers.jsonl: lines that were there have changed; it may only grow"),
    ],
)
def test_every_change_is_named(root: Path, change: Callable[[Path], object], said: str) -> None:
    change(root)
    assert changed(root) == [said]
    with pytest.raises(UsageError, match="changed since the freeze of 2026-11-22") as caught:
        refuse_changes(load_project(root), read_frozen(load_project(root)))  # type: ignore[arg-type]
    assert said in caught.value.message


def test_a_new_path_a_milestone_and_more_numbers_are_no_change(root: Path) -> None:
    (root / "assay.toml").write_text(TOML.replace("crm.csv", "crm_j1.csv") + "[milestone]\ndate = 2026-12-06\n")
    with (root / "numbers.jsonl").open("a") as file:
        file.write('{"contact_id": "c2", "number": "8", "origin": "source"}\n')
    for name in ("milestone", "pricing", "analysis"):  # they change no record
        (root / "rules" / f"{name}.yml").write_text("why: moved\n")
    assert changed(root) == []


def test_columns_in_another_order_are_no_drift(root: Path, ws: Workspace) -> None:
    frozen = read_frozen(load_project(root))
    assert frozen is not None
    given(ws, "intake.source", [{"source": "crm", "headers": ["Ville", "No", "Nom"]}])
    refuse_schema_drift(ws, frozen)


def test_missing_and_new_columns_and_sources_are_all_named(root: Path, ws: Workspace) -> None:
    frozen = read_frozen(load_project(root))
    assert frozen is not None
    given(ws, "intake.source", [{"source": "crm", "headers": ["No", "Name"]}, {"source": "web", "headers": ["Id"]}])
    with pytest.raises(SourceError) as caught:
        refuse_schema_drift(ws, frozen)
    assert caught.value.message.splitlines()[1:] == [
        "source web is new",
        "crm: columns missing: Nom, Ville",
        "crm: columns new: Name",
    ]


def test_a_project_that_was_never_frozen_has_nothing_to_replay(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text('name = "p"\n')
    assert read_frozen(load_project(tmp_path)) is None


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"as_of": "x", "rules": 1})])
def test_a_damaged_freeze_is_said(root: Path, text: str) -> None:
    (root / "frozen.json").write_text(text)
    with pytest.raises(UsageError, match="damaged"):
        read_frozen(load_project(root))


def test_what_the_run_learned_and_decided_is_kept_and_a_change_of_it_is_said(root: Path, ws: Workspace) -> None:
    project = load_project(root)
    project.learned.mkdir(parents=True)
    (project.learned / "learned.json").write_text("{}")
    (project.learned / "lexicon.parquet").write_bytes(b"first")
    given(ws, "standardise.column", [{"source": "crm", "question": "name_order", "answer": "last_first"}])
    freeze(project, ws, as_of="2026-11-22")
    frozen = read_frozen(project)
    assert frozen is not None
    assert frozen.learned
    assert frozen.answers == {("crm", "name_order"): "last_first"}
    (project.learned / "lexicon.parquet").write_bytes(b"of a later run")
    assert changed(root) == []
    (project.frozen / "lexicon.parquet").write_bytes(b"edited")
    assert changed(root) == ["file frozen/lexicon.parquet: changed"]
    (project.learned / "lexicon.parquet").unlink()
    freeze(project, ws, as_of="2026-11-23")  # frozen again: nothing of the former freeze stays
    assert [path.name for path in project.frozen.iterdir()] == ["learned.json"]
