"""Compare: every contact of this extract against the one before, and every decision against this extract."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.sql import identifier, literal
from engine.tables import EXTRACTS_CONTACT, EXTRACTS_DECISION
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace

CHANGES = ("new", "back", "changed", "joined", "split", "gone")
STATES = ("followed", "record_gone", "overruled")
REASONS = ("decision", "evidence", "evidence_gone")
"""Why contacts joined or split: a decision, the pair that ties them, or nothing ties them any more."""


def compare_extracts(
    ws: Workspace, before: Path, *, known: Collection[str], decided: Sequence[tuple[str, str, str]] = ()
) -> None:
    """Build extracts.contact (contacts that are not what they were, and why) and extracts.decision.

    Args:
        ws: holds golden.contact, golden.crosswalk and matching.pair of this extract.
        before: the snapshot of the extract before.
        known: contact_ids ever given before this run: one of them that returns is back, not new.
        decided: pairs people decided, in the words of this extract's records.
    """
    for table in ("contact", "crosswalk"):
        ws.execute(
            f"create or replace temp view extracts_{table} as "
            f"select * from read_parquet({literal(str(before / f'{table}.parquet'))})"
        )
    ws.put("extracts_known", pa.table({"contact_id": pa.array(sorted(known), pa.string())}))
    names = ("record_id_l", "record_id_r", "judgement")
    told = {name: pa.array([one[place] for one in decided], pa.string()) for place, name in enumerate(names)}
    ws.put("extracts_spoken", pa.table(told))
    ws.execute(
        """
        create or replace temp table extracts_decided as
        with named as (
            select record_id_l as record_id from extracts_spoken union select record_id_r from extracts_spoken
        )
        select contact_id from extracts_crosswalk semi join named using (record_id)
        union
        select contact_id from golden.crosswalk semi join named using (record_id)
        """
    )
    differ = ", ".join(
        f"if(now.{identifier(name)} is distinct from before.{identifier(name)}, {literal(name)}, null)"
        for name in CONTACT_ATTRIBUTES
    )
    select = ws.statement("extracts", "contact").replace(
        "$fields_differ", f"list_filter([{differ}], lambda name: name is not null)"
    )
    ws.build(EXTRACTS_CONTACT, select)
    ws.build_from_file(EXTRACTS_DECISION)
    ws.execute("drop view extracts_contact")
    ws.execute("drop view extracts_crosswalk")
    ws.drop("extracts_known", "extracts_spoken", "extracts_decided")


def delta_data(ws: Workspace, *, label: str, before: str) -> dict[str, Any]:
    """Counts of extracts.contact and extracts.decision for reports and programs: no value, no name.

    Contacts of this extract are kept + changed + new + back + split; those of the one before kept + changed + joined +
    gone.
    """
    counted = dict(ws.rows("select change, count(*) from extracts.contact group by change"))
    changed = sum(counted.get(change, 0) for change in ("new", "back", "changed", "split"))
    fields = ws.rows(
        "select field, count(*) as contacts from (select unnest(fields) as field from extracts.contact) "
        "group by field order by contacts desc, field"
    )
    states = dict(ws.rows("select state, count(*) from extracts.decision group by state"))
    return {
        "extract": label,
        "before": before,
        "kept": ws.count("golden.contact") - changed,
        **{change: int(counted.get(change, 0)) for change in CHANGES},
        "fields": {field: int(contacts) for field, contacts in fields},
        "why": {change: _reasons(ws, change) for change in ("joined", "split")},
        "decisions": {state: int(states.get(state, 0)) for state in STATES},
    }


def _reasons(ws: Workspace, change: str) -> dict[str, int]:
    found = dict(
        ws.rows(
            "select case when why is null then 'evidence_gone' when why = 'a decision' then 'decision' "
            "else 'evidence' end as reason, count(*) from extracts.contact where change = $change group by reason",
            {"change": change},
        )
    )
    return {reason: int(found.get(reason, 0)) for reason in REASONS}
