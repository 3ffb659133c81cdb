"""Compare: every contact of this extract against the one before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.sql import identifier, literal
from engine.tables import EXTRACTS_CONTACT
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace

CHANGES = ("new", "back", "changed", "joined", "split", "gone")


def compare_extracts(
    ws: Workspace, before: Path, *, known: Collection[str], decided: Sequence[tuple[str, str, str]] = ()
) -> None:
    """Build extracts.contact: every contact that is not what it was, and why it joined or split.

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
    ws.put(
        "extracts_spoken",
        pa.table(
            {
                "record_id": pa.array([record for left, right, _ in decided for record in (left, right)], pa.string()),
            }
        ),
    )
    ws.execute(
        """
        create or replace temp table extracts_decided as
        select contact_id from extracts_crosswalk semi join extracts_spoken using (record_id)
        union
        select contact_id from golden.crosswalk semi join extracts_spoken using (record_id)
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
    ws.execute("drop view extracts_contact")
    ws.execute("drop view extracts_crosswalk")
    ws.drop("extracts_known", "extracts_spoken", "extracts_decided")


def delta_data(ws: Workspace, *, label: str, before: str) -> dict[str, Any]:
    """Counts of extracts.contact for reports and programs: no value, no name."""
    counted = dict(ws.rows("select change, count(*) from extracts.contact group by change"))
    changed = sum(counted.get(change, 0) for change in ("new", "back", "changed", "split"))
    fields = ws.rows(
        "select field, count(*) as contacts from (select unnest(fields) as field from extracts.contact) "
        "group by field order by contacts desc, field"
    )
    return {
        "extract": label,
        "before": before,
        "kept": ws.count("golden.contact") - changed,
        **{change: int(counted.get(change, 0)) for change in CHANGES},
        "fields": {field: int(contacts) for field, contacts in fields},
    }
