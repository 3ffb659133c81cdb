"""What goes with the files of a delivery: numbers to re-key, contacts to be seen to by hand, masked samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.presentation.atomic import replacing
from engine.presentation.catalogue import read
from engine.presentation.masking import mask
from engine.rulebook.import_rules import ImportRules
from engine.sql import literal
from engine.vocabulary import Language
from engine.workspace import Workspace

SAMPLES = 3
"""Rows shown of each operation."""

_CELLS = 6


def write_rekey(ws: Workspace, target: Path) -> Path:
    """old_number;new_number of every number that leads to another contact now: for orders and memberships."""
    return _csv(
        ws,
        "select old_number, max(contact_nr) as new_number from golden.former_number "
        "where source is null and state in ('joined', 'replaced') group by old_number "
        "order by length(old_number), old_number",
        target,
    )


def write_by_hand(ws: Workspace, rules: ImportRules, target: Path, language: Language) -> Path:
    """contact_nr;reason;head_nr;what_to_do of planning.held."""
    told = {code: entry[language] for code, entry in read("delivering").items()}
    told |= {rule.name: getattr(rule.advice, language) for rule in rules.rules if rule.name not in told}
    ws.put("by_hand_text", pa.table({"reason": list(told), "what_to_do": list(told.values())}))
    path = _csv(
        ws,
        "select contact_nr, reason, head_nr, what_to_do from planning.held left join by_hand_text using (reason) "
        "order by length(contact_nr), contact_nr, reason",
        target,
    )
    ws.drop("by_hand_text")
    return path


def _csv(ws: Workspace, select: str, target: Path) -> Path:
    with replacing(target) as temporary:
        ws.execute(f"copy ({select}) to {literal(str(temporary))} (format csv, header, delimiter ';')")
    return target


def samples(ws: Workspace) -> list[dict[str, Any]]:
    """The first rows of every operation of the temp table ``sent``: number, reason, and the first cells, masked."""
    cursor = ws.connection.execute(
        f"""
select * from sent
qualify row_number() over (partition by part, "OPERATION" order by row_no) <= {SAMPLES:d}
order by row_no"""
    )
    names = [column[0] for column in cursor.description or ()]
    found = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        found.append(
            {
                "part": row["part"],
                "operation": row["OPERATION"],
                "contact_nr": row["CONTACT_NR"],
                "reason": row["reason"],
                "changed": row["changed"],
                "cells": {field: _masked(row[field]) for field in row["changed"][:_CELLS]},
            }
        )
    return found


def _masked(cell: str) -> str:
    """A mask; codes that the format knows by itself stay readable."""
    return cell if cell in ("=", "UNDEFINED") else mask(cell)
