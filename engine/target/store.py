"""Where a contact base is kept: what every kind of store can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.target.columns import StoreTable
from engine.workspace import Workspace

REMOVED = """
    select count(*) from touched left join temp.contact as contact using (contact_nr)
    where contact.contact_nr is null or contact.state = 'anonymised'
"""
"""How many contacts an application removed: a store then writes its files anew."""


@dataclass(frozen=True, slots=True)
class Application:
    """A file that was applied: its number in the base, its hash and how it fared."""

    application_no: int
    sha256: str
    file: str
    applied_at: str
    rows_in: int
    rows_imported: int
    rows_not_imported: int


class Store(Protocol):
    """A contact base. Values are text everywhere; a store never interprets them."""

    def exists(self) -> bool:
        """Whether the base is there."""

    def create(self, settings: Mapping[str, str]) -> None:
        """Make an empty base."""

    def load(self, ws: Workspace, tables: Sequence[StoreTable], prefix: str = "") -> None:
        """Bring ``tables`` into ``ws`` as temp tables called prefix + name."""

    def settings(self) -> dict[str, str]:
        """What the base says of itself."""

    def applications(self) -> list[Application]:
        """Every file applied, oldest first."""

    def counts(self) -> dict[str, int]:
        """Contacts by state."""

    def write(self, ws: Workspace, application: Application, settings: Mapping[str, str]) -> None:
        """Write ``touched`` contacts, their properties, ``answer`` and the record, all or nothing."""

    def replace(self, ws: Workspace, tables: Sequence[StoreTable], settings: Mapping[str, str]) -> None:
        """Put temp tables of ``ws`` in the place of the base's, all or nothing."""

    def close(self) -> None:
        """Let it go."""
