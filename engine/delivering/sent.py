"""The rows of a plan that this delivery sends, and what must be defined for them."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions import Definitions, refuse_undefined
from engine.delivering.against import Told
from engine.delivering.options import DeliverOptions
from engine.planning import Plan
from engine.sql import identifier
from engine.vocabulary import CRITERIA
from engine.workspace import Workspace, in_list


def choose_rows(ws: Workspace, plan: Plan, options: DeliverOptions) -> Plan:
    """Temp table ``sent``: the rows of the operations asked for; rows that complete an INSERT go with it."""
    wanted = in_list(options.operations) if options.operations else None
    condition = "true"
    if wanted is not None:
        inserted = "select \"CONTACT_NR\" from planning.operation where part = 'main' and \"OPERATION\" = 'INSERT'"
        condition = f'"OPERATION" in {wanted}'
        if "INSERT" in options.operations:
            condition = f"({condition} or (part = 'after' and \"CONTACT_NR\" in ({inserted})))"
        else:
            condition = f"({condition} and not (part = 'after' and \"CONTACT_NR\" in ({inserted})))"
    ws.execute(f"create or replace temp table sent as select * from planning.operation where {condition}")
    counts = dict(ws.rows("select part, count(*) from sent group by part order by part"))
    return replace(
        plan,
        parts=counts,
        operations=dict(ws.rows('select "OPERATION", count(*) from sent group by all order by all')),
        removals=counts.get("remove", 0),
        removals_by_reason=dict(
            ws.rows("select reason, count(*) from sent where part = 'remove' group by reason order by reason")
        ),
    )


def definitions_sent(ws: Workspace, told: Told) -> tuple[Definitions, list[str]]:
    """What the rows of ``sent`` need and the environment does not know yet; and codes that nobody can check.

    Raises:
        UsageError: a row uses what is defined nowhere, though somebody said what is.
    """
    criteria, types = _codes(ws)
    everything = told.in_all
    known_criteria, known_types = everything.criteria, everything.structure_types
    refuse_undefined(
        () if known_criteria is None else criteria - set(known_criteria),
        () if known_types is None else types - set(known_types),
    )
    unchecked = [*(criteria if known_criteria is None else ()), *(types if known_types is None else ())]
    return told.known.lacking(told.given.only(criteria, types)), sorted(unchecked)


def _codes(ws: Workspace) -> tuple[set[str], set[str]]:
    """Codes of criteria and types of structures in the rows of ``sent``."""
    columns = (*CRITERIA, "STRUCT_TYPE")
    counts = ws.rows(f"select {', '.join(f'count({identifier(column)})' for column in columns)} from sent")[0]
    criteria: set[str] = set()
    types: set[str] = set()
    for column, count in zip(columns, counts, strict=True):
        if count:
            cells = ws.rows(
                f"select distinct split_part({identifier(column)}, '=', 1) from sent "
                f"where {identifier(column)} is not null and {identifier(column)} <> '='"
            )
            (types if column == "STRUCT_TYPE" else criteria).update(str(cell) for (cell,) in cells)
    return criteria, types
