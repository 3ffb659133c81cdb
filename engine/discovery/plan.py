"""The plan of a base: its table of contacts, what is joined to it, and the mapping that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.rulebook.mapping import ColumnMapping, SourceMapping
from engine.rulebook.steps import JoinedTable
from engine.vocabulary import JOINABLE_ATTRIBUTES

SPARE = {"email": "email2", "phone": "mobile"}
"""Where a second value of an attribute goes."""


@dataclass(slots=True)
class Plan:
    """A plan while it is made: columns feed each attribute once.

    Attributes:
        main: the table of contacts, as a source.
        columns: its columns and those that joins bring.
        joins: the joined tables, in order.
        roles: table -> what it is in the plan.
        notes: what a person should look at.
    """

    main: str
    columns: list[ColumnMapping] = field(default_factory=list)
    joins: list[JoinedTable] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def feed(self, header: str, attribute: str | None, why: str, *, confidence: float = 1.0) -> None:
        """Let a joined column feed ``attribute``, its spare place when it is fed, or nothing."""
        wanted = attribute
        while wanted is not None and wanted in self.fed() and wanted not in JOINABLE_ATTRIBUTES:
            wanted = SPARE.get(wanted)
        if attribute is not None and wanted is None:
            self.notes.append(f'"{header}" is {attribute} too, which another column feeds: it was left aside')
        self.columns.append(
            ColumnMapping(position=None, header=header, attribute=wanted, confidence=round(confidence, 2), why=why)
        )

    def replace_feed(self, header: str, by: str, why: str, attribute: str | None = None) -> None:
        """Let the column ``by`` feed what ``header`` fed, or ``attribute``: the word of a code instead of the code."""
        for at, column in enumerate(self.columns):
            if column.header == header:
                self.columns[at] = column.model_copy(
                    update={"attribute": None, "transform": None, "why": f"code of {by}"}
                )
                self.columns.append(
                    ColumnMapping(position=None, header=by, attribute=attribute or column.attribute, why=why)
                )
                return

    def mapping(self) -> SourceMapping:
        """The plan as a mapping file says it."""
        columns = list(self.columns)
        fed: dict[str, list[int]] = {}
        for at, column in enumerate(columns):
            if column.attribute is not None:
                fed.setdefault(column.attribute, []).append(at)
        for attribute, places in fed.items():
            if len(places) > 1 and attribute in JOINABLE_ATTRIBUTES:
                for at in places:
                    columns[at] = columns[at].model_copy(update={"transform": "join"})
        return SourceMapping(source=self.main, origin="discovered", columns=tuple(columns), join=tuple(self.joins))

    def fed(self) -> set[str]:
        """The attributes that a column feeds already."""
        return {column.attribute for column in self.columns if column.attribute is not None}


def joined(
    table: str,
    on: dict[str, str],
    take: dict[str, str],
    *,
    order: Sequence[str] = (),
    where: str | None = None,
    why: str = "",
) -> JoinedTable:
    """One joined table; ``on``: column of the main table -> column of the other one."""
    return JoinedTable.model_validate(
        {"table": table, "on": on, "take": take, "order": tuple(order), "where": where, "how": "one", "why": why}
    )


def equals(column: str, value: str) -> str:
    """A condition of a joined table: its column has this value.

    >>> equals("TYPE", "d'or")
    '"TYPE" = \\'d\\'\\'or\\''
    """
    name, text = column.replace('"', '""'), value.replace("'", "''")
    return f"\"{name}\" = '{text}'"
