"""What Great Expectations says of one expectation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One verdict, in counts; never a value.

    Attributes:
        success: the verdict (``mostly`` considered).
        failed: rows that failed; 0 for an expectation about the table as a whole.
        index_query: the query of the failing rows, where there is one.
        condition: the row condition as SQL.
    """

    success: bool
    failed: int
    index_query: str | None = None
    condition: str | None = None
