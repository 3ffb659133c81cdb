"""Retention rules: who has not been heard of for so long that keeping them needs a reason (rules/retention.yml)."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from engine.rulebook.load import RuleModel
from engine.vocabulary import Kind

Proposal = Literal["inactivate", "anonymise", "delete"]
Activity = Literal["last_order_on", "updated_on", "created_on"]

OPERATIONS: dict[Proposal, str] = {"inactivate": "INVALIDATE", "anonymise": "ANONYMIZE", "delete": "DROP"}
"""What the import calls it (section 4 of the format); DROP is for contacts nobody changed since they were imported."""


class RetentionRule(RuleModel):
    """Contacts without activity for a time, and what is proposed for them. The first rule that fits a contact decides.

    Attributes:
        name: of the rule.
        kinds: kinds of contact it looks at.
        activity: dates of the sources that count as activity; the latest of all the contact's records counts.
        no_activity_years / no_activity_since: nothing for so many years before the day, or since a day; one of the two.
        orders: contacts that never ordered as far as the sources tell, that did, or any.
        propose: what to do with them.
        why: the reason; it goes with every contact proposed.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kinds: tuple[Kind, ...] = Field(min_length=1)
    activity: tuple[Activity, ...] = Field(min_length=1)
    no_activity_years: int | None = Field(default=None, ge=1, le=100)
    no_activity_since: date | None = None
    orders: Literal["never", "ever", "any"] = "any"
    propose: Proposal
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.no_activity_years is None) == (self.no_activity_since is None):
            raise ValueError("give no_activity_years or no_activity_since, one of them")
        if self.propose == "inactivate" and self.orders == "ever":
            raise ValueError(
                "the import refuses to inactivate contacts with sales: propose anonymise, or orders: never"
            )
        return self


class RetentionException(RuleModel):
    """Contacts that no rule may propose: any of their records says something in a column of its source.

    Attributes:
        name: of the exception.
        columns: headers, compared without case, accents and signs.
        holds: ``filled``: anything but blanks; ``not_zero``: a number other than 0, or a text.
        why: the reason.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    columns: tuple[str, ...] = Field(min_length=1)
    holds: Literal["filled", "not_zero"]
    why: str = Field(min_length=1)


class RemovalCeiling(RuleModel):
    """How much of the base may be proposed at once without somebody saying so."""

    share: float = Field(ge=0, le=1)
    why: str


class BulkDays(RuleModel):
    """A day that more than ``share`` of a source's dated records bear is a migration's, no activity.

    Attributes:
        share: of the records with that date column filled.
        records: fewest dated records of a source that a share says something of.
        why: the reason.
    """

    share: float = Field(gt=0, le=1)
    records: int = Field(ge=1)
    why: str


class RetentionRules(RuleModel):
    """rules/retention.yml."""

    rules: tuple[RetentionRule, ...]
    exceptions: tuple[RetentionException, ...]
    bulk_days: BulkDays
    ceiling: RemovalCeiling
