"""What is remembered of a delivery: requests, files by their hash, and the environment as the plan leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.deliveries import Request, add_requests, keep_base, remember_files, remembered_base
from engine.delivering.options import DeliverOptions
from engine.environments import Place
from engine.planning import carry_out
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.target import Base
from engine.workspace import Workspace


def remember(
    ws: Workspace,
    place: Place,
    book: RuleBook,
    base: Base,
    options: DeliverOptions,
    settings: Mapping[str, str],
    asked: Sequence[Request],
    told: dict[str, Any],
) -> None:
    """Requests, files by their hash, and the environment as the plan leaves it."""
    add_requests(place.folder, asked)
    remember_files(
        place.folder,
        options.environment,
        [(entry["file"], entry["sha256"]) for entry in told["files"] if entry["part"]],
    )
    remarks = carry_out(ws, book.load("delivery/import_rules.yml", ImportRules), base, "sent")
    kept = {name: settings[name] for name in ("institution", "organization", "country")}
    kept["last_number"] = str(remarks.pop("last_number"))
    last = remembered_base(place.folder, options.environment)
    before = last.settings() if last.exists() else {}
    kept["deliveries"] = str(int(before.get("deliveries", 0)) + 1)
    keep_base(ws, last, kept, prefix="there_")
    told["remarks"] = remarks
