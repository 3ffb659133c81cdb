"""From golden contacts to import files: checked fields, held contacts, operations, notes, files, protocol."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa

from engine.counted import counted
from engine.delivery.files import FOLDER, write_import_files
from engine.delivery.reasons import HELD, REASONS
from engine.delivery.statements import (
    ALONE,
    CHECKED,
    after_select,
    checked_select,
    note_select,
    operation_select,
    protocol_select,
)
from engine.errors import UsageError
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.tables import DELIVERY_AFTER, DELIVERY_HELD, DELIVERY_NOTE, DELIVERY_OPERATION
from engine.workspace import Workspace

RULE_FILE = "delivery/secutix.yml"


def deliver(
    ws: Workspace,
    book: RuleBook,
    *,
    institution: str,
    organization: str,
    home_country: str | None,
    as_of: date,
    out: Path,
    watcher: Watcher,
    rules: DeliveryRules | None = None,
) -> StageReport:
    """Build delivery.operation, delivery.held and delivery.note from golden.contact and write the import files.

    Args:
        institution: INSTITUTION of every row, the code of the institution in SecuTix (15 characters at most).
        organization: ORGANIZATION of every row; empty = the rules' default.
        home_country: COUNTRY of contacts that have none; None leaves the field empty, which the import reads as
            the institution's country.
        as_of: a birth date after this day lies in the future.
        out: folder of the output; the files go to ``out/import``.
        rules: other fields than those of rules/delivery/secutix.yml, as a protocol tells them.

    Returns:
        The ledger in contacts; ``figures`` has the files, the rows by kind and the notes by outcome.

    Raises:
        UsageError: institution or organization is missing or too long.
        RuleErrors: mistakes in rules/delivery/secutix.yml.
        SurroundingsError: the files cannot be written.
    """
    rules = rules or book.load(RULE_FILE, DeliveryRules)
    codes = _codes(institution, organization or rules.organization_default)
    watcher.step("delivery: fields")
    ws.put("delivery_reason", _reasons())
    ws.put("delivery_hold_reason", pa.table({"reason": list(HELD), "detail": list(HELD.values())}))
    ws.execute(
        f"create or replace temp table {CHECKED} as {checked_select(rules)}",
        {"as_of": as_of, "home_country": home_country or None},
    )
    ws.execute(
        f"create or replace temp table {ALONE} as {checked_select(rules, alone=True)}",
        {"as_of": as_of, "home_country": home_country or None},
    )
    held = ws.build_from_file(DELIVERY_HELD)
    operations = ws.build(DELIVERY_OPERATION, operation_select(rules), codes)
    ws.build(DELIVERY_AFTER, after_select(rules), codes)
    ws.build(DELIVERY_NOTE, note_select(rules))
    watcher.step("delivery: import files")
    files = write_import_files(ws, book, rules.file, out)
    _note_fields(ws, book, rules)
    ws.drop(CHECKED, ALONE, "delivery_reason", "delivery_hold_reason")
    outcomes = dict(ws.rows("select outcome, count(*) from delivery.note group by outcome order by outcome"))
    return StageReport(
        stage="delivery",
        unit="contact",
        rows_in=ws.count("golden.contact"),
        rows_out=operations,
        rows_held=held,
        notes=_sentences(outcomes),
        figures={
            "import_files": len(files),
            "import_folder": FOLDER,
            **{f"fields_{outcome}": outcomes.get(outcome, 0) for outcome in ("dropped", "truncated", "warned")},
        },
    )


def _codes(institution: str, organization: str) -> dict[str, str]:
    for name, value, longest in (("institution", institution, 15), ("organization", organization, 8)):
        if not value.strip() or len(value) > longest:
            raise UsageError(
                f"the {name} code has 1 to {longest} characters",
                hint=f"Give the code the {name} has in SecuTix, upper and lower case as there.",
            )
    return {"institution": institution, "organization": organization}


def _reasons() -> pa.Table:
    return pa.table(
        {
            "code": list(REASONS),
            "outcome": [reason.outcome for reason in REASONS.values()],
            "sentence": [reason.sentence for reason in REASONS.values()],
        }
    )


def _sentences(outcomes: dict[str, int]) -> tuple[str, ...]:
    told = [
        f"{counted(outcomes[outcome], 'field')} {outcome}"
        for outcome in ("dropped", "truncated")
        if outcomes.get(outcome)
    ]
    return (", ".join(told) + " on the way into the import file: see delivery.note",) if told else ()


def _note_fields(ws: Workspace, book: RuleBook, rules: DeliveryRules) -> None:
    """Tell the protocol what was done to each column: enough to do it again."""
    counts = ws.rows(protocol_select(rules))[0]
    for number, rule in enumerate(rules.fields):
        read, changed, dropped = counts[3 * number : 3 * number + 3]
        ws.note_step(
            "delivery",
            rule.form,
            from_column=rule.attribute,
            to_column=rule.name,
            parameters=rule.model_dump(exclude_defaults=True, exclude={"why"}),
            origin=f"rules/{RULE_FILE}:{book.document(RULE_FILE).place(('fields', number))[1]}",
            rows_in=read,
            rows_changed=changed,
            rows_refused=dropped,
        )
