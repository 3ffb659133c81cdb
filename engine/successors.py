"""Successors: which new record is a vanished one under another key.

Records that say exactly the same are found by their fingerprints (engine/golden). Of those that are left, the records
of the last run that vanished and the new ones of the same source go through the project's match model, as if they stood
in one file: who would have been one contact is one record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from engine.errors import UsageError
from engine.options import RunOptions
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.sql import literal
from engine.tables import PROTOCOL_STEP, STANDARDISE_RECORD
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.golden import Numbers
    from engine.matching import Model
    from engine.vocabulary import Kind

_ALIKE = """
with alike as (
    select fresh.record_id, vanished.ordinal, pair.match_weight
    from matching.pair as pair
    join candidate as fresh on fresh.ordinal is null and fresh.record_id in (pair.record_id_l, pair.record_id_r)
    join candidate as vanished
        on vanished.ordinal is not null
        and vanished.record_id = if(fresh.record_id = pair.record_id_l, pair.record_id_r, pair.record_id_l)
    join matching.cluster as one on one.record_id = fresh.record_id
    join matching.cluster as other on other.record_id = vanished.record_id
    where
        pair.outcome = 'merge' and one.cluster_id = other.cluster_id
        and pair.kind = one.kind and one.kind = other.kind
),
ranked as (
    select record_id, ordinal,
        rank() over (partition by record_id order by match_weight desc) as of_fresh,
        rank() over (partition by ordinal order by match_weight desc) as of_vanished
    from alike
)
select record_id, ordinal from ranked
where of_fresh = 1 and of_vanished = 1
qualify count(*) over (partition by record_id) = 1 and count(*) over (partition by ordinal) = 1
"""
"""One to one: each is the other's best, and neither has a second of the same weight."""


def recognise_records(ws: Workspace, options: RunOptions, book: RuleBook, numbers: Numbers) -> list[tuple[str, str]]:
    """Find the records that came back under a new key; pairs (key now, key before) of all that ever did.

    Call it when standardise.record stands; identity and the decisions people made follow what it finds.

    Raises:
        SourceError: the keys of a source are not stable, see :func:`engine.golden.recognise`.
    """
    from engine import golden

    golden.recognise(ws, numbers, accept_new_keys=options.accept_new_keys)
    if options.project is not None and options.project.last_records.is_file():
        _recognise_similar(ws, options, book)
    return golden.moved_keys(ws)


def _recognise_similar(ws: Workspace, options: RunOptions, book: RuleBook) -> None:
    from engine import golden, matching
    from engine.rulebook.matching import MatchRules

    assert options.project is not None
    try:
        models = matching.load_models(options.project.models, book.load("matching/model.yml", MatchRules))
    except UsageError:  # of another version: a frozen run says so itself, any other trains new ones
        return
    kinds = [kind for kind in models if kind != "relay" or "structure" in models]
    if not kinds:
        return
    last = f"read_parquet({literal(str(options.project.last_records))})"
    ws.execute(
        f"""
        create or replace temp table successor_candidate as
        with left_over as ({golden.unclaimed(ws)}),
        described as (
            select record_id, ordinal, kind, source from left_over join standardise.record using (record_id)
            where ordinal is null
            union all
            select record_id, ordinal, kind, source from left_over join {last} using (record_id)
            where ordinal is not null
        )
        select record_id, ordinal, source from described
        where kind in (select unnest($kinds))
        window alike as (partition by source, kind)
        qualify count(ordinal) over alike between 1 and count(*) over alike - 1
        """,
        {"kinds": kinds},
    )
    for (source,) in ws.rows("select distinct source from successor_candidate order by source"):
        golden.succeed(ws, _alike(ws, source, last, book, models, options.threads))
    ws.drop("successor_candidate")


def _alike(ws: Workspace, source: str, last: str, book: RuleBook, models: dict[Kind, Model], threads: int) -> pa.Table:
    """Link the vanished and the new records of one source by themselves: record_id, ordinal of each pair found."""
    from engine import matching

    bound = {"source": source}
    columns = ", ".join(STANDARDISE_RECORD.column_names)
    chosen = "semi join (select record_id from successor_candidate where source = $source and ordinal is"
    records = ws.arrow(
        f"select {columns} from standardise.record {chosen} null) using (record_id) "
        f"union all select {columns} from {last} {chosen} not null) using (record_id)",
        bound,
    )
    candidates = ws.arrow("select record_id, ordinal from successor_candidate where source = $source", bound)
    with Workspace.memory(threads=threads) as aside:
        aside.create(PROTOCOL_STEP)
        aside.put("given", records)
        aside.build(STANDARDISE_RECORD, "from given")
        aside.put("candidate", candidates)
        matching.link(aside, book, threads=threads, watcher=Silent(), models=models)
        return aside.arrow(f"{_ALIKE} order by record_id")
