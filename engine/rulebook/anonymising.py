"""Anonymising rules: what is kept of a person for statistics, how it is made coarser, and until how many look alike."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from engine.rulebook.load import RuleModel

Source = Literal["kind", "country", "postcode", "birth_date", "language", "created_on", "last_order_on"]


class KeptColumn(RuleModel):
    """One column of the statistics.

    Attributes:
        name: of the column.
        source: golden attribute it is made of.
        form: ``whole``: the value; ``prefix``: its first characters; ``years``: a band of years.
        steps: from fine to coarse: characters of a prefix, years of a band; after the last one nothing is told.
        lowest / highest: years outside are told as the band at the edge (top and bottom coding).
        why: the reason.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    source: Source
    form: Literal["whole", "prefix", "years"]
    steps: tuple[int, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if (self.form == "whole") != (not self.steps):
            raise ValueError("prefix and years need steps, whole takes none")
        if self.form == "prefix" and list(self.steps) != sorted(set(self.steps), reverse=True):
            raise ValueError("steps of a prefix get shorter")
        if self.form == "years" and any(
            coarse % fine or coarse == fine for fine, coarse in zip(self.steps, self.steps[1:], strict=False)
        ):
            raise ValueError("each step of years is a multiple of the one before")
        return self


class AnonymisingRules(RuleModel):
    """rules/anonymising.yml.

    Attributes:
        k: contacts that must look alike in all kept columns together.
        columns: what is kept; where fewer than k look alike, columns give way from the last to the first.
        why: the reason.
    """

    k: int = Field(ge=2)
    columns: tuple[KeptColumn, ...] = Field(min_length=1)
    why: str

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names) or "contacts" in names:
            raise ValueError("every column has a name of its own, and none is called contacts")
        return self
