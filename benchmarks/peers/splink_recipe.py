"""splink as its documentation teaches it, over the columns of any file: a recipe without knowledge of the data.

Every column that three rows of ten fill is folded and compared: exactly and by Jaro and Winkler where it has many
values, exactly where it has few. Blocks: each of the most telling columns, and the most telling beside the start of
another. u from random pairs, EM in two blocks, 0.95, connected components.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import duckdb

from engine.sql import identifier

_KEYS = {"id", "rec_id", "record_id", "unique_id", "entity_id", "cluster", "source"}
_LARGEST = 200.0  # pairs per row that a column may propose to be a block


def crosswalk(files: list[Path], path: Path, threshold: float = 0.95) -> None:
    """Link the rows of ``files`` and write their clusters as a crosswalk.csv that ``benchmarks.scoring`` reads.

    Raises:
        ValueError: fewer than two columns can be compared, or none can block.
    """
    con = duckdb.connect(config={"threads": 2})
    columns = _folded(con, files)
    telling = [name for name, distinct, pairs in columns if pairs <= _LARGEST and distinct > 0.05]
    if len(columns) < 2 or not telling:
        raise ValueError("too few columns to compare or to block by")
    found = _linked(con, columns, telling, threshold)
    con.execute(
        f"create table crosswalk as select r.source, r.line_no, r.source || ':' || r.line_no as record_id, "
        f"coalesce(c.cluster_id, r.unique_id) as contact_id, 'individual' as kind "
        f"from peer_row as r left join {found} as c using (unique_id) order by 1, 2"
    )
    con.table("crosswalk").write_csv(str(path), header=True)


def _folded(con: duckdb.DuckDBPyConnection, files: list[Path]) -> list[tuple[str, float, float]]:
    """Make ``peer_row``; name, share of distinct values and pairs a row of equal values of each column to compare."""
    for number, file in enumerate(files):
        con.execute(
            f"create table raw_{number} as select $name as source, row_number() over () as line_no, * "
            "from read_csv($path, all_varchar = true, header = true, parallel = false)",
            {"name": file.stem, "path": str(file)},
        )
    con.execute(
        "create table raw as " + " union all by name ".join(f"from raw_{number}" for number in range(len(files)))
    )
    names = [row[0] for row in con.execute("describe raw").fetchall() if row[0] not in ("source", "line_no")]
    con.execute(
        "create macro folded(value) as "
        "nullif(trim(regexp_replace(lower(strip_accents(value)), '[^a-z0-9@]+', ' ', 'g')), '')"
    )
    folded = ", ".join(f"folded({identifier(name)}) as c{place}" for place, name in enumerate(names))
    con.execute(
        f"create table peer_row as select row_number() over () as unique_id, source, line_no, {folded} from raw"
    )
    chosen = []
    for place, name in enumerate(names):
        if name.lower() in _KEYS:
            continue
        rows, filled, distinct, pairs = con.execute(
            f"select (select count(*) from peer_row), sum(n), count(*), sum(n * (n - 1) / 2) from "
            f"(select c{place}, count(*) as n from peer_row where c{place} is not null group by 1)"
        ).fetchall()[0]
        if filled and filled >= 0.3 * rows and distinct > 1:
            chosen.append((f"c{place}", distinct / filled, pairs / rows))
    return chosen


def _linked(
    con: duckdb.DuckDBPyConnection, columns: list[tuple[str, float, float]], telling: list[str], threshold: float
) -> str:
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    comparisons: list[Any] = [
        library.JaroWinklerAtThresholds(name, [0.92, 0.8]) if distinct > 0.02 else library.ExactMatch(name)
        for name, distinct, _ in columns
    ]
    rules: list[Any] = [block_on(name) for name in telling]
    linker = Linker(
        DuckDBAPI(con).register("peer_row"),
        SettingsCreator("dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules),
        log_level=logging.ERROR,
    )
    linker.training.estimate_probability_two_random_records_match([block_on(*telling[:2])], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for name in telling[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    return str(clusters.physical_name)
