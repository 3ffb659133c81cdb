"""What golden's contacts look like in an environment: their rows, imported into an empty base by the import's rules."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier
from engine.target import Base, answer_lines, empty_snapshot
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace

EXPECTED_CONTACT = "expected_contact"
EXPECTED_PROPERTY = "expected_property"
REFUSED = "expected_refused"
_GLOBAL = {"INSTITUTION": "$institution", "ORGANIZATION": "$organization"}


def expect(ws: Workspace, rules: ImportRules, base: Base) -> None:
    """Make the temp tables expected_contact and expected_property, and expected_refused (contact_nr, rule).

    They hold every contact of delivery.operation as ``base`` would store it, and the structures that relay rows make.
    """
    empty_snapshot(ws)
    ws.execute(f"create or replace temp table {REFUSED} (contact_nr varchar, rule varchar)")
    # two applications: rows that only insert are applied all at once, completing ones afterwards
    for table in ("delivery.operation", "delivery.after"):
        if ws.count(table):
            _import(ws, rules, base, table)
    for made, name in ((EXPECTED_CONTACT, "contact"), (EXPECTED_PROPERTY, "property")):
        ws.execute(f"create or replace temp table {made} as select * from {name}")
    ws.drop("contact", "property", "sale", "line", "flaw", "refused", "touched")


def _import(ws: Workspace, rules: ImportRules, base: Base, table: str) -> None:
    columns = ", ".join(
        f"cast({_GLOBAL.get(code, identifier(code))} as varchar) as {identifier(code)}" for code in FIELD_CODES
    )
    ws.execute(
        f"create or replace temp table line as select row_no, row_no as line_no, {columns} from {table}",
        {"institution": base.institution, "organization": base.organization},
    )
    answer_lines(ws, rules, base)
    ws.execute(
        f"""
insert into {REFUSED}
select line."CONTACT_NR", min(flaw.rule)
from refused
join line using (row_no)
join flaw on flaw.row_no = refused.row_no and flaw.rule in (
    select unnest($row_rules::varchar[])
)
group by line."CONTACT_NR" """,
        {"row_rules": [rule.name for rule in rules.rules if rule.outcome == "not_imported"]},
    )
