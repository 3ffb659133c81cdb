"""Identity over extracts: the kinds of change of a real base, one by one. The laws that hold for any: test_laws.py.

Source: the kinds of change are those of the identity study the algorithm comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.workspace import Workspace
from tests.golden.histories import Base


@pytest.fixture(scope="module")
def shared() -> Iterator[Workspace]:
    """One workspace for all tests here: an extract replaces every table of the one before."""
    with Workspace.memory(threads=1) as ws:
        yield ws


@pytest.fixture
def base(shared: Workspace, tmp_path: Path) -> Base:
    return Base(shared, tmp_path)


K1, K2, K3 = ("crm:1", "tix:7"), ("crm:2",), ("crm:3",)


@pytest.fixture
def first(base: Base) -> dict[str, str]:
    return base.extract(K1, K2, K3)


def test_the_same_extract_again_changes_nothing_and_writes_nothing(base: Base, first: dict[str, str]) -> None:
    before = base.memory.read_bytes()
    assert base.extract(K3, K2, K1) == first
    assert base.lines == 0
    assert base.memory.read_bytes() == before


def test_a_new_record_founds_a_contact_and_the_others_keep_theirs(base: Base, first: dict[str, str]) -> None:
    now = base.extract(K1, K2, K3, ("crm:9",))
    assert {record: now[record] for record in first} == first
    assert now["crm:9"] not in first.values()


def test_a_new_duplicate_joins_the_contact_it_duplicates_even_when_its_key_is_smaller(
    base: Base, first: dict[str, str]
) -> None:
    assert base.extract(K1, ("aaa:0", "crm:2"), K3)["aaa:0"] == first["crm:2"]


def test_a_contact_keeps_its_id_when_its_founder_goes(base: Base, first: dict[str, str]) -> None:
    assert base.extract(("tix:7",), K2, K3)["tix:7"] == first["crm:1"]


def test_a_contact_that_comes_back_is_the_one_it_was(base: Base, first: dict[str, str]) -> None:
    base.extract(K1, K3)
    assert base.states[first["crm:2"]] == ("gone", None)
    assert base.extract(K1, K2, K3) == first
    assert base.states[first["crm:2"]] == ("active", None)


def test_a_join_keeps_the_founders_id_and_its_undoing_gives_both_back(base: Base, first: dict[str, str]) -> None:
    joined = base.extract(K1, (*K2, *K3))
    assert joined["crm:3"] == first["crm:2"]
    assert base.states[first["crm:3"]] == ("joined", first["crm:2"])
    assert base.extract(K1, K2, K3) == first
    assert base.extract(K1, (*K2, *K3)) == joined


def test_a_join_undone_after_other_extracts_gives_both_ids_back(base: Base, first: dict[str, str]) -> None:
    base.extract(K1, (*K2, *K3))
    base.extract(K1, (*K2, *K3, "tix:8"))
    base.extract((*K2, *K3, "tix:8"))
    now = base.extract(K1, (*K2, "tix:8"), K3)
    assert {record: now[record] for record in first} == first


def test_a_split_keeps_the_id_with_the_founder_and_is_remembered(base: Base, first: dict[str, str]) -> None:
    split = base.extract(("crm:1",), ("tix:7",), K2, K3)
    assert split["crm:1"] == first["crm:1"]
    assert split["tix:7"] not in first.values()
    assert base.extract(K1, K2, K3) == first
    assert base.states[split["tix:7"]] == ("joined", first["crm:1"])
    assert base.extract(("crm:1",), ("tix:7",), K2, K3) == split


PERSON = {"emails": ["ann@x.org"], "last_name": "Roy"}


def test_a_record_under_a_new_key_is_the_one_it_was(base: Base) -> None:
    first = base.extract(("crm:2",), ("crm:3",), said={"crm:2": PERSON})
    now = base.extract(("crm:5002",), ("crm:3",), said={"crm:5002": PERSON})
    assert now["crm:5002"] == first["crm:2"]
    assert base.extract(("crm:5002",), ("crm:3",), said={"crm:5002": PERSON}) == now
    assert base.lines == 0


def test_a_record_that_says_nothing_telling_has_no_successor(base: Base) -> None:
    first = base.extract(("crm:2",), said={"crm:2": {"last_name": "Roy"}})
    assert base.extract(("crm:9",), said={"crm:9": {"last_name": "Roy"}})["crm:9"] != first["crm:2"]


def test_two_that_could_be_the_successor_are_both_new(base: Base) -> None:
    first = base.extract(("crm:2",), said={"crm:2": PERSON})
    now = base.extract(("crm:8",), ("crm:9",), said={"crm:8": PERSON, "crm:9": PERSON})
    assert first["crm:2"] not in now.values()


def test_a_successor_never_comes_from_another_source(base: Base) -> None:
    first = base.extract(("crm:2",), said={"crm:2": PERSON})
    assert base.extract(("tix:2",), said={"tix:2": PERSON})["tix:2"] != first["crm:2"]


def test_a_source_whose_keys_change_every_time_is_refused(base: Base) -> None:
    said = {f"crm:{n}": {"emails": [f"p{n}@x.org"]} for n in range(30)}
    base.extract(*[(record,) for record in said], said=said)
    moved = {f"crm:{n + 100}": one for n, one in enumerate(said.values())}
    with pytest.raises(SourceError, match="key of source crm is not stable: 30 of 30"):
        base.extract(*[(record,) for record in moved], said=moved)


def test_a_number_follows_its_contact_and_is_never_given_again(base: Base, first: dict[str, str]) -> None:
    numbers = dict(base.numbers)
    base.extract(K1, (*K2, *K3))
    base.extract(K1, ("crm:10",))
    assert base.numbers[base.extract(K1, ("crm:10",))["crm:10"]] not in numbers.values()
    base.extract(K1, K2, K3)
    assert base.numbers == numbers


def test_no_value_of_a_record_can_be_read_in_the_registry(base: Base) -> None:
    base.extract(("crm:2",), said={"crm:2": {"emails": ["ann@x.org"], "last_name": "Zorgvlied"}})
    text = base.memory.read_text().lower()
    assert "fingerprint" in text
    assert "ann@" not in text
    assert "zorgvlied" not in text


def test_a_hostile_key_is_one_line_of_json(base: Base) -> None:
    record = 'crm:"},\n{"contact_id'
    base.extract((record,))
    lines = [json.loads(line) for line in base.memory.read_text().splitlines()]
    assert {line.get("record_id") for line in lines} == {record, None}
