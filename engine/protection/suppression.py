"""suppressed.jsonl: who must not come back, one JSON object a line, only ever added to.

The list is itself pseudonymised personal data (EDPB guidelines 01/2025): it holds as little as keeps a person away,
each entry has its day, and it says nothing without the project's secret.key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Problem, RuleErrors
from engine.protection.keys import Suppressed


def read_suppressed(path: Path) -> list[Suppressed]:
    """Everybody on the list, in the order of their erasure; nobody when there is no file.

    Raises:
        RuleErrors: lines that are no entries, all of them with their numbers.
    """
    if not path.is_file():
        return []
    people, problems = [], []
    for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            people.append(
                Suppressed(
                    person=str(said["person"]),
                    since=str(said["since"]),
                    anchors=frozenset(said["anchors"]),
                    shared=frozenset(said["shared"]),
                    names=frozenset(said["names"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            problems.append(Problem(str(path), number, "not an entry of the suppression list"))
    if problems:
        raise RuleErrors(problems)
    return people


def add_suppressed(path: Path, people: Sequence[Suppressed]) -> None:
    """Add ``people`` to the list; readable by its owner only, on the disk when this returns."""
    lines = "".join(
        json.dumps(
            {
                "person": one.person,
                "since": one.since,
                "anchors": sorted(one.anchors),
                "shared": sorted(one.shared),
                "names": sorted(one.names),
            }
        )
        + "\n"
        for one in people
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(lines.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
