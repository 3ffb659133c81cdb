"""A baseline is an earlier check or the report of a run; anything else is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.presentation.verdict import FORMATS, read_baseline
from engine.presentation.verdict.model import Before
from tests.presentation.verdict.made import verdict


def test_the_json_of_a_check_is_a_baseline(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(FORMATS["json"](verdict()), encoding="utf-8")
    read = read_baseline(path)
    assert read["format", "email_form"] == Before(False, 200, 30)
    assert read["format", "email_lower"] == Before(True, 200, 0)


def test_the_report_of_a_run_is_a_baseline(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    entry = {"suite": "format", "expectation": "email_form", "success": False, "rows_failed": 7}
    path.write_text(json.dumps({"quality": {"records": 99, "expectations": [entry]}}), encoding="utf-8")
    assert read_baseline(path) == {("format", "email_form"): Before(False, 99, 7)}


@pytest.mark.parametrize("text", ["", "[1]", '{"expectations": [{"suite": "a"}]}', '{"expectations": 3}', '"x"', "{}"])
def test_what_is_no_baseline_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"baseline\.json"):
        read_baseline(path)


def test_a_baseline_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the baseline"):
        read_baseline(tmp_path / "none.json")
