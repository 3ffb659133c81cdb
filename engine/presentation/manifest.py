"""manifest.json: every file of the output folder with its size and hash, and what made it.

No time of day, no path of this machine, no user name: the same command twice writes the same manifest.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import metadata
from pathlib import Path

from engine import __version__
from engine.presentation.atomic import write_text
from engine.presentation.files import FILES, as_json

MANIFEST = "manifest.json"

_CHUNK = 1 << 20


def versions() -> dict[str, str]:
    """Versions of everything that can change a result, read without importing it."""
    tools = {name: metadata.version(name) for name in ("duckdb", "splink", "great_expectations")}
    return {"assay": __version__, **tools, "python": platform.python_version()}


def rule_hashes(roots: Sequence[Path]) -> dict[str, str]:
    """Hash of every rule file in force: ``rules/mapping/headers.yml`` -> sha256.

    Args:
        roots: folders in order of force, e.g. the shipped ``rules`` and ``expectations``, then the project's own,
            which count as ``project/rules/...`` when a shipped folder has the same name.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for root in roots:
        prefix = f"project/{root.name}" if root.name in seen else root.name
        seen.add(root.name)
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.is_file() and not path.name.startswith("."):
                found[f"{prefix}/{path.relative_to(root).as_posix()}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def output_files(out: Path) -> list[Path]:
    """Every file below ``out`` that belongs to the result, relative and sorted; hidden and half-written ones do not."""
    found = (path.relative_to(out) for path in out.rglob("*") if path.is_file())
    return sorted(
        path
        for path in found
        if path.name != MANIFEST and path.suffix != ".tmp" and not any(part.startswith(".") for part in path.parts)
    )


def write_manifest(
    out: Path,
    *,
    versions: Mapping[str, str],
    as_of: date,
    options: Mapping[str, object],
    rules: Mapping[str, str] | None = None,
) -> None:
    """Write ``manifest.json`` over everything that stands in ``out``. Call it last.

    Args:
        out: the output folder.
        versions: see :func:`versions`.
        as_of: the day the run took as today.
        options: options that change the result; leave threads, memory and paths out.
        rules: see :func:`rule_hashes`.
    """
    data = {
        "versions": dict(versions),
        "as_of": as_of.isoformat(),
        "options": dict(options),
        "rules": dict(rules or {}),
        "files": [_entry(out, path) for path in output_files(out)],
    }
    write_text(out / MANIFEST, as_json(data))


def _entry(out: Path, relative: Path) -> dict[str, object]:
    path = out / relative
    rows, digest = _rows_and_hash(path)
    ours = {file.name for file in FILES}
    if relative.suffix == ".parquet":
        rows = _parquet_rows(path)
    elif relative.as_posix() not in ours:
        rows = None  # the head of an import file may have several lines: its own report counts its rows
    return {"file": relative.as_posix(), "rows": rows, "bytes": path.stat().st_size, "sha256": digest}


def _rows_and_hash(path: Path) -> tuple[int | None, str]:
    """Rows of a CSV of ours and the hash, in one pass; a line end inside quotes does not end a row."""
    digest = hashlib.sha256()
    ends, outside = 0, True
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            for part in chunk.split(b'"'):
                if outside:
                    ends += part.count(b"\n")
                outside = not outside
            outside = not outside  # the last part goes on in the next chunk
    return max(ends - 1, 0), digest.hexdigest()


def _parquet_rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
