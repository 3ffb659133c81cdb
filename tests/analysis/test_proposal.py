"""The proposal: hours from quantities, exact to the cent; the plan: dates back from J, risk from what fails."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from engine.analysis.approval import refuse_unfinished
from engine.analysis.plan import make_plan
from engine.analysis.prerequisites import Counted, Finding, judge
from engine.analysis.proposal import propose
from engine.errors import RuleErrors
from engine.rulebook import RuleBook
from engine.rulebook.analysis import RULE_FILE, AnalysisRules, PrerequisiteName
from engine.rulebook.pricing import RULE_FILE as PRICING_FILE
from engine.rulebook.pricing import PricingRules, Quantity

DAY = date(2026, 11, 22)
NONE: dict[Quantity, int] = dict.fromkeys(get_args(Quantity), 0)
TITLE = {"en": "a", "fr": "b", "de": "c", "it": "d"}


def rules(*items: dict[str, object], **others: object) -> PricingRules:
    return PricingRules.model_validate(
        {
            "approved": True, "currency": "CHF", "vat": 8.1, "validity_days": 30, "hours_a_day": 8, "round_to": 0.5,
            "provider": "", "rates": [{"name": "engineer", "day": 1400, "title": TITLE}],
            "items": [
                {"role": "engineer", "title": TITLE, "why": "w", "name": "work", "hours": 0, **item} for item in items
            ],
            **others,
        }
    )  # fmt: skip


def test_hours_are_summed_from_quantities_and_rounded_up() -> None:
    made = propose(
        rules({"hours": 1, "per": {"tables": 0.1, "problems": 0.5}}), {**NONE, "tables": 3, "problems": 2}, DAY
    )
    (line,) = made.lines
    assert (line.hours, line.price) == (Decimal("2.5"), Decimal("437.50"))
    assert line.quantities == {"tables": 3, "problems": 2}


def test_hours_have_a_ceiling_and_what_is_not_needed_is_left_out() -> None:
    book = rules(
        {"name": "a", "per": {"questions": 1}, "most": 40},
        {"name": "b", "hours": 3, "only_with": "own_format"},
        {"name": "c", "per": {"criteria": 1}},
    )
    made = propose(book, {**NONE, "questions": 5000}, DAY)
    assert [(line.item.name, line.hours) for line in made.lines] == [("a", Decimal(40))]


def test_tax_and_total_are_exact_and_options_stand_apart() -> None:
    made = propose(rules({"name": "a", "hours": 1}, {"name": "b", "hours": 8, "optional": True}), NONE, DAY)
    assert (made.net, made.vat, made.total) == (Decimal("175.00"), Decimal("14.18"), Decimal("189.18"))
    assert [line.price for line in made.options] == [Decimal("1400.00")]
    assert made.valid_until == date(2026, 12, 22)


@each(st.dictionaries(st.sampled_from(get_args(Quantity)), st.integers(0, 10**6)))
def test_the_total_is_the_sum_of_its_lines_for_any_data(quantities: dict[Quantity, int]) -> None:
    made = propose(RuleBook().load(PRICING_FILE, PricingRules), {**NONE, **quantities}, DAY)
    assert made.net == sum(line.price for line in made.lines)
    assert made.total - made.net == made.vat
    assert all(line.hours % made.rules.round_to == 0 for line in made.lines)


def findings(counted: dict[PrerequisiteName, Counted]) -> list[Finding]:
    book = RuleBook().load(RULE_FILE, AnalysisRules)
    return judge(book, {**dict.fromkeys(get_args(PrerequisiteName), Counted(0, 100)), **counted})


def plan_of(counted: dict[PrerequisiteName, Counted], j: date | None) -> dict[str, tuple[str, str | None, str, float]]:
    book = RuleBook().load(RULE_FILE, AnalysisRules)
    proposal = propose(RuleBook().load(PRICING_FILE, PricingRules), NONE, DAY)
    tasks = make_plan(book, findings(counted), proposal, j=j, as_of=DAY)
    return {
        f"{task.kind} {task.name}": (task.who, task.day.isoformat() if task.day else None, task.risk, task.hours)
        for task in tasks
    }


def test_what_fails_becomes_an_action_with_its_day_effort_and_risk() -> None:
    plan = plan_of({"names": Counted(1, 100), "emails": Counted(50, 100)}, date(2027, 3, 1))
    assert plan["action names"] == ("customer", "2027-02-13", "medium", 0.05)
    assert plan["action emails"][2] == "high"
    assert plan["step data"][1:3] == ("2027-02-15", "high")
    assert plan["step production"][1:3] == ("2027-03-01", "low")
    assert "action phones" not in plan


def test_a_day_that_is_over_endangers_j_and_without_j_there_are_no_days() -> None:
    assert plan_of({}, date(2026, 12, 1))["step kick_off"][2] == "high"
    assert plan_of({}, None)["step kick_off"][1:3] == (None, "low")


def test_effort_has_a_ceiling_beyond_which_it_is_done_by_rule() -> None:
    (found,) = (one for one in findings({"names": Counted(100_000, 100_000)}) if one.rule.name == "names")
    assert found.hours == found.rule.most_hours


def test_nothing_of_the_kind_is_neither_met_nor_failed() -> None:
    (found,) = (one for one in findings({"structure_types": Counted(0, 0)}) if one.rule.name == "structure_types")
    assert (found.met, found.risk, found.hours) == (None, None, 0)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("pricing.yml", "items: [{name: reading, role: wizard}]", 'done by "wizard"'),
        ("pricing.yml", "items: [{name: reading, per: {wishes: 2}}]", "wishes"),
        ("pricing.yml", "currency: Franken", "currency"),
        ("analysis.yml", "prerequisites: [{name: names, action: {en: 'Fix {n}'}}]", "may name {count}"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    file: str, text: str, told: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rules")
    (folder / file).write_text(text + "\n", encoding="utf-8")
    with pytest.raises(RuleErrors) as caught:
        RuleBook([folder]).load(file, PricingRules if file == "pricing.yml" else AnalysisRules)
    assert told in caught.value.message


def test_every_item_of_the_plan_stands_in_the_price_list() -> None:
    book = RuleBook()
    items = {item.name for item in book.load(PRICING_FILE, PricingRules).items}
    planned = {name for step in book.load(RULE_FILE, AnalysisRules).steps for name in step.items}
    assert planned == items


MINE = """provider: Data House, Lausanne
currency: CHF
vat: 8.1
rates:
  - {name: project_leader, day: 1500}
  - {name: engineer, day: 1300}
"""


def stated(folder: Path, text: str) -> RuleBook:
    (folder / "pricing.yml").write_text(text, encoding="utf-8")
    return RuleBook([folder])


def test_a_proposal_names_the_numbers_that_are_still_examples(tmp_path: Path) -> None:
    assert refuse_unfinished(RuleBook())[:3] == ["provider", "currency", "vat"]
    assert refuse_unfinished(stated(tmp_path, MINE)) == ["rates.analyst.day"]


def test_a_final_proposal_is_refused_until_every_price_is_stated(tmp_path: Path) -> None:
    with pytest.raises(RuleErrors, match=r"pricing.yml:1  approved, but still .*: rates.analyst.day"):
        refuse_unfinished(stated(tmp_path, "approved: true\n" + MINE))
    with pytest.raises(RuleErrors, match="provider"):
        refuse_unfinished(stated(tmp_path, "approved: true\n"))
    book = stated(tmp_path, "approved: true\n" + MINE + "  - {name: analyst, day: 1100}\n")
    assert refuse_unfinished(book) == []
