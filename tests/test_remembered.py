"""What a run takes over from former ones: a lost registry is not taken for a new project."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from engine.errors import UsageError
from engine.extracts import keep_snapshot
from engine.options import RunOptions
from engine.project import Project
from engine.remembered import numbers_for
from engine.rulebook.load import RuleBook
from engine.target.embedded import EmbeddedStore
from engine.workspace import Workspace
from tests.conftest import given

LINE = '{"contact_id": "c1", "number": "7", "origin": "range"}\n'


def options(root: Path) -> RunOptions:
    project = Project(root=root)
    return RunOptions(
        sources=(), out=project.out, workspace=project.workspace, as_of=date(2026, 11, 22), project=project
    )


def test_a_new_project_begins_without_numbers(tmp_path: Path) -> None:
    EmbeddedStore(tmp_path / "environments" / "prod.duckdb").create({})
    assert numbers_for(options(tmp_path), RuleBook()).registry.num_rows == 0


def test_an_empty_registry_is_refused_where_an_extract_was_given_numbers(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "golden.contact", [{"contact_id": "c1"}])
    given(ws, "golden.crosswalk", [{"contact_id": "c1"}])
    run = options(tmp_path)
    assert run.project is not None
    keep_snapshot(ws, run.project.extracts, "first")
    with pytest.raises(UsageError, match=r"numbers\.jsonl is empty, but extract first was given numbers"):
        numbers_for(run, RuleBook())
    run.project.numbers.write_text(LINE, encoding="utf-8")
    assert numbers_for(run, RuleBook()).registry.num_rows == 1


def test_an_empty_registry_is_refused_where_an_environment_holds_contacts(tmp_path: Path) -> None:
    path = tmp_path / "environments" / "preprod.duckdb"
    EmbeddedStore(path).create({})
    with duckdb.connect(str(path)) as base:
        base.execute("insert into contact (contact_nr, state) values ('7', 'active')")
    with pytest.raises(UsageError, match="environment preprod holds contacts"):
        numbers_for(options(tmp_path), RuleBook())
