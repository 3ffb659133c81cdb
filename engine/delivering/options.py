"""What a delivery depends on, and what its services are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from engine.errors import UsageError
from engine.importfile.write import Kind
from engine.rulebook.import_rules import OPERATIONS
from engine.vocabulary import Language

Since = Literal["environment", "last"]

WORDS: Mapping[str, str] = {
    "inactivate": "INVALIDATE",
    "anonymise": "ANONYMIZE",
    "anonymize": "ANONYMIZE",
    "delete": "DROP",
    "erase": "DELETE",
    "withdraw": "UPDATEACT",
}
"""What people call a service -> its operation."""


@dataclass(frozen=True, slots=True)
class DeliverOptions:
    """What a delivery depends on besides the last run.

    Attributes:
        environment: whom it is for.
        out: folder of the files; they go to a folder with the environment's name.
        workspace: where the last run left its tables.
        as_of: a birth date after this day lies in the future.
        since: the difference to what the environment holds now, or to what the last delivery made of it.
        operations: leave all others out; empty = all.
        lists: (operation, file with contact numbers): removals that somebody asks for, or takes back; None = the
            file says itself, in its columns OPERATION and REASON.
        qualify: lists of criteria or types that contacts are given.
        criteria / structure_types: files that define them; None = as the import rules say.
        kind: text files or workbooks.
        for_real: leave the files, and remember what was made.
        accept_removals: also beyond the ceiling.
        language: of what people read.
    """

    environment: str
    out: Path
    workspace: Path
    as_of: date
    since: Since = "environment"
    operations: tuple[str, ...] = ()
    lists: tuple[tuple[str | None, Path], ...] = ()
    qualify: tuple[Path, ...] = ()
    criteria: Path | None = None
    structure_types: Path | None = None
    kind: Kind = "csv"
    for_real: bool = False
    accept_removals: bool = False
    language: Language = "en"


def operation_called(word: str) -> str:
    """The operation behind a word of the command line: its code in capitals, or the name of a service.

    >>> operation_called("erase"), operation_called("delete"), operation_called("INSERT")
    ('DELETE', 'DROP', 'INSERT')

    Raises:
        UsageError: there is none.
    """
    found = WORDS.get(word) or (word if word in OPERATIONS and word != "CONFIG" else None)
    if found is None:
        known = ", ".join([*WORDS, *(name for name in OPERATIONS if name != "CONFIG")])
        raise UsageError(f"{word[:30]!r} is no operation; known: {known}")
    return found
