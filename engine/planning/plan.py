"""Plan: compare golden with an environment, write down the operations in a safe order, count them, mind the ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import CeilingError, UsageError
from engine.ledger import StageReport
from engine.planning.difference import (
    change_select,
    criterion_select,
    number_select,
    site_number_select,
    site_select,
)
from engine.planning.expected import EXPECTED_CONTACT, EXPECTED_PROPERTY, REFUSED, expect
from engine.planning.statements import HELD_SELECT, main_select, operation_select
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.import_rules import ImportRules
from engine.rulebook.planning import PlanningRules
from engine.sql import identifier
from engine.tables import PLANNING_HELD, PLANNING_OPERATION, PLANNING_QUALIFICATION, PLANNING_REQUEST
from engine.target import Base, Store, empty_snapshot
from engine.target.columns import ADDRESSES, CONTACT, EMAILS, PHONES, PROPERTY, SALE
from engine.vocabulary import CRITERIA
from engine.workspace import Workspace

DELIVERY_RULES = "delivery/secutix.yml"
IMPORT_RULES = "delivery/import_rules.yml"
PLANNING_RULES = "delivery/operations.yml"
THERE = "there_"
"""Prefix of the temp tables with the state of the environment."""

_TEMPORARY = (
    "plan_asked", "plan_number", "plan_criterion", "plan_change", "plan_main", "plan_fate", "plan_freed",
    "plan_qualified", "plan_met", "plan_site_number", "plan_site", "there_reach",
    EXPECTED_CONTACT, EXPECTED_PROPERTY, REFUSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan comes to; the rows stand in planning.operation, what no file can do in planning.held.

    Attributes:
        operations: rows by operation.
        parts: rows by part.
        held: contacts by reason.
        contacts: contacts of golden.
        sent: contacts of golden with an INSERT, UPDATE or UPDATEACT.
        unchanged: contacts of golden that are there as they should be.
        kept_back: contacts of golden that get no row though they differ: held, asked to go, or not deliverable.
        there: contacts of the environment that are not anonymised.
        removals: rows that remove.
        ceiling: share of ``there`` that may be removed at once.
    """

    operations: Mapping[str, int]
    parts: Mapping[str, int]
    held: Mapping[str, int]
    contacts: int
    sent: int
    unchanged: int
    kept_back: int
    there: int
    removals: int
    ceiling: float
    removals_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of planning.operation."""
        return sum(self.parts.values())

    @property
    def too_many(self) -> bool:
        """Whether more would be removed than the ceiling allows."""
        return self.removals > self.ceiling * self.there

    def refuse_removals(self) -> None:
        """Raise when more would be removed than the ceiling allows.

        Raises:
            CeilingError: it would.
        """
        if self.too_many:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.removals_by_reason.items())
            raise CeilingError(
                f"{self.removals:,} of {self.there:,} contacts would be removed ({reasons}); "
                f"the ceiling is {self.ceiling:.1%}",
                hint="Look at the plan first. If it is meant, say --accept-removals; the ceiling is in operations.yml.",
            )

    def report(self) -> StageReport:
        """The ledger of it, in contacts of golden."""
        return StageReport(
            "planning",
            "contact",
            self.contacts,
            self.sent + self.unchanged,
            self.kept_back,
            figures={f"operations_{name.lower()}": count for name, count in self.operations.items()},
        )


def load_environment(ws: Workspace, store: Store | None) -> None:
    """Bring the state of an environment into the temp tables there_contact, there_property and there_sale.

    Args:
        store: None = an environment without contacts.
    """
    tables = (CONTACT, PROPERTY, SALE)
    if store is None:
        empty_snapshot(ws, tables, THERE)
    else:
        store.load(ws, tables, THERE)


def plan_operations(ws: Workspace, book: RuleBook, base: Base, imports: ImportRules | None = None) -> Plan:
    """Fill planning.operation and planning.held; see the package for what they mean and what must stand.

    Args:
        base: whose environment it is: codes, country, the day.
        imports: the import rules in force there, with what is defined; None = as the book has them.

    Raises:
        RuleErrors: mistakes in the rules of delivery.
        UsageError: more criteria to set than the file has columns.
        LedgerError: contacts were lost: a defect.
    """
    delivery = book.load(DELIVERY_RULES, DeliveryRules)
    imports = imports or book.load(IMPORT_RULES, ImportRules)
    rules = book.load(PLANNING_RULES, PlanningRules)
    for table in (PLANNING_REQUEST, PLANNING_QUALIFICATION):
        if not ws.exists(table.name):
            ws.create(table)
    expect(ws, imports, base)
    for name, select in {
        "plan_asked": ws.statement("planning", "asked"),
        "plan_number": number_select(delivery),
        "plan_criterion": criterion_select(delivery),
        "plan_change": change_select(delivery, rules),
        "plan_main": main_select(rules),
        "plan_met": ws.statement("planning", "met"),
        "plan_site_number": site_number_select(delivery),
        "plan_site": site_select(delivery, rules),
        "plan_qualified": ws.statement("planning", "qualified"),
        "there_reach": _reach(),
    }.items():
        ws.execute(f"create or replace temp table {name} as {select}")
    if int(ws.value("select coalesce(max(column_no), 0) from plan_qualified")) > len(CRITERIA):
        raise UsageError(f"a file sets {len(CRITERIA)} criteria at most", hint="Give them in several deliveries.")
    ws.execute(f"create or replace temp table plan_fate as {ws.statement('planning', 'fate')}", _fates(rules))
    if rules.free_addresses:
        ws.execute(f"create or replace temp table plan_freed as {ws.statement('planning', 'freed')}")
    else:
        ws.execute(
            f"create or replace temp table plan_freed as select * replace (false as takes, false as removed) "
            f"from ({ws.statement('planning', 'freed')})"
        )
    ws.build(
        PLANNING_OPERATION,
        operation_select(rules),
        {"institution": base.institution, "organization": base.organization},
    )
    ws.build(PLANNING_HELD, HELD_SELECT)
    plan = _count(ws, rules)
    ws.drop(*_TEMPORARY)
    plan.report().check()
    return plan


def _fates(rules: PlanningRules) -> dict[str, object]:
    return {
        "joined": rules.joined.operation,
        "joined_with_sales": rules.joined.with_sales,
        "gone": rules.gone.operation,
        "gone_with_sales": rules.gone.with_sales,
    }


def _reach() -> str:
    """Each contact that is there, and whether it has an address, phone or e-mail that DELETE would take."""
    means = ", ".join(identifier(name) for name in (*ADDRESSES, *PHONES, *EMAILS))
    return f"select contact_nr, state, modified, coalesce({means}) is not null as reachable from there_contact"


def _count(ws: Workspace, rules: PlanningRules) -> Plan:
    def counts(select: str) -> dict[str, int]:
        return {str(name): int(count) for name, count in ws.rows(select)}

    operations = counts('select "OPERATION", count(*) from planning.operation group by all order by all')
    parts = counts("select part, count(*) from planning.operation group by all order by all")
    held = counts("select reason, count(*) from planning.held group by all order by all")
    reasons = counts("select reason, count(*) from planning.operation where part = 'remove' group by all order by all")
    contacts = ws.count("golden.contact")
    sent, unchanged = ws.rows(
        "select count(operation), count(*) filter (operation is null and held is null) from plan_main"
    )[0]
    back = ws.value(
        """
select count(*) from golden.contact
where contact_nr not in (select contact_nr from plan_main where held is null)"""
    )
    return Plan(
        operations=operations,
        parts=parts,
        held=held,
        contacts=contacts,
        sent=int(sent),
        unchanged=int(unchanged),
        kept_back=int(back),
        there=int(ws.value("select count(*) from there_contact where state <> 'anonymised'")),
        removals=parts.get("remove", 0),
        ceiling=rules.ceiling.share,
        removals_by_reason=reasons,
    )
