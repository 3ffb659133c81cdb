"""J into assay.toml: one value is changed, every comment and every line beside it stays."""

from __future__ import annotations

from datetime import date

import tomlkit
from tomlkit.items import AbstractTable

from engine import journal
from engine.presentation.atomic import write_text
from engine.project import PROJECT_FILE, Project, load_project


def appoint(project: Project, j: date) -> Project:
    """Write ``[milestone] date`` and remember it in the journal.

    Returns:
        The project as it is now.

    Raises:
        SurroundingsError: assay.toml cannot be written.
    """
    path = project.root / PROJECT_FILE
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    found = document.get("milestone")
    if isinstance(found, AbstractTable):
        found["date"] = j
    else:
        table = tomlkit.table()
        table["date"] = j
        document["milestone"] = table
    mode = path.stat().st_mode
    write_text(path, tomlkit.dumps(document))
    path.chmod(mode)  # the settings of a project may be read by a team
    before = project.milestone
    journal.note(project, "milestone", date=j.isoformat(), before=before.isoformat() if before else None)
    return load_project(project.root)
