"""Environments that hold the persons: they are looked into and never edited; an operation is asked for instead.

A base may hold sales and what else hangs on a contact, which only its own import knows how to part from a person. So an
erasure hands over the exact operations, says which environments are open, and is settled when none holds them any more.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from engine.deliveries import FOLDER
from engine.environments.place import Place, opened_store, scratch, working
from engine.errors import SurroundingsError
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
    """Environment -> how many of the contact numbers it holds and has not anonymised, embedded or in PostgreSQL.

    None = it cannot be reached: whether it holds them is open until somebody looks again.
    """
    place = Place(project.root, project)
    embedded = {path.stem for path in place.bases.glob("*.duckdb")} if place.bases.is_dir() else set()
    names = sorted(embedded | set(place.named))
    if not names:
        return {}
    with working(place) as ws:
        ws.put("erasing_number", pa.table({"contact_nr": pa.array(sorted(set(numbers)), pa.string())}))
        return {name: _holding(place, name, ws) for name in names}


def _holding(place: Place, name: str, ws: Workspace) -> int | None:
    try:
        with opened_store(place, name, scratch(ws)) as store:
            if not store.exists():
                return 0
            store.load(ws, [CONTACT])
    except SurroundingsError:
        return None
    held = int(
        ws.value("select count(*) from contact semi join erasing_number using (contact_nr) where state <> 'anonymised'")
    )
    ws.drop("contact")
    return held
