"""Merging, undoing, running again, other extracts: the state comes back whole, ids, numbers, values and lineage.

Groups of records go through a random story of their own side by side; the state of all is compared by one hash.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.correction import Signed, join, undo_merge
from engine.delivery import deliver
from engine.golden import Numbers, append_identity, recognise, survive
from engine.judgement import read_decisions
from engine.matching.clustering import Edges, cluster
from engine.matching.decisions import spoken
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given
from tests.planning.support import AS_OF, carried_out, planned

BOOK = RuleBook()
MATCHING = BOOK.load("matching/model.yml", MatchRules)
ANA = Signed(by="Ana", at="2026-11-22T10:00:00+01:00")
GROUPS, SIZE = 12, 4

STATE = (
    "select * from golden.contact order by contact_id",
    "select record_id, contact_id, contact_nr from golden.crosswalk order by record_id",
    "select contact_id, attribute, value, record_id, rule from golden.choice order by contact_id, attribute",
)
_LETTERS = "bdfgklmnprst"


def _word(number: int) -> str:
    """A name nobody else has, nor one like it."""
    digits = [number % 12, number // 12 % 12, number // 144, (number * 7 + 3) % 12, number * 5 % 12]
    return "".join(_LETTERS[digit] + "aeiou"[digit % 5] for digit in digits).capitalize()


def people() -> list[dict[str, Any]]:
    """Four records in each group, no two of which have anything in common."""
    return [
        {
            "record_id": f"crm:{number:03d}", "source": "crm", "source_key": f"{number:03d}", "kind": "individual",
            "first_name": _word(500 + number), "last_name": _word(number), "phones": [f"+4121{3100000 + number * 77}"],
            "phone": f"+4121{3100000 + number * 77}",
            "town": _word(900 + number) if number % 3 else None, "country": "CH",
        }
        for number in range(GROUPS * SIZE)
    ]  # fmt: skip


def _cluster(ws: Workspace, records: Sequence[str], decided: Sequence[tuple[str, str, str]]) -> None:
    """Make matching.cluster of what people decided: no model would tie any two of these records."""
    names = sorted(records)
    unit = pa.table({"record_id": names, "unit": range(len(names)), "kind": ["individual"] * len(names)})
    ws.put("m_unit", unit)
    ws.put("m_spoken", unit.select(["record_id"]))
    must, cannot = spoken(ws, "individual", decided)
    none = np.zeros(0, dtype=np.int64)
    edges = Edges(none, none, none.astype(float), none.astype(bool))
    label = cluster(len(names), edges, 0.0, MATCHING.clustering, must=must, cannot=cannot)
    first = {int(one): names[place] for place, one in reversed(list(enumerate(label)))}
    given(
        ws,
        "matching.cluster",
        [
            {"record_id": name, "kind": "individual", "cluster_id": first[int(one)]}
            for name, one in zip(names, label, strict=True)
        ],
    )


class Project:
    """A base with its registry and decisions, run as often as one likes."""

    def __init__(self, ws: Workspace, folder: Path) -> None:
        self.ws = ws
        self.folder = folder
        self.registry, self.decisions = folder / "numbers.jsonl", folder / "decisions.jsonl"

    def run(self, records: Sequence[dict[str, Any]]) -> str:
        """One run; a hash of all that it says."""
        ws = self.ws
        ws.create(PROTOCOL_STEP)
        given(ws, "standardise.record", records)
        numbers = Numbers.load(BOOK, self.registry, key="secret", extract="e")
        recognise(ws, numbers)
        decided = [
            (one.record_id_l, one.record_id_r, one.judgement)
            for one in read_decisions(self.decisions)
            if one.judgement != "unsure"
        ]
        _cluster(ws, [str(one["record_id"]) for one in records], decided)
        survive(ws, BOOK, numbers=numbers, watcher=Silent())
        append_identity(ws, self.registry)
        return hashlib.sha256(repr([ws.rows(select) for select in STATE]).encode()).hexdigest()

    def contacts(self, group: int) -> list[str]:
        """The contacts of a group."""
        names = [f"crm:{group * SIZE + place:03d}" for place in range(SIZE)]
        found = self.ws.rows(
            "select distinct contact_id from golden.crosswalk where record_id in (select unnest($names)) order by 1",
            {"names": names},
        )
        return [contact for (contact,) in found]

    def join(self, one: str, other: str) -> None:
        join(self.ws, self.decisions, one, other, ANA)

    def undo(self, contact: str) -> None:
        undo_merge(self.ws, self.decisions, self.registry, contact, ANA)


@pytest.fixture(scope="module")
def shared() -> Iterator[Workspace]:
    with Workspace.memory(threads=1) as ws:
        yield ws


@pytest.fixture
def project(shared: Workspace, tmp_path: Path) -> Project:
    return Project(shared, tmp_path)


def merges(dice: random.Random, project: Project) -> list[tuple[str, str]]:
    """Two contacts of most groups."""
    return [
        (str(pair[0]), str(pair[1]))
        for group in range(GROUPS)
        if dice.random() < 0.8
        for pair in [dice.sample(project.contacts(group), 2)]
    ]


def merged(project: Project, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The contacts that the pairs have become."""
    living = {contact for group in range(GROUPS) for contact in project.contacts(group)}
    return [one if one in living else other for one, other in pairs]


