"""The road of one contact, from the lines it came from to the row it became, read back from the workspace.

What is told is what the tables hold: nothing is computed anew, so a trace is proof and not a second opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.lookup import Found, find
from engine.sql import identifier
from engine.tables import STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES, FIELD_CODES
from engine.workspace import Workspace

Told = dict[str, Any]

_COLUMNS = STANDARDISE_RECORD.column_names
_PAIRS_SHOWN = 20


def trace(ws: Workspace, name: str) -> Told:
    """Everything known of the contact or record called ``name`` (see :func:`engine.lookup.find`).

    Returns:
        ``asked`` and ``found_by``; ``contact`` (None when golden records were not made) with its number and its
        ``attributes``: value, record it came from, rule, number of candidates, whether its form was repaired, and the
        ``lost`` values with their records; ``records`` with line, kind, cluster, ``values`` (raw, standard, reason)
        and ``findings``; ``pairs`` among these records and the strongest to others; ``operations`` with the fields of
        the import file; ``held`` and ``notes`` of delivery. Everything in a total order.

    Raises:
        UsageError: nothing is called so.
    """
    found = find(ws, name)
    contact = _contact(ws, found)
    records = _all_records(ws, found)
    return {
        "asked": name,
        "found_by": found.by,
        "contact": contact,
        "records": [_record(ws, record) for record in records],
        "pairs": _pairs(ws, records),
        **_delivered(ws, found.contact_id),
    }


def unsourced(ws: Workspace) -> int:
    """Non-empty golden values whose lineage does not name exactly one record: 0 when the lineage adds up."""
    listed = ", ".join(identifier(name) for name in CONTACT_ATTRIBUTES)
    return int(
        ws.value(
            f"""
            with shown as (
                select contact_id, attribute, value
                from (select contact_id, {listed} from golden.contact) unpivot (value for attribute in ({listed}))
            ),
            sourced as (
                select contact_id, attribute, min(value) as value, count(*) as sources
                from golden.choice
                group by contact_id, attribute
            )
            select count(*)
            from shown
            full join sourced using (contact_id, attribute)
            where sources is distinct from 1 or shown.value is distinct from sourced.value
            """
        )
    )


def _all_records(ws: Workspace, found: Found) -> list[str]:
    """The records of the contact, also when only one of them was named."""
    if found.contact_id is None:
        return list(found.records)
    rows = ws.rows(
        "select record_id from golden.crosswalk where contact_id = $id order by record_id", {"id": found.contact_id}
    )
    return [row[0] for row in rows]


def _contact(ws: Workspace, found: Found) -> Told | None:
    if found.contact_id is None:
        return None
    bound = {"id": found.contact_id}
    columns = ("contact_id", "contact_nr", "kind", "structure_contact_id", "records")
    head = ws.rows(f"select {', '.join(columns)} from golden.contact where contact_id = $id", bound)[0]
    lost = _lost(ws, bound)
    order = {attribute: place for place, attribute in enumerate(CONTACT_ATTRIBUTES)}
    choices = ws.rows(
        "select attribute, value, record_id, rule, candidates, runner_up, repaired "
        "from golden.choice where contact_id = $id",
        bound,
    )
    attributes = [
        {
            "attribute": attribute,
            "value": value,
            "record_id": record,
            "rule": rule,
            "candidates": candidates,
            "runner_up": runner_up,
            "repaired": repaired,
            "lost": [one for one in lost.get(attribute, []) if one["value"] != value],
        }
        for attribute, value, record, rule, candidates, runner_up, repaired in sorted(
            choices, key=lambda row: order.get(row[0], len(order))
        )
    ]
    return {**dict(zip(columns, head, strict=True)), "attributes": attributes}


def _lost(ws: Workspace, bound: Mapping[str, object]) -> dict[str, list[Told]]:
    """Every value the contact's records bring per attribute, with the records that bring it."""
    brought = [name for name in CONTACT_ATTRIBUTES if name in _COLUMNS]
    listed = ", ".join(f"{identifier(name)}::varchar as {identifier(name)}" for name in brought)
    rows = ws.rows(
        f"""
        with brought as (
            select record_id, {listed}
            from standardise.record
            where record_id in (select record_id from golden.crosswalk where contact_id = $id)
        )
        select attribute, value, list(record_id order by record_id)
        from brought unpivot (value for attribute in ({", ".join(identifier(name) for name in brought)}))
        group by attribute, value
        order by attribute, value
        """,
        bound,
    )
    told: dict[str, list[Told]] = {}
    for attribute, value, records in rows:
        told.setdefault(attribute, []).append({"value": value, "records": records})
    return told


