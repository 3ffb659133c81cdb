"""The laws of identity, for any history: hundreds of random ones at once, side by side in one base (histories.py).

Source: the seventeen invariants (numbers in brackets) of the identity study the algorithm comes from; here they run
against the SQL itself. Chance is seeded: a world that breaks a law is named with its history.

Here: 1, 2 (rows), 3 to 12, 16, 17. Elsewhere, where the tables are whole: 2 (columns, encodings, threads) and 11 with
operations in tests/benchmarks/test_second_extract.py and tests/journeys, 6 with values and 13, 14 in tests/test_undo.py
and tests/planning, 15 in test_learned.py, 17 (a lost registry is refused) in tests/test_remembered.py.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.workspace import Workspace
from tests.golden.histories import Base, Labels, World, drawn, in_any_order, in_order, mutated, worlds

pytestmark = pytest.mark.long

Make = Callable[[str], Base]


@pytest.fixture(scope="module")
def shared() -> Iterator[Workspace]:
    with Workspace.memory(threads=1) as ws:
        yield ws


@pytest.fixture
def make(shared: Workspace, tmp_path: Path) -> Make:
    """A new project by name."""

    def made(name: str) -> Base:
        (tmp_path / name).mkdir()
        return Base(shared, tmp_path / name)

    return made


def ids_of(world: World, labels: Labels, now: dict[str, str]) -> dict[str, str]:
    """contact_id of every record of the world that is there."""
    return {record: now[record] for record, label in zip(world.records, labels, strict=True) if label >= 0}


def broken(law: str, world: World, *history: Labels) -> str:
    return f"{law}: {world.name} with the history {list(history)}"


def wander(dice: random.Random, world: World, steps: int) -> list[Labels]:
    """A history: each extract is drawn anew, or changes the one before a little."""
    history = [drawn(dice, len(world.records))]
    while len(history) < steps:
        history.append(drawn(dice) if dice.random() < 0.3 else mutated(dice, history[-1]))
    return history


def test_ids_are_total_unique_stable_never_reused_and_resolve(make: Make) -> None:
    dice = random.Random(11)
    everyone = worlds(150)
    histories = [wander(dice, world, 4) for world in everyone]
    base, twin = make("base"), make("twin")
    bore: dict[str, set[str]] = {}
    under: dict[str, str] = {}
    given_to: dict[str, str] = {}
    for step in range(4):
        labels = [history[step] for history in histories]
        now = in_order(base, everyone, labels)
        assert in_any_order(twin, dice, everyone, labels) == now  # [2] the order of rows does not matter
        seen: set[str] = set()
        for world, one, history in zip(everyone, labels, histories, strict=True):
            for group in world.groups(one):
                (contact,) = {now[record] for record in group}  # [1] one id a group ...
                assert contact not in seen, broken("[1] no id twice", world, *history[: step + 1])
                seen.add(contact)
                before = set[str]().union(*(bore.get(record, ()) for record in group))
                others = set[str]().union(*(bore.get(record, ()) for record in world.records))
                assert contact in before or contact not in others, broken("[5] no reuse", world, *history[: step + 1])
            stays = _kept_whole(world.groups(one), under, world.records)
            assert all(now[record] == contact for record, contact in stays.items()), broken(
                "[4, 10] neither split nor joined keeps its id", world, *history[: step + 1]
            )
        assert all(contact in base.states for borne in bore.values() for contact in borne)
        for contact, (state, into) in base.states.items():  # [12] every id resolves, in one step
            assert (state == "active") == (contact in seen)
            assert (into in seen) if state == "joined" else into is None
        became = Counter(state for state, _ in base.states.values())  # [16] whoever ever was is one of the three
        assert (became["active"], set(became) - {"active", "joined", "gone"}) == (len(seen), set())
        assert len(base.states) == became.total()
        for contact, number in base.numbers.items():  # [5] a number likewise
            assert given_to.setdefault(number, contact) == contact
            assert number.isdigit()
        for record, contact in now.items():
            bore.setdefault(record, set()).add(contact)
        under |= now
    before_again = base.memory.read_bytes()
    assert in_any_order(base, dice, everyone, [history[-1] for history in histories]) == now  # [3] idempotent
    assert (base.lines, base.memory.read_bytes()) == (0, before_again)


def _kept_whole(groups: Sequence[tuple[str, ...]], under: dict[str, str], records: Sequence[str]) -> dict[str, str]:
    """A record of every group that was neither split nor joined, and the id it must keep."""
    found = {}
    for contact in {under[record] for record in records if record in under}:
        homes = [group for group in groups if any(under.get(record) == contact for record in group)]
        if len(homes) == 1 and {under.get(record, contact) for record in homes[0]} == {contact}:
            found[homes[0][0]] = contact
    return found


def test_joins_undone_give_the_former_ids_and_numbers_back_and_redone_the_joined_ones(make: Make) -> None:
    dice = random.Random(6)
    everyone = worlds(200)
    first = [drawn(dice) for _ in everyone]
    joined = [tuple(dice.choice((0, label)) if label > 0 else label for label in one) for one in first]
    base = make("base")
    before, numbers = in_order(base, everyone, first), dict(base.numbers)
    then = in_order(base, everyone, joined)
    assert then != before
    assert in_order(base, everyone, first) == before  # [6]
    assert base.numbers == numbers
    assert in_order(base, everyone, joined) == then
    assert in_order(base, everyone, first) == before


def test_a_partition_seen_before_gets_the_ids_of_its_first_time(make: Make) -> None:
    # with all records there: where some are missing, "what merely shrank keeps its id" (10) goes first
    dice = random.Random(7)
    everyone = worlds(250)
    base = make("base")
    known: list[dict[Labels, dict[str, str]]] = [{} for _ in everyone]
    histories: list[list[Labels]] = [[] for _ in everyone]
    returns = missed = 0
    for step in range(7):
        labels = [
            dice.choice(history) if step > 2 and dice.random() < 0.5 else drawn(dice, contacts=3, absent=0)
            for history in histories
        ]
        now = in_order(base, everyone, labels)
        for place, (world, one) in enumerate(zip(everyone, labels, strict=True)):
            histories[place].append(one)
            ids = ids_of(world, one, now)
            if one in known[place]:
                returns += 1
                missed += ids != known[place][one]
            known[place].setdefault(one, ids)
    assert returns > 400
    # [7] a rate of 99.9 %, not a certainty: two disjoint sets may each have been granted one id first, at different
    # times, and when both are there again only one can bear it (measured once: 8 of 14,189 returns). Of so few returns
    # the law allows one
    assert missed <= max(1, returns * 0.001)


def test_changes_in_one_group_of_records_touch_no_others_ids(make: Make) -> None:
    dice = random.Random(8)
    everyone = worlds(120)
    histories = [wander(dice, world, 4) for world in everyone]
    elsewhere = [wander(dice, world, 4) for world in everyone]
    base, other = make("base"), make("other")
    for step in range(4):
        now = in_order(base, everyone, [history[step] for history in histories])
        # every second world goes through something else
        mixed = [(histories if place % 2 else elsewhere)[place][step] for place in range(len(everyone))]
        then = in_order(other, everyone, mixed)
        for place, world in enumerate(everyone):
            if place % 2:
                labels = histories[place][step]
                assert ids_of(world, labels, now) == ids_of(world, labels, then), broken(
                    "[8] locality", world, *histories[place][: step + 1]
                )


def test_new_keys_of_a_source_change_no_id_and_put_nobody_on_a_strangers(make: Make) -> None:
    dice = random.Random(10)
    base, bore = make("base"), dict[str, set[str]]()
    people = [f"p{number}" for number in range(90)]
    key = dict.fromkeys(people, 0)
    groups = [people[at : at + dice.choice((1, 1, 2, 3))] for at in range(0, 90, 3)]

    def extract() -> dict[str, str]:
        name = {person: f"crm:{person}-{key[person]}" for person in people}
        said = {name[person]: {"last_name": person, "emails": [f"{person}@x.ch"]} for person in people}
        there = [[name[person] for person in group] for group in groups]
        now = base.extract(*dice.sample(there, len(there)), said=said)
        return {person: now[name[person]] for group in groups for person in group}

    first = extract()
    for _ in range(3):
        for person in dice.sample(people, 12):  # one in seven: more would be a source without stable keys
            key[person] += 1
        assert extract() == first  # [11]
        numbers = dict(base.numbers)
        for person, contact in first.items():
            bore.setdefault(contact, set()).add(person)
        assert numbers == base.numbers
    assert all(len({first[person] for person in them}) == 1 for them in bore.values())


def test_the_ids_come_from_the_registry_alone(make: Make, tmp_path: Path) -> None:
    dice = random.Random(17)
    everyone = worlds(40)
    histories = [wander(dice, world, 3) for world in everyone]
    base, lost = make("base"), make("lost")
    for step in range(3):
        labels = [history[step] for history in histories]
        with Workspace.memory(threads=1) as anew:  # [17] the database is gone before every extract
            lost.ws = anew
            assert in_order(lost, everyone, labels) == in_order(base, everyone, labels)
    assert lost.memory.read_bytes() == base.memory.read_bytes()


def test_a_join_undone_amid_other_changes_gives_each_side_with_a_founder_its_id_back(make: Make) -> None:
    dice = random.Random(9)
    everyone = worlds(200, records=8)
    sides = [[dice.choice((0, 1)) for _ in world.records] for world in everyone]
    absent = [[dice.random() < 0.35 for _ in world.records] for world in everyone]
    base = make("base")

    def labels(joined: bool) -> list[Labels]:
        return [
            tuple(-1 if away else (0 if joined else side) for side, away in zip(one, gone, strict=True))
            for one, gone in zip(sides, absent, strict=True)
        ]

    first_labels = labels(joined=False)
    first = in_order(base, everyone, first_labels)
    in_order(base, everyone, labels(joined=True))
    for _ in range(2):  # members come and go while the two are one
        absent = [[away if dice.random() < 0.7 else not away for away in gone] for gone in absent]
        in_order(base, everyone, labels(joined=True))
    undone_labels = labels(joined=False)
    undone = in_order(base, everyone, undone_labels)
    checked = 0
    for world, before, after in zip(everyone, first_labels, undone_labels, strict=True):
        sides_left = [
            (group, {first[record] for record in group if before[world.records.index(record)] >= 0})
            for group in world.groups(after)
        ]
        if len(sides_left) == 2 and all(founded for _, founded in sides_left):
            checked += 1  # where one side has wholly gone, who is left keeps the id that is alive
            for group, founded in sides_left:
                assert {undone[record] for record in group} == founded, broken("[9] undo", world, before, after)
    assert checked > 50
