"""Corrections: what a person says of contacts becomes decisions, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.correction import Signed, join, split, undo_merge
from engine.errors import UsageError
from engine.judgement import read_decisions
from engine.workspace import Workspace
from tests.conftest import given

ANA = Signed(by="Ana", at="2026-11-22T10:00:00+01:00", why="phoned")


@pytest.fixture(autouse=True)
def base(ws: Workspace) -> None:
    """c1 = r1, r2, r3; c2 = r4; a structure c3 = r5."""
    kinds = ["individual"] * 4 + ["structure"]
    contacts = ["c1", "c1", "c1", "c2", "c3"]
    given(ws, "standardise.record", [{"kind": kind} for kind in kinds])
    given(ws, "golden.crosswalk", [{"contact_id": contact} for contact in contacts])
    given(
        ws,
        "golden.contact",
        [{"contact_id": name, "contact_nr": number} for name, number in (("c1", "11"), ("c2", "22"), ("c3", "33"))],
    )


def said(path: Path) -> dict[tuple[str, str], str]:
    return {(one.record_id_l, one.record_id_r): one.judgement for one in read_decisions(path)}


def remember(path: Path, *lines: tuple[str, str]) -> Path:
    """numbers.jsonl with (record, contact) memberships in order."""
    path.write_text("".join(json.dumps({"record_id": r, "contact_id": c, "alone": False}) + "\n" for r, c in lines))
    return path


def test_a_record_split_off_is_kept_apart_from_every_other_of_its_contact(ws: Workspace, tmp_path: Path) -> None:
    done = split(ws, tmp_path / "d", "r2", ANA)
    assert said(tmp_path / "d") == {("r1", "r2"): "no_match", ("r2", "r3"): "no_match"}
    assert done.groups == (("r2",), ("r1", "r3"))
    assert {(one.by, one.why) for one in read_decisions(tmp_path / "d")} == {("Ana", "phoned")}


def test_what_stands_alone_cannot_be_split(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of its own already"):
        split(ws, tmp_path / "d", "r4", ANA)


def test_two_contacts_are_joined_by_one_decision(ws: Workspace, tmp_path: Path) -> None:
    done = join(ws, tmp_path / "d", "11", "22", ANA)
    assert said(tmp_path / "d") == {("r1", "r4"): "match"}
    assert done.groups == (("r1", "r2", "r3", "r4"),)


@pytest.mark.parametrize(("left", "right", "message"), [("r1", "r3", "already"), ("c1", "c3", "structure")])
def test_one_contact_and_two_kinds_cannot_be_joined(
    ws: Workspace, tmp_path: Path, left: str, right: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        join(ws, tmp_path / "d", left, right, ANA)
    assert not (tmp_path / "d").exists()


def test_a_join_against_a_chain_of_decisions_is_refused_with_the_chain(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "d"
    split(ws, path, "r2", ANA)
    lines = [{"record_id_l": "r2", "record_id_r": "r4", "judgement": "match"}]
    path.write_text(path.read_text() + "".join(json.dumps(line) + "\n" for line in lines))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="r1 and r2 are apart, but r1 = r4 = r2"):
        join(ws, path, "c1", "c2", ANA)
    assert path.read_bytes() == before


def test_a_merge_is_undone_along_the_former_contacts(ws: Workspace, tmp_path: Path) -> None:
    memory = remember(
        tmp_path / "n", ("r1", "c1"), ("r2", "c9"), ("r3", "c9"), ("r4", "c2"), ("r2", "c1"), ("r3", "c1")
    )
    done = undo_merge(ws, tmp_path / "d", memory, "11", ANA)
    assert done.groups == (("r1",), ("r2", "r3"))
    assert said(tmp_path / "d") == {("r1", "r2"): "no_match", ("r1", "r3"): "no_match"}


def test_undoing_overrules_the_decision_that_joined(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "d"
    path.write_text(json.dumps({"record_id_l": "r1", "record_id_r": "r2", "judgement": "match"}) + "\n")
    memory = remember(tmp_path / "n", ("r1", "c1"), ("r2", "c9"), ("r3", "c1"), ("r2", "c1"))
    undo_merge(ws, path, memory, "c1", ANA)
    assert said(path) == {("r1", "r2"): "no_match", ("r2", "r3"): "no_match"}


def test_records_that_were_always_one_contact_have_no_merge_to_undo(ws: Workspace, tmp_path: Path) -> None:
    memory = remember(tmp_path / "n", ("r1", "c1"), ("r2", "c1"), ("r3", "c1"))
    with pytest.raises(UsageError, match="no merge to undo"):
        undo_merge(ws, tmp_path / "d", memory, "c1", ANA)


def test_merges_are_undone_one_by_one_the_last_first(ws: Workspace, tmp_path: Path) -> None:
    path = remember(tmp_path / "n", ("r1", "c1"), ("r2", "c8"), ("r3", "c9"), ("r2", "c1"))
    number = json.dumps({"contact_id": "c8", "state": "joined", "into": "c1"}) + "\n"
    path.write_text(path.read_text() + number + json.dumps({"record_id": "r3", "contact_id": "c1"}) + "\n")
    assert undo_merge(ws, tmp_path / "d", path, "11", ANA).groups == (("r1", "r2"), ("r3",))


def test_a_merge_is_undone_of_records_whose_key_changed_since(ws: Workspace, tmp_path: Path) -> None:
    path = remember(tmp_path / "n", ("r1", "c1"), ("old", "c9"), ("r3", "c1"), ("old", "c1"))
    path.write_text(path.read_text() + json.dumps({"record_id": "r2", "same_as": "old"}) + "\n")
    assert undo_merge(ws, tmp_path / "d", path, "11", ANA).groups == (("r1", "r3"), ("r2",))


def test_a_join_takes_back_what_kept_the_two_apart(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "d"
    line = {"record_id_l": "r2", "record_id_r": "r4", "judgement": "no_match"}
    path.write_text(json.dumps(line) + "\n")
    join(ws, path, "11", "22", ANA)
    assert said(path) == {("r1", "r4"): "match", ("r2", "r4"): "match"}
