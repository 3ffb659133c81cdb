"""Snapshots: golden records and crosswalk of each extract, in the project's derived data."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from engine.errors import UsageError
from engine.sql import literal
from engine.workspace import Workspace

_INDEX = "index.json"
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

DEFAULT_LABEL = "first"


def previous_snapshot(folder: Path, label: str) -> tuple[str, Path] | None:
    """The extract before ``label`` and where it is kept; None when there is none.

    Args:
        folder: the project's folder of snapshots.
        label: the extract at hand; it may be kept already, from a former run.
    """
    before = None
    for name in _labels(folder):
        if name == label:
            break
        before = name
    return None if before is None else (before, folder / before)


def last_label(folder: Path) -> str:
    """The extract that was last read, ``first`` when none was."""
    labels = _labels(folder)
    return labels[-1] if labels else DEFAULT_LABEL


def check_label(label: str) -> str:
    """``label`` if it may name an extract.

    Raises:
        UsageError: it may not: it becomes the name of a folder.
    """
    if not _LABEL.fullmatch(label):
        raise UsageError("an extract is named with letters, digits, '.', '_' and '-', 40 at most", hint="Such as j-1.")
    return label


def keep_snapshot(ws: Workspace, folder: Path, label: str) -> None:
    """Keep this run's golden records and crosswalk as ``label``, in place of those of a former run of it."""
    target, fresh = folder / label, folder / f".{label}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    for table in ("contact", "crosswalk"):
        path = fresh / f"{table}.parquet"
        order = "contact_id" if table == "contact" else "record_id"
        ws.execute(
            f"copy (select * from golden.{table} order by {order}) to {literal(str(path))} "
            "(format parquet, compression zstd)"
        )
    shutil.rmtree(target, ignore_errors=True)
    os.replace(fresh, target)
    labels = _labels(folder)
    if label not in labels:
        (folder / _INDEX).write_text(json.dumps([*labels, label]) + "\n", encoding="utf-8")


def keep_records(ws: Workspace, path: Path) -> None:
    """Keep this run's standardised records as the Parquet file ``path``, in place of those of the run before.

    In no order: sorting wide rows costs more than writing them, and nobody reads them by place.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}")
    ws.execute(f"copy standardise.record to {literal(str(fresh))} (format parquet, compression zstd)")
    os.replace(fresh, path)


def _labels(folder: Path) -> list[str]:
    index = folder / _INDEX
    if not index.is_file():
        return []
    try:
        found = json.loads(index.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(f"{index} is damaged", hint="Delete its folder: it is derived from the extracts.") from None
    return [name for name in found if isinstance(name, str) and (folder / name / "contact.parquet").is_file()]
