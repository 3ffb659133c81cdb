"""The certificate of an erasure: what, when, by whom, where how much, and what remains; no value of anybody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.erasing.files import replace
from engine.erasing.incoming import Held
from engine.erasing.memory import Rewritten
from engine.erasing.search import Searched
from engine.errors import SurroundingsError
from engine.presentation.catalogue import catalogue, read
from engine.presentation.manifest import versions
from engine.presentation.page import environment
from engine.vocabulary import LANGUAGES, Language

if TYPE_CHECKING:
    from engine.erasing.erase import Erasure

FORMAT = 1
OPERATIONS = "operations.csv"


def new_folder(parent: Path, day: str) -> Path:
    """A folder for the papers of one erasure: the day and a number.

    Raises:
        SurroundingsError: it cannot be made.
    """
    number = 1
    while True:
        folder = parent / f"{day}-{number}"
        try:
            parent.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise SurroundingsError(f"cannot write to {parent}: {error.strerror}") from error
        else:
            return folder


def write_operations(folder: Path, numbers: Sequence[str], operation: str, reason: str) -> Path:
    """The list of contact numbers and operations that `assay deliver --list` takes: all that is left of the persons.

    It is to be deleted once every environment has applied it.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(("CONTACT_NR", "OPERATION", "REASON"))
    for number in sorted(numbers, key=lambda number: (len(number), number)):
        writer.writerow((number, operation, f"erased {reason}"))
    path = folder / OPERATIONS
    replace(path, text.getvalue().encode())
    return path


def write_certificate(
    folder: Path,
    erasure: Erasure,
    *,
    by: str,
    why: str,
    at: str,
    operation: str,
    rewritten: Sequence[Rewritten],
    workspace_files: int,
    taken_out: Mapping[str, str | None],
    forgotten: Mapping[str, int],
    destroyed: Sequence[Path],
    left: Searched,
    run: str,
) -> dict[str, Any]:
    """Write certificate.json and one page a language into ``folder``; return the data, with ``folder``.

    Args:
        rewritten: files that were written anew.
        workspace_files: files of the workspace that were overwritten.
        taken_out: source -> hash of the file without the persons' lines; None = it could not be rewritten.
        forgotten: memory of a delivery -> contacts emptied in it.
        destroyed: further files that were overwritten and removed.
        left: what a search of the project folder found afterwards.
        run: ``made again``, ``not made`` or ``failed``.
    """
    root = erasure.project.root
    sources = {held.path.resolve() for held in erasure.held}
    data: dict[str, Any] = {
        "format": FORMAT,
        "certificate": folder.name,
        "at": at,
        "by": by,
        "why": why,
        "project": erasure.project.name,
        "persons": len(erasure.people),
        "records": sum(len(person.records) + len(person.former) for person in erasure.people),
        "suppressed": len(erasure.entries),
        "run": run,
        "statistics": erasure.kept.data if erasure.kept else None,
        "places": [
            {"place": "workspace", "did": "destroyed", "count": workspace_files},
            {"place": "outputs", "did": "destroyed", "count": len(erasure.outputs)},
            *({"place": one.file, "did": "rewritten", "count": one.items} for one in rewritten),
            *({"place": name, "did": "rewritten", "count": count} for name, count in forgotten.items()),
            *({"place": shown(path, root), "did": "destroyed", "count": 1} for path in destroyed),
            *(
                {"place": shown(held.path, root), "did": "rewritten", "count": len(held.lines)}
                for held in erasure.held
                if taken_out.get(held.source)
            ),
        ],
        "hashes": [
            *({"file": one.file, "before": one.before, "after": one.after} for one in rewritten),
            *(
                {"file": shown(held.path, root), "before": held.sha256, "after": taken_out[held.source]}
                for held in erasure.held
                if taken_out.get(held.source)
            ),
        ],
        "search": {
            "files": left.files,
            "bytes": left.bytes,
            "traces": len(erasure.traces.texts),
            "files_holding": len(left.holding),
            "not_searched": [shown(path, root) for path in left.unread],
        },
        "remaining": [
            *_sources_left(erasure.held, taken_out, root),
            *({"what": "database", "place": name, "count": count} for name, count in erasure.databases.items()),
            *(
                {"what": "file", "place": shown(path, root), "lines": lines}
                for path, lines in left.holding.items()
                if path.resolve() not in sources
            ),
            *(
                {"what": "environment", "place": name, "count": count, "operation": operation}
                for name, count in erasure.environments.items()
                if count != 0
            ),
            {"what": "list", "place": f"{folder.parent.name}/{folder.name}/{OPERATIONS}", "count": len(erasure.people)},
            *([{"what": "history", "place": ".git"}] if (root / ".git").exists() else []),
            {"what": "backups", "place": ""},
            {"what": "suppression", "place": erasure.project.suppressed.name, "count": len(erasure.entries)},
        ],
        "versions": versions(),
    }
    write_pages(folder, data)
    return {**data, "folder": str(folder)}


def write_pages(folder: Path, data: Mapping[str, Any]) -> None:
    """The certificate as JSON and as a page a language, in place of what was there."""
    replace(folder / "certificate.json", (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
    for language in LANGUAGES:
        replace(folder / f"certificate.{language}.html", render(data, language).encode())


def _sources_left(held: Sequence[Held], taken_out: Mapping[str, str | None], root: Path) -> list[dict[str, Any]]:
    return [
        {"what": "source", "place": shown(one.path, root), "sheet": one.sheet, "lines": list(one.lines)}
        for one in held
        if not taken_out.get(one.source)
    ]


def shown(path: Path, root: Path) -> str:
    """A path as the certificate names it: from the project folder; of a file elsewhere its name only."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def render(data: Mapping[str, Any], language: Language) -> str:
    """The certificate as a page in ``language``."""
    said = {key: text[language] for key, text in read("erasure").items()}
    say = catalogue(language)
    made = environment()
    made.filters["number"] = say.number
    made.globals.update(said=said, language=language)
    return made.get_template("certificate.html.j2").render(data)
