"""Rules of an analysis: what must hold before an import, and the action plan (rules/analysis.yml)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from engine.rulebook.import_rules import Sentence
from engine.rulebook.load import RuleModel
from engine.rulebook.milestone import Party

RULE_FILE = "analysis.yml"

PrerequisiteName = Literal[
    "readable_lines", "names", "contact_numbers", "structure_types", "criteria", "titles", "emails", "phones",
    "birth_dates", "postcodes", "countries", "logins", "old_data", "duplicates", "control_totals", "mapping",
]  # fmt: skip
"""What is looked at; the query of each is in engine/analysis/prerequisites.py."""

Risk = Literal["low", "medium", "high"]


class Prerequisite(RuleModel):
    """One thing that must hold.

    Attributes:
        name: its code.
        most: share of the rows looked at that may break it.
        risky: share from which it endangers the date.
        who: who puts it right.
        due: days from J.
        minutes: effort of the one who puts it right, per case.
        most_hours: effort at most; beyond, it is done by rule or left.
        title: what must hold.
        action: what to do when it does not; ``{count}`` is filled in.
        why: where it comes from.
    """

    name: PrerequisiteName
    most: float = Field(ge=0, le=1)
    risky: float = Field(ge=0, le=1)
    who: Party
    due: int = Field(ge=-365, le=0)
    minutes: float = Field(ge=0)
    most_hours: float = Field(ge=0)
    title: Sentence
    action: Sentence
    why: str

    @field_validator("action")
    @classmethod
    def _counted(cls, action: Sentence) -> Sentence:
        for text in (action.en, action.fr, action.de, action.it):
            try:
                text.format(count="1")
            except (KeyError, IndexError, ValueError):
                raise ValueError("an action may name {count} and nothing else in braces") from None
        return action


class PlanStep(RuleModel):
    """One step of the action plan that every import has.

    Attributes:
        name: its code.
        who: who does it.
        due: days from J.
        items: items of rules/pricing.yml whose hours are its effort.
        risk_of: prerequisites that endanger it when they fail.
        title: what is done.
        why: where it comes from.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    who: Party
    due: int = Field(ge=-365, le=365)
    items: tuple[str, ...] = ()
    risk_of: tuple[PrerequisiteName, ...] = ()
    title: Sentence
    why: str


class AnalysisRules(RuleModel):
    """rules/analysis.yml.

    Attributes:
        sample: records that duplicates are looked for of, and values that are judged of.
        whole: up to so many records all of them are looked at.
        old_after_years: a contact without any activity for so long is old data.
        sure: confidence from which a column needs no question.
        prerequisites / steps: see above.
    """

    sample: int = Field(ge=100)
    whole: int = Field(ge=0)
    old_after_years: int = Field(ge=1)
    sure: float = Field(ge=0, le=1)
    prerequisites: tuple[Prerequisite, ...]
    steps: tuple[PlanStep, ...]
