"""A sample of records together with every record that may be a duplicate of one of them, wherever it stands."""

from __future__ import annotations

from engine.workspace import Workspace

MOST_HOLDERS = 50
"""A key that more records share names none of them: a switchboard, none@none.com."""


def keep_sample(ws: Workspace, *, sample: int, whole: int) -> int:
    """Reduce intake.record to a sample and what may be duplicates of it; all records stay of a base that is small.

    Duplicates of a sampled record are looked for among all records, so that none is missed for not being sampled: pairs
    of two plain samples of one in twenty would hold one duplicate in twenty of those there are.

    Args:
        ws: workspace with intake.record; gets the temporary table ``sampled``.
        sample: records to look at, chosen by the hash of their names: the same each time, whatever the order.
        whole: up to so many records all are looked at.

    Returns:
        Records looked at.
    """
    if ws.count("intake.record") <= whole:
        ws.execute("create or replace temp table sampled as select record_id from intake.record")
        return ws.count("sampled")
    ws.execute(f"create or replace temp table record_key as {ws.statement('analysis', 'record_key')}")
    ws.execute(
        f"create or replace temp table record_block as {ws.statement('analysis', 'record_block')}",
        {"most": MOST_HOLDERS},
    )
    ws.execute(
        "create or replace temp table sampled as "
        "select record_id from record_key order by md5(record_id), record_id limit $sample",
        {"sample": sample},
    )
    ws.execute(f"create or replace temp table neighbour as {ws.statement('analysis', 'neighbour')}")
    ws.execute(
        "delete from intake.record where record_id not in "
        "(select record_id from sampled union all select record_id from neighbour)"
    )
    ws.drop("record_key", "record_block", "neighbour")
    return ws.count("sampled")
