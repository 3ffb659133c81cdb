"""J into assay.toml and into calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar

from engine.journal import read_journal
from engine.milestone import appoint, calendar_text
from tests.milestone.base import TOML, made


@pytest.mark.parametrize(
    "text",
    [
        TOML,
        '# a project\nname = "p"   # its name\n\n# [milestone]\n# date = 2027-01-31   # J\n\n'
        '[[sources]]\npath = "a.csv"\n',
        'name = "p"\nmilestone = { date = 2026-01-01 } # inline\n',
        "",
    ],
)
def test_the_date_is_set_and_nothing_else_changes(text: str, tmp_path: Path) -> None:
    project = appoint(made(tmp_path, text), date(2027, 1, 31))
    assert project.milestone == date(2027, 1, 31)
    now = (tmp_path / "assay.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if "date = 20" not in line or line.startswith("#"):
            assert line in now.splitlines()
    assert "# J" in now or "# J" not in text
    assert "# inline" in now or "# inline" not in text


def test_the_journal_knows_the_date_before(tmp_path: Path) -> None:
    project = appoint(appoint(made(tmp_path), date(2027, 1, 31)), date(2027, 2, 1))
    facts = [dict(entry.facts) for entry in read_journal(project).entries]
    assert facts == [
        {"date": "2027-01-31", "before": "2026-12-15"},
        {"date": "2027-02-01", "before": "2027-01-31"},
    ]


def test_the_calendar_has_a_day_for_every_step_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    project = made(tmp_path)
    text = calendar_text(project, date(2026, 12, 15), as_of=date(2026, 11, 1), language="fr")
    assert text == calendar_text(project, date(2026, 12, 15), as_of=date(2026, 11, 1), language="fr")
    events = Calendar.from_ical(text).walk("VEVENT")
    days = {str(event["uid"]).split("-")[0]: event.decoded("dtstart") for event in events}
    assert days["pre_production"] == date(2026, 12, 8)
    assert days["production"] == date(2026, 12, 15)
    assert any("Importer en production" in str(event["summary"]) for event in events)


def test_an_event_keeps_its_name_when_j_moves(tmp_path: Path) -> None:
    project = made(tmp_path)
    names = [
        [str(event["uid"]) for event in Calendar.from_ical(
            calendar_text(project, day, as_of=date(2026, 11, 1), language="en")).walk("VEVENT")]
        for day in (date(2026, 12, 15), date(2027, 1, 15))
    ]  # fmt: skip
    assert names[0] == names[1]
    assert len(set(names[0])) == len(names[0])
