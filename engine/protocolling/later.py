"""Golden records and import files put to the proof: chosen again, and written again.

Which records are one contact was decided by models and people: that is no transformation of a column, and the clusters
are taken from the run. From the records that the replay made, golden is chosen anew among them by the rules in force,
and every count, list of preferences and fingerprint is held against the protocol. From those contacts the import files
are written anew, by the fields of the protocol, and compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine import journal
from engine.delivery.files import FOLDER
from engine.errors import UsageError
from engine.import_files import deliver_records
from engine.options import RunOptions, rule_books
from engine.progress import Watcher
from engine.protocolling.differences import Difference, Protocol
from engine.remembered import numbers_for
from engine.rulebook.delivery import DeliveryRules, FieldRule
from engine.sql import identifier, literal
from engine.transform.fingerprint import fingerprint_sql, fingerprint_text
from engine.workspace import Workspace

_RULE_FILE = "delivery/secutix.yml"
_LINKED = "matching.cluster"
_PROVEN = {"records": ("standardise.record", "record_id"), "contacts": ("golden.contact", "contact_id")}
"""Kind of a difference -> the table of the run that is held against the replay's, and what a row of it is known by."""


def bring_clusters(ws: Workspace, run: Path) -> bool:
    """Copy what the run linked into the replay, beside the records it made.

    Args:
        run: folder of the run's workspace.

    Returns:
        Whether the run's tables are still there.
    """
    if not (run / "workspace.duckdb").is_file():
        return False
    with Workspace.look(run) as there:
        if not all(there.exists(table) for table in (_LINKED, *(table for table, _ in _PROVEN.values()))):
            return False
    ws.execute("create schema if not exists matching")
    with _attached(ws, run):
        ws.execute(f"create table {_LINKED} as select * from run.{_LINKED}")
    return True


def run_differences(ws: Workspace, run: Path, kind: str) -> list[Difference]:
    """Columns in which a table of the run, its ``records`` or ``contacts``, is not what the replay made."""
    table, key = _PROVEN[kind]
    columns = ws.columns(table)
    hashes = ", ".join(fingerprint_sql(f"{identifier(column)}::varchar", key) for column in columns)
    with _attached(ws, run):
        theirs, ours = (ws.rows(f"select {hashes} from {name}")[0] for name in (f"run.{table}", table))
    return [
        Difference(kind, None, column, {"output_hash": (fingerprint_text(one), fingerprint_text(other))})
        for column, one, other in zip(columns, theirs, ours, strict=True)
        if one != other
    ]


@contextmanager
def _attached(ws: Workspace, run: Path) -> Iterator[None]:
    ws.execute(f"attach {literal(str(run / 'workspace.duckdb'))} as run (read_only)")
    try:
        yield
    finally:
        ws.execute("detach run")


def choose_again(ws: Workspace, options: RunOptions, watcher: Watcher) -> None:
    """Choose golden records among those in ``ws``, by what the run learned from its whole base.

    The numbers are those of numbers.jsonl, which the run wrote: a contact keeps the one it was given.

    Raises:
        UsageError: the memory of numbers is lost or damaged.
    """
    from engine import golden

    book, _ = rule_books(options.project)
    learned = options.project.learned if options.project else None
    golden.survive(
        ws,
        book,
        numbers=numbers_for(options, book),
        watcher=watcher,
        replay=learned if learned is not None and learned.is_dir() else None,
    ).check()
    golden.name_households(ws, book)


def deliver_again(ws: Workspace, data: Protocol, options: RunOptions, watcher: Watcher) -> list[Difference]:
    """Write the import files anew from the contacts in ``ws`` and the fields of the protocol; files that differ.

    What is no step (address lines, codes of numbers, layout of the files) is as the rules in force say.

    Raises:
        UsageError: the parameters of a field cannot be replayed.
    """
    book, _ = rule_books(options.project)
    fields = tuple(_field(step) for step in data["steps"] if step["stage"] == "delivery")
    rules = book.load(_RULE_FILE, DeliveryRules).model_copy(update={"fields": fields})
    again = options.workspace / "again"
    deliver_records(ws, book, options, again, watcher, rules).check()
    mine, theirs = _hashes(options.out / FOLDER), _hashes(again / FOLDER)
    return [
        Difference("file", None, f"{FOLDER}/{name}", {"sha256": (mine.get(name), theirs.get(name))})
        for name in sorted({*mine, *theirs})
        if mine.get(name) != theirs.get(name)
    ]


def _field(step: Mapping[str, Any]) -> FieldRule:
    try:
        return FieldRule.model_validate({**step["parameters"], "why": "protocol"})
    except (ValidationError, TypeError):
        raise UsageError(
            f"step {step.get('step_no')} of the protocol cannot be replayed: its parameters are damaged",
            hint="Take the protocol.json that the run wrote.",
        ) from None


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: journal.fingerprint(path) for path in files if path.is_file()}
