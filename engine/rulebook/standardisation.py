"""The models of ``rules/standardisation/*.yml`` about persons, organisations, e-mails, dates and placeholders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.rulebook.load import RuleModel

Words = tuple[str, ...]
ByLanguage = dict[str, Words]
TitleCode = Literal["MR", "MRS", "MISS", "MR_AND_MRS"]


class PlaceholderNames(RuleModel):
    """Words typed into a name column."""

    real_names: Words
    null: Words
    null_when_alone: Words
    suspect: Words


class PlaceholderEmails(RuleModel):
    """E-mail addresses nobody reads."""

    null: Words
    regex_null: Words
    regex_suspect: Words


class PlaceholderPhones(RuleModel):
    """Numbers nobody answers."""

    null: Words
    regex: Words


class PlaceholderList(RuleModel):
    """Plain values."""

    null: Words


class PlaceholderBirthDates(RuleModel):
    """Days typed because a birth date was compulsory."""

    null: Words
    oldest_year: int
    day_share: float = Field(gt=0, lt=1)
    first_of_january_times: float = Field(gt=1)


class FrequentValues(RuleModel):
    """When a value that should identify stands on too many rows."""

    rows: int = Field(ge=1)
    share: float = Field(gt=0, lt=1)
    names: int = Field(ge=1)
    names_share: float = Field(gt=0, le=1)


class Placeholders(RuleModel):
    """``standardisation/placeholders.yml``."""

    any_column: ByLanguage
    regex_any: Words
    repeated_from: int = Field(ge=2)
    names: PlaceholderNames
    email: PlaceholderEmails
    phone: PlaceholderPhones
    post_code: PlaceholderList
    town: PlaceholderList
    birth_date: PlaceholderBirthDates
    id_number: PlaceholderList
    frequent: FrequentValues
