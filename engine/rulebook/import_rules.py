"""Import rules: how an environment answers to an import file (rules/delivery/import_rules.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.rulebook.load import RuleModel
from engine.vocabulary import FIELD_CODES

Answer = Literal["not_imported", "dropped", "truncated", "warned"]
"""What a rule does: refuse the row, leave the field out, cut it, or only say so."""

OPERATIONS: tuple[str, ...] = (
    "CONFIG", "INSERT", "UPDATE", "UPDATEACT", "INVALIDATE", "DELETE", "ANONYMIZE", "DROP",
)  # fmt: skip

ROW_RULES = frozenset(
    {
        "row_cells", "operation_unknown", "institution_missing", "institution_other", "organization_other",
        "number_missing", "number_form", "number_twice", "number_known", "number_unknown", "name_missing",
        "contact_inactive", "contact_anonymised", "has_sales", "modified_since",
    }
)  # fmt: skip
"""Rules about a row as a whole: nothing can be left out of it, so they refuse it or are switched off."""

FIELD_RULES = frozenset(
    {
        "too_long", "truncated", "title_unknown", "birthdate_form", "birthdate_future", "language_form",
        "code_undefined", "employees_form", "web_site_scheme", "web_site_https", "address_type", "town_length",
        "country_uk", "country_unknown", "phone_form", "phone_length", "phone_prefix", "email_form", "email_no_login",
        "equals_on_insert", "clear_without_code", "value_without_code", "code_form", "config_code", "admin_number_many",
        "criterion_undefined", "criterion_value", "wrong_kind", "remark_full", "structure_twice", "cells_ignored",
    }
)  # fmt: skip

FILE_RULES = frozenset({"column_unknown", "column_renamed", "encoding_guessed"})


class Sentence(RuleModel):
    """One sentence in the four languages."""

    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)
    de: str = Field(min_length=1)
    it: str = Field(min_length=1)


class ImportRule(RuleModel):
    """One rule of the import.

    Attributes:
        name: its code, the same in the log.
        outcome: what becomes of the row or field.
        section: where the format says so.
        mark: C certain, O old, I inferred by us.
        reason: what is wrong, without a value.
        advice: what to do.
    """

    name: str
    outcome: Answer
    section: str
    mark: Literal["C", "O", "I"]
    reason: Sentence
    advice: Sentence

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in ROW_RULES | FIELD_RULES | FILE_RULES:
            raise ValueError(f'the import has no rule "{name}"')
        return name

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.name in ROW_RULES and self.outcome != "not_imported":
            raise ValueError(f"{self.name} is about a whole row: not_imported, or enabled: false")
        if self.name in FILE_RULES and self.outcome != "warned":
            raise ValueError(f"{self.name} is about the file: warned, or enabled: false")
        if self.outcome == "truncated" and self.name not in ("truncated", "too_long"):
            raise ValueError(f"{self.name} has no length to cut at")
        return self


ContactType = Literal["INDIVIDUAL", "STRUCTURE", "BOTH"]
DataType = Literal["TEXT", "NUMBER", "DATE", "BOOLEAN", "LIST"]


TYPE_FORMS: Mapping[DataType, str] = {
    "NUMBER": "[0-9]+",
    "DATE": r"([0-9]{2})[.]([0-9]{2})[.]([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})",
    "BOOLEAN": "T|F",
}
"""Form of a value of a type (sections 1.4 and 4.1 of the format); a date must be of the calendar as well."""


class Criterion(RuleModel):
    """A criterion that is defined in the institution.

    Attributes:
        name: its code.
        title: what people call it.
        contact_type: whom it may hang on.
        data_type: kind of its values.
        values: those it may have; none = free text.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_]{1,8}$")
    title: str = ""
    contact_type: ContactType = "BOTH"
    data_type: DataType = "TEXT"
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _typed(self) -> Self:
        if stray := [value for value in self.values if not is_of_type(value, self.data_type)]:
            raise ValueError(f"criterion {self.name}: {len(stray)} of its values are not of type {self.data_type}")
        return self

    def takes(self, value: str) -> bool:
        """Whether ``value`` is one of its values, and of its type."""
        return (not self.values or value in self.values) and is_of_type(value, self.data_type)

    def covers(self, other: Criterion) -> bool:
        """Whether whoever knows this one takes everything that ``other`` would take."""
        if self.contact_type != other.contact_type:
            return False
        if other.values:
            return all(self.takes(value) for value in other.values)
        return not self.values and (self.data_type == other.data_type or self.data_type not in TYPE_FORMS)


