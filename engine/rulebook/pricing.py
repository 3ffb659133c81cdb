"""Rules of a commercial proposal: effort model, day rates, tax (rules/pricing.yml)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from engine.rulebook.import_rules import Sentence
from engine.rulebook.load import RuleModel

RULE_FILE = "pricing.yml"

Quantity = Literal[
    "sources", "tables", "contact_tables", "further_tables", "own_format", "columns", "columns_fed", "columns_unsure",
    "columns_unused", "criteria", "records", "hundred_thousands", "problems", "questions",
]  # fmt: skip
"""What an analysis counts; see engine/analysis/quantities.py."""


def _exact(value: object) -> object:
    """YAML's floats as they were written: 8.1 is 8.1 and not the nearest binary number."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Amount = Annotated[Decimal, BeforeValidator(_exact)]


class Rate(RuleModel):
    """What a day of somebody costs."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    day: Amount = Field(ge=0)
    title: Sentence


class Item(RuleModel):
    """One line of the proposal: ``hours`` and, for each quantity, ``per`` hours more.

    Attributes:
        name: its code.
        role: whose day rate.
        hours: hours in any case.
        per: hours for each of a quantity.
        most: hours at most; None = as many as it takes.
        only_with: left out when this quantity is nothing.
        optional: an option, not in the total.
        title: what is done.
        why: what the hours rest on.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    role: str
    hours: Amount = Field(ge=0)
    per: dict[Quantity, Amount] = Field(default_factory=dict)
    most: Amount | None = None
    only_with: Quantity | None = None
    optional: bool = False
    title: Sentence
    why: str


class PricingRules(RuleModel):
    """rules/pricing.yml.

    Attributes:
        approved: False = the proposal says that its rates are nobody's yet.
        currency: ISO 4217.
        vat: percent of value added tax.
        validity_days: how long the proposal holds.
        hours_a_day: hours of a day rate.
        round_to: hours are rounded up to a multiple.
        provider: who proposes, "" = not said.
        rates / items: see above.
    """

    approved: bool
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    vat: Amount = Field(ge=0, le=100)
    validity_days: int = Field(ge=1)
    hours_a_day: Amount = Field(gt=0)
    round_to: Amount = Field(gt=0)
    provider: str
    rates: tuple[Rate, ...]
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _rated(self) -> Self:
        rates = {rate.name for rate in self.rates}
        for item in self.items:
            if item.role not in rates:
                raise ValueError(f'item {item.name} is done by "{item.role}"; known: {", ".join(sorted(rates))}')
        return self
