"""Golden records and import files put to the proof: by the fingerprints of the run's own tables, and by writing again.

A contact of golden is chosen among records that a model linked: that is not replayed. What is proven of it is that the
run's table holds what its protocol says, column by column, and that it was made from the records that the replay made.
From those contacts the import files are written anew, by the fields of the protocol, and compared byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine import journal
from engine.delivery import deliver
from engine.delivery.files import FOLDER
from engine.errors import UsageError
from engine.options import DEMO_INSTITUTION, RunOptions, rule_books
from engine.progress import Watcher
from engine.protocolling.differences import Difference, Protocol
from engine.rulebook.delivery import DeliveryRules, FieldRule
from engine.sql import identifier, literal
from engine.transform.fingerprint import fingerprint_sql, fingerprint_text
from engine.workspace import Workspace

_RULE_FILE = "delivery/secutix.yml"
_TAKEN = ("golden.contact", "golden.household")
"""What the import files are made from."""


def bring_contacts(ws: Workspace, run: Path) -> list[Difference] | None:
    """Copy the run's golden contacts into the replay, beside the records it made.

    Args:
        run: folder of the run's workspace.

    Returns:
        Columns of records in which the run's differ from the replay's; None = the run's tables are gone.
    """
    database = run / "workspace.duckdb"
    if not database.is_file():
        return None
    with Workspace.look(run) as there:
        if not all(there.exists(table) for table in (*_TAKEN, "standardise.record", "delivery.operation")):
            return None
    ws.execute(f"attach {literal(str(database))} as run (read_only)")
    try:
        ws.execute("create schema if not exists golden")
        for table in _TAKEN:
            ws.execute(f"create table {table} as select * from run.{table}")
        columns = ws.columns("standardise.record")
        hashes = ", ".join(fingerprint_sql(f"{identifier(column)}::varchar", "record_id") for column in columns)
        theirs, ours = (
            ws.rows(f"select {hashes} from {table}")[0] for table in ("run.standardise.record", "standardise.record")
        )
    finally:
        ws.execute("detach run")
    return [
        Difference("records", None, column, {"output_hash": (fingerprint_text(one), fingerprint_text(other))})
        for column, one, other in zip(columns, theirs, ours, strict=True)
        if one != other
    ]


def golden_differences(ws: Workspace, steps: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    """Steps of golden whose fingerprint is not that of the run's table."""
    there = set(ws.columns("golden.contact"))
    for step in steps:
        column = step["to_column"]
        if column not in there:
            yield Difference("missing", step["step_no"], str(column))
            continue
        made = fingerprint_sql(f"{identifier(column)}::varchar", "contact_id")
        number = ws.value(f"select {made} from golden.contact")
        if step["output_hash"] != fingerprint_text(number):
            hashes = (step["output_hash"], fingerprint_text(number))
            yield Difference("differs", step["step_no"], str(column), {"output_hash": hashes})


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
    deliver(
        ws,
        book,
        institution=options.institution or DEMO_INSTITUTION,
        organization=options.organization,
        home_country=options.country,
        as_of=options.as_of,
        out=again,
        watcher=watcher,
        rules=rules,
    ).check()
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
