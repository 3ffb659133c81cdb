"""The pair step of matching on Apache Spark: the same model, through splink's own Spark backend, Parquet in and out.

Units and blocking keys are made in DuckDB and written to a job folder; :mod:`.job` blocks, compares and scores them
with splink on Spark and writes the pattern of each pair; corrections, thresholds and clusters follow here as ever. So
what grows with the square of blocks runs on the cluster, and what comes of it is the same to the last pair.
"""

from engine.matching.spark.options import SparkOptions

__all__ = ["SparkOptions"]
