"""Survivorship rules: which value of several records goes into the golden record, and which number it bears.

The preferences that the lists name live in engine/golden/preferences.py; engine.golden checks the names.
"""

from __future__ import annotations

import difflib
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.rulebook.load import RuleModel
from engine.vocabulary import CONTACT_ATTRIBUTES, Kind

Preferences = tuple[str, ...]

SourceOrder = tuple[str, ...] | dict[Kind, tuple[str, ...]]
"""Sources, the first one preferred; or one such list per kind of record (kinds not named have no order)."""


def sources_of(order: SourceOrder) -> tuple[str, ...]:
    """Every source an order names, each once.

    >>> sources_of({"individual": ("crm", "tix"), "structure": ("tix",)})
    ('crm', 'tix')
    """
    named = order if isinstance(order, tuple) else (source for kind in order.values() for source in kind)
    return tuple(dict.fromkeys(named))


class AttributeRule(RuleModel):
    """How one attribute survives.

    Attributes:
        why: the reason, for the person who wants to argue.
        take: ``best`` runs the lists below; ``union`` joins all values; ``earliest`` and ``latest`` are for dates.
        fold: what counts as the same letters: ``words``, ``compact`` (codes) or ``exact``.
        near: how far two spellings of one thing may differ; needed where ``variant`` is given.
        variant: decides between different things (old and new number); near spellings are grouped first.
        letters: decides which letters are right; default ``defaults.letters``.
        form: decides how they are written; default ``defaults.form``.
        overflow: attributes that take the further variants, in order, where they are free.
        votes: whether the attribute counts when records are weighed (row trust).
        prefer_sources: sources in order of preference, or such an order per kind; where given they decide first.
        distrust_sources: sources whose values count only where no other source has one.
    """

    why: str
    take: Literal["best", "union", "earliest", "latest"] = "best"
    fold: Literal["words", "compact", "exact"] = "words"
    near: Literal["typo", "slip"] | None = None
    variant: Preferences = ()
    letters: Preferences | None = None
    form: Preferences | None = None
    overflow: tuple[str, ...] = ()
    votes: bool = True
    prefer_sources: SourceOrder = ()
    distrust_sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _variant_needs_near(self) -> Self:
        if bool(self.variant) != (self.near is not None):
            raise ValueError("variant and near go together: near says which spellings are one variant")
        return self


class Defaults(RuleModel):
    """The lists of every attribute that names none of its own."""

    letters: Preferences
    form: Preferences


class Newest(RuleModel):
    """When a record was last known to be true.

    Attributes:
        bulk_share / bulk_rows: a day on which more than this share of a source's records, and at least this many,
            carry the same date is the date of a migration: unknown for those records.
    """

    bulk_share: float = Field(gt=0, le=1)
    bulk_rows: int = Field(ge=1)


class Trust(RuleModel):
    """Row trust: a record that agrees elsewhere is believed here, where errors come in bad rows.

    Attributes:
        dispersion: used only when the dispersion phi of dissent over records is at least this.
        records: ... and at least this many records are in contacts of several records.
    """

    dispersion: float = Field(gt=0)
    records: int = Field(ge=1)


class Repair(RuleModel):
    """Write a value as other contacts write it (Helene -> Hélène): makes values that no record holds."""

    contacts: int = Field(ge=1)
    share: float = Field(gt=0.5, le=1)
    attributes: tuple[str, ...]

    @field_validator("attributes")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _attributes(value)


class Valid(RuleModel):
    """What makes a value less believable than another one.

    Attributes:
        birth_years: first and last plausible year of birth.
        usual_domain: records with the same e-mail domain that make it a usual one.
        doubts: reason codes of standardise.record that doubt the value, for the preference ``undoubted``.
    """

    birth_years: tuple[int, int]
    usual_domain: int = Field(ge=1)
    doubts: tuple[str, ...] = ()


class Home(RuleModel):
    """The address survives as one home, chosen first; its lines are then spelled from all its records.

    Attributes:
        members: attributes that travel together.
        choose: list that decides between homes.
        prefer_sources / distrust_sources: as of an attribute, for the home as a whole.
        street_similarity: at or above, two streets are one (Jaro-Winkler over the letters is too kind to common
            beginnings, so this is 1 - edits / length).
        number_first: countries that write the house number before the street.
        number_comma: countries that put a comma between street and number.
    """

    why: str
    members: tuple[str, ...]
    choose: Preferences
    prefer_sources: SourceOrder = ()
    distrust_sources: tuple[str, ...] = ()
    street_similarity: float = Field(gt=0, le=1)
    number_first: tuple[str, ...]
    number_comma: tuple[str, ...] = ()

    @field_validator("members")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _attributes(value)


class StructureBlock(RuleModel):
    """What the relays of one structure share with it, chosen over all its records."""

    why: str
    attributes: tuple[str, ...]

    @field_validator("attributes")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _attributes(value)


class Survivorship(RuleModel):
    """rules/survivorship/contact.yml."""

    defaults: Defaults
    newest: Newest
    trust: Trust | None = None
    repair: Repair | None = None
    valid: Valid
    home: Home
    structure_block: StructureBlock
    prefer_sources: SourceOrder = ()
    distrust_sources: tuple[str, ...] = ()
    attributes: dict[str, AttributeRule]

    @field_validator("attributes")
    @classmethod
    def _known(cls, value: dict[str, AttributeRule]) -> dict[str, AttributeRule]:
        _attributes(tuple(value))
        fed = {target for rule in value.values() for target in rule.overflow}
        _attributes(tuple(sorted(fed)))
        lacking = [name for name in CONTACT_ATTRIBUTES if name not in value and name not in fed]
        if lacking:
            raise ValueError(f"no rule for {', '.join(lacking)}: a golden record needs one for every attribute")
        return value


class NumberRange(RuleModel):
    """A reserved range of contact numbers, both ends included."""

    first: int = Field(ge=1)
    last: int = Field(le=10**20 - 1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"the range ends before it begins: {self.first}..{self.last}")
        return self


class NumberRules(RuleModel):
    """rules/survivorship/numbers.yml."""

    why: str
    ranges: tuple[NumberRange, ...] = Field(min_length=1)


def _attributes(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in CONTACT_ATTRIBUTES:
            near = difflib.get_close_matches(name, CONTACT_ATTRIBUTES, n=1)
            meant = f"  Did you mean {near[0]}?" if near else ""
            raise ValueError(f'unknown attribute "{name}" of a golden record.{meant}')
    return names
