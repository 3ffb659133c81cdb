"""How good a linkage is, measured against truth: pairwise, B-cubed, whole clusters, and by threshold.

Pairwise precision, recall and F1 as everywhere in record linkage; B-cubed after Bagga and Baldwin (1998), each record
counting once; cluster precision and recall count clusters that are exactly one entity (Menestrina, Whang,
Garcia-Molina: "Evaluating entity resolution results", 2010).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from engine.counted import counted
from engine.errors import SourceError, UsageError
from engine.sql import identifier, literal

_KEYS: tuple[tuple[str, ...], ...] = (("record_id",), ("source", "line_no"))
_ENTITY = ("entity_id", "entity", "cluster_id", "cluster", "contact_id", "label")
STEPS = 40
"""Thresholds on the curve at most."""


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of pairs, records (B-cubed) and whole clusters, 0..1; counts behind them."""

    rows: int
    true_pairs: int
    found_pairs: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    clusters: int
    entities: int
    exact_clusters: int
    cluster_precision: float
    cluster_recall: float
    cluster_f1: float

    def row(self) -> dict[str, float | int]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of a whole run.

    Attributes:
        total: over all lines of the truth.
        kinds: the same among the lines of each kind only.
        curve: per threshold on the match weight: pairs at or above it that were scored, the true share of them
            (precision), and the share of all true pairs they are (recall); no clustering.
        missing: lines of the truth that the run does not know; they are left out.
    """

    total: Score
    kinds: dict[str, Score]
    curve: list[dict[str, float | int]] = field(default_factory=list)
    missing: int = 0

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "total": self.total.row(),
            "kinds": {kind: score.row() for kind, score in self.kinds.items()},
            "curve": self.curve,
            "missing": self.missing,
        }


def evaluate(out: Path, truth: Path) -> Evaluation:
    """Score the crosswalk and the pairs of an output folder against ``truth``.

    Args:
        out: folder with crosswalk.csv and, for the curve, pairs.parquet.
        truth: CSV with a key (``record_id``, or ``source`` and ``line_no``) and an entity (``entity_id``).
            A held line of the run counts as a cluster of its own.

    Raises:
        UsageError: the output folder has no crosswalk.
        SourceError: the truth lacks its columns, names a line twice, or shares no line with the run.
    """
    crosswalk = out / "crosswalk.csv"
    if not crosswalk.is_file():
        raise UsageError(f"there is no crosswalk.csv in {out}", hint="Run `assay run` first, or name its --out.")
    # what does not fit into memory goes into a private folder: DuckDB's own place is the working directory
    with (
        tempfile.TemporaryDirectory(prefix="assay-evaluate-") as spill,
        duckdb.connect(config={"temp_directory": spill}) as con,
    ):
        missing = _load(con, crosswalk, truth)
        named = con.execute("select distinct kind from joined where kind <> '' order by kind").fetchall()
        pairs = out / "pairs.parquet"
        return Evaluation(
            total=_score(con, "joined"),
            kinds={kind: _score(con, f"(select * from joined where kind = {literal(kind)})") for (kind,) in named},
            curve=_curve(con, pairs) if pairs.is_file() else [],
            missing=missing,
        )


_COLUMNS_HINT = "It needs a header: source,line_no,entity_id or record_id,entity_id."


def _load(con: duckdb.DuckDBPyConnection, crosswalk: Path, truth: Path) -> int:
    if not truth.is_file():
        raise SourceError(f"{truth} is a folder" if truth.is_dir() else f"no such file: {truth}", hint=_COLUMNS_HINT)
    if not truth.stat().st_size:
        raise SourceError(f"{truth} is empty", hint=_COLUMNS_HINT)
    reader = "read_csv($path, all_varchar = true, header = true, delim = ',', quote = '\"')"
    con.execute(f"create table found as select * from {reader}", {"path": str(crosswalk)})
    try:
        con.execute(f"create table truth as select * from {reader}", {"path": str(truth)})
    except duckdb.Error:
        raise SourceError(f"{truth} cannot be read as comma-separated text", hint=_COLUMNS_HINT) from None
    given = [row[0] for row in con.execute("describe truth").fetchall()]
    key = next((names for names in _KEYS if set(names) <= set(given)), None)
    entity = next((name for name in _ENTITY if name in given), None)
    if key is None or entity is None:
        raise SourceError(f"{truth} line 1 lacks its columns", hint=_COLUMNS_HINT)
    same = " and ".join(f"trim(truth.{identifier(name)}) = found.{identifier(name)}" for name in key)
    listed = ", ".join(identifier(name) for name in key)
    twice = _one(con, f"select count(*) from (select {listed} from truth group by all having count(*) > 1)")
    if twice:
        raise SourceError(f"{truth} names {counted(twice, 'line')} more than once", hint="One row a line, please.")
    con.execute(
        f"""
        create table joined as
        select
            found.record_id,
            coalesce(nullif(found.contact_id, ''), 'held:' || found.source || ':' || found.line_no) as contact,
            coalesce(found.kind, '') as kind,
            truth.{identifier(entity)} as entity
        from truth join found on {same}
        """
    )
    joined, expected = _one(con, "select count(*) from joined"), _one(con, "select count(*) from truth")
    if not joined:
        raise SourceError(
            f"no line of {truth} is in this run", hint="Are source names and line numbers those of the run?"
        )
    return expected - joined


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = con.execute(sql).fetchone()
    assert found is not None
    return int(found[0])


def _score(con: duckdb.DuckDBPyConnection, joined: str) -> Score:
    row = con.execute(
        f"""
        with
        cells as (select contact, entity, count(*)::double as n from {joined} group by all),
        -- sums beside each cell, no joins: joined by size, two contacts of one record each are everybody's match
        sized as (
            select n, contact, entity,
                sum(n) over (partition by contact) as in_contact,
                sum(n) over (partition by entity) as in_entity
            from cells
        ),
        contacts as (select sum(n) as n from cells group by contact),
        entities as (select sum(n) as n from cells group by entity)
        select
            sum(n)::bigint,
            coalesce(sum(n * (n - 1) / 2), 0)::bigint,
            (select coalesce(sum(n * (n - 1) / 2), 0) from contacts)::bigint,
            (select coalesce(sum(n * (n - 1) / 2), 0) from entities)::bigint,
            sum(n * n / in_contact),
            sum(n * n / in_entity),
            (select count(*) from contacts),
            (select count(*) from entities),
            count(*) filter (n = in_contact and n = in_entity)
        from sized
        """
    ).fetchone()
    assert row is not None
    rows, both, found, true, b3_found, b3_true, clusters, entities, exact = row
    precision, recall = (both / found if found else 1.0), (both / true if true else 1.0)
    b3_precision, b3_recall = b3_found / rows, b3_true / rows
    return Score(
        rows=rows,
        true_pairs=true,
        found_pairs=found,
        precision=round(precision, 4),
        recall=round(recall, 4),
        f1=round(harmonic(precision, recall), 4),
        b3_precision=round(b3_precision, 4),
        b3_recall=round(b3_recall, 4),
        b3_f1=round(harmonic(b3_precision, b3_recall), 4),
        clusters=clusters,
        entities=entities,
        exact_clusters=exact,
        cluster_precision=round(exact / clusters, 4),
        cluster_recall=round(exact / entities, 4),
        cluster_f1=round(harmonic(exact / clusters, exact / entities), 4),
    )


def _curve(con: duckdb.DuckDBPyConnection, pairs: Path) -> list[dict[str, float | int]]:
    """Precision and recall of the scored pairs alone at thresholds that part them evenly."""
    con.execute(
        """
        create table scored as
        select pair.match_weight as weight, l.entity = r.entity as same
        from read_parquet($path) as pair
        join joined as l on l.record_id = pair.record_id_l
        join joined as r on r.record_id = pair.record_id_r
        """,
        {"path": str(pairs)},
    )
    true = _one(
        con, "select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n from joined group by entity)"
    )
    rows: Sequence[tuple[float, int, int]] = con.execute(
        f"""
        with
        tiled as (select weight, same, ntile({STEPS}) over (order by weight desc, same) as tile from scored),
        steps as (select distinct min(weight) over (partition by tile) as threshold from tiled)
        select threshold, count(*), count(*) filter (same)
        from steps join scored on weight >= threshold
        group by threshold
        order by threshold desc
        """
    ).fetchall()
    return [
        {
            "threshold": round(threshold, 3),
            "pairs": found,
            "precision": round(right / found, 4),
            "recall": round(right / true, 4) if true else 1.0,
            "f1": round(harmonic(right / found, right / true if true else 1.0), 4),
        }
        for threshold, found, right in rows
    ]


def harmonic(left: float, right: float) -> float:
    """Harmonic mean, 0 when both are 0."""
    return 2 * left * right / (left + right) if left + right else 0.0
