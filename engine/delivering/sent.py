"""The rows of a plan that this delivery sends."""

from __future__ import annotations

from dataclasses import replace

from engine.delivering.options import DeliverOptions
from engine.planning import Plan
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
