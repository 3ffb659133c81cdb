"""The workspace keeps contracts and the lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import AssayError, WorkspaceBusy
from engine.tables import INTAKE_HELD
from engine.workspace import Workspace


def test_a_select_with_a_stray_column_is_refused_with_its_name(ws: Workspace) -> None:
    select = "select 's' as source, 1 as line_no, 1 as file_line, 'x' as reason, null as detail, 1 as stray"
    with pytest.raises(AssayError, match="stray columns: stray"):
        ws.build(INTAKE_HELD, select)


def test_a_select_that_lacks_a_column_is_refused_with_its_name(ws: Workspace) -> None:
    with pytest.raises(AssayError, match="lacks columns: detail, file_line, reason"):
        ws.build(INTAKE_HELD, "select 's' as source, 1 as line_no")


def test_a_null_in_a_required_column_is_refused(ws: Workspace) -> None:
    select = "select 's' as source, 1 as line_no, 1 as file_line, null as reason, null as detail"
    with pytest.raises(Exception, match="NOT NULL"):
        ws.build(INTAKE_HELD, select)


def test_parameters_the_text_does_not_name_are_left_out(ws: Workspace) -> None:
    assert ws.rows("select $a::integer", {"a": 1, "b": 2}) == [(1,)]


def test_a_second_workspace_in_the_same_folder_says_who_holds_it(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, threads=1, memory="1GB"), pytest.raises(WorkspaceBusy, match="in use by process"):
        Workspace.open(tmp_path, threads=1, memory="1GB")


def test_workspace_files_are_private_to_the_user(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "home", threads=1, memory="1GB") as ws:
        ws.execute("create table t as select 1 as x")
        ws.execute("checkpoint")
        modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "home").iterdir()}
    assert set(modes.values()) == {0}, modes