def _record(ws: Workspace, record_id: str) -> Told:
    bound = {"id": record_id}
    row = dict(
        zip(
            _COLUMNS,
            ws.rows(
                f"select {', '.join(map(identifier, _COLUMNS))} from standardise.record where record_id = $id", bound
            )[0],
            strict=True,
        )
    )
    attributes = [name for name in _COLUMNS if name not in _NO_VALUES and not name.endswith(("_raw", "_reason"))]
    values = [
        {
            "attribute": name,
            "raw": row.get(f"{name}_raw"),
            "standard": _plain(row[name]),
            "reason": row.get(f"{name}_reason"),
        }
        for name in attributes
        if row[name] not in (None, []) or row.get(f"{name}_raw") is not None
    ]
    cluster = (
        ws.value("select cluster_id from matching.cluster where record_id = $id", bound)
        if ws.exists("matching.cluster")
        else None
    )
    findings = (
        ws.rows(
            'select suite, expectation, "column", severity, reason from quality.finding where record_id = $id '
            'order by suite, expectation, "column"',
            bound,
        )
        if ws.exists("quality.finding")
        else []
    )
    return {
        "record_id": record_id,
        "source": row["source"],
        "line_no": row["line_no"],
        "kind": row["kind"],
        "kind_reason": row["kind_reason"],
        "cluster_id": cluster,
        "cells": _cells(ws, row["source"], row["line_no"]),
        "values": values,
        "findings": [
            dict(zip(("suite", "expectation", "column", "severity", "reason"), one, strict=True)) for one in findings
        ],
    }


def _cells(ws: Workspace, source: str, line_no: int) -> list[Told]:
    """The line as the source wrote it: header, cell, and the attribute it feeds; empty cells left out."""
    rows = ws.rows(
        """
        select mapping.header, line.cells[mapping.position] as cell, mapping.attribute
        from intake.line as line
        join intake.mapping as mapping using (source)
        where line.source = $source and line.line_no = $line_no and line.cells[mapping.position] is not null
        order by mapping.position, mapping.attribute
        """,
        {"source": source, "line_no": line_no},
    )
    return [dict(zip(("header", "cell", "attribute"), row, strict=True)) for row in rows]


_NO_VALUES = {"record_id", "source", "line_no", "kind", "kind_reason"}


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float | bool | list):
        return value
    return str(value)


def _pairs(ws: Workspace, records: list[str]) -> list[Told]:
    """Scored pairs among ``records``, then the strongest pairs that reach out to others."""
    if not ws.exists("matching.pair"):
        return []
    columns = ("record_id_l", "record_id_r", "match_weight", "match_probability", "outcome", "evidence")
    rows = ws.rows(
        f"""
        with touching as (
            select
                {", ".join(columns)},
                record_id_l in (select unnest($records)) and record_id_r in (select unnest($records)) as inside
            from matching.pair
            where record_id_l in (select unnest($records)) or record_id_r in (select unnest($records))
        )
        select {", ".join(columns)}, inside
        from touching
        order by inside desc, match_weight desc, record_id_l, record_id_r
        limit {_PAIRS_SHOWN}
        """,
        {"records": records},
    )
    return [dict(zip((*columns, "inside"), row, strict=True)) for row in rows]


def _delivered(ws: Workspace, contact_id: str | None) -> Told:
    """What delivery made of the contact: rows of import files, or why there is none, and what was dropped."""
    told: Told = {"operations": [], "held": [], "notes": []}
    if contact_id is None or not ws.exists("delivery.operation"):
        return told
    bound = {"id": contact_id}
    for row_no, *fields in ws.rows(
        f"select row_no, {', '.join(map(identifier, FIELD_CODES))} from delivery.operation "
        "where contact_id = $id order by row_no",
        bound,
    ):
        filled = {code: value for code, value in zip(FIELD_CODES, fields, strict=True) if value is not None}
        told["operations"].append({"row_no": row_no, "fields": filled})
    told["held"] = [
        {"reason": reason, "detail": detail}
        for reason, detail in ws.rows(
            "select reason, detail from delivery.held where contact_id = $id order by reason, detail", bound
        )
    ]
    told["notes"] = [
        dict(zip(("field", "rule", "outcome", "reason"), row, strict=True))
        for row in ws.rows(
            "select field, rule, outcome, reason from delivery.note where contact_id = $id "
            "order by field, rule, outcome, reason",
            bound,
        )
    ]
    return told
