"""The hand-over note: what goes into the ticket, its state and its owner, links to files with their hashes."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Any

from engine import journal
from engine.errors import UsageError
from engine.journal import Entry
from engine.milestone.evidence import Evidence, gather
from engine.milestone.status import told
from engine.presentation.atomic import write_text
from engine.presentation.handover import note_html, note_markdown
from engine.project import Project
from engine.rulebook.milestone import Ticket
from engine.vocabulary import Language

FOLDER = "handover"


def hand_over(
    project: Project, stage: str, *, as_of: date, language: Language, out: Path | None = None
) -> tuple[dict[str, Any], list[Path]]:
    """Write the note of ``stage`` as Markdown and HTML, and remember it in the journal.

    Args:
        project: the project.
        stage: a ticket of rules/milestone.yml: open, final, solved.
        as_of: the day of the note.
        language: its language; the state stays as the ticket system calls it.
        out: folder of the note; None = ``out/handover`` of the project.

    Returns:
        What the note says, and the files written.

    Raises:
        UsageError: no such stage, or nothing was imported yet where the note is about an import.
        SurroundingsError: the folder cannot be written.
    """
    evidence = gather(project, as_of=as_of)
    tickets = {ticket.name: ticket for ticket in evidence.rules.tickets}
    if stage not in tickets:
        near = difflib.get_close_matches(stage, tickets, n=1)
        raise UsageError(
            f'the ticket has no stage "{stage[:40]}"; known: {", ".join(tickets)}',
            hint=f"Did you mean {near[0]}?" if near else None,
        )
    ticket = tickets[stage]
    imported = evidence.last_import(ticket.environment) if ticket.environment else None
    if ticket.environment and imported is None:
        raise UsageError(
            f"nothing was imported into {ticket.environment} yet, and the note is about that",
            hint=f"Do it first: assay apply FILE... --env {ticket.environment}",
        )
    folder = out or project.out / FOLDER
    note = _note(evidence, ticket, imported, folder, language)
    files = [folder / f"{stage}.md", folder / f"{stage}.html"]
    for path, text in zip(files, (note_markdown(note, language), note_html(note, language)), strict=True):
        write_text(path.absolute(), text)
    journal.note(
        project,
        "handover",
        stage=stage,
        state=ticket.state,
        owner=ticket.owner,
        files=journal.fingerprints(project.root, files),
    )
    return note, files


def _note(
    evidence: Evidence, ticket: Ticket, imported: Entry | None, folder: Path, language: Language
) -> dict[str, Any]:
    root = evidence.project.root
    status = told(evidence, language)
    return {
        "stage": ticket.name,
        "title": getattr(ticket.title, language),
        "state": ticket.state,
        "owner": ticket.owner,
        "name": evidence.project.name,
        "institution": evidence.project.institution,
        "milestone": status["milestone"],
        "as_of": status["as_of"],
        "import": None if imported is None else _imported(evidence, imported, language),
        "files": _linked(root, ticket, folder),
        "gates": status["gates"],
        "totals": status["totals"],
        "journal": status["journal"],
    }


def _imported(evidence: Evidence, entry: Entry, language: Language) -> dict[str, Any]:
    """Counts of the import, file by file, and why rows were not imported or lost something."""
    reasons = {rule.name: (getattr(rule.reason, language), rule.outcome) for rule in evidence.imports.rules}
    counted: dict[str, int] = {}
    for file in entry.facts["files"]:
        for rule, rows in file.get("rules", {}).items():
            counted[rule] = counted.get(rule, 0) + int(rows)
    files = [
        {name: file[name] for name in ("file", "sha256", "rows", "imported", "imported_with_changes", "not_imported")}
        for file in entry.facts["files"]
    ]
    return {
        "environment": entry.facts["environment"],
        "at": entry.at,
        "files": files,
        "rows": sum(file["rows"] for file in files),
        "imported": sum(file["imported"] for file in files),
        "not_imported": sum(file["not_imported"] for file in files),
        "rules": [
            {
                "rule": rule,
                "reason": reasons.get(rule, (rule, ""))[0],
                "outcome": reasons.get(rule, ("", ""))[1],
                "n": n,
            }
            for rule, n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _linked(root: Path, ticket: Ticket, folder: Path) -> list[dict[str, Any]]:
    """Files of the note: name below the project, link from the note, size, hash. Outside of the project: no link."""
    inside = folder.resolve().is_relative_to(root.resolve())
    up = "../" * len(folder.resolve().relative_to(root.resolve()).parts) if inside else None
    paths = {path for pattern in ticket.files for path in root.glob(pattern) if path.is_file()}
    return [
        {
            "file": path.relative_to(root).as_posix(),
            "link": None if up is None else f"{up}{path.relative_to(root).as_posix()}",
            "bytes": path.stat().st_size,
            "sha256": journal.fingerprint(path),
        }
        for path in sorted(paths)
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
