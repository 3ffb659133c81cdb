"""The files of a delivery: rows of each part, the lists that go with them, the manifest that names them all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine import journal
from engine.definitions import Definitions, defined_texts
from engine.delivering.options import DeliverOptions
from engine.delivery.files import file_form, write_split
from engine.outbox import MANIFEST, Outbox
from engine.planning import Plan
from engine.presentation.atomic import write_text
from engine.presentation.delivered import samples, write_by_hand, write_rekey
from engine.presentation.load_order import LOAD_ORDER, load_order
from engine.rulebook import RuleBook
from engine.rulebook.definitions import RULE_FILE, DefinitionRules
from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.import_rules import ImportRules
from engine.rulebook.planning import PlanningRules
from engine.sql import identifier, literal
from engine.target import Base
from engine.vocabulary import CRITERIA, FIELD_CODES
from engine.workspace import Workspace

DEFINE = "define"
PARTS: Mapping[str, str] = {
    DEFINE: "0",
    "free": "1_free",
    "main": "2_contacts",
    "after": "3_after",
    "qualify": "4_qualify",
    "remove": "5_remove",
}
"""Part of a plan -> the name of its files, in the order they are to be imported."""


@contextmanager
def staging(ws: Workspace, folder: Path, options: DeliverOptions) -> Iterator[tuple[Path, Callable[[], object]]]:
    """Where the files are written, beside their place, and what puts them there; for a dry run a private folder."""
    if options.for_real:
        with Outbox(folder) as outbox:
            yield outbox.folder, outbox.publish
        return
    assert ws.folder is not None
    private = ws.folder / "dry"
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(mode=0o700)
    try:
        yield private, lambda: None
    finally:
        shutil.rmtree(private, ignore_errors=True)


def write_files(
    ws: Workspace,
    book: RuleBook,
    plan: Plan,
    new: Definitions,
    base: Base,
    options: DeliverOptions,
    folder: Path,
) -> dict[str, Any]:
    """The files of every part, the lists that go with them, and the manifest that names them all.

    Args:
        new: what the environment must be told before the rows.
    """
    rules = book.load("delivery/secutix.yml", DeliveryRules).file
    configured = book.load("delivery/operations.yml", PlanningRules).criteria == "config"
    assert ws.folder is not None
    form = file_form(book, rules, ws.folder / "spill", options.kind)
    files: list[dict[str, Any]] = []
    for what, (text, rows) in defined_texts(new, book.load(RULE_FILE, DefinitionRules)).items():
        path = folder / f"{options.environment}_{PARTS[DEFINE]}_{what}.csv"
        write_text(path, text)
        files.append({"file": path.name, "part": DEFINE, "rows": rows, "sha256": journal.fingerprint(path)})
    for part, name in PARTS.items():
        if not plan.parts.get(part):
            continue
        listing = ", ".join(identifier(code) for code in FIELD_CODES)
        # one file a part, numbered when it is too long; row_no starts anew in each part
        ws.execute(
            "create or replace temp table sent_part as select row_number() over (order by row_no) as row_no, "
            f"{listing} from sent where part = {literal(part)}"
        )
        codes = _under_config(ws, base) if part == "qualify" and configured else None
        stem = f"{options.environment}_{name}"
        for place, path in enumerate(write_split(ws, "sent_part", folder, stem, rules, form, above=codes)):
            rows = min(rules.rows_per_file, plan.parts[part] - place * rules.rows_per_file)
            files.append({"file": path.name, "part": part, "rows": rows, "sha256": journal.fingerprint(path)})
    for path in (
        write_rekey(ws, folder / "rekey.csv"),
        write_by_hand(
            ws, book.load("delivery/import_rules.yml", ImportRules), folder / "by_hand.csv", options.language
        ),
    ):
        files.append({"file": path.name, "part": None, "rows": None, "sha256": journal.fingerprint(path)})
    content: dict[str, Any] = {
        "format": 1,
        "environment": options.environment,
        "institution": base.institution,
        "organization": base.organization,
        "since": options.since,
        "as_of": options.as_of.isoformat(),
        "plan": _told(plan, _held(ws)),
        "files": files,
    }
    path = folder / LOAD_ORDER
    write_text(path, load_order(content, options.language))
    files.append({"file": path.name, "part": None, "rows": None, "sha256": journal.fingerprint(path)})
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_text(folder / MANIFEST, text)
    ws.drop("sent_part")
    return {**content, "samples": samples(ws), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _under_config(ws: Workspace, base: Base) -> dict[str, str]:
    """Turn CODE=value in sent_part into bare values; the CONFIG row that gives every column its code."""
    codes = ", ".join(f"max(split_part({identifier(column)}, '=', 1))" for column in CRITERIA)
    found = dict(zip(CRITERIA, ws.rows(f"select {codes} from sent_part")[0], strict=True))
    used = {column: str(code) for column, code in found.items() if code is not None}
    if used:
        bare = ", ".join(
            f"substr({identifier(column)}, {len(code) + 2:d}) as {identifier(column)}" for column, code in used.items()
        )
        ws.execute(f"create or replace temp table sent_part as select * replace ({bare}) from sent_part")
    return {
        "INSTITUTION": base.institution, "ORGANIZATION": base.organization, "OPERATION": "CONFIG", **used,
    }  # fmt: skip


def _held(ws: Workspace) -> dict[str, int]:
    """Contacts of golden that have no row, by reason."""
    if not ws.exists("delivery.held"):
        return {}
    return dict(ws.rows("select reason, count(*) from delivery.held group by reason order by reason"))


def _told(plan: Plan, held: Mapping[str, int]) -> dict[str, Any]:
    return {
        "rows": plan.rows,
        "operations": dict(plan.operations),
        "parts": dict(plan.parts),
        "by_hand": dict(plan.held),
        "contacts": plan.contacts,
        "unchanged": plan.unchanged,
        "held": dict(held),
        "there": plan.there,
        "removals": plan.removals,
        "removals_by_reason": dict(plan.removals_by_reason),
        "ceiling": plan.ceiling,
    }
