"""Households: how many of one home and surname are still a family."""

from __future__ import annotations

from pydantic import Field

from engine.rulebook.load import RuleModel


class HouseholdRules(RuleModel):
    """rules/survivorship/households.yml.

    Attributes:
        most: members of a household at most.
        particles: parts of a surname that are nobody's name.
        why: the reason.
    """

    most: int = Field(ge=2)
    particles: tuple[str, ...] = ()
    why: str
