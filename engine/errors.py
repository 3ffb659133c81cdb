"""Every error Assay raises on purpose, drawn as a tree.

::

    AssayError                 the family; carries what, where and what next, and an exit code
    ├── UsageError       (2)   the command line asks for something that does not exist
    │   └── RuleErrors   (2)   mistakes in rule files or assay.toml, all of them at once
    ├── SourceError      (3)   input that cannot be used
    ├── SurroundingsError(4)   disk, memory, lock
    │   └── WorkspaceBusy(4)   another run holds the workspace
    └── LedgerError      (1)   in = out + held does not hold: a defect, never shipped silently

Dirty *data* is never an exception: it is a finding or a held row with a reason.
No message may hold a value of a contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AssayError(Exception):
    """A known failure: one clear message and an exit code.

    Args:
        message: what went wrong and where (file, line, column), without values of contacts.
        hint: what to do next; shown on its own line.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AssayError):
    """The command line or the configuration asks for something impossible (exit code 2)."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a rule file: where it stands and what it is."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.message}"


class RuleErrors(UsageError):
    """All mistakes found in rule files, reported together (exit code 2)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class SourceError(AssayError):
    """Input that cannot be used (exit code 3): no file, empty, binary, no usable column ..."""

    exit_code = 3


class SurroundingsError(AssayError):
    """Disk, memory or lock (exit code 4)."""

    exit_code = 4


class WorkspaceBusy(SurroundingsError):
    """Another run holds the workspace (exit code 4)."""


class LedgerError(AssayError):
    """A stage lost or invented rows: in is not out + held."""


class CeilingError(AssayError):
    """More contacts would be removed than the rules allow at once (exit code 1)."""
