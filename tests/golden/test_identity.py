"""Identity over extracts: the kinds of change of a real base, and the laws that hold for any history.

Sources: the kinds of change and the invariants (numbers in brackets) are those of the identity study the algorithm
comes from; what is new here is that they run against the SQL itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from engine.errors import SourceError
from engine.golden.identity import append_identity, assign_identity, note_identity, recognise
from engine.golden.numbers import Numbers, assign_numbers, new_numbers_sql
from engine.rulebook.load import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given

Partition = Sequence[Iterable[str]]


class Base:
    """A project's identity over extracts: each step partitions the records that are there."""

    def __init__(self, folder: Path) -> None:
        self.memory = folder / "numbers.jsonl"
        self.states: dict[str, tuple[str, str | None]] = {}
        self.lines = 0

    def extract(self, *contacts: Iterable[str], said: dict[str, dict[str, Any]] | None = None) -> dict[str, str]:
        """contact_id of every record; ``contacts`` are the groups, records written ``crm:1``."""
        with Workspace.memory(threads=1) as ws:
            ws.create(PROTOCOL_STEP)
            self._lay_out(ws, contacts, said or {})
            numbers = Numbers.load(RuleBook(), self.memory, key="secret", extract=f"e{self.lines}")
            recognise(ws, numbers)
            ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
            assign_identity(ws, numbers)
            ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
            assign_numbers(ws, numbers)
            ws.execute(f"create or replace temp table golden_new_number as {new_numbers_sql()}")
            note_identity(ws, numbers)
            self.states = {
                contact: (state, into)
                for contact, state, into in ws.rows('select contact_id, state, "into" from golden_state')
            }
            self.numbers = dict(ws.rows("select contact_id, number from golden_numbered"))
            self.lines = append_identity(ws, self.memory)
            return dict(
                ws.rows("select record_id, contact_id from golden_member join golden_granted using (cluster_no)")
            )

    def _lay_out(self, ws: Workspace, contacts: Partition, said: dict[str, dict[str, Any]]) -> None:
        records, clusters = [], []
        for group in contacts:
            members = sorted(group)
            for record in members:
                source, key = record.split(":")
                own = {"record_id": record, "source": source, "source_key": key, "kind": "individual"}
                records.append({**own, "line_no": len(records) + 1, **said.get(record, {})})
                clusters.append({"record_id": record, "kind": "individual", "cluster_id": members[0]})
        given(ws, "standardise.record", records)
        given(ws, "matching.cluster", clusters)


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path)


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


RECORDS = [f"{source}:{n}" for source in ("crm", "tix") for n in range(3)]

partitions = st.lists(st.integers(-1, 3), min_size=len(RECORDS), max_size=len(RECORDS))
"""Contact of each record; -1 = not in this extract."""


def groups(labels: Sequence[int]) -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for record, label in zip(RECORDS, labels, strict=True):
        if label >= 0:
            found.setdefault(label, []).append(record)
    return list(found.values())


@settings(max_examples=6, deadline=None)
@drawn(history=st.lists(partitions, min_size=2, max_size=4), order=st.randoms(use_true_random=False))
def test_the_laws_of_identity_hold_for_any_history(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[int]], order: Any
) -> None:
    base, twin = Base(tmp_path_factory.mktemp("base")), Base(tmp_path_factory.mktemp("twin"))
    bore: dict[str, set[str]] = {}
    given_to: dict[str, str] = {}
    under: dict[str, str] = {}
    for labels in history:
        parts = [part for part in groups(labels) if part]
        if not parts:
            continue
        now = base.extract(*parts)
        shuffled = [order.sample(part, len(part)) for part in order.sample(parts, len(parts))]
        assert twin.extract(*shuffled) == now  # [2] row order does not matter
        ids = [{now[record] for record in part} for part in parts]
        assert all(len(one) == 1 for one in ids)  # [1] one id a group ...
        assert len(set.union(*ids)) == len(parts)  # ... and no id twice
        for part in parts:  # [5] an id is only borne by a group with a record that bore it, or is new
            contact = now[part[0]]
            before = set.union(*(bore.get(record, set()) for record in part))
            assert contact in before or all(contact not in borne for borne in bore.values())
        for record, contact in now.items():
            bore.setdefault(record, set()).add(contact)
        for contact, number in base.numbers.items():  # [5] a number likewise
            assert given_to.setdefault(number, contact) == contact
        for contact, (state, into) in base.states.items():  # [12] every id resolves, without chains
            assert (state == "active") == (contact in now.values())
            assert (into in now.values()) if state == "joined" else into is None
        again = base.extract(*parts)  # [3] idempotent
        assert (again, base.lines) == (now, 0)
        for contact in set(under.values()):  # [4, 10] neither split nor joined: same, grown or shrunk, it keeps its id
            homes = [part for part in parts if any(under.get(record) == contact for record in part)]
            if len(homes) == 1 and {under.get(record, contact) for record in homes[0]} == {contact}:
                assert now[homes[0][0]] == contact
        under |= now


@settings(max_examples=5, deadline=None)
@drawn(first=partitions, joins=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=2))
def test_joins_undone_give_the_former_ids_back_and_redone_the_joined_ones(
    tmp_path_factory: pytest.TempPathFactory, first: list[int], joins: list[tuple[int, int]]
) -> None:
    base = Base(tmp_path_factory.mktemp("base"))
    if not groups(first):
        return
    before = base.extract(*groups(first))
    joined = list(first)
    for one, other in joins:
        joined = [one if label == other else label for label in joined]
    then = base.extract(*groups(joined))
    assert base.extract(*groups(first)) == before  # [6]
    assert base.extract(*groups(joined)) == then
    assert base.extract(*groups(first)) == before
