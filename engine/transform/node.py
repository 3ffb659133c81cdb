"""The tree every expression becomes: trusted templates of SQL over columns of the row, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "number", "truth", "date"]

Role = Literal["plain", "equality", "shorten"]
"""``equality`` compares its parts; ``shorten`` keeps less than what identifies a row (``left(id, 2)``)."""

CELL_LIMIT = 100_000
"""Signs of the longest value a step gives; a longer one is refused."""

GROWTH_LIMIT = 64
"""How many times the longest value an expression may hold in between; more is refused when it is read."""

_SLOT = re.compile(r"\{(\d+)\}")


class MistakeError(ValueError):
    """An expression that is refused, in words for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression.

    Attributes:
        template: trusted SQL with ``{0}``, ``{1}`` for the parts; ignored for columns and lookups.
        parts: the parts.
        column: name of a column of the row.
        lookup: name of a lookup table; the only part is the key, the value what stands beside it.
        type: type of the value, where the formula language needs it.
        times: how many of the longest cells the value may hold.
        plus: signs it may hold besides.
        constant: the text it always is, None = it depends on the row.
        role: see :data:`Role`.
        fixed: the template is a literal: braces in it are signs, no slots.
    """

    template: str = ""
    parts: tuple[Node, ...] = ()
    column: str | None = None
    lookup: str | None = None
    type: Type = "text"
    times: int = 0
    plus: int = 0
    constant: str | None = None
    role: Role = "plain"
    fixed: bool = False

    def __post_init__(self) -> None:
        if self.times > GROWTH_LIMIT or self.plus > 2 * CELL_LIMIT:
            raise MistakeError("this expression may make values too long for any cell: make it simpler")

    def walk(self) -> Iterator[Node]:
        """This node and all below, the deepest first."""
        for part in self.parts:
            yield from part.walk()
        yield self

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it reads, sorted."""
        return tuple(sorted({node.column for node in self.walk() if node.column is not None}))

    @property
    def lookups(self) -> tuple[Node, ...]:
        """The lookups in it, the innermost first, each once."""
        return tuple(dict.fromkeys(node for node in self.walk() if node.lookup is not None))

    def render(self, of_column: Callable[[str], str], of_lookup: Callable[[Node], str] | None = None) -> str:
        """SQL of the node.

        Args:
            of_column: SQL of a column by its name.
            of_lookup: SQL of the value a lookup found.
        """
        if self.column is not None:
            return of_column(self.column)
        if self.lookup is not None:
            assert of_lookup is not None
            return of_lookup(self)
        if self.fixed:
            return self.template
        parts = [part.render(of_column, of_lookup) for part in self.parts]
        return _SLOT.sub(lambda slot: parts[int(slot.group(1))], self.template)

    def pinned(self) -> frozenset[str]:
        """Columns that are compared as a whole with fixed text: with a key among them, single rows are meant."""
        found: set[str] = set()
        for node in self.walk():
            if node.role == "equality" and any(_is_fixed(part) for part in node.parts):
                for part in node.parts:
                    found |= set(_whole(part))
            if node.lookup is not None:
                found |= set(_whole(node.parts[0]))
        return frozenset(found)

    def whole_columns(self) -> frozenset[str]:
        """Columns whose whole value reaches the result."""
        return frozenset(_whole(self))


def column(name: str) -> Node:
    """A column of the row."""
    return Node(column=name, times=1)


def _is_fixed(node: Node) -> bool:
    return not node.columns


def _whole(node: Node) -> Iterator[str]:
    """Columns whose whole value reaches this node."""
    if node.column is not None:
        yield node.column
    elif node.role != "shorten":
        for part in node.parts:
            yield from _whole(part)


def fixed(sql: str, text: str, type_: Type = "text") -> Node:
    """A literal: its SQL and the text it is."""
    return Node(sql, plus=len(text), constant=text, type=type_, fixed=True)
