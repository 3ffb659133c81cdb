"""Environments that hold the persons: their contacts are counted, never edited; an operation is asked for instead."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from engine.deliveries import FOLDER
from engine.project import Project
from engine.target.columns import CONTACT
from engine.target.embedded import EmbeddedStore
from engine.workspace import Workspace


def forget_delivered(project: Project, numbers: Sequence[str]) -> dict[str, int]:
    """Empty the contacts in what is remembered of deliveries: file -> contacts that were in it."""
    folder = project.root / FOLDER
    found = {path: EmbeddedStore(path).forget(numbers) for path in sorted(folder.glob("*.duckdb"))}
    return {path.relative_to(project.root).as_posix(): count for path, count in found.items() if count}


def environments_holding(project: Project, numbers: Sequence[str]) -> dict[str, int | None]:
    """Environment -> how many of the contact numbers it holds and has not anonymised.

    None = it is in another database, which is not looked into: the operation is to be applied there as well.
    """
    folder = project.root / "environments"
    named = project.settings.get("environments", {})
    found: dict[str, int | None] = {
        name: None for name, said in sorted(named.items() if isinstance(named, dict) else ()) if said.get("url")
    }
    for path in sorted(folder.glob("*.duckdb")) if folder.is_dir() else ():
        with Workspace.memory() as ws:
            EmbeddedStore(path).load(ws, [CONTACT])
            ws.put("erasing_number", pa.table({"contact_nr": pa.array(sorted(set(numbers)), pa.string())}))
            found[path.stem] = int(
                ws.value(
                    "select count(*) from contact semi join erasing_number using (contact_nr) "
                    "where state <> 'anonymised'"
                )
            )
    return found
