"""Rules of milestone J: the plan, its gates, and the states of the ticket (rules/milestone.yml)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.rulebook.import_rules import Sentence
from engine.rulebook.load import RuleModel

RULE_FILE = "milestone.yml"

Party = Literal["customer", "project_leader", "vn", "adi", "quality_gate"]

Condition = Literal[
    "data_arrived", "control_totals", "structure_types", "criteria", "admin_numbers", "number_range", "numbers_new",
    "findings", "not_imported",
]  # fmt: skip
"""What Assay can see for itself; the code of each is in engine/milestone/conditions.py."""


def below_the_project(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse patterns that lead out of the project folder."""
    for pattern in patterns:
        if pattern.startswith(("/", "~")) or ".." in pattern.split("/"):
            raise ValueError(f"{pattern}: only files below the project folder")
    return patterns


class Known(RuleModel):
    """How a step is known to be done: an event of the journal, or a gate that is met.

    Attributes:
        event: name of the event.
        where: facts that it must have.
        unless: facts that it must not have.
        gate: a gate instead of an event.
    """

    event: str | None = None
    where: dict[str, str | bool | int] = Field(default_factory=dict)
    unless: dict[str, str | bool | int] = Field(default_factory=dict)
    gate: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.event is None) == (self.gate is None):
            raise ValueError("give either event or gate")
        if self.gate is not None and (self.where or self.unless):
            raise ValueError("where and unless are about an event")
        return self


class Step(RuleModel):
    """One step of the plan.

    Attributes:
        name: its code.
        who: the parties that do it.
        due: days from J, -14 = two weeks before.
        done: how it is known to be done.
        optional: may be left out; it is never late.
        watch: when it is late, `assay status` ends with 1.
        command: what does it in Assay, "" = nothing.
        title: what is done.
        why: where it comes from, or whose choice it is.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    who: tuple[Party, ...] = Field(min_length=1)
    due: int = Field(ge=-365, le=365)
    done: Known
    optional: bool = False
    watch: bool = False
    command: str = ""
    title: Sentence
    why: str


class GateRule(RuleModel):
    """One gate.

    Attributes:
        name: its code, as `assay sign` takes it.
        due: days from J.
        conditions: what Assay checks itself.
        environment: the one whose last import the conditions look at.
        signature: ``always`` = a person signs in any case; ``otherwise`` = only when a condition is not met.
        binds: patterns of files, below the project folder, that a signature is bound to: it holds as long as they
            are what they were. The first one must be there.
        signer: who signs.
        title: what it decides.
        why: where it comes from.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    due: int = Field(ge=-365, le=365)
    conditions: tuple[Condition, ...] = ()
    environment: str = "dev"
    signature: Literal["always", "otherwise"]
    binds: tuple[str, ...] = Field(min_length=1)
    signer: Party
    title: Sentence
    why: str

    @field_validator("binds")
    @classmethod
    def _inside(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return below_the_project(patterns)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.signature == "otherwise" and not self.conditions:
            raise ValueError("without a condition somebody must sign: signature: always")
        return self


class Thresholds(RuleModel):
    """What the gates measure against.

    Attributes:
        findings: share of records with a finding of severity error that is still good enough.
        not_imported: share of the rows of an application that may be refused.
        why: the reason.
    """

    findings: float = Field(ge=0, le=1)
    not_imported: float = Field(ge=0, le=1)
    why: str


class Ticket(RuleModel):
    """A stage of the ticket.

    Attributes:
        name: its code, as `assay handover` takes it.
        state: state of the ticket.
        owner: whose it is then.
        environment: the one whose last import is told of; it must have had one.
        files: patterns of files, below the project folder, that the note links to.
        title: what the note is about.
        why: where it comes from.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    state: str = Field(min_length=1)
    owner: Party
    environment: str | None = None
    files: tuple[str, ...] = ()
    title: Sentence
    why: str

    @field_validator("files")
    @classmethod
    def _inside(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return below_the_project(patterns)


class MilestoneRules(RuleModel):
    """rules/milestone.yml."""

    steps: tuple[Step, ...]
    gates: tuple[GateRule, ...]
    thresholds: Thresholds
    tickets: tuple[Ticket, ...]

    @model_validator(mode="after")
    def _named(self) -> Self:
        for what, names in (
            ("step", [step.name for step in self.steps]),
            ("gate", [gate.name for gate in self.gates]),
            ("ticket", [ticket.name for ticket in self.tickets]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what} given twice: {', '.join(twice)}")
        gates = {gate.name for gate in self.gates}
        for step in self.steps:
            if step.done.gate is not None and step.done.gate not in gates:
                raise ValueError(
                    f'step {step.name} waits for gate "{step.done.gate}"; known: {", ".join(sorted(gates))}'
                )
        return self
