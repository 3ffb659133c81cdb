"""A project whose journal says what a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import journal
from engine.project import Project, load_project

TOML = """\
name = "opera"
institution = "OPERA"    # of the import files
[milestone]
date = 2026-12-15   # J
[[sources]]
name = "crm"
path = "incoming/crm.csv"
"""


def made(root: Path, text: str = TOML) -> Project:
    (root / "assay.toml").write_text(text, encoding="utf-8")
    return load_project(root)


def on(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the clock says when the next line is written."""
    monkeypatch.setattr(journal, "now", lambda: f"{day}T09:00:00+01:00")


def controls(missed: int = 0, given: int = 2, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"given": given, "missed": ["crm rows"] * missed, "without": list(without), "totals": []}


def ran(project: Project, **facts: Any) -> None:
    """A run with facts that no gate minds, but for ``facts``."""
    usual: dict[str, Any] = {
        "extract": "first",
        "sources": {"crm": "0" * 64},
        "controls": controls(),
        "records": 100,
        "records_with_error": 1,
        "numbers_given": 0,
        "codes": {"STRUCT_TYPE": [], "ADMIN_NUMBER": [], "CRITERIA": []},
    }
    journal.note(project, "run", **{**usual, **facts})


def applied(
    project: Project,
    environment: str,
    *,
    rows: int = 100,
    not_imported: int = 0,
    rules: Mapping[str, int] | None = None,
    defined: Mapping[str, list[str]] | None = None,
) -> None:
    file = {
        "file": "contacts_insert.csv", "sha256": "1" * 64, "rows": rows, "imported": rows - not_imported,
        "imported_with_changes": 1, "not_imported": not_imported, "rules": dict(rules or {}),
        **({"defined": dict(defined)} if defined else {}),
    }  # fmt: skip
    journal.note(project, "apply", environment=environment, files=[file])


def written(project: Project, name: str, text: str = "1") -> Path:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
