"""Set by set or row by row: a file's rows are answered as if they came one after the other."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.target.schedule import Row, levels
from engine.workspace import Workspace
from tests.target.support import BASE, applied, empty_base, file_text

RULES = RuleBook().load("delivery/import_rules.yml", ImportRules)
HIGH = replace(BASE, last_number=1000)  # generated numbers are told by their height

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "OPERATION": st.sampled_from(
                [*["INSERT"] * 3, *["UPDATE"] * 2, "UPDATEACT", "INVALIDATE", "DELETE", "ANONYMIZE", "DROP"]
            ),
            "CONTACT_NR": st.sampled_from(["1", "2", "3", "4"]),
            "LASTNAME": st.sampled_from(["", "A", "B"]),
            "OFFICIAL_NAME": st.sampled_from(["", "", "S", "T"]),
            "EMAIL1": st.sampled_from(["", "a@x.ch", "b@x.ch", "="]),
            "REMARK": st.sampled_from(["", "r", "||s"]),
            "TOWN": st.sampled_from(["", "Ici"]),
            "ADDR_TYPE": st.sampled_from(["", "M", "B"]),
            "CRIT01": st.sampled_from(["", "C=1", "C=2", "C="]),
            "ADMIN_NUMBER": st.sampled_from(["", "N=1"]),
        }
    ),
    min_size=2,
    max_size=8,
)  # fmt: skip


def state(ws: Workspace) -> list[Any]:
    """Contacts and properties; a generated number is replaced by what the structure is."""
    name = (
        "if(try_cast({0} as bigint) > 1000, (select 'structure ' || \"OFFICIAL_NAME\" || coalesce(\"M_TOWN\", '') || "
        "coalesce(\"B_TOWN\", '') from contact as s where s.contact_nr = {0}), {0})"
    )
    contacts = ws.rows(
        f"select {name.format('contact.contact_nr')}, {name.format('contact.structure_nr')}, "
        "columns(* exclude (contact_nr, structure_nr)) from contact order by all"
    )
    properties = ws.rows(f"select {name.format('property.contact_nr')}, field, code, value from property order by all")
    return [contacts, properties]


def answers(ws: Workspace, row: int | None = None) -> set[tuple[Any, ...]]:
    """What was said of each row; of a refused one only that: a file may refuse a row before it meets its contact."""
    found = ws.rows("select line_no - 1, field, rule, outcome from answer")
    refused = {line for line, _, _, outcome in found if outcome == "not_imported"}
    return {
        (line if row is None else row, *((None, "refused") if line in refused else (field, rule)))
        for line, field, rule, _ in found
    }


@pytest.mark.long
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # shrinking would take minutes
)
@given(ROWS)
def test_a_file_does_what_its_rows_do_one_by_one(rows: list[dict[str, Any]]) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        Workspace.memory(threads=1) as together,
        Workspace.memory(threads=1) as alone,
    ):
        folder = Path(name)
        empty_base(together)
        applied(together, RULES, file_text(rows), folder, HIGH)
        empty_base(alone)
        base, told = HIGH, set()
        for number, row in enumerate(rows, start=1):
            answered = applied(alone, RULES, file_text([row]), folder, base)
            base = replace(base, last_number=answered.last_number)
            told |= answers(alone, number)
        assert answers(together) == told
        assert state(together) == state(alone)


def test_rows_of_different_contacts_share_a_level() -> None:
    rows = [Row(number, str(number % 3), number < 3, False) for number in range(9)]
    assert [level for _, level in levels(rows)] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_a_row_that_takes_an_address_waits_for_the_one_that_gives_it_up() -> None:
    rows = [Row(1, "1", False, False), Row(2, "1", False, False, ("a@x.ch",)), Row(3, "2", False, False, ("a@x.ch",))]
    assert [level for _, level in levels(rows)] == [1, 2, 2]


def test_a_structure_is_looked_for_after_the_changes_before_it() -> None:
    rows = [Row(1, "1", False, False), Row(2, "2", True, True), Row(3, "3", False, False)]
    assert [level for _, level in levels(rows)] == [1, 2, 2]
