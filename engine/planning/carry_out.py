"""Carry a plan out on the state it was made against: what the environment will hold, what the import will remark."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, qualified
from engine.target import Base, answer_lines
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace


def carry_out(ws: Workspace, rules: ImportRules, base: Base, rows: str = "planning.operation") -> dict[str, int]:
    """Import ``rows`` into there_contact and there_property, in the workspace alone.

    Args:
        rows: table with row_no and the field codes.

    Returns:
        Remarks of the import by rule; and the highest contact number given, as ``last_number``.
    """
    for name in ("contact", "property", "sale"):
        ws.execute(f"create or replace temp table {name} as select * from there_{name}")
    columns = ", ".join(identifier(code) for code in FIELD_CODES)
    ws.execute(
        f"create or replace temp table line as select row_no, row_no as line_no, {columns} from {qualified(rows)}"
    )
    last_number = answer_lines(ws, rules, base)
    remarks = ws.rows("select rule, count(*) from flaw group by rule order by rule")
    for name in ("contact", "property"):
        ws.execute(f"create or replace temp table there_{name} as select * from {name}")
    ws.drop("contact", "property", "sale", "line", "flaw", "refused", "touched")
    return {**{str(rule): int(count) for rule, count in remarks}, "last_number": last_number}
