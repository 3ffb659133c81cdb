"""The dates of the plan as a calendar file (iCalendar, RFC 5545): one all-day event a step."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.milestone import RULE_FILE, MilestoneRules
from engine.vocabulary import Language


def calendar_text(project: Project, j: date, *, as_of: date, language: Language) -> bytes:
    """The calendar of ``project`` for the milestone ``j``.

    An event keeps its UID when J moves, so that a calendar that reads the file again moves it instead of adding one.

    Args:
        project: the project.
        j: the day production is loaded.
        as_of: the day the calendar is made: its stamp. The same day, the same bytes.
        language: language of the titles.
    """
    rules = RuleBook([project.rules]).load(RULE_FILE, MilestoneRules)
    name = project.institution or project.name or project.root.name
    identity = hashlib.sha256(f"{project.name}\0{project.institution}".encode()).hexdigest()[:16]
    calendar = Calendar()
    calendar.add("prodid", "-//Assay//milestone//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"J {name}")
    for step in rules.steps:
        event = Event()
        day = j + timedelta(days=step.due)
        event.add("uid", f"{step.name}-{identity}@assay")
        event.add("dtstamp", datetime.combine(as_of, time(), tzinfo=UTC))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", f"{_relative(step.due)} {name}: {getattr(step.title, language)}")
        event.add("description", step.command or getattr(step.title, language))
        event.add("transp", "TRANSPARENT")
        if step.watch:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", getattr(step.title, language))
            alarm.add("trigger", timedelta(days=-1))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _relative(days: int) -> str:
    return "J" if days == 0 else f"J{days:+d}"
