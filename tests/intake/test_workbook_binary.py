"""Excel's binary form, in files that Excel wrote: tests/data/xlsb."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage

FILES = Path(__file__).parents[1] / "data" / "xlsb"


@pytest.mark.parametrize(("name", "epoch"), [("date", "1900-01-10"), ("date_1904", "1904-01-11")])
def test_dates_of_both_epochs_are_read(ws: Workspace, stage: Stage, name: str, epoch: str) -> None:
    stage(FILES / f"{name}.xlsb")
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")] == [
        ["2021-01-01", "15"],
        ["2021-01-02", "16"],
        [f"{epoch} 15:10:10", "17"],  # a duration: Excel shows its hours, the file has a day of its epoch
    ]


def test_a_sheet_that_is_a_chart_is_left_out_and_told(ws: Workspace, stage: Stage) -> None:
    report = stage(FILES / "any_sheets.xlsb")
    assert [row["sheet"] for row in rows(ws, "intake.source", "sheet")] == ["Visible"]
    assert [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")][:3] == [
        ["1", "2"], ["3", "4"], ["5", "6"],
    ]  # fmt: skip
    assert any('"Chart"' in note for note in report.notes)


def test_a_password_is_named_as_the_reason(stage: Stage) -> None:
    with pytest.raises(SourceError, match="protected by a password"):
        stage(FILES / "pass_protected.xlsb")


def test_a_cut_file_is_refused_in_words(stage: Stage, tmp_path: Path) -> None:
    cut = tmp_path / "cut.xlsb"
    cut.write_bytes((FILES / "date.xlsb").read_bytes()[:4000])
    with pytest.raises(SourceError):
        stage(cut)
