"""Records under a new key that do not say quite the same as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.extracts import keep_records
from engine.golden import Numbers, append_identity
from engine.golden.identity import assign_identity, note_identity
from engine.golden.numbers import assign_numbers, new_numbers_sql
from engine.matching import export_models, link
from engine.options import RunOptions
from engine.progress import Silent
from engine.project import Project
from engine.rulebook.load import RuleBook
from engine.successors import recognise_records
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import person, town

BOOK = RuleBook()
ANN, BOB, EVA = "town:0001", "town:0002", "town:0003"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model learned from a whole town."""
    folder = tmp_path_factory.mktemp("models")
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        given(ws, "standardise.record", town())
        link(ws, BOOK, threads=2, watcher=Silent())
        export_models(ws, folder)
    return folder


@dataclass(frozen=True)
class Runs:
    """A project of few people, run after run; every record is a contact of its own."""

    ws: Workspace
    project: Project

    def extract(self, records: Sequence[dict[str, Any]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """contact_id of every record, and the keys that moved."""
        ws, project = self.ws, self.project
        given(ws, "standardise.record", records)
        numbers = Numbers.load(BOOK, project.numbers, key="secret", extract="e")
        options = RunOptions(
            sources=(), out=project.out, workspace=project.workspace, as_of=date(2026, 11, 22), project=project
        )
        moved = recognise_records(ws, options, BOOK, numbers)
        given(
            ws,
            "matching.cluster",
            [{"record_id": row["record_id"], "kind": "individual", "cluster_id": row["record_id"]} for row in records],
        )
        ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
        assign_identity(ws, numbers)
        ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
        assign_numbers(ws, numbers)
        ws.execute(f"create or replace temp table golden_new_number as {new_numbers_sql()}")
        note_identity(ws, numbers)
        append_identity(ws, project.numbers)
        keep_records(ws, project.last_records)
        found = ws.rows("select record_id, contact_id from golden_member join golden_granted using (cluster_no)")
        return dict(found), moved


@pytest.fixture
def runs(ws: Workspace, tmp_path: Path, models: Path) -> Runs:
    project = Project(root=tmp_path)
    project.models.symlink_to(models)
    return Runs(ws, project)


def under(key: str, number: int, **more: Any) -> dict[str, Any]:
    """Person ``number`` under another key."""
    return {**person(number), "record_id": key, "source_key": key.partition(":")[2], **more}


def test_a_new_key_and_a_new_mailbox_are_the_person_they_were(runs: Runs) -> None:
    first, _ = runs.extract([person(1), person(2), person(3)])
    now, moved = runs.extract([under("town:9", 1, emails=["new@example.org"], email="new@example.org"), person(3)])
    assert now == {"town:9": first[ANN], EVA: first[EVA]}
    assert moved == [("town:9", ANN)]


def test_what_was_found_stays_found_and_decisions_follow_in_every_later_run(runs: Runs) -> None:
    runs.extract([person(1), person(2)])
    changed = under("town:9", 1, emails=["new@example.org"])
    first = runs.extract([changed, person(2)])
    memory = runs.project.numbers.read_bytes()
    assert runs.extract([changed, person(2)]) == first
    assert runs.project.numbers.read_bytes() == memory
    twice, moved = runs.extract([under("town:10", 1, emails=["other@example.org"]), person(2)])
    assert twice["town:10"] == first[0]["town:9"]
    assert moved == [("town:10", ANN), ("town:10", "town:9")]


def test_somebody_else_is_nobodys_successor(runs: Runs) -> None:
    first, _ = runs.extract([person(1), person(2)])
    now, moved = runs.extract([person(2), under("town:9", 7)])
    assert now["town:9"] not in first.values()
    assert moved == []


def test_two_alike_are_both_new_for_a_guess_between_two_is_none(runs: Runs) -> None:
    first, _ = runs.extract([person(1), person(2)])
    now, _ = runs.extract(
        [under("town:8", 1, emails=["a@example.org"]), under("town:9", 1, emails=["b@example.org"]), person(2)]
    )
    assert first[ANN] not in now.values()


def test_another_source_has_no_successors_of_this_one(runs: Runs) -> None:
    first, _ = runs.extract([person(1), person(2)])
    now, _ = runs.extract([under("club:9", 1, source="club", emails=["new@example.org"]), person(2)])
    assert now["club:9"] != first[ANN]


def test_without_a_model_or_the_last_records_nothing_is_guessed(runs: Runs) -> None:
    first, _ = runs.extract([person(1), person(2)])
    runs.project.last_records.unlink()
    changed = [under("town:9", 1, emails=["new@example.org"]), person(2)]
    now, _ = runs.extract(changed)
    assert now["town:9"] != first[ANN]
    nobody = replace(runs, project=Project(root=runs.project.root / "without"))
    nobody.project.root.mkdir()
    first, _ = nobody.extract([person(1), person(2)])
    now, _ = nobody.extract(changed)
    assert now["town:9"] != first[ANN]
