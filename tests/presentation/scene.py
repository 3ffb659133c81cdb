"""One small run as its tables would stand: two records of one contact, a held structure, a held line."""

from __future__ import annotations

from datetime import date

from engine.ledger import StageReport
from engine.presentation import RunFacts
from engine.workspace import Workspace
from tests.conftest import given

CANARY = "Zorgvlied"
"""A surname that must stand in the data files and nowhere in the report."""

SCRIPT = "<script>alert(1)</script>"


def scene(ws: Workspace) -> RunFacts:
    """Fill ``ws`` and return the facts of the run."""
    given(
        ws,
        "intake.source",
        [
            {
                "source": f"crm{SCRIPT}",
                "file": f"crm{SCRIPT}.csv",
                "format": "csv",
                "encoding": "cp1252",
                "encoding_why": "not UTF-8",
                "delimiter": ";",
                "headers": ["No", SCRIPT, "Tags\u202e"],
                "lines": 4,
                "loaded": 3,
                "held": 1,
            }
        ],
    )
    source = f"crm{SCRIPT}"
    cells = [["1", CANARY, "vip"], ["2", f"{CANARY} ", None], ["3", None, None]]
    given(ws, "intake.line", [{"source": source, "cells": row} for row in cells])
    given(
        ws,
        "intake.held",
        [{"source": source, "line_no": 4, "reason": "too_many_cells", "detail": "4 cells, 3 expected"}],
    )
    given(
        ws,
        "intake.mapping",
        [
            {"source": source, "position": 1, "header": "No", "attribute": "contact_number", "confidence": 1.0},
            {"source": source, "position": 2, "header": SCRIPT, "attribute": "last_name", "confidence": 0.5},
            {"source": source, "position": 3, "header": "Tags\u202e", "confidence": 0.0},
        ],
    )
    records = [
        {
            "record_id": f"{source}:1",
            "source": source,
            "kind": "individual",
            "last_name": CANARY,
            "phone": "+41791234567",
        },
        {"record_id": f"{source}:2", "source": source, "kind": "individual", "last_name": "=1+1", "email": "@SUM(A1)"},
        {"record_id": f"{source}:3", "source": source, "kind": "structure", "remark": "\x1b[31m"},
    ]
    given(ws, "standardise.record", records)
    given(
        ws,
        "standardise.value",
        [
            {"attribute": "last_name", "raw": f"{CANARY} ", "standard": CANARY, "rows": 1},
            {"attribute": "last_name", "raw": CANARY, "standard": CANARY, "rows": 1},
            {"attribute": "phone", "raw": "12", "standard": None, "reason": "too_short", "rows": 3},
        ],
    )
    given(
        ws,
        "quality.finding",
        [
            {
                "record_id": f"{source}:3",
                "source": source,
                "line_no": 3,
                "column": "last_name",
                "expectation": "person_has_a_name",
                "severity": "error",
                "reason": "empty",
            }
        ],
    )
    given(
        ws,
        "quality.expectation",
        [
            {
                "expectation": "person_has_a_name",
                "column": "last_name",
                "severity": "error",
                "dimension": "completeness",
                "rows_checked": 3,
                "rows_failed": 1,
                "sentence": "A letter needs a name.",
            }
        ],
    )
    score = {"suite": "format", "source": source, "column": "last_name", "dimension": "completeness", "checked": 4}
    given(
        ws,
        "quality.score",
        [{**score, "failed": 1}, {**score, "column": "email", "dimension": "validity", "checked": 6}],
    )
    given(ws, "quality.previous", [{**score, "failed": 2, "as_of": date(2026, 9, 1)}])
    given(
        ws,
        "matching.pair",
        [
            {"record_id_l": f"{source}:1", "record_id_r": f"{source}:2", "kind": "individual", "match_weight": 9.5,
             "match_probability": 0.99, "outcome": "merge", "evidence": "email exact +9"},
            {"record_id_l": f"{source}:1", "record_id_r": f"{source}:3", "kind": "individual", "match_weight": -3.2,
             "match_probability": 0.1, "outcome": "leave", "evidence": "last_name diff -3"},
            {"record_id_l": f"{source}:2", "record_id_r": f"{source}:3", "kind": "individual", "match_weight": 1.25,
             "match_probability": 0.7, "outcome": "ask", "evidence": "=HYPERLINK()"},
        ],
    )  # fmt: skip
    given(
        ws,
        "matching.cluster",
        [
            {"record_id": f"{source}:1", "kind": "individual", "cluster_id": f"{source}:1"},
            {"record_id": f"{source}:2", "kind": "individual", "cluster_id": f"{source}:1"},
            {"record_id": f"{source}:3", "kind": "structure", "cluster_id": f"{source}:3"},
        ],
    )
    given(
        ws,
        "matching.block",
        [{"kind": "individual", "family": "phonetic_last", "pairs": 3, "largest_block": 2, "rows_capped": 2}],
    )
    given(
        ws,
        "matching.parameter",
        [
            {
                "kind": "individual",
                "comparison": "last",
                "level": "exact",
                "level_no": 1,
                "m": 0.8,
                "u": 0.001,
                "weight": 9.6,
            },
            {
                "kind": "individual",
                "comparison": "last",
                "level": SCRIPT,
                "level_no": 2,
                "m": 0.1,
                "u": 0.9,
                "weight": -3.2,
            },
        ],
    )
    given(
        ws,
        "golden.contact",
        [
            {
                "contact_id": "c1",
                "contact_nr": "100",
                "kind": "individual",
                "records": 2,
                "last_name": CANARY,
                "country": "CH",
            },
            {"contact_id": "c2", "contact_nr": "101", "kind": "structure", "records": 1},
        ],
    )
    given(
        ws,
        "golden.choice",
        [
            {"contact_id": "c1", "attribute": "last_name", "value": CANARY, "record_id": f"{source}:1",
             "rule": "rows_agree", "candidates": 2, "runner_up": "=1+1", "repaired": True}
        ],
    )  # fmt: skip
    given(
        ws,
        "golden.crosswalk",
        [
            {"source": source, "line_no": n, "record_id": f"{source}:{n}", "contact_id": contact, "contact_nr": number}
            for n, contact, number in ((1, "c1", "100"), (2, "c1", "100"), (3, "c2", "101"))
        ],
    )
    given(
        ws,
        "delivery.operation",
        [{"row_no": 1, "contact_id": "c1", "OPERATION": "INSERT", "CONTACT_NR": "100", "LASTNAME": CANARY}],
    )
    given(
        ws,
        "delivery.held",
        [{"contact_id": "c2", "contact_nr": "101", "reason": "no_name", "detail": "give it a name"}],
    )
    given(
        ws,
        "delivery.note",
        [{"contact_id": "c1", "contact_nr": "100", "field": "REMARK", "rule": "length", "outcome": "truncated"}],
    )
    ws.note_step("standardise", "phone", from_column="phone", parameters={"region": "CH"}, rows_in=3, rows_refused=3)
    return RunFacts(
        institution="OPERA",
        as_of=date(2026, 11, 22),
        sources=(source,),
        stages=(
            StageReport("intake", "line", 4, 3, 1, ("One source.",)),
            StageReport("matching", "record", 3, 3, figures={"individual_blocking_recall": 0.97}),
            StageReport(
                "golden",
                "record",
                3,
                3,
                figures={
                    "dispersion": 1.2,
                    "evidence.known.town.cases": 9,
                    "evidence.known.town.sides_with_majority": 0.5,
                },
            ),
            StageReport("delivery", "contact", 2, 1, 1),
        ),
        options={"country": None},
        versions={"assay": "0.1"},
        warnings=(f"Mind {SCRIPT}.",),
        files=("crosswalk.csv", "import/contacts.csv"),
    )
