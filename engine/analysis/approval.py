"""Whose numbers a proposal is made with: the examples that ship, or those a project put in their place."""

from __future__ import annotations

from pathlib import Path

from engine.errors import Problem, RuleErrors
from engine.rulebook import RuleBook
from engine.rulebook.load import Keys
from engine.rulebook.pricing import RULE_FILE, PricingRules


def still_to_fill_in(book: RuleBook) -> list[str]:
    """What of rules/pricing.yml is still the shipped example and only the project can know, by its keys.

    The provider, the currency, the tax, and the day rate of every role. Effort (hours a task) is a model, not a price:
    it is shown line by line and may stay.

    Returns:
        Such as ``["provider", "rates.engineer.day"]``; empty = a proposal can be final.

    Raises:
        RuleErrors: mistakes in rules/pricing.yml.
    """
    rules = book.load(RULE_FILE, PricingRules)
    wanted: list[tuple[str, Keys]] = [(name, (name,)) for name in ("currency", "vat")]
    wanted += [(f"rates.{rate.name}.day", ("rates", at, "day")) for at, rate in enumerate(rules.rates)]
    document = book.document(RULE_FILE)
    shipped = str(book.roots[0] / RULE_FILE)
    missing = [name for name, keys in wanted if document.place(keys)[0] == shipped]
    return [*(() if rules.provider.strip() else ("provider",)), *missing]


def refuse_unfinished(book: RuleBook) -> list[str]:
    """The numbers that are still examples, of a draft; an approved proposal must not have any.

    Raises:
        RuleErrors: rules/pricing.yml says ``approved: true`` and leaves examples in force.
    """
    missing = still_to_fill_in(book)
    if missing and book.load(RULE_FILE, PricingRules).approved:
        file, line = book.document(RULE_FILE).place(("approved",))
        raise RuleErrors(
            [Problem(file, line, f"approved, but still the shipped example in {Path(file).name}: {', '.join(missing)}")]
        )
    return missing
