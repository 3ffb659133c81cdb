"""A base of contacts for survivorship tests: each is a named list of records; one survive for the whole base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.golden import Numbers, survive
from engine.ledger import StageReport
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given

Records = Sequence[Mapping[str, Any]]


def lay_out(ws: Workspace, contacts: Mapping[str, Records]) -> None:
    """standardise.record and matching.cluster of ``contacts``; record_id = name:position.

    A record may name its ``kind`` and, as ``structure``, its structure cluster.
    """
    ws.create(PROTOCOL_STEP)
    records, clusters = [], []
    for name, rows in contacts.items():
        for position, row in enumerate(rows, start=1):
            own = {key: value for key, value in row.items() if key != "structure"}
            record_id = f"{name}:{position}"
            records.append({"kind": "individual", "record_id": record_id, "line_no": len(records) + 1} | own)
            clusters.append(
                {
                    "record_id": record_id,
                    "kind": records[-1]["kind"],
                    "cluster_id": f"{name}:1",
                    "structure_cluster_id": row.get("structure"),
                }
            )
    given(ws, "standardise.record", records)
    given(ws, "matching.cluster", clusters)


def survive_base(
    ws: Workspace, contacts: Mapping[str, Records], *, book: RuleBook | None = None, numbers: Numbers | None = None
) -> StageReport:
    """Lay out and survive."""
    lay_out(ws, contacts)
    return survive(ws, book or RuleBook(), numbers=numbers or Numbers(), watcher=Silent()).check()


def golden(ws: Workspace, name: str) -> dict[str, Any]:
    """The golden record of contact ``name``."""
    columns = ws.columns("golden.contact")
    found = ws.rows(
        "select contact.* from golden.contact as contact join golden.crosswalk using (contact_id) "
        "where record_id = $id",
        {"id": f"{name}:1"},
    )
    return dict(zip(columns, found[0], strict=True))


def choices(ws: Workspace, name: str) -> dict[str, dict[str, Any]]:
    """The lineage of contact ``name`` by attribute."""
    columns = ws.columns("golden.choice")
    found = ws.rows(
        "select choice.* from golden.choice as choice join golden.crosswalk as crosswalk using (contact_id) "
        "where crosswalk.record_id = $id",
        {"id": f"{name}:1"},
    )
    rows = [dict(zip(columns, row, strict=True)) for row in found]
    return {row["attribute"]: row for row in rows}
