"""What must hold before an import, counted: on all raw records where SQL can, else on a standardised sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.receipts import NO_ROWS
from engine.rulebook.analysis import AnalysisRules, Prerequisite, PrerequisiteName, Risk
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a prerequisite is broken.

    Attributes:
        count: cases; of a sample scaled up to all.
        of: cases looked at, scaled alike; 0 = there is nothing of the kind.
        sampled: whether it is an estimate.
    """

    count: int
    of: int
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A prerequisite and what was counted."""

    rule: Prerequisite
    counted: Counted

    @property
    def share(self) -> float:
        """Share of the cases that break it."""
        return round(self.counted.count / self.counted.of, 6) if self.counted.of else 0.0

    @property
    def met(self) -> bool | None:
        """None = the sources hold nothing of the kind."""
        return None if not self.counted.of else self.share <= self.rule.most

    @property
    def risk(self) -> Risk | None:
        """How much it endangers the date; None = it holds."""
        if self.met is not False:
            return None
        return "high" if self.share > self.rule.risky else "medium" if self.share > self.rule.risky / 4 else "low"

    @property
    def hours(self) -> float:
        """Effort of putting it right, in hours."""
        return min(self.counted.count * self.rule.minutes / 60, self.rule.most_hours) if self.met is False else 0.0


def count_raw(ws: Workspace, *, without_totals: int) -> dict[PrerequisiteName, Counted]:
    """What the raw records tell. Reads intake.*; ``without_totals`` = sources without control totals."""
    one = {name: _row(ws, select) for name, select in _RAW.items()}
    return {**one, "control_totals": Counted(without_totals, ws.count("intake.source"))}


def count_standard(ws: Workspace, *, records: int, as_of: date, old_after: int) -> dict[PrerequisiteName, Counted]:
    """What standardisation says of the sample in standardise.record, scaled up to ``records``."""
    sample = ws.count("standardise.record")
    factor = records / sample if sample else 0.0
    counted = {}
    for name, (there, refused) in _STANDARD.items():
        count, of = ws.rows(f"select count(*) filter ({refused}), count(*) from standardise.record where {there}")[0]
        counted[name] = Counted(round(int(count) * factor), round(int(of) * factor), sampled=sample < records)
    count, of = ws.rows(_OLD, {"before": _years_before(as_of, old_after)})[0]
    counted["old_data"] = Counted(round(int(count) * factor), round(int(of) * factor), sampled=sample < records)
    return counted


def judge(rules: AnalysisRules, counted: Mapping[PrerequisiteName, Counted]) -> list[Finding]:
    """Every prerequisite of the rules with its count, in their order."""
    return [Finding(rule, counted[rule.name]) for rule in rules.prerequisites]


_RAW: Mapping[PrerequisiteName, str] = {
    "readable_lines": f"""
select (select count(*) from intake.held where reason not in {NO_ROWS!r}), (select sum(lines) from intake.source)""",
    "names": """
select count(*) filter (coalesce(first_name, last_name, full_name, organisation) is null), count(*)
from intake.record""",
    "contact_numbers": """
select count(*) filter (not regexp_full_match(contact_number, '[0-9]{1,20}') or twice > 1), count(contact_number)
from (select contact_number, count(*) over (partition by source, contact_number) as twice from intake.record
    where contact_number is not null)""",
    "structure_types": """
select count(distinct structure_type), count(distinct structure_type) from intake.record""",
    "logins": """
select coalesce(sum(holders - 1), 0), (select count(*) from intake.record where email is not null)
from (select count(distinct lower(coalesce(last_name, full_name, organisation))) as holders from intake.record
    where email is not null group by lower(trim(email)))""",
}

_STANDARD: Mapping[PrerequisiteName, tuple[str, str]] = {
    "titles": ("title_raw is not null", "title is null"),
    "emails": ("coalesce(email_raw, email2_raw) is not null", "len(emails) = 0"),
    # a mobile number in the column of landlines is a number all the same
    "phones": ("coalesce(phone_raw, mobile_raw) is not null", "len(phones) = 0"),
    "birth_dates": ("birth_date_raw is not null", "birth_date is null"),
    "postcodes": ("postcode_raw is not null", "postcode is null"),
    "countries": ("country_raw is not null", "country is null"),
}
"""Records that have something of the kind, and those of them that have nothing an import could take."""

_OLD = """
select count(*) filter (seen < $before), count(seen)
from (select greatest(last_order_on, updated_on, created_on) as seen from standardise.record)"""


def _row(ws: Workspace, select: str) -> Counted:
    count, of = ws.rows(select)[0]
    return Counted(int(count or 0), int(of or 0))


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as plain data, sentences left to the page."""
    return {
        "name": finding.rule.name,
        "met": finding.met,
        "count": finding.counted.count,
        "of": finding.counted.of,
        "share": finding.share,
        "sampled": finding.counted.sampled,
        "risk": finding.risk,
    }
