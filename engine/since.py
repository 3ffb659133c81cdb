"""What a run in a project says against the extract before: contacts, decisions, quality; and how long it took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.counted import counted
from engine.options import RunOptions
from engine.progress import Watcher
from engine.project import Project
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.golden import Numbers

_DURATIONS = "durations.json"


def compare_with_before(
    ws: Workspace,
    options: RunOptions,
    label: str,
    numbers: Numbers,
    decisions: Sequence[tuple[str, str, str]],
    out: Path,
    watcher: Watcher,
) -> dict[str, Any] | None:
    """Say what differs from the extract before, when there was one, and write it into ``out``."""
    from engine import extracts, presentation

    if options.project is None:
        return None
    before = extracts.previous_snapshot(options.project.extracts, label)
    if before is None:
        return None
    known = {str(contact) for contact in numbers.registry.column("contact_id").unique().to_pylist() if contact}
    extracts.compare_extracts(ws, before[1], known=known, decided=decisions)
    data = extracts.delta_data(ws, label=label, before=before[0])
    data["quality"] = _quality(ws, options.project)
    presentation.write_delta(ws, data, out)
    counts = ", ".join(f"{data[change]:,} {change}" for change in ("kept", "new", "back", "changed", "joined", "split"))
    watcher.say(f"{label} against {before[0]}: {counts}, {data['gone']:,} gone")
    idle = data["decisions"]["record_gone"] + data["decisions"]["overruled"]
    if idle:
        watcher.say(f"{counted(idle, 'decision')} without effect now: decisions_idle.csv")
    return data


def _quality(ws: Workspace, project: Project) -> dict[str, Any]:
    """Share of tests of the sources that held, now and in the first extract, over what both were tested for."""
    from engine.quality.history import read_history

    history = read_history(project.quality)
    if not history or not ws.exists("quality.score"):
        return {}
    now = ws.rows("select suite, source, checked, failed from quality.score where source <> ''")
    first = [(score[0], score[1], score[4], score[5]) for score in history[0].scores if score[1]]
    both = {row[:2] for row in now} & {row[:2] for row in first}
    shares = [_held([row for row in rows if row[:2] in both]) for rows in (first, now)]
    if None in shares:
        return {}
    return {"first": shares[0], "now": shares[1], "as_of": history[0].as_of.isoformat()}


def _held(scores: Sequence[tuple[Any, ...]]) -> float | None:
    checked = sum(int(row[2]) for row in scores)
    return round(1 - sum(int(row[3]) for row in scores) / checked, 6) if checked else None


def note_duration(project: Project | None, label: str, seconds: float, watcher: Watcher) -> None:
    """Remember how long the run of ``label`` took and say it beside the extract before.

    Not in the output folder: its bytes repeat, seconds do not.
    """
    from engine import extracts

    if project is None:
        return
    path = project.extracts / _DURATIONS
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError:
        known = {}  # derived, and nothing hangs on it
    before = extracts.previous_snapshot(project.extracts, label)
    if before is not None and isinstance(known.get(before[0]), int | float):
        watcher.say(f"{label} took {seconds:,.1f} s, {before[0]} took {known[before[0]]:,.1f} s")
    path.write_text(json.dumps({**known, label: round(seconds, 1)}) + "\n", encoding="utf-8")
