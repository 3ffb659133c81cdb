"""Control totals: what was announced beside what arrived, and what cannot be counted is never called met."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from engine.errors import RuleErrors, SourceError
from engine.project import load_project
from engine.receipts import Control, compare_controls, control_outcome, read_control_file, read_controls
from engine.receipts.announced import parse_amount
from engine.receipts.compare import amount_sql
from engine.sql import text_list
from engine.workspace import Workspace
from tests.conftest import given

HEADERS = ["Kundennr", "E-Mail", "Umsatz"]


def arrived(ws: Workspace, cells: list[list[str | None]], held: tuple[str, ...] = ()) -> None:
    lines = len(cells) + len(held)
    described = {"source": "crm", "headers": HEADERS, "lines": lines, "loaded": len(cells), "held": len(held)}
    given(ws, "intake.source", [described])
    given(ws, "intake.line", [{"source": "crm", "line_no": n, "cells": row} for n, row in enumerate(cells, 1)])
    given(ws, "intake.held", [{"source": "crm", "line_no": 100 + n, "reason": why} for n, why in enumerate(held)])


def compared(ws: Workspace, measure: Any, subject: str | None, expected: str) -> tuple[str | None, bool, str | None]:
    compare_controls(ws, [Control("crm", measure, subject, Decimal(expected))])
    (total,) = control_outcome(ws)["totals"]
    return total["found"], total["met"], total["reason"]


CELLS: list[list[str | None]] = [["1", "a@x.ch", "1'200.50"], ["2", None, "80"], ["2", "b@x.ch", None]]


@pytest.mark.parametrize(
    ("measure", "subject", "found"),
    [
        ("rows", None, "3"),
        ("filled", "E-Mail", "2"),
        ("filled", " e-mail ", "2"),
        ("distinct", "Kundennr", "2"),
        ("sum", "Umsatz", "1280.5"),
    ],
)
def test_a_total_is_met_by_exactly_its_figure(measure: str, subject: str | None, found: str, ws: Workspace) -> None:
    arrived(ws, CELLS)
    assert compared(ws, measure, subject, found) == (found, True, None)
    assert compared(ws, measure, subject, "7") == (found, False, None)


def test_blank_lines_headers_and_totals_are_no_rows_but_a_damaged_line_is_one(ws: Workspace) -> None:
    arrived(ws, CELLS, held=("blank_row", "repeated_header", "total_line", "too_many_cells"))
    assert compared(ws, "rows", None, "4") == ("4", True, None)


def test_a_sum_with_cells_that_are_no_figures_is_not_met(ws: Workspace) -> None:
    arrived(ws, [["1", None, "10"], ["2", None, "n/a"]])
    assert compared(ws, "sum", "Umsatz", "10") == ("10", False, "1 cell without a figure")


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        (Control("other", "rows", None, Decimal(0)), "no_source"),
        (Control("crm", "filled", "Fax", Decimal(0)), "no_column"),
        (Control("crm", "kind", "individual", Decimal(0)), "not_counted"),
    ],
)
def test_what_cannot_be_counted_is_not_met(control: Control, reason: str, ws: Workspace) -> None:
    arrived(ws, CELLS)
    assert compare_controls(ws, [control]) == 1
    assert [total["reason"] for total in control_outcome(ws)["totals"]] == [reason]


def test_an_attribute_is_counted_over_all_columns_that_feed_it(ws: Workspace) -> None:
    arrived(ws, CELLS)
    feeds = [
        {"source": "crm", "position": place, "header": HEADERS[place - 1], "attribute": "email"} for place in (1, 2)
    ]
    given(ws, "intake.mapping", feeds)
    assert compared(ws, "filled", "email", "3") == ("3", True, None)


def test_contacts_are_counted_by_kind(ws: Workspace) -> None:
    arrived(ws, CELLS)
    given(ws, "standardise.record", [{"source": "crm", "kind": kind} for kind in ("individual", "relay", "individual")])
    assert compared(ws, "kind", "individual", "2") == ("2", True, None)
    assert compared(ws, "kind", "structure", "0") == ("0", True, None)


def test_sources_without_totals_are_named(ws: Workspace) -> None:
    arrived(ws, CELLS)
    compare_controls(ws, [])
    assert control_outcome(ws) == {"given": 0, "missed": [], "without": ["crm"], "totals": []}


def test_totals_stand_in_assay_toml_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "crm.control.csv").write_text(
        "measure;value\ndistinct Kundennr;1'000\nkind relay;5\n", encoding="utf-8"
    )
    (tmp_path / "assay.toml").write_text(
        '[[sources]]\nname = "crm"\npath = "crm.csv"\ncontrol_file = "crm.control.csv"\n'
        'control = { rows = 12, filled = { "E-Mail" = 9 }, sum = { Umsatz = "81 300,50" } }\n',
        encoding="utf-8",
    )
    assert read_controls(load_project(tmp_path)) == (
        Control("crm", "rows", None, Decimal(12)),
        Control("crm", "filled", "E-Mail", Decimal(9)),
        Control("crm", "sum", "Umsatz", Decimal("81300.50")),
        Control("crm", "distinct", "Kundennr", Decimal(1000)),
        Control("crm", "kind", "relay", Decimal(5)),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("crm;row;3", "Did you mean rows?"),
        ("crm;rows;many", "not a figure"),
        ("crm;filled;3", "needs a column"),
        ("crm;rows Kundennr;3", "rows stands alone"),
        ("crm;kind customers;3", "kind is one of"),
        (";rows;3", "names no source"),
    ],
)
def test_a_total_that_is_none_is_refused_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "control.csv"
    path.write_text(f"source;measure;value\ncrm;rows;1\n{line}\n", encoding="utf-8")
    with pytest.raises(RuleErrors, match=r"control.csv:3") as caught:
        read_control_file(path)
    assert told in caught.value.message


@pytest.mark.parametrize("text", ["", "name,total\na,1\n", "\udcff"])
def test_a_file_without_the_columns_is_no_control_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "control.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SourceError, match=r"control\.csv|control file"):
        read_control_file(path)


@each(st.lists(st.from_regex(r"[-+]?[0-9]{1,4}([ '.,][0-9]{1,4}){0,2}", fullmatch=True), min_size=1, max_size=40))
def test_cells_and_announced_figures_are_read_alike(texts: list[str]) -> None:
    cells = f"select unnest({text_list(texts)}) as cell"
    found = [row[0] for row in duckdb.sql(f"select {amount_sql('cell')} from ({cells})").fetchall()]
    assert found == [parse_amount(text) for text in texts]