def is_of_type(value: str, data_type: DataType) -> bool:
    """Whether a value has the form of its type; a text and an entry of a list may be anything.

    >>> is_of_type("1234", "NUMBER"), is_of_type("1'234", "NUMBER"), is_of_type("31.02.2026", "DATE")
    (True, False, False)
    """
    if data_type not in TYPE_FORMS:
        return True
    found = re.fullmatch(TYPE_FORMS[data_type], value)
    if found is None or data_type != "DATE":
        return found is not None
    year, month, day = found.group(3, 2, 1) if found[4] is None else found.group(4, 5, 6)
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


class Defined(RuleModel):
    """What the institution has defined beforehand; null = not told, so nothing is checked against it."""

    titles: tuple[str, ...] | None
    structure_types: tuple[str, ...] | None
    community_types: tuple[str, ...] | None
    departments: tuple[str, ...] | None
    admin_numbers: tuple[str, ...] | None
    criteria: tuple[Criterion, ...] | None


class PhoneCountry(RuleModel):
    """How numbers of a country are read: its prefix, and the digit that stands before national numbers."""

    name: str = Field(pattern=r"^[A-Z]{2}$")
    prefix: str = Field(pattern=r"^[0-9]{1,3}$")
    trunk: str = Field(pattern=r"^[0-9]{0,2}$")


class Phones(RuleModel):
    """The import's reading of phone numbers (section 3.7).

    Attributes:
        shortest: fewer digits get no country prefix and lose no national one.
        max_digits: digits that are stored at most.
        countries: the countries whose numbers are known.
        why: the reason.
    """

    shortest: int = Field(ge=1)
    max_digits: int = Field(ge=1)
    countries: tuple[PhoneCountry, ...]
    why: str


class ImportRules(RuleModel):
    """rules/delivery/import_rules.yml."""

    operations: tuple[str, ...]
    organization_default: str
    aliases: dict[str, str]
    lengths: dict[str, int]
    truncated: tuple[str, ...]
    town_total: int
    countries: tuple[str, ...]
    country_names: dict[str, str]
    defined: Defined
    phones: Phones
    given_number: Literal["relay", "structure"]
    append_with: str
    modifies: tuple[str, ...]
    anonymous_name: str
    anonymous_remark: str
    invalid_reason: str
    rules: tuple[ImportRule, ...]

    @field_validator("operations", "modifies")
    @classmethod
    def _known_operations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if stray := sorted(set(names) - set(OPERATIONS)):
            raise ValueError(f"unknown operations {', '.join(stray)}; known: {', '.join(OPERATIONS)}")
        return names

    @field_validator("lengths", "aliases")
    @classmethod
    def _known_fields(cls, given: dict[str, int] | dict[str, str]) -> dict[str, int] | dict[str, str]:
        codes = [code for key, value in given.items() for code in ((key,) if isinstance(value, int) else (value,))]
        if stray := sorted(set(codes) - set(FIELD_CODES)):
            raise ValueError(f"unknown fields {', '.join(stray)}")
        return given

    def answer(self, name: str) -> Answer | None:
        """What rule ``name`` does; None when it is switched off."""
        return next((rule.outcome for rule in self.rules if rule.name == name), None)
