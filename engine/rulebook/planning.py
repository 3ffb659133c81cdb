"""Planning rules: which operation brings an environment to what golden holds (rules/delivery/operations.yml)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.rulebook.load import RuleModel
from engine.vocabulary import FIELD_CODES

Removal = Literal["none", "INVALIDATE", "DELETE", "ANONYMIZE", "DROP"]
"""What becomes of a contact that golden has no more; none = it stays and is listed."""

REMOVALS: tuple[str, ...] = ("INVALIDATE", "DELETE", "ANONYMIZE", "DROP")
REFUSED_WITH_SALES: tuple[str, ...] = ("INVALIDATE", "DROP")
"""Operations that the import refuses for a contact with sales (section 4 of the format)."""


class Fate(RuleModel):
    """What becomes of a contact: with sales, and without.

    Attributes:
        operation: for a contact without sales.
        with_sales: for one with sales; INVALIDATE and DROP are not possible then.
        why: the reason.
    """

    operation: Removal
    with_sales: Literal["none", "DELETE", "ANONYMIZE"]
    why: str


class Ceiling(RuleModel):
    """How much may be removed at once: share of the contacts that are there, anonymised ones left out."""

    share: float = Field(ge=0, le=1)
    why: str


class PlanningRules(RuleModel):
    """rules/delivery/operations.yml.

    Attributes:
        joined: a contact whose records are in another one now.
        gone: a contact none of whose records is in the extract.
        invalid_there: what is sent for a contact that is invalid there and lives in golden.
        address_types: the addresses golden answers for: letters of MSB.
        kept_when_empty: fields that are not cleared there when golden has no value.
        free_addresses: an e-mail address that another contact takes is given up in a row of its own first, where the
            order of the rows alone does not do it.
        ceiling: of removals.
        criteria: how qualifications are written: with their code in every cell, or under a CONFIG row.
    """

    joined: Fate
    gone: Fate
    invalid_there: Literal["UPDATEACT", "none"]
    address_types: str = Field(pattern=r"^M?S?B?$", min_length=1)
    kept_when_empty: tuple[str, ...]
    free_addresses: bool
    ceiling: Ceiling
    criteria: Literal["code_value", "config"]

    @field_validator("kept_when_empty")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if stray := sorted(set(names) - set(FIELD_CODES)):
            raise ValueError(f"unknown fields {', '.join(stray)}")
        return names

    @model_validator(mode="after")
    def _reversible(self) -> Self:
        if self.joined.operation in ("DELETE", "DROP"):
            raise ValueError(f"joined: {self.joined.operation} cannot be undone when the join is; INVALIDATE can")
        return self
