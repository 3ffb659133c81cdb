"""delta.csv, delta.json, decisions_idle.csv: what the second extract changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.presentation.atomic import replacing, write_text
from engine.presentation.files import as_json
from engine.sql import literal
from engine.workspace import Workspace


def write_delta(ws: Workspace, data: dict[str, Any], out: Path) -> None:
    """Write what changed since the extract before into ``out``.

    delta.json: the counts. delta.csv: one row per contact that is not what it was. decisions_idle.csv: decisions that
    do not apply any more, when there are any.
    """
    write_text(out / "delta.json", as_json(data))
    _write_rows(ws, out / "delta.csv", _CONTACTS)
    if ws.value("select count(*) from extracts.decision where state <> 'followed'"):
        _write_rows(ws, out / "decisions_idle.csv", _IDLE)


_CONTACTS = """
select change, contact_nr, contact_id, array_to_string(fields, ' ') as fields, other_contact_id, why
from extracts.contact order by change, contact_nr, contact_id
"""

_IDLE = """
select record_id_l, record_id_r, judgement, state from extracts.decision
where state <> 'followed' order by record_id_l, record_id_r
"""


def _write_rows(ws: Workspace, path: Path, select: str) -> None:
    with replacing(path.absolute()) as temporary:
        ws.execute(
            f"copy ({select}) to {literal(str(temporary))} "
            "(format csv, header true, delimiter ',', nullstr '', use_tmp_file false)"
        )
