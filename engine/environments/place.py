"""Where the environments of a project are, and how one is opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import SurroundingsError, UsageError
from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.target import Store
from engine.workspace import Workspace

RULE_FILE = "delivery/import_rules.yml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where environments are: the project, or a folder without one.

    Attributes:
        folder: holds ``environments/``.
        project: what assay.toml says, None without one.
        threads / memory: what an application may use.
    """

    folder: Path
    project: Project | None = None
    threads: int = 2
    memory: str = "4GB"

    @property
    def bases(self) -> Path:
        """Folder of the embedded bases."""
        return self.folder / "environments"

    @property
    def named(self) -> Mapping[str, Mapping[str, Any]]:
        """What assay.toml says of environments."""
        found = self.project.settings.get("environments", {}) if self.project else {}
        return found if isinstance(found, dict) else {}

    def book(self) -> RuleBook:
        """The rules in force: the shipped ones, and the project's."""
        return RuleBook([self.project.rules] if self.project else [])

    def rules(self) -> ImportRules:
        """The import rules in force.

        Raises:
            RuleErrors: mistakes in rules/delivery/import_rules.yml.
        """
        return self.book().load(RULE_FILE, ImportRules)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Asks whether production may be changed: gets the name of the environment, answers whether it was typed."""

    ask: Callable[[str], bool]


@contextmanager
def working(place: Place) -> Iterator[Workspace]:
    """A private workspace for one command; holds nothing after it."""
    folder = place.project.workspace / "environments" if place.project else place.bases / ".work"
    place.bases.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Workspace.open(folder, threads=place.threads, memory=place.memory) as ws:
        yield ws
        for leftover in folder.glob("workspace.duckdb*"):
            leftover.unlink(missing_ok=True)


def scratch(ws: Workspace) -> Path:
    """A private folder that the next command empties, should this one be killed."""
    assert ws.folder is not None
    return ws.folder / "spill"


@contextmanager
def opened_store(place: Place, name: str, scratch: Path) -> Iterator[Store]:
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"{name[:40]!r} is no name for an environment", hint="Small letters, digits and _, such as preprod."
        )
    store: Store
    if url := place.named.get(name, {}).get("url"):
        from engine.target.postgres import PostgresStore

        store = PostgresStore(str(url), name, scratch)
    else:
        from engine.target.embedded import EmbeddedStore

        store = EmbeddedStore(place.bases / f"{name}.duckdb")
    try:
        yield store
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        # its text may hold values
        raise SurroundingsError(
            f"the database of environment {name} failed ({type(error).__name__}); nothing was changed",
            hint="Check that the server runs and what its log says.",
        ) from None
    finally:
        store.close()


@contextmanager
def existing_store(place: Place, name: str, ws: Workspace) -> Iterator[Store]:
    """The base ``name``, open; what it moves passes through a private folder of ``ws``.

    Raises:
        UsageError: there is no such environment.
        SurroundingsError: it cannot be reached.
    """
    with opened_store(place, name, scratch(ws)) as store:
        if not store.exists():
            raise UsageError(f"there is no environment {name}", hint=f"Make it: assay env create {name}")
        yield store


def is_production(place: Place, name: str, settings: Mapping[str, str]) -> bool:
    return name == "prod" or bool(place.named.get(name, {}).get("production")) or settings.get("production") == "true"


def confirm(production: bool, name: str, confirmation: Confirmation) -> None:
    if production and not confirmation.ask(name):
        raise UsageError(
            f"{name} is production: nothing was changed",
            hint="Type the name of the environment when asked, or give --yes-production.",
        )
