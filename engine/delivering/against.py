"""What a delivery is planned from and against: lists that people give, the last run's tables, the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from engine.definitions import Definitions, of_settings, read_definitions, told_by_rules
from engine.deliveries import Request, read_requests, remembered_base
from engine.delivering.options import DeliverOptions
from engine.environments import Place, existing_store, read_numbers
from engine.errors import UsageError
from engine.options import DEMO_INSTITUTION
from engine.qualifying import read_qualifications
from engine.rulebook import RuleBook
from engine.rulebook.definitions import RULE_FILE, DefinitionRules
from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.import_rules import ImportRules
from engine.target import Store
from engine.workspace import Workspace


def asked_for(options: DeliverOptions) -> list[Request]:
    asked = []
    for operation, file in options.lists:
        if operation in ("INSERT", "UPDATE"):
            raise UsageError(f"a list cannot ask for {operation}: that comes from the golden records")
        if operation is None:
            asked += read_requests(file, options.environment)
        else:
            asked += [Request(number, operation, file.stem[:60], options.environment) for number in read_numbers(file)]
    numbers = [request.contact_number for request in asked]
    if len(set(numbers)) < len(numbers):
        raise UsageError("two lists name the same contact number", hint="A contact takes one operation at a time.")
    return asked


@dataclass(frozen=True, slots=True)
class Told:
    """What is defined, by who says so.

    Attributes:
        there: what the environment was told by definition files.
        known: that, and what the import rules say the institution has.
        given: what this delivery's definition files say.
    """

    there: Definitions
    known: Definitions
    given: Definitions

    @property
    def in_all(self) -> Definitions:
        """Everything that is defined once the definition files of this delivery are in."""
        return self.known.and_then(self.given)


def told_of_definitions(book: RuleBook, settings: Mapping[str, str], options: DeliverOptions) -> Told:
    """What the environment knows already, and what this delivery brings.

    Raises:
        SourceError: a definition file that cannot be read, or has mistakes.
    """
    layout = book.load(RULE_FILE, DefinitionRules)
    there = of_settings(settings)
    return Told(
        there,
        told_by_rules(book.load("delivery/import_rules.yml", ImportRules).defined).and_then(there),
        read_definitions(layout, options.criteria, options.structure_types),
    )


def qualified_by(book: RuleBook, options: DeliverOptions, told: Told) -> pa.Table:
    """The lists of qualifications, checked against the definitions before anything is planned."""
    return read_qualifications(options.qualify, told.in_all, book.load("delivery/secutix.yml", DeliveryRules))


@contextmanager
def tables_of_the_run(place: Place, options: DeliverOptions) -> Iterator[Workspace]:
    """The tables the last run left, to add the plan's to."""
    hint = "Run `assay run` first."
    if not (options.workspace / "workspace.duckdb").is_file():
        raise UsageError(f"no run has left its tables in {options.workspace}", hint=hint)
    with Workspace.open(options.workspace, threads=place.threads, memory=place.memory, fresh=False) as ws:
        for table in ("golden.contact", "golden.former_number", "delivery.operation", "delivery.after"):
            if not ws.exists(table):
                raise UsageError(f"the last run left no {table}", hint=hint)
        yield ws


@contextmanager
def planned_against(
    place: Place, options: DeliverOptions, ws: Workspace
) -> Iterator[tuple[Store | None, dict[str, str]]]:
    """The base to compare with, and what it says of itself; None = nothing was delivered yet."""
    if options.since == "environment":
        with existing_store(place, options.environment, ws) as store:
            yield store, store.settings()
        return
    last = remembered_base(place.folder, options.environment)
    if last.exists():
        yield last, last.settings()
        return
    project = place.project
    yield (
        None,
        {
            "institution": (project.institution if project else None) or DEMO_INSTITUTION,
            "organization": (project.organization if project else None) or "*",
            "country": (project.country if project else None) or "",
            "last_number": "0",
        },
    )


def folder_name(options: DeliverOptions, settings: Mapping[str, str]) -> str:
    """What is there is looked at again each time, so a delivery takes the place of the one before; what is only
    remembered goes on from the delivery before, whose files must stay until they are applied."""
    if options.since == "environment":
        return options.environment
    return f"{options.environment}_{int(settings.get('deliveries', 0)) + 1:03d}"
