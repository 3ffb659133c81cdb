"""Delivery rules: how golden contacts become rows of the SecuTix contact import (rules/delivery/secutix.yml)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.rulebook.load import RuleModel
from engine.vocabulary import CONTACT_ATTRIBUTES, CRITERIA, FIELD_CODES, Kind

Form = Literal[
    "text", "code", "date", "language", "country", "website", "phone", "email",
    "address_name", "address_line", "admin_number", "criterion", "town",
]  # fmt: skip
"""How a value is written and checked; the SQL of each is in engine/delivery/forms.py."""

_OWN_SOURCE: frozenset[str] = frozenset({"address_line", "admin_number"})


HOUSEHOLD: tuple[str, ...] = ("household", "household_name")
"""What a field may carry of golden.household besides the attributes of the contact."""


def _known_attribute(name: str) -> str:
    if name not in CONTACT_ATTRIBUTES:
        raise ValueError(f'unknown attribute "{name}"; known: {", ".join(CONTACT_ATTRIBUTES)}')
    return name


class FileRules(RuleModel):
    """The import file itself.

    Attributes:
        name: stem of the file; numbered when there are several.
        completing: stem of the file that completes contacts once they are imported.
        header_row: row of the field codes, 4 (contact template) or 1 (generic format).
        head: file beside the rule file whose first rows stand above the header, text or the template workbook itself;
            null = blank rows.
        separator: between cells; a tab forbids quotes, so that line ends and tabs in cells become blanks.
        encoding: UTF-8 without, UTF-16 with a byte order mark.
        line_end: LF or CR LF.
        rows_per_file: rows of data a file holds at most.
        why: the reason.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    completing: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    header_row: Literal[1, 4]
    head: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_. -]+$")
    separator: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-16"] = "utf-8"
    line_end: Literal["\n", "\r\n"] = "\n"
    rows_per_file: int = Field(ge=1)
    why: str


class FieldRule(RuleModel):
    """One field of the import file.

    Attributes:
        name: field code.
        attribute: golden attribute that feeds it.
        of: ``structure``: a relay takes it from its structure's contact.
        form: how the value is written and checked.
        kinds: kinds of contact that have it.
        max_length: longest value in characters.
        too_long: what happens to a longer one.
        part: which part of a value that is spread over several fields.
        codes: value -> code, for form ``code``.
        otherwise: code of a value not in ``codes`` and of none; null = left empty.
        criterion: code of the criterion whose value it carries, for form ``criterion``.
        why: the reason.
    """

    name: str
    attribute: str | None = None
    of: Literal["contact", "structure"] = "contact"
    form: Form
    kinds: tuple[Kind, ...] = Field(min_length=1)
    max_length: int | None = Field(default=None, ge=1)
    too_long: Literal["dropped", "truncated"] = "dropped"
    part: int = Field(default=1, ge=1, le=3)
    codes: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = None
    criterion: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]{1,8}$")
    why: str

    @field_validator("name")
    @classmethod
    def _known_field(cls, name: str) -> str:
        if name not in FIELD_CODES:
            raise ValueError(f'unknown field "{name}"')
        return name

    @field_validator("attribute")
    @classmethod
    def _known_source(cls, attribute: str | None) -> str | None:
        return attribute if attribute is None or attribute in HOUSEHOLD else _known_attribute(attribute)

    @model_validator(mode="after")
    def _fed(self) -> Self:
        if (self.attribute is None) != (self.form in _OWN_SOURCE):
            raise ValueError("address_line and admin_number have their own lists; every other form needs an attribute")
        if (self.criterion is not None) != (self.form == "criterion") or (self.name in CRITERIA) != (
            self.form == "criterion"
        ):
            raise ValueError("a CRIT field, and no other, has form criterion and the code of its criterion")
        if self.form == "town" and self.part > 2:
            raise ValueError("a town has two parts: TOWN and TOWN_COMPLEMENT")
        return self


class AddressLines(RuleModel):
    """Attributes that fill LINE1 to LINE3, in order of preference."""

    attributes: tuple[str, ...] = Field(min_length=1)
    why: str

    @field_validator("attributes")
    @classmethod
    def _known(cls, attributes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_attribute(name) for name in attributes)


class AdminNumber(RuleModel):
    """A code of ADMIN_NUMBER, the attribute it carries, and those that say nothing more once it is written."""

    name: str = Field(pattern=r"^[A-Z0-9_]{1,8}$")
    attribute: str
    implies: tuple[str, ...] = ()
    why: str

    @field_validator("attribute")
    @classmethod
    def _known(cls, attribute: str) -> str:
        return _known_attribute(attribute)


class DeliveryRules(RuleModel):
    """rules/delivery/secutix.yml."""

    file: FileRules
    organization_default: str = Field(min_length=1, max_length=8)
    fields: tuple[FieldRule, ...]
    address_lines: AddressLines
    admin_numbers: tuple[AdminNumber, ...]

    @field_validator("fields")
    @classmethod
    def _once(cls, fields: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
        names = [rule.name for rule in fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"given twice: {', '.join(twice)}")
        return fields
