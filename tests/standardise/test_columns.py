"""What is decided once for a column is noted, and a replay takes it over: rows that come do not turn names around."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import pytest

from engine.standardise.columns import NO_ANSWERS, Answers, read_answers
from engine.standardise.emails import EmailWords
from engine.standardise.name_words import NameWords
from engine.workspace import Workspace
from tests.conftest import rows
from tests.standardise import test_apply
from tests.standardise.test_apply import standardise
from tests.standardise.words import EMAILS, NAMES

LAST_FIRST = ["Favre Anna", "Rochat Pierre", "Cuendet Marie"]
FIRST_LAST = ["Anna Favre", "Pierre Rochat", "Marie Cuendet", "Jean Blanc", "Paul Morel", "Luc Noverraz"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in test_apply: only names are read here."""
    monkeypatch.setattr(NameWords, "load", lambda _book: NAMES)
    monkeypatch.setattr(EmailWords, "of", lambda *_rules: EMAILS)
    stage = importlib.import_module("engine.standardise.apply")
    for function, select in test_apply._STAND_INS.items():
        made = f"create or replace temp table {test_apply._MADE_BY[function]} as {select} from intake.record"
        monkeypatch.setattr(stage, function, lambda ws, book, made=made, **_: ws.execute(made))


def read(ws: Workspace, names: Sequence[str], answers: Answers = NO_ANSWERS) -> list[str]:
    standardise(
        ws,
        [{"record_id": f"crm:{n:02}", "source": "crm", "full_name": name} for n, name in enumerate(names, start=1)],
        answers=answers,
    )
    return [row["last_name"] for row in rows(ws, "standardise.record", "record_id", "last_name")]


def test_names_are_read_in_the_order_of_the_rehearsal(ws: Workspace) -> None:
    assert read(ws, LAST_FIRST) == ["Favre", "Rochat", "Cuendet"]
    answers = read_answers(ws)
    assert answers["crm", "name_order"] == "last_first"
    # so many rows of the other order that the column alone would be read the other way round
    both = [*LAST_FIRST, *FIRST_LAST, *FIRST_LAST]
    read(ws, both)
    assert read_answers(ws)["crm", "name_order"].endswith("first_last")
    assert read(ws, both, answers)[:3] == ["Favre", "Rochat", "Cuendet"]
    assert read_answers(ws) == answers


def test_days_are_read_in_the_order_of_the_rehearsal_and_an_open_question_stays_open(ws: Workspace) -> None:
    def asked(days: Sequence[str], answers: Answers = NO_ANSWERS) -> dict[tuple[str, str], str]:
        cells = [{"source": "crm", "created_date": cell} for cell in days]
        standardise(ws, cells, answers=answers)
        return read_answers(ws)

    month_first = asked(["12/31/2020", "01/02/2021"])
    assert month_first == {("crm", "created_on.day_month"): "month_first"}
    assert asked(["31/12/2020", "01/02/2021"]) == {("crm", "created_on.day_month"): "day_first"}
    assert asked(["31/12/2020", "01/02/2021"], month_first) == month_first
    assert asked(["01/02/2021"]) == {}
