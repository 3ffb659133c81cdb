"""A town and what of it stands in TOWN_COMPLEMENT, against what an environment holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.planning.support import ANNA, carried_out, cells, golden, planned, there

LENGTHS = "fields: [{name: TOWN, max_length: 20}, {name: TOWN_COMPLEMENT, max_length: 20}]\n"
LONG = "Saint Remy en Bouzemont"


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    """The rules of an institution of the older format: 20 characters each."""
    (tmp_path / "rules" / "delivery").mkdir(parents=True)
    (tmp_path / "rules" / "delivery" / "secutix.yml").write_text(LENGTHS, encoding="utf-8")
    return RuleBook([tmp_path / "rules"])


def test_a_complement_that_staff_wrote_stays_until_the_town_changes(
    book: RuleBook, ws: Workspace, tmp_path: Path
) -> None:
    golden(ws, [ANNA], tmp_path, book)
    planned(ws, book)
    carried_out(ws, book)
    ws.execute("update there_contact set \"M_TOWN_COMPLEMENT\" = 'CEDEX 3'")
    assert planned(ws, book).rows == 0
    golden(ws, [{**ANNA, "town": "Renens"}], tmp_path, book)
    planned(ws, book)
    assert cells(ws, "101") == {"TOWN": "Renens", "TOWN_COMPLEMENT": "="}


def test_the_rest_of_a_long_town_comes_and_goes_with_it(book: RuleBook, ws: Workspace, tmp_path: Path) -> None:
    golden(ws, [{**ANNA, "town": LONG}], tmp_path, book)
    planned(ws, book)
    assert carried_out(ws, book) == []
    assert (there(ws, "101")["M_TOWN"], there(ws, "101")["B_TOWN_COMPLEMENT"]) == ("Saint Remy en", "Bouzemont")
    assert planned(ws, book).rows == 0
    golden(ws, [ANNA], tmp_path, book)
    planned(ws, book)
    assert carried_out(ws, book) == []
    assert (there(ws, "101")["M_TOWN"], there(ws, "101")["M_TOWN_COMPLEMENT"]) == ("Lausanne", None)
