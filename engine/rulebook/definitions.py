"""What the files that define criteria and types of structures look like (rules/delivery/definitions.yml)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from engine.rulebook.load import RuleModel

RULE_FILE = "delivery/definitions.yml"
_Heading = Field(min_length=1, pattern=r'^[^;"\r\n]+$')


class TypeColumns(RuleModel):
    """Headings of a file of structure types, in the order they are written."""

    code: str = _Heading
    name: str = _Heading


class CriterionColumns(TypeColumns):
    """Headings of a file of criteria, in the order they are written."""

    contact_type: str = _Heading
    data_type: str = _Heading
    values: str = _Heading


class CriterionFile(RuleModel):
    """The file of criteria."""

    columns: CriterionColumns
    why: str


class TypeFile(RuleModel):
    """The file of structure types."""

    columns: TypeColumns
    why: str


class DefinitionRules(RuleModel):
    """rules/delivery/definitions.yml."""

    criteria: CriterionFile
    structure_types: TypeFile

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        for columns in (self.criteria.columns, self.structure_types.columns):
            headings = list(columns.model_dump().values())
            if len(set(headings)) < len(headings):
                raise ValueError("two columns of a definition file have the same heading")
        return self
