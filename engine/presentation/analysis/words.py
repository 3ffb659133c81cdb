"""The words that the page and the document of an analysis share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.presentation.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences of an analysis in one language."""

    say: Catalogue

    def text(self, key: str, count: int | None = None, **values: object) -> str:
        """A text of the analysis."""
        return self.say.text(f"analysis.{key}", count, **values)

    def of(self, sentence: Mapping[str, str]) -> str:
        """A sentence of a rule file."""
        return sentence[self.say.language]

    def party(self, code: str) -> str:
        """Who."""
        return self.say.text(f"milestone.party.{code}")

    def day(self, text: str) -> str:
        """A day."""
        return self.say.day(date.fromisoformat(text))

    def head(self, analysis: Mapping[str, Any]) -> str:
        """When, and for when."""
        j = analysis["milestone"]
        milestone = self.text("milestone", day=self.day(j)) if j else self.text("no_milestone")
        return f"{self.text('seen_on', day=self.day(analysis['as_of']))} · {milestone}"

    def hours(self, hours: float | str) -> str:
        """An effort; halves are shown, no more."""
        amount = Decimal(str(hours))
        rounded = (amount * 2).to_integral_value(rounding="ROUND_CEILING") / 2
        digits = 0 if rounded == rounded.to_integral_value() else 1
        # not the catalogue's own counting: a half is no count
        return self.say.texts["analysis.hours"].format(count=self.say.decimal(float(rounded), digits))

    def money(self, amount: str) -> str:
        """An amount, its thousands set apart; Swiss and French alike by their language."""
        return self.say.decimal(float(amount), 2)

    def task(self, task: Mapping[str, Any]) -> str:
        """What a line of the plan does."""
        return self.of(task["title"]).format(count=self.say.number(task["count"]))

    def due(self, task: Mapping[str, Any]) -> str:
        """The day of a line of the plan, beside its distance from J."""
        relative = "J" if task["due"] == 0 else f"J{task['due']:+d}"
        return relative if task["day"] is None else f"{self.day(task['day'])} ({relative})"

    def duplicates(self, found: Mapping[str, Any]) -> list[str]:
        """What is known of duplicates, sentence by sentence."""
        figures = {name: self.say.number(found[name]) for name in ("records", "low", "likely", "high")}
        first = (
            self.text("duplicates_exact", None, **figures)
            if found["exact"]
            else self.text("duplicates_sampled", None, sample=self.say.number(found["looked_at"]), **figures)
        )
        return [first, self.text("duplicates_limits"), self.text("duplicates_questions", found["questions"])]

    def quantities(self, line: Mapping[str, Any]) -> str:
        """Where the hours of a line of the proposal come from; "" = from nothing counted."""
        counted = [self.text(f"quantity.{name}", count) for name, count in line["quantities"].items() if count]
        return self.text("from_quantities", quantities=", ".join(counted)) if counted else ""

    def vat(self, proposal: Mapping[str, Any]) -> str:
        """The line of the tax."""
        percent = Decimal(proposal["vat_percent"])
        digits = max(-int(percent.normalize().as_tuple().exponent), 0)
        return self.text("vat", percent=self.say.decimal(float(percent), digits))

    def cleaning(self, plan: Sequence[Mapping[str, Any]]) -> str:
        """What the customer has to do, summed up."""
        hours = sum(task["hours"] for task in plan if task["kind"] == "action" and task["who"] == "customer")
        return self.text("plan_hours", hours=self.hours(hours))

    def cases(self, found: Mapping[str, Any]) -> str:
        """How often a prerequisite is broken."""
        return self.text("about", found["count"]) if found["sampled"] else self.say.number(found["count"])

    def standing(self, found: Mapping[str, Any]) -> str:
        """Whether a prerequisite is met."""
        return self.text({True: "met", False: "not_met", None: "nothing"}[found["met"]])

    def feeds(self, column: Mapping[str, Any]) -> str:
        """What a column would feed."""
        return ", ".join(self.say.attribute(name) for name in column["feeds"]) or "–"
