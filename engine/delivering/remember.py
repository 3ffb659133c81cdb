"""What is remembered of a delivery: requests, files by their hash, and the environment as the plan leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import deliveries, journal
from engine.deliveries import Request, add_requests, keep_base, remembered_base
from engine.delivering.options import DeliverOptions
from engine.environments import Place
from engine.planning import carry_out
from engine.rulebook.import_rules import ImportRules
from engine.target import Base
from engine.workspace import Workspace


def remember_files(place: Place, options: DeliverOptions, asked: Sequence[Request], told: Mapping[str, Any]) -> None:
    """What was asked for, the files by their hash, and the line of the journal."""
    add_requests(place.folder, asked)
    deliveries.remember_files(
        place.folder,
        options.environment,
        [(entry["file"], entry["sha256"]) for entry in told["files"] if entry["part"]],
    )
    journal.note(
        place.project,
        "deliver",
        environment=options.environment,
        operations=told["plan"]["operations"],
        sha256=told["sha256"],
        files=told["files"],
    )


def remember_base(
    ws: Workspace,
    place: Place,
    imports: ImportRules,
    base: Base,
    options: DeliverOptions,
    settings: Mapping[str, str],
    told: dict[str, Any],
) -> None:
    """The environment as the plan leaves it; what the import will remark of it goes to ``told``."""
    remarks = carry_out(ws, imports, base, "sent")
    kept = {name: settings[name] for name in ("institution", "organization", "country", "definitions")}
    kept["last_number"] = str(remarks.pop("last_number"))
    last = remembered_base(place.folder, options.environment)
    before = last.settings() if last.exists() else {}
    kept["deliveries"] = str(int(before.get("deliveries", 0)) + 1)
    keep_base(ws, last, kept, prefix="there_")
    told["remarks"] = remarks
