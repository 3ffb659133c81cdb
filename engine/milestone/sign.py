"""A person puts a name under a gate: a line of the journal, bound to the files as they are now."""

from __future__ import annotations

import difflib
from datetime import date
from typing import Any

from engine import journal
from engine.errors import UsageError
from engine.milestone.evidence import gather
from engine.milestone.gates import bound_files, read_gates
from engine.project import Project

NOTE_LENGTH = 500


def sign(project: Project, gate: str, *, by: str, note: str, despite: bool, as_of: date) -> dict[str, Any]:
    """Sign ``gate``.

    Args:
        project: the project.
        gate: its name.
        by: who signs.
        note: what was looked at, or why it is accepted.
        despite: accept conditions that are not met; the line of the journal names them.
        as_of: the day the conditions are judged on.

    Returns:
        The facts of the line: gate, by, note, despite, files with their hashes.

    Raises:
        UsageError: no such gate, no name, nothing to sign yet, or a condition that is not met and not accepted.
    """
    evidence = gather(project, as_of=as_of)
    gates = {found.rule.name: found for found in read_gates(evidence)}
    if gate not in gates:
        near = difflib.get_close_matches(gate, gates, n=1)
        raise UsageError(
            f'there is no gate "{gate[:40]}"; known: {", ".join(gates)}',
            hint=f"Did you mean {near[0]}?" if near else None,
        )
    if not by.strip() or len(by) > 100 or len(note) > NOTE_LENGTH:
        raise UsageError(f"a signature has a name of 1 to 100 characters and a note of at most {NOTE_LENGTH}")
    found = gates[gate]
    files = bound_files(project.root, found.rule)
    if not any(path.is_file() for path in project.root.glob(found.rule.binds[0])):
        raise UsageError(
            f"there is nothing to sign yet: {found.rule.binds[0]} is not there",
            hint="A signature is bound to files: do the step before it first, see assay status.",
        )
    failed = [seen.condition for seen in found.seen if seen.met is False]
    if failed and not despite:
        raise UsageError(
            f"gate {gate} is not met: {', '.join(failed)}",
            hint="See assay status. Who accepts it all the same signs with --despite and says why in --note.",
        )
    open_ones = [seen.condition for seen in found.seen if not seen.met]
    facts = {"gate": gate, "by": by.strip(), "note": note.strip(), "despite": open_ones, "files": files}
    journal.note(project, "sign", **facts)
    return facts
