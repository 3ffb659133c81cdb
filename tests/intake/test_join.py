"""Several tables into one record: first row, numbered columns, lists; nothing vanishes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from engine.errors import RuleErrors
from engine.intake import joined_lines, map_records
from engine.rulebook.mapping import SourceMapping
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.test_shape import Table, stage

CONTACTS: Table = {"id": ["1", "2", "3"], "nom": ["Blanc", "Noir", "Rouge"]}
ADDRESSES: Table = {
    "contact": ["1", "1", "2", "9", None, "3"],
    "rue": ["Rue A", "Rue B", "Rue C", "Rue D", "Rue E", "Rue F"],
    "type": ["H", "P", "H", "H", "H", "P"],
    "rang": ["2", "10", "1", "1", "1", "1"],
}


def joined(ws: Workspace, join: str, columns: str, tables: dict[str, Table] | None = None) -> list[dict[str, Any]]:
    """Records of contacts with the addresses joined as ``join`` says."""
    stage(ws, "contacts", CONTACTS)
    for name, table in (tables or {"addresses": ADDRESSES}).items():
        stage(ws, name, table)
    text = f"source: contacts\ncolumns: [{{header: id, attribute: source_key}}, {columns}]\njoin:\n{join}"
    # YAML reads on as true; the rule book reads it as it is written
    data = yaml.safe_load(text.replace("on:", '"on":'))
    map_records(ws, [SourceMapping.model_validate(data)]).check()
    for report in joined_lines(ws):
        report.check()
    return rows(ws, "intake.record", "record_id", "remark", "phone", "addr_line1")


def held(ws: Workspace) -> list[tuple[int, str]]:
    """Rows of joined tables that no record used."""
    return [(row["line_no"], row["reason"]) for row in rows(ws, "intake.held", "line_no", "reason")]


def test_one_row_by_the_order_and_the_others_are_held(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, order: [rang], take: {rue: Rue}}"
    found = joined(ws, join, "{header: Rue, attribute: addr_line1}")
    assert [row["addr_line1"] for row in found] == ["Rue A", "Rue C", "Rue F"]
    assert held(ws) == [(2, "join_surplus"), (4, "join_no_parent"), (5, "join_no_key")]


def test_numbers_are_ordered_as_numbers_and_the_order_can_be_turned_round(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, order: [-rang], take: {rue: Rue}}"
    assert joined(ws, join, "{header: Rue, attribute: addr_line1}")[0]["addr_line1"] == "Rue B"


def test_many_rows_stand_in_numbered_columns(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, how: many, most: 2, order: [rang], take: {rue: Rue}}"
    columns = "{header: Rue 1, attribute: addr_line1}, {header: Rue 2, attribute: remark}"
    assert [(row["addr_line1"], row["remark"]) for row in joined(ws, join, columns)] == [
        ("Rue A", "Rue B"), ("Rue C", None), ("Rue F", None),
    ]  # fmt: skip
    assert held(ws) == [(4, "join_no_parent"), (5, "join_no_key")]


def test_many_rows_stand_side_by_side_in_a_list(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, how: many, into: list, order: [rang], take: {rue: Rues}}"
    assert joined(ws, join, "{header: Rues, attribute: remark}")[0]["remark"] == "Rue A ; Rue B"


def test_one_table_by_kind_into_several_columns(ws: Workspace) -> None:
    join = (
        "  - {table: addresses, on: {id: contact}, where: \"type = 'H'\", take: {rue: Privé}}\n"
        "  - {table: addresses, on: {id: contact}, where: \"type = 'P'\", take: {rue: Prof}}"
    )
    columns = "{header: Privé, attribute: addr_line1}, {header: Prof, attribute: remark}"
    assert [(row["addr_line1"], row["remark"]) for row in joined(ws, join, columns)] == [
        ("Rue A", "Rue B"), ("Rue C", None), (None, "Rue F"),
    ]  # fmt: skip
    # a row that one of the joins used is not held for the other
    assert held(ws) == [(4, "join_no_parent"), (5, "join_no_key")]


def test_what_a_condition_leaves_out_is_held_and_the_ledger_adds_up(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, where: \"type = 'H'\", take: {rue: Rue}}"
    joined(ws, join, "{header: Rue, attribute: addr_line1}")
    assert (2, "join_left_out") in held(ws)
    (report,) = joined_lines(ws)
    assert (report.rows_in, report.rows_out, report.rows_held) == (6, 2, 4)


def test_a_table_between_two_is_joined_on_what_the_first_join_brought(ws: Workspace) -> None:
    tables: dict[str, Table] = {
        "links": {"contact": ["1", "2"], "address": ["7", "8"]},
        "places": {"number": ["7", "8"], "rue": ["Rue X", "Rue Y"]},
    }
    join = (
        "  - {table: links, on: {id: contact}, take: {address: link}}\n"
        "  - {table: places, on: {link: number}, take: {rue: Rue}}"
    )
    found = joined(ws, join, "{header: Rue, attribute: addr_line1}", tables)
    assert [row["addr_line1"] for row in found] == ["Rue X", "Rue Y", None]


def test_rows_in_another_order_give_the_same_records(ws: Workspace) -> None:
    join = "  - {table: addresses, on: {id: contact}, take: {rue: Rue}}"
    first = joined(ws, join, "{header: Rue, attribute: addr_line1}")
    turned = {name: list(reversed(cells)) for name, cells in ADDRESSES.items()}
    with Workspace.memory() as other:
        from engine.tables import PROTOCOL_STEP

        other.create(PROTOCOL_STEP)
        assert joined(other, join, "{header: Rue, attribute: addr_line1}", {"addresses": turned}) == first


def test_a_table_that_is_not_there_and_a_key_mistyped_are_said(ws: Workspace) -> None:
    with pytest.raises(RuleErrors, match="Did you mean addresses"):
        joined(ws, "  - {table: adresses, on: {id: contact}, take: {rue: Rue}}", "{header: Rue, attribute: remark}")
    with Workspace.memory() as other, pytest.raises(RuleErrors, match="Did you mean contact"):
        joined(other, "  - {table: addresses, on: {id: contat}, take: {rue: Rue}}", "{header: Rue, attribute: remark}")


def test_every_join_is_in_the_protocol(ws: Workspace) -> None:
    joined(ws, "  - {table: addresses, on: {id: contact}, take: {rue: Rue}}", "{header: Rue, attribute: addr_line1}")
    step = rows(ws, "protocol.step")[0]
    assert (step["rule"], step["from_column"], step["to_column"], step["rows_in"]) == (
        "join_table", "addresses.rue", "Rue", 3,
    )  # fmt: skip
