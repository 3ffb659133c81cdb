"""The sample matched on Spark in local mode: the same weight of every pair, the same clusters as in DuckDB."""

from __future__ import annotations

import os
import shutil
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine import intake, matching, standardise
from engine.errors import SurroundingsError, UsageError
from engine.intake import SourceFile
from engine.matching import SparkOptions
from engine.matching.spark import run as spark_run
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import town

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "sample"
BOOK = RuleBook()

pytestmark = pytest.mark.journey

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or (shutil.which("java") is None and "JAVA_HOME" not in os.environ),
    reason="NOT TESTED: Spark needs pyspark and Java 17 (.ci/test installs both where it may)",
)


@pytest.mark.slow
@needs_spark
def test_the_sample_has_the_same_pairs_and_clusters_on_spark(ws: Workspace, tmp_path: Path) -> None:
    sources = [
        SourceFile(path=path, name=path.stem) for path in (SAMPLE / "billetterie.csv", SAMPLE / "newsletter.csv")
    ]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    intake.stage_sources(ws, sources, scratch=scratch, watcher=Silent(), book=BOOK)
    intake.map_records(ws, intake.guess_mapping(ws, BOOK, watcher=Silent()))
    standardise.apply(ws, BOOK, home_country=None, as_of=date(2026, 11, 22), workers=2, watcher=Silent())
    matching.link(ws, BOOK, threads=2, watcher=Silent())
    tables = ("matching.pair", "matching.cluster", "matching.parameter", "matching.block")
    here = {table: ws.rows(f"select * from {table} order by all") for table in tables}
    options = SparkOptions("local[2]", tmp_path / "spark")
    matching.link(ws, BOOK, threads=2, watcher=Silent(), spark=options)
    assert len(here["matching.pair"]) > 1_000
    for table in tables:  # weights are rounded to 1e-9 in both
        assert ws.rows(f"select * from {table} order by all") == here[table]
    assert list((tmp_path / "spark").iterdir()) == [], "units are values of people and do not stay behind"


def test_without_java_the_run_says_what_is_missing(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_run, "find_spec", lambda name: object())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    ws.create(PROTOCOL_STEP)
    given(ws, "standardise.record", town(40, 20))
    with pytest.raises(SurroundingsError, match="Java 17"):
        matching.link(ws, BOOK, threads=1, watcher=Silent(), spark=SparkOptions("local[1]", tmp_path))


def test_without_pyspark_the_run_says_how_to_install_it(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_run, "find_spec", lambda name: None)
    given(ws, "standardise.record", town(40, 20))
    with pytest.raises(UsageError, match="pyspark"):
        matching.link(ws, BOOK, threads=1, watcher=Silent(), spark=SparkOptions("local[1]", tmp_path))
