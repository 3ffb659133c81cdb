"""Run the pair step as a Spark job: write the job folder, start the job, read the pairs back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from engine.errors import SurroundingsError, UsageError
from engine.matching.scoring import code_sql, distinct_weights, splink_settings, units_sql
from engine.matching.spark.options import SparkOptions
from engine.matching.spark.translate import to_spark
from engine.matching.training import Model
from engine.rulebook.matching import MatchRules
from engine.sql import literal
from engine.workspace import Workspace

JOB = Path(__file__).with_name("job.py")

_SMALL = 50_000  # units up to which intermediate results stay in memory instead of going through files


def predict(ws: Workspace, model: Model, rules: MatchRules, options: SparkOptions) -> str:
    """What :func:`engine.matching.scoring.predict` does, on Spark: makes ``m_pair``, returns the model as JSON.

    Raises:
        UsageError: pyspark is not installed.
        SurroundingsError: there is no Java, or the job failed; its log stays in the folder.
    """
    _require()
    folder = options.folder.absolute() / model.kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    units = write_job(ws, model, rules, folder)
    if units:
        _start(folder, options.master)
    pairs = f"read_parquet({literal(str(folder / 'pairs' / '*.parquet'))})" if units else None
    ws.execute(
        "create or replace temp table m_pair as "
        + (
            f"select unit_l, unit_r, code from {pairs}"
            if pairs
            else "select null::bigint as unit_l, null::bigint as unit_r, null::bigint as code limit 0"
        )
    )
    text = json.dumps(json.loads((folder / "job.json").read_text(encoding="utf-8"))["settings"], sort_keys=True)
    shutil.rmtree(folder)  # the units are values of people
    return text


def write_job(ws: Workspace, model: Model, rules: MatchRules, folder: Path) -> int:
    """Write ``units.parquet`` and ``job.json`` into ``folder``; returns the number of units.

    Spark knows no unsigned numbers: a blocking key keeps its 64 bits and is read as signed.
    """
    weights = distinct_weights(model.level_weights(rules))
    ws.execute(
        "copy (select * replace (list_transform(bk, lambda k: (k::hugeint - if(k > 9223372036854775807, "
        f"18446744073709551616::hugeint, 0))::bigint) as bk) from ({units_sql(model)}) order by unit) "
        f"to {literal(str(folder / 'units.parquet'))} (format parquet)"
    )
    units = int(ws.value(f"select count(*) from read_parquet({literal(str(folder / 'units.parquet'))})"))
    job = {
        "settings": splink_settings(model, weights, to_spark).create_settings_dict("spark"),
        "code": code_sql(model.comparisons, weights),
        "keep": rules.thresholds.keep.value,
        "small": units <= _SMALL,
    }
    (folder / "job.json").write_text(json.dumps(job, sort_keys=True), encoding="utf-8")
    return units


def _require() -> None:
    if find_spec("pyspark") is None:
        raise UsageError(
            '[engine] backend = "spark" needs pyspark, which is not installed', hint='Try: pip install "assay[spark]".'
        )
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SurroundingsError(
            "Spark needs Java 17 or later", hint="Install it (apt install openjdk-17-jre-headless)."
        )


def _start(folder: Path, master: str) -> None:
    """Run the job in a process of its own: a JVM beside it, and nothing of it left here."""
    log = folder / "spark.log"
    with log.open("wb") as sink:
        ended = subprocess.run(
            [sys.executable, str(JOB), str(folder), "--master", master],
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYSPARK_PYTHON": os.environ.get("PYSPARK_PYTHON", sys.executable)},
            check=False,
        )
    if ended.returncode:
        raise SurroundingsError(f"the Spark job failed (exit code {ended.returncode})", hint=f"Its log: {log}")
