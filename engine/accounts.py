"""What a run and a check account for: the control totals of what arrived, and the facts that the journal keeps.

Facts are counts, hashes, names of sources and codes of the institution; no value of a contact.
"""

from __future__ import annotations

from typing import Any

from engine import journal, receipts
from engine.options import RunOptions
from engine.outbox import MANIFEST
from engine.progress import Watcher
from engine.project import Project
from engine.sql import identifier
from engine.vocabulary import CRITERIA
from engine.workspace import Workspace


def count_what_arrived(ws: Workspace, project: Project | None, watcher: Watcher) -> None:
    """Compare the sources in ``ws`` with the control totals of the project and say what differs."""
    controls = receipts.read_controls(project) if project else ()
    receipts.compare_controls(ws, controls)
    for total in receipts.control_outcome(ws)["totals"]:
        if not total["met"]:
            found = total["reason"] or f"{total['found']} arrived"
            watcher.say(f"control total {total['source']} {total['measure']}: {total['expected']} announced, {found}")


def note_run(ws: Workspace, options: RunOptions, label: str, report: dict[str, Any]) -> None:
    """Remember a run in the journal."""
    project = options.project
    if project is None:
        return
    headline, figures = report["headline"], report["golden"]["figures"]
    journal.note(
        project,
        "run",
        extract=label,
        as_of=options.as_of.isoformat(),
        **_read(ws),
        lines=headline["lines"],
        records=headline["records"],
        contacts=headline["contacts"],
        duplicates=headline["duplicates"],
        contacts_held=headline["contacts_held"],
        import_rows=headline["import_rows"],
        pairs_ask=headline["pairs_ask"],
        records_with_error=_records_with_error(ws),
        numbers_given=int(figures.get("numbers_range", 0)),
        codes=codes_written(ws),
        files=journal.fingerprints(
            project.root, [options.out / name for name in (MANIFEST, "report.json", "protocol.json")]
        ),
    )


def note_check(ws: Workspace, options: RunOptions, *, passed: bool) -> None:
    """Remember a check in the journal."""
    if options.project is None:
        return
    journal.note(
        options.project,
        "check",
        as_of=options.as_of.isoformat(),
        passed=passed,
        **_read(ws),
        records=ws.count("standardise.record"),
        records_with_error=_records_with_error(ws),
    )


def note_decisions(project: Project, action: str, by: str, added: int) -> None:
    """Remember that people decided: what was done, by whom, how many decisions it added, and the hash of them all.

    Not which records: a record may be known by an address. Who needs to know looks into decisions.jsonl, whose state
    the hash proves.
    """
    files = journal.fingerprints(project.root, [project.decisions])
    journal.note(project, "decide", action=action, by=by, added=added, files=files)


def codes_written(ws: Workspace) -> dict[str, list[str]]:
    """Codes of the institution that the import rows use: they must be defined there beforehand."""
    counts = ", ".join(f"count({identifier(code)})" for code in CRITERIA)
    filled = ws.rows(f"select {counts} from delivery.operation")[0]
    used = [code for code, rows in zip(CRITERIA, filled, strict=True) if rows]
    cells = [f"select {identifier(code)} as cell from delivery.operation" for code in used]
    criteria = f"select distinct split_part(cell, '=', 1) from ({' union all '.join(cells)}) where cell like '%=%'"
    asked = {
        "STRUCT_TYPE": 'select distinct "STRUCT_TYPE" from delivery.operation where "STRUCT_TYPE" is not null',
        "ADMIN_NUMBER": """select distinct split_part("ADMIN_NUMBER", '=', 1) from delivery.operation """
        """where "ADMIN_NUMBER" like '%=%'""",
        "CRITERIA": criteria if cells else "select '' where false",
    }
    return {name: sorted(str(row[0]) for row in ws.rows(select)) for name, select in asked.items()}


def _read(ws: Workspace) -> dict[str, Any]:
    """The sources by hash, and their control totals."""
    sources = ws.rows("select source, sha256 from intake.source order by source")
    return {"sources": {str(name): digest for name, digest in sources}, "controls": receipts.control_outcome(ws)}


def _records_with_error(ws: Workspace) -> int:
    return int(ws.value("select count(distinct record_id) from quality.finding where severity = 'error'"))
