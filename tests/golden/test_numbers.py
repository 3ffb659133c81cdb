"""Contact numbers: kept, given, remembered, refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RuleErrors, UsageError
from engine.golden.identity import append_identity, assign_identity, drop_identity_tables, note_identity
from engine.golden.numbers import Numbers, assign_numbers, drop_working_tables, new_numbers_sql
from engine.rulebook.load import RuleBook
from engine.rulebook.survivorship import NumberRange
from engine.workspace import Workspace
from tests.golden.base import Records, lay_out

SMALL = (NumberRange(first=9001, last=9004),)


def numbered(ws: Workspace, contacts: Mapping[str, Records], numbers: Numbers) -> dict[str, str]:
    """Number of every contact by its name."""
    lay_out(ws, contacts)
    ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
    ws.drop("golden_successor")
    assign_identity(ws, numbers)
    ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
    assign_numbers(ws, numbers)
    ws.execute(f"create or replace temp table golden_new_number as {new_numbers_sql()}")
    note_identity(ws, numbers)
    found = ws.rows(
        "select split_part(identity.record_id, ':', 1), numbered.number "
        "from golden_numbered as numbered join golden_identity as identity using (cluster_no)"
    )
    return dict(found)


def given_in(memory: Path) -> list[dict[str, str]]:
    """The lines of the registry that give a number."""
    lines = [json.loads(line) for line in memory.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if "number" in line]


def person(number: str | None = None, **more: Any) -> dict[str, Any]:
    return {"last_name": "Any", "contact_number": number} | more


def test_a_number_of_the_source_is_kept_with_its_leading_zeros(ws: Workspace) -> None:
    assert numbered(ws, {"a": [person("000417")]}, Numbers()) == {"a": "000417"}


@pytest.mark.parametrize("number", ["A-17", "12 34", "0000", "123456789012345678901", "", "9000005"])
def test_a_number_that_is_not_plain_digits_or_stands_in_the_reserved_range_is_not_kept(
    ws: Workspace, number: str
) -> None:
    assert numbered(ws, {"a": [person(number)]}, Numbers()) == {"a": "9000001"}


def test_a_number_that_two_contacts_claim_is_kept_by_neither(ws: Workspace) -> None:
    found = numbered(ws, {"a": [person("0417")], "b": [person("417")], "c": [person("5")]}, Numbers())
    assert found["c"] == "5"
    assert {found["a"], found["b"]} == {"9000001", "9000002"}


def test_two_records_of_one_contact_may_claim_one_number(ws: Workspace) -> None:
    assert numbered(ws, {"a": [person("417"), person("0417")]}, Numbers()) == {"a": "0417"}


def test_the_most_complete_record_is_the_head_then_the_lowest_number(ws: Workspace) -> None:
    found = numbered(
        ws,
        {"a": [person("12"), person("77", first_name="Ada", town="Bern")], "b": [person("100"), person("20")]},
        Numbers(),
    )
    assert found == {"a": "77", "b": "20"}
    aliases = ws.rows("select number from golden_new_number where origin = 'alias' order by number")
    assert aliases == [("100",), ("12",)]


def test_new_numbers_follow_contact_id_and_not_the_rows(ws: Workspace) -> None:
    contacts = {name: [person()] for name in "abcd"}
    first = numbered(ws, contacts, Numbers(ranges=SMALL))
    again = numbered(ws, dict(reversed(contacts.items())), Numbers(ranges=SMALL))
    assert first == again
    by_id = ws.rows("select number from golden_numbered order by contact_id")
    assert by_id == [("9001",), ("9002",), ("9003",), ("9004",)]


def test_a_contact_keeps_its_number_and_nobody_gets_it_again(ws: Workspace, tmp_path: Path) -> None:
    memory = tmp_path / "numbers.jsonl"
    first = numbered(ws, {"a": [person()], "b": [person("55")]}, Numbers.load(RuleBook(), memory))
    append_identity(ws, memory)
    assert len(given_in(memory)) == 2
    second = numbered(
        ws,
        {"a": [person()], "b": [person("66")], "c": [person()], "d": [person("055")]},
        Numbers.load(RuleBook(), memory),
    )
    assert (second["a"], second["b"]) == (first["a"], "55")
    assert second["c"] != first["a"]
    assert second["d"] not in {"055", first["a"], second["c"]}
    append_identity(ws, memory)
    lines = given_in(memory)  # and now c, d, and b's new source number, burnt as its alias
    assert [set(line) for line in lines] == [{"contact_id", "number", "origin"}] * 5
    assert [line["number"] for line in lines if line["origin"] == "alias"] == ["66"]
    assert sorted(line["number"] for line in lines[:2]) == ["55", "9000001"]


def test_an_alias_is_burnt(ws: Workspace, tmp_path: Path) -> None:
    memory = tmp_path / "numbers.jsonl"
    numbered(ws, {"a": [person("11", town="Bern"), person("12")]}, Numbers.load(RuleBook(), memory))
    append_identity(ws, memory)
    found = numbered(ws, {"a": [person("11")], "z": [person("12")]}, Numbers.load(RuleBook(), memory))
    assert found == {"a": "11", "z": "9000001"}


def test_nothing_new_leaves_the_memory_alone(ws: Workspace, tmp_path: Path) -> None:
    memory = tmp_path / "numbers.jsonl"
    numbered(ws, {"a": [person()]}, Numbers.load(RuleBook(), memory))
    append_identity(ws, memory)
    before = memory.read_bytes()
    numbered(ws, {"a": [person()]}, Numbers.load(RuleBook(), memory))
    assert append_identity(ws, memory) == 0
    assert memory.read_bytes() == before


def test_the_second_range_opens_when_the_first_is_used_up(ws: Workspace) -> None:
    ranges = (NumberRange(first=91, last=92), NumberRange(first=501, last=509))
    found = numbered(ws, {name: [person()] for name in "abc"}, Numbers(ranges=ranges))
    assert sorted(found.values()) == ["501", "91", "92"]


def test_used_up_ranges_say_how_many_are_missing_and_what_to_do(ws: Workspace) -> None:
    with pytest.raises(UsageError, match=r"9001\.\.9004 are used up: 5 contacts in need of one, 4 left") as caught:
        numbered(ws, {name: [person()] for name in "abcde"}, Numbers(ranges=SMALL))
    assert caught.value.hint is not None
    assert "numbers.yml" in caught.value.hint


def line(contact_id: str, number: str, origin: str = "range") -> str:
    return json.dumps({"contact_id": contact_id, "number": number, "origin": origin}) + "\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (line("c1", "7") + '{"contact_id": "c2", "num', "damaged"),
        (line("c1", "7x"), "damaged"),
        ('{"contact_id": "c1", "origin": "range"}\n', "damaged"),
        (line("c1", "7") + line("c2", "007", "alias"), "twice"),
        (line("c1", "7") + line("c1", "8", "source"), "one contact two numbers"),
    ],
)
def test_a_damaged_memory_is_refused_with_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    memory = tmp_path / "numbers.jsonl"
    memory.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says) as caught:
        Numbers.load(RuleBook(), memory)
    assert caught.value.hint is not None


def test_a_range_that_ends_before_it_begins_is_a_mistake_of_its_line(tmp_path: Path) -> None:
    rules = tmp_path / "survivorship"
    rules.mkdir()
    (rules / "numbers.yml").write_text("ranges:\n  - {first: 20, last: 10}\n", encoding="utf-8")
    with pytest.raises(RuleErrors, match=r"numbers\.yml:2 .*ends before it begins"):
        Numbers.load(RuleBook([tmp_path]))


def test_working_tables_are_dropped(ws: Workspace) -> None:
    numbered(ws, {"a": [person()]}, Numbers())
    drop_working_tables(ws)
    drop_identity_tables(ws)
    left = ws.rows("select table_name from duckdb_tables() where temporary order by 1")
    kept = ["golden_identity", "golden_member", "golden_new_line", "golden_new_number", "golden_state"]
    assert [name for (name,) in left] == kept
