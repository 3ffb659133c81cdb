"""The job that runs on Spark: units in, the pattern of every pair out. Needs pyspark, splink and rapidfuzz, no more.

Usage, by ``assay`` itself or by hand on a cluster::

    spark-submit --master MASTER job.py FOLDER
    python job.py FOLDER [--master local[2]]

FOLDER, which driver and executors must both see, holds ``units.parquet`` and ``job.json``; ``pairs`` is written beside
them. Nothing but numbers of units and codes of patterns is written, and no value of a record is logged.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings
from typing import Any

import pyarrow as pa

SIMILARITY = "assay_jaro_winkler"


def main() -> None:
    """Read the folder, run splink, write the pairs."""
    parser = argparse.ArgumentParser(description="The pair step of matching on Spark.")
    parser.add_argument("folder", help="job folder: units.parquet and job.json in, pairs out")
    parser.add_argument("--master", help="Spark master; none = what spark-submit or spark-defaults.conf says")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with open(f"{options.folder.removeprefix('file://')}/job.json", encoding="utf-8") as file:
        job = json.load(file)
    spark = session(options.master, options.folder)
    try:
        run(spark, job, options.folder)
    finally:
        spark.stop()


def session(master: str | None, folder: str) -> Any:
    """A Spark session with DuckDB's similarity; what the cluster's own files set stays in force."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("assay matching").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.sql.warehouse.dir", f"{folder}/warehouse")  # else in the working directory
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):  # one machine: no web page, no more tasks than the data are worth
            builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(f"{folder}/checkpoints")
    register(spark)
    return spark


def register(spark: Any) -> None:
    """Register the similarity that DuckDB has: rapidfuzz over bytes gives the same double, bit for bit."""
    from pyspark.sql.pandas.functions import arrow_udf

    spark.udf.register(SIMILARITY, arrow_udf(similarities, "double"))


def similarities(left: pa.Array, right: pa.Array) -> pa.Array:
    """Jaro-Winkler of each two texts over their bytes; null where either is, 0 for two empty ones, as in DuckDB."""
    import numpy as np
    import pyarrow.compute as pc
    from rapidfuzz.distance import JaroWinkler
    from rapidfuzz.process import cpdist

    missing = pc.or_(pc.is_null(left), pc.is_null(right)).to_numpy(zero_copy_only=False)
    one, other = (pc.fill_null(side.cast(pa.binary()), b"").to_pylist() for side in (left, right))
    scores = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64) if one else np.zeros(0)
    empty = np.array([not a and not b for a, b in zip(one, other, strict=True)], dtype=bool)
    return pa.array(np.where(empty, 0.0, scores), pa.float64(), mask=missing)


def run(spark: Any, job: dict[str, Any], folder: str) -> None:
    """Block, compare and score the units of ``folder`` by the settings of ``job``; write unit_l, unit_r, code."""
    from splink import Linker, SparkAPI

    units = spark.read.parquet(f"{folder}/units.parquet")
    linker = Linker(
        _database(SparkAPI, spark, small=job["small"]).register(units),
        job["settings"],
        log_level=logging.ERROR,
        validate_settings=False,
    )
    # no threshold here: Spark would push it below the projections and compare every pair once per level again
    found = linker.inference.predict()
    coded = spark.sql(
        "select least(unit_l, unit_r) as unit_l, greatest(unit_l, unit_r) as unit_r, "
        f"{job['code']} as code from {found.physical_name} where match_weight >= {float(job['keep'])!r}"
    )
    coded.write.mode("overwrite").parquet(f"{folder}/pairs")


def _database(api: Any, spark: Any, *, small: bool) -> Any:
    """splink's Spark backend without its own similarity library, which nothing here calls."""
    method = "persist" if small else "parquet"
    return api(spark_session=spark, break_lineage_method=method, register_udfs_automatically=False)


if __name__ == "__main__":
    main()