@pytest.mark.long
def test_after_any_merges_other_extracts_and_their_undoing_everything_is_as_it_was(project: Project) -> None:
    dice = random.Random(1)
    everybody = people()
    states = [project.run(everybody)]
    joins: list[list[tuple[str, str]]] = []
    for _ in range(2):
        joins.append(merges(dice, project))
        for one, other in joins[-1]:
            project.join(one, other)
        states.append(project.run(everybody))
    assert len(set(states)) == 3
    absent = dice.sample(everybody, 6)  # another extract: some are missing, somebody is new
    newcomer = {**everybody[0], "record_id": "crm:900", "source_key": "900", "last_name": "Xuxuxi", "phones": []}
    project.run([one for one in everybody if one not in absent] + [newcomer])
    assert project.run(dice.sample(everybody, len(everybody))) == states[2]
    for step in (1, 0):
        for contact in merged(project, joins[step]):
            project.undo(contact)
        assert project.run(dice.sample(everybody, len(everybody))) == states[step]
    for step in (0, 1):  # what was undone can be done again
        for one, other in joins[step]:
            project.join(one, other)
        assert project.run(everybody) == states[step + 1]


@pytest.mark.long
def test_what_was_delivered_of_a_merge_is_compensated_when_it_is_undone(project: Project) -> None:
    ws, everybody = project.ws, people()
    ws.drop("there_contact", "there_property", "there_sale")
    dice = random.Random(3)
    inserted: dict[str, str] = {}

    def delivered() -> dict[str, str]:
        deliver(
            ws, BOOK, institution="OPERA", organization="*", home_country="CH", as_of=AS_OF, out=project.folder,
            watcher=Silent(),
        )  # fmt: skip
        plan = planned(ws)
        rows = ws.rows(
            "select \"CONTACT_NR\", \"OPERATION\", contact_id from planning.operation where part in ('main', 'remove')"
        )
        asked = {number: operation for number, operation, _ in rows}
        assert len({number.lstrip("0") for number in asked}) == len(rows)  # [14] one operation a number, digits only
        assert all(number.isdigit() and len(number) <= 20 for number in asked)
        for number, operation, contact in rows:
            if operation == "INSERT":  # a number is only ever inserted for the contact it was given to
                assert inserted.setdefault(number, contact) == contact
        assert carried_out(ws) == []
        assert plan.held == {}
        assert planned(ws).rows == 0  # [13] carried out, nothing is left to do
        return asked

    first = project.run(everybody)
    assert set(delivered().values()) == {"INSERT"}
    there = _there(ws)
    pairs = merges(dice, project)
    for one, other in pairs:
        project.join(one, other)
    project.run(everybody)
    numbers = dict(ws.rows("select contact_id, contact_nr from golden.contact"))
    joined = delivered()
    assert sorted(joined.values()).count("INVALIDATE") == len(pairs)
    heads = {numbers[contact] for contact in merged(project, pairs)}
    for contact in merged(project, pairs):
        project.undo(contact)
    assert project.run(everybody) == first
    undone = delivered()
    assert set(undone.values()) <= {"UPDATE", "UPDATEACT", "INSERT"}
    assert {number for number, operation in undone.items() if operation == "UPDATEACT"} == {
        number for number, operation in joined.items() if operation == "INVALIDATE"
    }
    assert undone.keys() - {number for number, operation in undone.items() if operation == "UPDATEACT"} <= heads
    assert _there(ws) == there


def _there(ws: Workspace) -> list[tuple[Any, ...]]:
    """What the environment holds; not when it was touched."""
    return ws.rows("select * exclude (modified) from there_contact order by contact_nr")
