"""Preparing in a second process: the same records, the same errors, and nothing left running."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SourceError, SurroundingsError, UsageError
from engine.options import RunOptions, RunSource, project_options
from engine.preparing import ASIDE_FROM, Aside, ElsewhereError, pays_aside, prepare
from engine.progress import Silent
from engine.project import load_project
from engine.workspace import Workspace

CONTACTS = (
    "Nom;Prénom;Téléphone;CP;Ville\nDUPONT;Marie;022 310 12 34;1204;GENEVE\nMartin;Paul;021 613 21 11;1003;Lausanne\n"
)


def options(source: Path, workspace: Path) -> RunOptions:
    return RunOptions((RunSource(source),), workspace / "out", workspace, date(2026, 11, 22), threads=2, memory="1GB")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS, encoding="utf-8")
    return path


def records(folder: Path) -> list[tuple[Any, ...]]:
    with Workspace.open(folder, threads=1, memory="200MB", fresh=False) as ws:
        return ws.rows("select * from standardise.record order by record_id")


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def step(self, text: str) -> None:
        self.said.append(text)


def test_the_second_process_makes_the_same_records_and_says_the_same(tmp_path: Path, source: Path) -> None:
    here, there = Listener(), Listener()
    prepare(options(source, tmp_path / "here"), here)
    with Aside() as aside:
        aside.prepare(options(source, tmp_path / "there"), there)
    assert records(tmp_path / "there") == records(tmp_path / "here")
    assert there.said == here.said != []


def test_a_source_that_cannot_be_used_stops_it_with_its_message(tmp_path: Path) -> None:
    with Aside() as aside, pytest.raises(SourceError) as caught:
        aside.prepare(options(tmp_path / "none.csv", tmp_path / "w"), Silent())
    assert "none.csv" in caught.value.message
    assert caught.value.exit_code == 3


def test_a_mistake_in_the_rules_keeps_its_file_and_line(tmp_path: Path, source: Path) -> None:
    (tmp_path / "assay.toml").write_text('name = "p"\n')
    rules = tmp_path / "rules" / "standardisation"
    rules.mkdir(parents=True)
    (rules / "phones.yml").write_text("no_such_key: 1\n")
    run = project_options(load_project(tmp_path), options(source, tmp_path / "w"))
    with Aside() as aside, pytest.raises(UsageError, match=r"phones\.yml:1"):
        aside.prepare(run, Silent())


def test_a_defect_is_told_by_class_and_place_and_never_by_its_text(tmp_path: Path) -> None:
    no_options: Any = {"Zorgvlied": 1}
    with Aside() as aside, pytest.raises(ElsewhereError) as caught:
        aside.prepare(no_options, Silent())
    assert caught.value.where.startswith("AttributeError at preparing.py:")
    assert "Zorgvlied" not in str(caught.value)


def test_a_process_that_was_killed_is_a_matter_of_the_surroundings(tmp_path: Path, source: Path) -> None:
    with Aside() as aside:
        aside._process.kill()
        aside._process.join()
        with pytest.raises(SurroundingsError, match="ended from outside"):
            aside.prepare(options(source, tmp_path / "w"), Silent())


def test_a_process_that_is_not_needed_after_all_ends_with_its_context() -> None:
    with Aside() as aside:
        process = aside._process
    assert not process.is_alive()


def test_small_files_and_one_thread_are_not_worth_a_process(tmp_path: Path, source: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * ASIDE_FROM)
    assert not pays_aside([source], 2)
    assert not pays_aside([large], 1)
    assert not pays_aside([tmp_path / "none.csv"], 2)
