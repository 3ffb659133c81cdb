"""delta.csv and delta.json: what the second extract changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.presentation.atomic import replacing, write_text
from engine.presentation.files import as_json
from engine.sql import literal
from engine.workspace import Workspace


def write_delta(ws: Workspace, data: dict[str, Any], out: Path) -> None:
    """Write the counts (delta.json) and one row per contact that is not what it was (delta.csv) into ``out``."""
    write_text(out / "delta.json", as_json(data))
    with replacing(out.absolute() / "delta.csv") as temporary:
        ws.execute(
            "copy (select change, contact_nr, contact_id, array_to_string(fields, ' ') as fields, other_contact_id, "
            "why from extracts.contact order by change, contact_nr, contact_id) "
            f"to {literal(str(temporary))} (format csv, header true, delimiter ',', nullstr '', use_tmp_file false)"
        )
