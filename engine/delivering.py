"""A delivery, read aloud: plan against an environment, write the files, remember what was made.

A dry run does everything but leave something behind: the same plan, the same files in a private folder, their hash.
Two runs over the same tables, environment and lists give the same bytes, so the hash of the dry run is the real one's.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from engine import journal
from engine.deliveries import (
    Request,
    add_requests,
    keep_base,
    read_requests,
    remember_files,
    remembered_base,
    standing_requests,
)
from engine.delivery.files import file_form, write_split
from engine.environments import Place, existing_store, read_numbers
from engine.errors import UsageError
from engine.importfile.write import Kind
from engine.options import DEMO_INSTITUTION
from engine.outbox import MANIFEST, Outbox
from engine.planning import Plan, carry_out, load_environment, plan_operations
from engine.presentation.atomic import write_text
from engine.presentation.delivered import samples, write_by_hand, write_rekey
from engine.progress import Watcher
from engine.qualifying import read_definitions, read_qualifications
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.import_rules import OPERATIONS, ImportRules
from engine.rulebook.planning import PlanningRules
from engine.sql import identifier, literal
from engine.tables import PLANNING_QUALIFICATION, PLANNING_REQUEST
from engine.target import Base, Store
from engine.vocabulary import CRITERIA, FIELD_CODES, Language
from engine.workspace import Workspace, in_list

Since = Literal["environment", "last"]
PARTS: Mapping[str, str] = {
    "free": "1_free",
    "main": "2_contacts",
    "after": "3_after",
    "qualify": "4_qualify",
    "remove": "5_remove",
}
"""Part of a plan -> the name of its files, in the order they are to be imported."""

WORDS: Mapping[str, str] = {
    "inactivate": "INVALIDATE",
    "anonymise": "ANONYMIZE",
    "anonymize": "ANONYMIZE",
    "delete": "DROP",
    "erase": "DELETE",
    "withdraw": "UPDATEACT",
}
"""What people call a service -> its operation."""


@dataclass(frozen=True, slots=True)
class DeliverOptions:
    """What a delivery depends on besides the last run.

    Attributes:
        environment: whom it is for.
        out: folder of the files; they go to a folder with the environment's name.
        workspace: where the last run left its tables.
        as_of: a birth date after this day lies in the future.
        since: the difference to what the environment holds now, or to what the last delivery made of it.
        operations: leave all others out; empty = all.
        lists: (operation, file with contact numbers): removals that somebody asks for, or takes back; None = the
            file says itself, in its columns OPERATION and REASON.
        qualify: lists of criteria or types that contacts are given.
        criteria / structure_types: files that define them; None = as the import rules say.
        kind: text files or workbooks.
        for_real: leave the files, and remember what was made.
        accept_removals: also beyond the ceiling.
        language: of what people read.
    """

    environment: str
    out: Path
    workspace: Path
    as_of: date
    since: Since = "environment"
    operations: tuple[str, ...] = ()
    lists: tuple[tuple[str | None, Path], ...] = ()
    qualify: tuple[Path, ...] = ()
    criteria: Path | None = None
    structure_types: Path | None = None
    kind: Kind = "csv"
    for_real: bool = False
    accept_removals: bool = False
    language: Language = "en"


def operation_called(word: str) -> str:
    """The operation behind a word of the command line: its code in capitals, or the name of a service.

    >>> operation_called("erase"), operation_called("delete"), operation_called("INSERT")
    ('DELETE', 'DROP', 'INSERT')

    Raises:
        UsageError: there is none.
    """
    found = WORDS.get(word) or (word if word in OPERATIONS and word != "CONFIG" else None)
    if found is None:
        known = ", ".join([*WORDS, *(name for name in OPERATIONS if name != "CONFIG")])
        raise UsageError(f"{word[:30]!r} is no operation; known: {known}")
    return found


def deliver_to(place: Place, options: DeliverOptions, watcher: Watcher) -> dict[str, Any]:
    """Plan for an environment, write its files, and for real: keep them and remember what they make.

    Returns:
        Counts, masked samples, the files with their hashes, the hash of them all.

    Raises:
        UsageError: no such environment, no run, no last delivery, a list that asks for something impossible.
        SourceError: a list that cannot be read.
        CeilingError: more would be removed than the ceiling allows, and nobody accepted it.
    """
    book = RuleBook([place.project.rules] if place.project else [])
    asked = _asked(options)
    qualified = _qualified(book, options)
    with _tables(place, options) as ws, _planned_against(place, options, ws) as (store, settings):
        watcher.step(f"{options.environment}: what is there")
        load_environment(ws, store)
        base = Base(
            institution=settings["institution"],
            organization=settings["organization"],
            country=settings["country"] or None,
            as_of=options.as_of,
            last_number=int(settings["last_number"]),
        )
        ws.put("deliver_request", standing_requests(place.folder, options.environment, asked))
        ws.build(PLANNING_REQUEST, "select * from deliver_request")
        ws.put("deliver_qualification", qualified)
        ws.build(PLANNING_QUALIFICATION, "select * from deliver_qualification")
        watcher.step(f"{options.environment}: plan")
        plan = _of_operations(ws, plan_operations(ws, book, base), options)
        watcher.step(f"{options.environment}: files")
        folder = options.out / _folder_name(options, settings)
        refused = plan.too_many and not options.accept_removals
        if options.for_real and refused:
            plan.refuse_removals()
        with _outbox(ws, folder, options) as (private, publish):
            told = _write(ws, book, plan, base, options, private)
            publish()
        if options.for_real:
            # the files first: killed between the two, the same delivery again makes the same files
            _remember(ws, place, book, base, options, settings, asked, told)
            journal.note(
                place.project,
                "deliver",
                environment=options.environment,
                operations=told["plan"]["operations"],
                sha256=told["sha256"],
                files=told["files"],
            )
        return {**told, "written": options.for_real, "too_many_removals": refused, "folder": str(folder)}


# -- what it is planned against -------------------------------------------------------------------


def _asked(options: DeliverOptions) -> list[Request]:
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


def _qualified(book: RuleBook, options: DeliverOptions) -> pa.Table:
    """The lists of qualifications, checked against the definitions before anything is planned."""
    defined = book.load("delivery/import_rules.yml", ImportRules).defined
    definitions = read_definitions(defined, options.criteria, options.structure_types)
    return read_qualifications(options.qualify, definitions, book.load("delivery/secutix.yml", DeliveryRules))


@contextmanager
def _tables(place: Place, options: DeliverOptions) -> Iterator[Workspace]:
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
def _planned_against(
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


def _folder_name(options: DeliverOptions, settings: Mapping[str, str]) -> str:
    """What is there is looked at again each time, so a delivery takes the place of the one before; what is only
    remembered goes on from the delivery before, whose files must stay until they are applied."""
    if options.since == "environment":
        return options.environment
    return f"{options.environment}_{int(settings.get('deliveries', 0)) + 1:03d}"


# -- the rows that are sent -----------------------------------------------------------------------


def _of_operations(ws: Workspace, plan: Plan, options: DeliverOptions) -> Plan:
    """Temp table ``sent``: the rows of the operations asked for; rows that complete an INSERT go with it."""
    wanted = in_list(options.operations) if options.operations else None
    condition = "true"
    if wanted is not None:
        inserted = "select \"CONTACT_NR\" from planning.operation where part = 'main' and \"OPERATION\" = 'INSERT'"
        condition = f'"OPERATION" in {wanted}'
        if "INSERT" in options.operations:
            condition = f"({condition} or (part = 'after' and \"CONTACT_NR\" in ({inserted})))"
        else:
            condition = f"({condition} and not (part = 'after' and \"CONTACT_NR\" in ({inserted})))"
    ws.execute(f"create or replace temp table sent as select * from planning.operation where {condition}")
    counts = dict(ws.rows("select part, count(*) from sent group by part order by part"))
    return replace(
        plan,
        parts=counts,
        operations=dict(ws.rows('select "OPERATION", count(*) from sent group by all order by all')),
        removals=counts.get("remove", 0),
        removals_by_reason=dict(
            ws.rows("select reason, count(*) from sent where part = 'remove' group by reason order by reason")
        ),
    )


@contextmanager
def _outbox(ws: Workspace, folder: Path, options: DeliverOptions) -> Iterator[tuple[Path, Callable[[], object]]]:
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


def _write(
    ws: Workspace, book: RuleBook, plan: Plan, base: Base, options: DeliverOptions, folder: Path
) -> dict[str, Any]:
    """The files of every part, the lists that go with them, and the manifest that names them all."""
    rules = book.load("delivery/secutix.yml", DeliveryRules).file
    configured = book.load("delivery/operations.yml", PlanningRules).criteria == "config"
    assert ws.folder is not None
    form = file_form(book, rules, ws.folder / "spill", options.kind)
    files: list[dict[str, Any]] = []
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
            files.append({"file": path.name, "part": part, "rows": rows, "sha256": _sha256(path)})
    for path in (
        write_rekey(ws, folder / "rekey.csv"),
        write_by_hand(
            ws, book.load("delivery/import_rules.yml", ImportRules), folder / "by_hand.csv", options.language
        ),
    ):
        files.append({"file": path.name, "part": None, "rows": None, "sha256": _sha256(path)})
    content = {
        "format": 1,
        "environment": options.environment,
        "institution": base.institution,
        "organization": base.organization,
        "since": options.since,
        "as_of": options.as_of.isoformat(),
        "plan": _told(plan),
        "files": files,
    }
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


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "rows": plan.rows,
        "operations": dict(plan.operations),
        "parts": dict(plan.parts),
        "by_hand": dict(plan.held),
        "contacts": plan.contacts,
        "unchanged": plan.unchanged,
        "there": plan.there,
        "removals": plan.removals,
        "removals_by_reason": dict(plan.removals_by_reason),
        "ceiling": plan.ceiling,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- what is remembered ---------------------------------------------------------------------------


def _remember(
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


__all__ = ["PARTS", "WORDS", "DeliverOptions", "deliver_to", "operation_called"]
