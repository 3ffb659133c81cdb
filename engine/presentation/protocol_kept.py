"""Protocols a project keeps, one for each extract, so that the rehearsal can be held against the last extract.

``protocols/<name>.json`` beside assay.toml: no value of a contact is in them, so they may be kept with the rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.presentation.atomic import write_text
from engine.presentation.protocol import read_protocol

FROZEN = "frozen"
"""Name of the protocol that `assay freeze` keeps."""


def keep_protocol(project: Path, out: Path, name: str) -> None:
    """Keep the protocol of the run in ``out`` as ``name``; nothing where there is none.

    Raises:
        SurroundingsError: the project cannot be written.
    """
    path = out / "protocol.json"
    if read_protocol(path) is not None:
        write_text(_folder(project) / f"{name}.json", path.read_text(encoding="utf-8"))


def kept_protocol(project: Path, name: str) -> dict[str, Any] | None:
    """The protocol kept as ``name``, None when there is none."""
    return read_protocol(_folder(project) / f"{name}.json") if name in kept_names(project) else None


def kept_names(project: Path) -> list[str]:
    """Names of the protocols kept."""
    folder = _folder(project)
    return sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []


def _folder(project: Path) -> Path:
    return project / "protocols"
