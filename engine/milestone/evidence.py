"""What the plan and the gates are judged by: the project, its rules, its journal, and the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.errors import UsageError
from engine.journal import Entry, Journal, read_journal
from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.rulebook.milestone import RULE_FILE, Known, MilestoneRules


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a judgement needs.

    Attributes:
        project: the project.
        rules: rules/milestone.yml in force.
        imports: rules/delivery/import_rules.yml in force: what the institution has defined.
        journal: what was done.
        j: the day production is loaded.
        as_of: the day the question is asked on.
    """

    project: Project
    rules: MilestoneRules
    imports: ImportRules
    journal: Journal
    j: date
    as_of: date

    def due(self, days: int) -> date:
        """The day ``days`` from J."""
        return self.j + timedelta(days=days)

    def events(self, *names: str) -> Iterator[Entry]:
        """Lines of the journal about ``names``, the newest first."""
        return (entry for entry in reversed(self.journal.entries) if entry.event in names)

    def last(self, *names: str) -> Entry | None:
        """The newest line about ``names``."""
        return next(self.events(*names), None)

    def last_import(self, environment: str) -> Entry | None:
        """The newest import into ``environment``."""
        return next((entry for entry in self.events("apply") if entry.facts.get("environment") == environment), None)

    def known(self, done: Known) -> Entry | None:
        """The oldest line that proves ``done``: something done twice was done the first time."""
        found = [entry for entry in self.events(done.event or "") if _fits(entry.facts, done)]
        return found[-1] if found else None


def gather(project: Project, *, as_of: date) -> Evidence:
    """The evidence of ``project`` on the day ``as_of``.

    Raises:
        UsageError: the project has no J.
        RuleErrors: mistakes in the rule files.
    """
    if project.milestone is None:
        raise UsageError("the project has no milestone J", hint="Set it: assay milestone --date 2027-01-31")
    book = RuleBook([project.rules])
    return Evidence(
        project=project,
        rules=book.load(RULE_FILE, MilestoneRules),
        imports=book.load("delivery/import_rules.yml", ImportRules),
        journal=read_journal(project),
        j=project.milestone,
        as_of=as_of,
    )


def day_of(entry: Entry) -> date:
    """The day of a line, where it was written."""
    return datetime.fromisoformat(entry.at).date()


def _fits(facts: Mapping[str, Any], done: Known) -> bool:
    return all(facts.get(name) == value for name, value in done.where.items()) and not any(
        facts.get(name) == value for name, value in done.unless.items()
    )
