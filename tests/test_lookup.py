"""Names of contacts and records: every way a person may know one leads to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.lookup import Found, find, one_record
from engine.workspace import Workspace
from tests.conftest import given


@pytest.fixture(autouse=True)
def base(ws: Workspace) -> None:
    given(ws, "standardise.record", [{"record_id": f"crm:{n}", "source": "crm", "line_no": n} for n in (1, 2, 3)])
    given(ws, "intake.held", [{"source": "crm", "line_no": 4, "reason": "too_many_cells"}])
    given(
        ws,
        "golden.contact",
        [
            {"contact_id": "c1", "contact_nr": "0071", "records": 2},
            {"contact_id": "c2", "contact_nr": "3", "records": 1},
        ],
    )
    given(
        ws,
        "golden.crosswalk",
        [
            {"record_id": f"crm:{n}", "contact_id": "c1" if n < 3 else "c2", "source": "crm", "line_no": n}
            for n in (1, 2, 3)
        ],
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("crm:2", Found(("crm:2",), "c1", "record_id")),
        (" crm:2 ", Found(("crm:2",), "c1", "record_id")),
        ("crm#3", Found(("crm:3",), "c2", "line")),
        ("c1", Found(("crm:1", "crm:2"), "c1", "contact_id")),
        ("0071", Found(("crm:1", "crm:2"), "c1", "contact_nr")),
    ],
)
def test_a_record_a_line_a_contact_and_a_number_are_found(ws: Workspace, name: str, found: Found) -> None:
    assert find(ws, name) == found


@pytest.mark.parametrize("name", ["crm:9", "71", "", "crm#9", "x' or '1'='1"])
def test_what_nobody_is_called_is_said_without_the_name(ws: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="no record"):
        find(ws, name)


def test_a_held_line_says_why_it_has_no_record(ws: Workspace) -> None:
    with pytest.raises(UsageError, match="held back: too_many_cells"):
        find(ws, "crm#4")


def test_a_contact_of_several_records_is_not_one_record(ws: Workspace) -> None:
    assert one_record(ws, "c2") == "crm:3"
    with pytest.raises(UsageError, match="2 records"):
        one_record(ws, "c1")


def test_looking_needs_a_run_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run"):
        Workspace.look(tmp_path)
    with Workspace.open(tmp_path, threads=1, memory="200MB") as made:
        given(made, "standardise.record", [{"record_id": "crm:1"}])
    with Workspace.look(tmp_path) as looked:
        assert find(looked, "crm:1").records == ("crm:1",)
        with pytest.raises(Exception, match="read-only"):
            looked.execute("create table t (n integer)")
