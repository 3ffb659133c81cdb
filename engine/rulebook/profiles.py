"""Profiles of systems: which tables and columns a Rodrigue or SecuTix 1 base is likely to have.

``rules/profiles/<system>.yml``. No vendor publishes its schema: the shipped profiles are examples to copy into a
project and to fill in with the names that the customer's dump has.
"""

from __future__ import annotations

import difflib
from typing import Literal

from pydantic import Field, model_validator

from engine.rulebook.load import RuleModel
from engine.rulebook.mapping import FEEDS

Role = Literal["contacts", "addresses", "means", "codes"]


class ProfileTable(RuleModel):
    """A table that a system may have.

    Attributes:
        names: what it is called; the first one that is there is taken, case does not matter.
        role: ``contacts`` (a row is a contact), ``addresses``, ``means`` (a row is a phone number or an e-mail of a
            contact), ``codes`` (key and label).
        key: its own key.
        of: column of this table -> column of the contacts table that holds the same key.
        columns: column -> what it feeds.
        order: columns that say which of several rows of a contact comes first; ``-`` turns the order round.
        kind / value: of ``means``: the column that says what the row is, and the one with the number or address.
        kinds: value of ``kind`` -> attribute.
        label: of ``codes``: the column with the word for the code.
    """

    names: tuple[str, ...] = Field(min_length=1)
    role: Role
    key: str | None = None
    of: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    order: tuple[str, ...] = ()
    kind: str | None = None
    value: str | None = None
    kinds: dict[str, str] = Field(default_factory=dict)
    label: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> ProfileTable:
        for feeds in (self.columns, self.kinds):
            for attribute in feeds.values():
                if attribute not in FEEDS:
                    near = difflib.get_close_matches(attribute, sorted(FEEDS), n=1)
                    raise ValueError(
                        f'unknown attribute "{attribute}"' + (f"; did you mean {near[0]}?" if near else "")
                    )
        if self.role == "means" and not (self.kind and self.value and self.kinds):
            raise ValueError("a table of means needs kind, value and kinds")
        if self.role == "codes" and not (self.key and self.label and self.of):
            raise ValueError("a table of codes needs key, label and of")
        if self.role in ("addresses", "means") and not self.of:
            raise ValueError(f"a table of {self.role} needs of: its column -> the contacts' column of the same key")
        return self


class Profile(RuleModel):
    """``profiles/<system>.yml``.

    Attributes:
        title: what people call the system.
        why: where its names come from.
        example: the names are made up after the usual ones, not the vendor's: fill in your own.
        tables: tables by a name of ours.
    """

    title: str
    why: str
    example: bool = True
    tables: dict[str, ProfileTable] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_of_contacts(self) -> Profile:
        if sum(table.role == "contacts" for table in self.tables.values()) != 1:
            raise ValueError("a profile has one table of contacts")
        return self
