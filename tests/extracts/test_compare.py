"""Comparing extracts: every way a contact may differ from what it was, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.extracts import compare_extracts, delta_data, keep_snapshot, previous_snapshot
from engine.extracts.snapshot import check_label, last_label
from engine.workspace import Workspace
from tests.conftest import given

Base = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Contact -> its records, a letter each, and golden values."""


def lay_out(ws: Workspace, base: Base, pairs: list[dict[str, Any]] | None = None) -> None:
    given(
        ws,
        "golden.contact",
        [{"contact_id": name, "contact_nr": f"9{name}", **values} for name, (_, values) in base.items()],
    )
    given(
        ws,
        "golden.crosswalk",
        [{"record_id": record, "contact_id": name} for name, (records, _) in base.items() for record in records],
    )
    given(ws, "matching.pair", pairs or [])


def compared(
    ws: Workspace,
    folder: Path,
    first: Base,
    second: Base,
    *,
    known: tuple[str, ...] = (),
    pairs: list[dict[str, Any]] | None = None,
    decided: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, tuple[str, list[str], str | None, str | None]]:
    """Contact -> change, fields, other contact, why."""  # fmt: skip
    lay_out(ws, first)
    keep_snapshot(ws, folder, "first")
    lay_out(ws, second, pairs)
    found = previous_snapshot(folder, "j-1")
    assert found is not None
    compare_extracts(ws, found[1], known=known, decided=decided)
    return {
        name: (change, fields, other, why)
        for name, change, fields, other, why in ws.rows(
            "select contact_id, change, fields, other_contact_id, why from extracts.contact"
        )
    }


ANN, BOB = {"last_name": "Roy", "town": "Lyon"}, {"last_name": "Bo", "town": None}


def test_the_same_extract_again_differs_in_nothing(ws: Workspace, tmp_path: Path) -> None:
    base: Base = {"a": ("xy", ANN), "b": ("z", BOB)}
    assert compared(ws, tmp_path, base, base) == {}


def test_new_gone_changed_and_back_are_told_apart(ws: Workspace, tmp_path: Path) -> None:
    first: Base = {"a": ("x", ANN), "b": ("y", BOB)}
    second: Base = {"a": ("x", {"last_name": "Roi", "town": None}), "c": ("n", BOB), "d": ("o", BOB)}
    assert compared(ws, tmp_path, first, second, known=("a", "b", "d")) == {
        "a": ("changed", ["last_name", "town"], None, None),
        "b": ("gone", [], None, None),
        "c": ("new", [], None, None),
        "d": ("back", [], None, None),
    }


def test_a_joined_contact_names_where_it_went_and_the_strongest_tie(ws: Workspace, tmp_path: Path) -> None:
    first: Base = {"a": ("x", ANN), "b": ("yz", BOB)}
    pairs = [
        {"record_id_l": "x", "record_id_r": "y", "match_weight": 3.0, "evidence": "weak"},
        {"record_id_l": "x", "record_id_r": "z", "match_weight": 8.0, "evidence": "email equal +8.0"},
        {"record_id_l": "y", "record_id_r": "z", "match_weight": 20.0, "evidence": "inside"},
    ]
    found = compared(ws, tmp_path, first, {"a": ("xyz", ANN)}, pairs=pairs)
    assert found == {"b": ("joined", [], "a", "email equal +8.0")}


def test_a_split_contact_names_what_it_was_part_of_and_the_decision(ws: Workspace, tmp_path: Path) -> None:
    found = compared(
        ws, tmp_path, {"a": ("xy", ANN)}, {"a": ("x", ANN), "b": ("y", BOB)}, decided=(("x", "y", "no_match"),)
    )
    assert found == {"b": ("split", [], "a", "a decision")}


def test_the_counts_add_up_to_the_contacts_of_this_extract(ws: Workspace, tmp_path: Path) -> None:
    first: Base = {"a": ("x", ANN), "b": ("y", BOB), "c": ("z", BOB)}
    second: Base = {"a": ("x", BOB), "b": ("y", BOB), "d": ("n", BOB)}
    compared(ws, tmp_path, first, second)
    told = delta_data(ws, label="j-1", before="first")
    nothing = {"decision": 0, "evidence": 0, "evidence_gone": 0}
    assert told == {
        "extract": "j-1", "before": "first", "kept": 1, "new": 1, "back": 0, "changed": 1, "joined": 0, "split": 0,
        "gone": 1, "fields": {"last_name": 1, "town": 1}, "why": {"joined": nothing, "split": nothing},
        "decisions": {"followed": 0, "record_gone": 0, "overruled": 0},
    }  # fmt: skip
    assert told["kept"] + told["new"] + told["changed"] == ws.count("golden.contact")


def test_an_extract_read_again_is_compared_with_the_same_one_before(ws: Workspace, tmp_path: Path) -> None:
    lay_out(ws, {"a": ("x", ANN)})
    assert last_label(tmp_path) == "first"
    for label in ("first", "j-1", "first", "j-1"):
        keep_snapshot(ws, tmp_path, label)
    assert previous_snapshot(tmp_path, "first") is None
    before = previous_snapshot(tmp_path, "j-1")
    assert before is not None
    assert before[0] == "first"
    assert last_label(tmp_path) == "j-1"


@pytest.mark.parametrize("label", ["", "../x", "a b", ".hidden", "x" * 41])
def test_a_label_that_cannot_name_a_folder_is_refused(label: str) -> None:
    with pytest.raises(UsageError):
        check_label(label)


def test_decisions_are_followed_overruled_or_about_records_that_are_gone(ws: Workspace, tmp_path: Path) -> None:
    base: Base = {"a": ("xy", ANN), "b": ("z", BOB)}
    decided = (("x", "y", "match"), ("x", "z", "no_match"), ("y", "z", "match"), ("v", "x", "no_match"))
    compared(ws, tmp_path, {"a": ("xv", ANN)}, base, decided=decided)
    found = ws.rows("select record_id_l, record_id_r, state from extracts.decision order by all")
    assert found == [
        ("v", "x", "record_gone"), ("x", "y", "followed"), ("x", "z", "followed"), ("y", "z", "overruled"),
    ]  # fmt: skip
    told = delta_data(ws, label="j-1", before="first")["decisions"]
    assert told == {"followed": 2, "record_gone": 1, "overruled": 1}


def test_every_contact_of_both_extracts_is_counted_once_and_every_reason(ws: Workspace, tmp_path: Path) -> None:
    dice = random.Random(16)
    for _ in range(12):  # [16] nobody is lost between two extracts
        both = [
            {f"k{contact}": ("".join(r for r, c in place.items() if c == contact), dice.choice((ANN, BOB)))
             for contact in sorted(set(place.values()))}
            for place in ({record: dice.randrange(5) for record in dice.sample("abcdefghij", 7)} for _ in range(2))
        ]  # fmt: skip
        compared(ws, tmp_path, *both, known=tuple(f"k{n}" for n in range(dice.randrange(6))))
        told = delta_data(ws, label="j-1", before="first")
        alive = ("kept", "changed", "new", "back", "split")
        assert sum(told[change] for change in alive) == len(both[1]) == ws.count("golden.contact")
        assert sum(told[change] for change in ("kept", "changed", "joined", "gone")) == len(both[0])
        for change in ("joined", "split"):
            assert sum(told["why"][change].values()) == told[change]
