"""The protocol of a run as data: every column transformation in order, in words, with counts, samples and fingerprint.

No value of a contact is in it: samples are masked. Where a stage left no fingerprint of a column, it is made here from
the stage's table, one look at each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.presentation.atomic import write_text
from engine.presentation.masking import mask
from engine.presentation.protocol_words import rule_in_words
from engine.sql import identifier
from engine.tables import INTAKE_SOURCE, PROTOCOL_STEP
from engine.transform.fingerprint import fingerprint_sql, fingerprint_text
from engine.vocabulary import LANGUAGES
from engine.workspace import Workspace

FORMAT = 2
"""Version of protocol.json's layout; a reader of the file checks it."""

_SAMPLES = 5
_TABLES: Mapping[str, tuple[str, str]] = {
    "standardise": ("standardise.record", "record_id"),
    "golden": ("golden.contact", "contact_id"),
    "delivery": ("delivery.operation", "row_no"),
}
"""Stage -> the table its steps write, and what a row of it is known by."""


def protocol_data(ws: Workspace) -> dict[str, Any]:
    """The sources as they were read, then every column transformation in order.

    Returns:
        ``format``; ``sources``: rows of intake.source; ``steps``: rows of protocol.step with their parameters as data,
        ``text`` (the rule in words, by language) and ``samples`` (masked values before and after).
    """
    rows = ws.rows("select * from protocol.step order by step_no")
    steps = [_step(dict(zip(PROTOCOL_STEP.column_names, row, strict=True))) for row in rows]
    _fill_hashes(ws, steps)
    samples = _samples(ws, steps)
    sources = ws.rows("select * from intake.source order by source")
    return {
        "format": FORMAT,
        "sources": [dict(zip(INTAKE_SOURCE.column_names, row, strict=True)) for row in sources],
        "steps": [
            {
                **step,
                "text": {language: rule_in_words(step, language) for language in LANGUAGES},
                "samples": samples.get(step["step_no"], []),
            }
            for step in steps
        ],
    }


def read_protocol(path: Path) -> dict[str, Any] | None:
    """What a protocol.json holds; None when it is none of this layout."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None
    return data if isinstance(data.get("steps"), list) and isinstance(data.get("sources"), list) else None


def write_protocol_json(data: Mapping[str, Any], out: Path) -> None:
    """Write protocol.json into ``out``."""
    write_text(out / "protocol.json", json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _step(step: dict[str, Any]) -> dict[str, Any]:
    parameters = step["parameters"]
    return {**step, "parameters": json.loads(parameters) if isinstance(parameters, str) else None}


def _fill_hashes(ws: Workspace, steps: Iterable[dict[str, Any]]) -> None:
    """Fingerprints of the columns that steps wrote, where the stage itself kept none."""
    wanted: dict[tuple[str, str, str | None], list[dict[str, Any]]] = {}
    for step in steps:
        if step["output_hash"] is not None or step["to_column"] is None:
            continue
        if step["stage"] == "mapping" and step["rule"] != "rename":
            wanted.setdefault(("intake.record", "line_no", step["source"]), []).append(step)
        elif step["stage"] in _TABLES:
            wanted.setdefault((*_TABLES[step["stage"]], None), []).append(step)
    for (table, key, source), group in wanted.items():
        if not ws.exists(table):
            continue
        there = set(ws.columns(table))
        columns = sorted({step["to_column"] for step in group} & there)
        if not columns:
            continue
        hashes = ", ".join(fingerprint_sql(f"{identifier(column)}::varchar", key) for column in columns)
        where = "" if source is None else " where source = $source"
        row = ws.rows(f"select {hashes} from {table}{where}", {"source": source})[0]
        by_column = {column: fingerprint_text(number) for column, number in zip(columns, row, strict=True)}
        for step in group:
            step["output_hash"] = by_column.get(step["to_column"])


def _samples(ws: Workspace, steps: Iterable[Mapping[str, Any]]) -> dict[int, list[dict[str, str | None]]]:
    """Masked values before and after: those that intake kept, and of standardisation some that changed."""
    found: dict[int, list[dict[str, str | None]]] = {}
    if ws.exists("protocol.sample"):
        for number, before, after in ws.rows(
            "select step_no, before, after from protocol.sample order by step_no, place"
        ):
            found.setdefault(number, []).append({"before": before, "after": after})
    by_attribute: dict[str, list[dict[str, str | None]]] = {}
    if ws.exists("standardise.value"):
        for attribute, raw, standard in ws.rows(
            f"""
            select attribute, raw, standard
            from (select distinct attribute, raw, standard from standardise.value where standard is distinct from raw)
            qualify row_number() over (partition by attribute order by md5(raw), raw, standard) <= {_SAMPLES}
            order by attribute, md5(raw), raw, standard
            """
        ):
            shown = {"before": mask(raw), "after": None if standard is None else mask(standard)}
            by_attribute.setdefault(attribute, []).append(shown)
    for step in steps:
        if step["stage"] == "standardise" and step["from_column"] in by_attribute:
            found[step["step_no"]] = by_attribute[step["from_column"]]
    return found
