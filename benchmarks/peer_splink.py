"""A peer for the speed benchmark: splink 5 by hand, the shape its own documentation teaches, on the same file.

Usage::

    python -m benchmarks.peer_splink --rows 1000000 [--threshold 0.95]

It links only: no standardisation beyond folding, no findings, no golden record, no file. Names, birth date, e-mail,
phone and address are separate comparisons; seven blocking rules; connected components at the threshold.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.scoring import score_crosswalk
from benchmarks.speed import base

FOLDED = """
create table person as
select
    row_number() over () as unique_id,
    nullif(regexp_replace(lower(strip_accents(first_name)), '[^a-z]', '', 'g'), '') as first_name,
    nullif(regexp_replace(lower(strip_accents(last_name)), '[^a-z]', '', 'g'), '') as last_name,
    nullif(regexp_replace(lower(strip_accents(address)), '[^a-z0-9]', '', 'g'), '') as address,
    nullif(upper(replace(postcode, ' ', '')), '') as postcode,
    nullif(lower(email), '') as email,
    nullif(right(regexp_replace(coalesce(mobile, phone), '[^0-9]', '', 'g'), 8), '') as phone,
    coalesce(
        try_strptime(birth_date, '%Y-%m-%d'), try_strptime(birth_date, '%d.%m.%Y'), try_strptime(birth_date, '%d/%m/%Y')
    )::date as birth_date
from read_csv($path, all_varchar = true, header = true, parallel = false)
"""


def link(source: Path, threshold: float, out: Path) -> float:
    """Link ``source`` and write a crosswalk; seconds from reading to clusters."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    begun = time.perf_counter()
    con = duckdb.connect(config={"threads": 2})
    con.execute(FOLDED, {"path": str(source)})
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.9]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("last_name", [0.9]).configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            cl.ExactMatch("email").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address", [0.9]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("birth_date", "last_name"),
            block_on("birth_date", "first_name"),
            block_on("postcode", "last_name"),
            block_on("address", "first_name"),
            block_on("first_name", "last_name", "postcode"),
        ],
    )
    linker = Linker(DuckDBAPI(con).register("person"), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("email", "first_name")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("first_name", "last_name"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    seconds = time.perf_counter() - begun
    con.execute(
        f"create table crosswalk as select $source as source, unique_id as line_no, cluster_id as contact_id "
        f"from {clusters.physical_name}",
        {"source": source.stem},
    )
    con.table("crosswalk").write_csv(str(out), header=True)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="splink by hand on the speed benchmark's base.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threshold", type=float, default=0.95)
    options = parser.parse_args()
    source, truth = base(options.rows)
    with tempfile.TemporaryDirectory(prefix="assay-peer-") as scratch:
        out = Path(scratch) / "crosswalk.csv"
        seconds = link(source, options.threshold, out)
        score = score_crosswalk(out, truth)
    print(f"splink by hand, {score.rows:,} rows: {seconds:.1f} s, P {score.precision} R {score.recall} F1 {score.f1}")


if __name__ == "__main__":
    main()
