"""The report says which control totals are met."""

from __future__ import annotations

from decimal import Decimal

from engine.presentation import render_html, report_data
from engine.workspace import Workspace
from tests.conftest import given
from tests.presentation.scene import scene


def test_a_control_total_stands_beside_what_arrived(ws: Workspace) -> None:
    facts = scene(ws)
    source = ws.value("select source from intake.source order by source limit 1")
    totals = [
        {"source": source, "measure": "rows", "expected": Decimal(12345), "found": Decimal(12344), "met": False},
        {"source": source, "measure": "sum", "subject": "<b>", "expected": Decimal("1.5"), "found": None, "met": False},
    ]
    given(ws, "receipts.control", totals)
    data = report_data(ws, facts)
    (told,) = (entry["controls"] for entry in data["sources"] if entry["source"] == source)
    assert [(total["measure"], total["expected"], total["found"]) for total in told] == [
        ("rows", 12345.0, 12344.0), ("sum <b>", 1.5, None),
    ]  # fmt: skip
    html = render_html(data)
    assert "Control totals" in html
    assert "12,345" in html
    assert "sum &lt;b&gt;" in html


def test_without_control_totals_nothing_is_said_of_them(ws: Workspace) -> None:
    assert "Control totals" not in render_html(report_data(ws, scene(ws)))
