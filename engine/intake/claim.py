"""What one column is taken for while the guess is being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.intake.columns import Column
from engine.intake.headers import How, Reading
from engine.rulebook.mapping import Transform

State = Literal["fed", "open", "unsure", "unknown", "aside", "lost"]
"""``open`` = a name or street whose attribute depends on the other columns; ``unsure`` = header and values disagree;
``lost`` = another column feeds the attribute; ``aside`` = known and not used."""

RANK: dict[How, int] = {"exact": 4, "numbered": 3, "words": 2, "phrase": 1, "none": 0}


@dataclass(slots=True)
class Claim:
    """The claim of a column on an attribute.

    Attributes:
        column: the column.
        reading: what its header says.
        state: see :data:`State`.
        attribute: attribute it is to feed, None unless ``fed``.
        confidence: 0..1.
        why: what decided, in words without values.
        transform: column transformation.
        second: a further attribute the same column feeds (a key that is the contact number, a town behind its code).
    """

    column: Column
    reading: Reading
    state: State = "unknown"
    attribute: str | None = None
    confidence: float = 0.0
    why: str = "header unknown, values say nothing sure"
    transform: Transform | None = None
    second: list[tuple[str, Transform | None]] = field(default_factory=list)

    def feed(self, attribute: str, confidence: float, why: str) -> None:
        """Take the column for ``attribute``."""
        self.state, self.attribute = "fed", attribute
        self.confidence, self.why = round(min(confidence, 0.99), 2), why

    def leave(self, state: State, why: str, confidence: float = 0.5) -> None:
        """Do not use the column."""
        self.state, self.attribute, self.transform = state, None, None
        self.confidence, self.why = confidence, why

    @property
    def strength(self) -> tuple[int, int, int]:
        """Order among columns that claim the same attribute: header, fill, then the leftmost."""
        return RANK[self.reading.how], self.column.filled, -self.column.position


def fed(claims: list[Claim], *attributes: str) -> list[Claim]:
    """Claims on any of ``attributes``, in column order."""
    return [claim for claim in claims if claim.attribute in attributes]
