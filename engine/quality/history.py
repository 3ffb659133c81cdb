"""What every extract of a project scored: ``quality.jsonl``, one line an extract, never changed afterwards.

An extract is known by the content of its files. A second run on the same files adds nothing and is compared with the
same line as the first, so its bytes repeat.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.errors import Problem, RuleErrors
from engine.tables import QUALITY_PREVIOUS
from engine.workspace import Workspace

_SCORE = ("suite", "source", "column", "dimension", "checked", "failed")


@dataclass(frozen=True, slots=True)
class Extract:
    """One line of the history.

    Attributes:
        key: hash of the sources' names and contents.
        as_of: the day it was looked at.
        rows: records.
        scores: rows of ``quality.score``.
    """

    key: str
    as_of: date
    rows: int
    scores: tuple[tuple[Any, ...], ...]


def read_history(path: Path) -> list[Extract]:
    """The extracts of ``path``, oldest first; none when there is no file.

    Raises:
        RuleErrors: lines that are not of this form, all of them.
    """
    if not path.exists():
        return []
    extracts, problems = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            extracts.append(_read(line))
        except (ValueError, KeyError, TypeError):
            problems.append(Problem(str(path), number, "not a line of the quality history"))
    if problems:
        raise RuleErrors(problems)
    return extracts


def read_previous(ws: Workspace, path: Path) -> None:
    """Fill ``quality.previous`` with the extract before the one in ``ws``; empty when there is none."""
    extracts = read_history(path)
    keys = [extract.key for extract in extracts]
    key = extract_key(ws)
    earlier = extracts[: keys.index(key)] if key in keys else extracts
    ws.create(QUALITY_PREVIOUS)
    if not earlier:
        return
    last = earlier[-1]
    types = [pa.string()] * 4 + [pa.int64()] * 2
    columns = {
        name: pa.array([score[place] for score in last.scores], type_)
        for place, (name, type_) in enumerate(zip(_SCORE, types, strict=True))
    }
    ws.put("quality_before", pa.table(columns))
    ws.append(QUALITY_PREVIOUS, "select *, $as_of::date as as_of from quality_before", {"as_of": last.as_of})
    ws.drop("quality_before")


def remember(ws: Workspace, path: Path, *, as_of: date) -> None:
    """Append the extract in ``ws`` to ``path``, unless it stands there.

    The file is replaced whole once the new one is on the disk: a crash leaves the old history, never half a line.
    """
    key = extract_key(ws)
    if any(extract.key == key for extract in read_history(path)):
        return
    scores = ws.rows(
        'select suite, source, "column", dimension, checked, failed from quality.score '
        'order by suite, source, "column" nulls first, dimension'
    )
    line = {
        "key": key,
        "as_of": as_of.isoformat(),
        "rows": ws.count("standardise.record"),
        "scores": [list(score) for score in scores],
    }
    before = path.read_bytes() if path.exists() else b""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as history:
        history.write(before + json.dumps(line, ensure_ascii=False).encode() + b"\n")
        history.flush()
        os.fsync(history.fileno())
    os.replace(fresh, path)


def extract_key(ws: Workspace) -> str:
    """Hash of the sources' names and contents, whatever their order."""
    sources = ws.rows("select source, sha256 from intake.source order by source, sha256")
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _read(line: str) -> Extract:
    data = json.loads(line)
    scores = tuple((*map(_text, score[:4]), int(score[4]), int(score[5])) for score in data["scores"])
    return Extract(str(data["key"]), date.fromisoformat(data["as_of"]), int(data["rows"]), scores)


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)
