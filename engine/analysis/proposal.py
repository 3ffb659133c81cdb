"""The commercial proposal: hours from quantities, prices from day rates, exact to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from engine.rulebook.pricing import Item, PricingRules, Quantity

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the item, the quantities its hours come from, hours, days and price."""

    item: Item
    quantities: Mapping[Quantity, int]
    hours: Decimal
    days: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """The whole of it.

    Attributes:
        rules: what it was made with.
        lines / options: what is in the total, and what may be added.
        net / vat / total: sums of the lines.
        valid_until: last day it holds.
    """

    rules: PricingRules
    lines: tuple[Line, ...]
    options: tuple[Line, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    valid_until: date

    def hours_of(self, names: tuple[str, ...]) -> Decimal:
        """Hours of the items called ``names``, options included."""
        return sum((line.hours for line in (*self.lines, *self.options) if line.item.name in names), Decimal(0))


def propose(rules: PricingRules, quantities: Mapping[Quantity, int], as_of: date) -> Proposal:
    """Price every item of the rules that the quantities ask for."""
    rates = {rate.name: rate.day for rate in rules.rates}
    wanted = [item for item in rules.items if item.only_with is None or quantities[item.only_with]]
    lines = [_line(item, rules, rates[item.role], quantities) for item in wanted]
    lines = [line for line in lines if line.hours]
    fixed = tuple(line for line in lines if not line.item.optional)
    net = sum((line.price for line in fixed), Decimal(0))
    vat = (net * rules.vat / 100).quantize(CENT, ROUND_HALF_UP)
    return Proposal(
        rules=rules,
        lines=fixed,
        options=tuple(line for line in lines if line.item.optional),
        net=net,
        vat=vat,
        total=net + vat,
        valid_until=as_of + timedelta(days=rules.validity_days),
    )


def _line(item: Item, rules: PricingRules, rate: Decimal, quantities: Mapping[Quantity, int]) -> Line:
    used = {name: quantities[name] for name in item.per}
    hours = item.hours + sum((each * quantities[name] for name, each in item.per.items()), Decimal(0))
    if item.most is not None:
        hours = min(hours, item.most)
    hours = (hours / rules.round_to).to_integral_value(ROUND_CEILING) * rules.round_to
    days = hours / rules.hours_a_day
    return Line(item, used, hours, days, (days * rate).quantize(CENT, ROUND_HALF_UP))
