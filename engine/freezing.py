"""Freeze: what a replay must find unchanged, by hash, and what has changed since.

``frozen.json`` in the project names every rule and expectation in force, the settings, decisions, match models and the
registry of numbers as they were, and the columns of each source. A later run compares before it writes anything.
``frozen/`` keeps what the run learned from its whole base (engine/golden/learned.py): a replay judges by the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import journal
from engine.errors import SourceError, UsageError
from engine.presentation.manifest import rule_hashes, versions
from engine.presentation.protocol_kept import FROZEN as KEPT_BY_FREEZE
from engine.presentation.protocol_kept import keep_protocol
from engine.project import SECRET_FILE, Project
from engine.shipped import shipped
from engine.workspace import Workspace, overwrite

FROZEN_FILE = "frozen.json"
FORMAT = 1

_NOT_TRANSFORMING = {
    f"{place}rules/{name}.yml" for place in ("", "project/") for name in ("milestone", "pricing", "analysis")
}
"""Rule files that change no record: a step moved by a day is no other transformation."""

_NOT_SETTINGS = {"name", "milestone", "environments", "engine"}
"""Tables of assay.toml that change no record."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was in force when the project was frozen.

    Attributes:
        as_of: the day of the run that was frozen.
        rules: rule or expectation file -> sha256.
        settings: key of assay.toml -> its value; of sources only what is not their path.
        files: decisions, models and the secret that keys fingerprints -> sha256.
        numbers: length in bytes and sha256 of numbers.jsonl: it may grow, its beginning may not change.
        versions: program -> version.
        headers: source -> its column headers, in the order of the file.
        answers: what was decided once for a whole column (standardise.column).
        learned: whether ``frozen/`` holds what golden records were judged by beyond the rules.
    """

    as_of: str
    rules: Mapping[str, str]
    settings: Mapping[str, Any]
    files: Mapping[str, str]
    numbers: tuple[int, str]
    versions: Mapping[str, str]
    headers: Mapping[str, list[str]]
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    learned: bool = False


def freeze(project: Project, ws: Workspace, *, as_of: str) -> Path:
    """Write down what the last run was made with.

    Args:
        project: the project.
        ws: what its last run left: the columns of the sources.
        as_of: the day to name the freeze by.

    Returns:
        ``frozen.json`` of the project.
    """
    from engine.standardise import read_answers

    headers = {str(source): list(columns) for source, columns in ws.rows("select source, headers from intake.source")}
    numbers = project.numbers.read_bytes() if project.numbers.is_file() else b""
    learned = _keep_learned(project)
    data = {
        "format": FORMAT,
        "as_of": as_of,
        "versions": versions(),
        "settings": _settings(project),
        "headers": dict(sorted(headers.items())),
        "answers": [[source, question, answer] for (source, question), answer in read_answers(ws).items()],
        "learned": learned,
        "rules": _rules(project),
        "files": _files(project),
        "numbers": {"bytes": len(numbers), "sha256": hashlib.sha256(numbers).hexdigest()},
    }
    path = project.root / FROZEN_FILE
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    keep_protocol(project.root, project.out, KEPT_BY_FREEZE)
    journal.note(project, "freeze", as_of=as_of, files=journal.fingerprints(project.root, [path]))
    return path


def _keep_learned(project: Project) -> bool:
    """Copy what the last run judged golden records by into ``frozen/``; whether there was anything."""
    files = sorted(project.learned.iterdir()) if project.learned.is_dir() else []
    if project.frozen.is_dir():
        for path in project.frozen.iterdir():
            overwrite(path)
    if files:
        project.frozen.mkdir(mode=0o700, exist_ok=True)
    for path in files:
        copy = project.frozen / path.name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
    return bool(files)


def read_frozen(project: Project) -> Frozen | None:
    """What the project was frozen with; None when it never was.

    Raises:
        UsageError: the file is damaged.
    """
    path = project.root / FROZEN_FILE
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Frozen(
            as_of=data["as_of"],
            rules=data["rules"],
            settings=data["settings"],
            files=data["files"],
            numbers=(data["numbers"]["bytes"], data["numbers"]["sha256"]),
            versions=data["versions"],
            headers=data["headers"],
            answers={(source, question): answer for source, question, answer in data.get("answers", ())},
            learned=bool(data.get("learned", False)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is damaged ({type(error).__name__})", hint="Restore it, or freeze again: assay freeze."
        ) from None


def refuse_changes(project: Project, frozen: Frozen) -> None:
    """Stop when anything a replay depends on differs from what was frozen.

    Raises:
        UsageError: everything that changed, one line each.
    """
    changed = list(changes(project, frozen))
    if changed:
        raise UsageError(
            f"changed since the freeze of {frozen.as_of}:\n" + "\n".join(changed),
            hint="If that is meant: assay run --accept-changes, and assay freeze again.",
        )


def changes(project: Project, frozen: Frozen) -> Iterator[str]:
    """What differs from ``frozen``, in words, in a stable order."""
    yield from _differences("rule", frozen.rules, _rules(project))
    yield from _differences("setting", frozen.settings, _settings(project))
    yield from _differences("file", frozen.files, _files(project))
    yield from _differences("version of", frozen.versions, versions())
    length, digest = frozen.numbers
    numbers = project.numbers.read_bytes() if project.numbers.is_file() else b""
    if hashlib.sha256(numbers[:length]).hexdigest() != digest:
        yield "file numbers.jsonl: lines that were there have changed; it may only grow"


def refuse_schema_drift(ws: Workspace, frozen: Frozen) -> None:
    """Stop when a source has not the columns it had. Another order is no drift: columns are known by their names.

    Raises:
        SourceError: every column that is missing or new, by source.
    """
    now = {str(source): list(columns) for source, columns in ws.rows("select source, headers from intake.source")}
    said = [f"source {name} is missing" for name in sorted(frozen.headers.keys() - now.keys())]
    said += [f"source {name} is new" for name in sorted(now.keys() - frozen.headers.keys())]
    for name in sorted(frozen.headers.keys() & now.keys()):
        for word, gone, there in (
            ("missing", frozen.headers[name], now[name]),
            ("new", now[name], frozen.headers[name]),
        ):
            columns = [column for column in gone if column not in there]
            if columns:
                said.append(f"{name}: columns {word}: {', '.join(columns)}")
    if said:
        raise SourceError(
            f"the extract has not the form of {frozen.as_of}:\n" + "\n".join(said),
            hint="Ask for the extract in the same form. If the change is meant: --accept-changes, and freeze again.",
        )


def _rules(project: Project) -> dict[str, str]:
    found = rule_hashes([shipped("rules"), shipped("expectations"), project.rules, project.expectations])
    return {name: digest for name, digest in found.items() if name not in _NOT_TRANSFORMING}


def _settings(project: Project) -> dict[str, Any]:
    """What assay.toml says, but for names, places and dates, as JSON has it."""
    kept = {key: value for key, value in project.settings.items() if key not in _NOT_SETTINGS}
    kept["sources"] = [
        {"name": one.name, "sheet": one.sheet, "encoding": one.encoding, "delimiter": one.delimiter}
        | {key: value for key, value in (("table", one.table), ("query", one.query)) if value is not None}
        for one in project.sources
    ]
    return dict(json.loads(json.dumps(kept, default=str, sort_keys=True)))


def _files(project: Project) -> dict[str, str]:
    models = sorted(project.models.glob("*.json")) if project.models.is_dir() else []
    learned = sorted(project.frozen.iterdir()) if project.frozen.is_dir() else []
    return {
        path.relative_to(project.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (project.decisions, project.root / SECRET_FILE, *models, *learned)
        if path.is_file()
    }


def _differences(what: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            yield f"{what} {name}: gone"
        elif name not in before:
            yield f"{what} {name}: new"
        elif before[name] != now[name]:
            yield f"{what} {name}: changed"
