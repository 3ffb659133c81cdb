"""Two bases are held against each other, contact by contact."""

from __future__ import annotations

from typing import Any

from engine.environments.place import Place, existing_store, working
from engine.sql import identifier
from engine.target.columns import CONTACT, FIELDS, PROPERTY


def diff_environments(place: Place, left: str, right: str) -> dict[str, Any]:
    """Contacts that only one of two bases has, and those that differ: counts, and contact numbers."""
    with working(place) as ws:
        for name, prefix in ((left, "l_"), (right, "r_")):
            with existing_store(place, name, ws) as store:
                store.load(ws, [CONTACT, PROPERTY], prefix)
        for prefix in ("l_", "r_"):
            ws.execute(
                f"""
create or replace temp table {prefix}full as
select {prefix}contact.*, properties from {prefix}contact left join (
    select contact_nr, string_agg(field || chr(31) || code || '=' || value, chr(30) order by field, code) as properties
    from {prefix}property group by contact_nr) using (contact_nr)"""
            )
        compared = [*("kind", "structure_nr", "state", "login"), *FIELDS, "properties"]
        unequal = {name: f"l.{identifier(name)} is distinct from r.{identifier(name)}" for name in compared}
        counts = ", ".join(f"count(*) filter ({test})" for test in unequal.values())
        both = "l_full as l join r_full as r using (contact_nr)"
        by_column = dict(zip(compared, ws.rows(f"select {counts} from {both}")[0], strict=True))
        order = "order by length(contact_nr), contact_nr"
        differing = [
            row[0] for row in ws.rows(f"select contact_nr from {both} where {' or '.join(unequal.values())} {order}")
        ]
        only = {
            side: [
                row[0]
                for row in ws.rows(
                    f"select contact_nr from {ours}full where contact_nr not in (select contact_nr from {theirs}full) "
                    + order
                )
            ]
            for side, ours, theirs in ((left, "l_", "r_"), (right, "r_", "l_"))
        }
        common = int(ws.value(f"select count(*) from {both}"))
    return {
        "left": left,
        "right": right,
        "same": common - len(differing),
        "differing": len(differing),
        "only_left": len(only[left]),
        "only_right": len(only[right]),
        "by_column": {name: count for name, count in by_column.items() if count},
        "contacts": {"differing": differing, "only_left": only[left], "only_right": only[right]},
    }
