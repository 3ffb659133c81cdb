"""Holding erased persons: out of the tables, the ledger right, no value left."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.protection import add_suppressed, hold_suppressed, make_suppressed, read_suppressed
from engine.protection.hold import ANCHOR, names_of, put_anchors
from engine.protection.keys import Suppressed, keyed
from engine.tables import INTAKE_HELD, INTAKE_JOINED
from engine.workspace import Workspace
from tests.conftest import given, rows

SECRET = "5f" * 32
ANN = {
    "first_name": "Anne", "last_name": "Dupont", "birth_date": date(1970, 1, 2), "emails": ["anne@b.ch"],
    "phones": ["+41791112233"], "postcode": "1204", "street": "Rue du Port", "house_number": "1",
    "addr_line1": "Rue du Port 1", "kind": "individual",
}  # fmt: skip


def base(ws: Workspace, *people: dict[str, object], source: str = "crm") -> None:
    """Records crm:1, crm:2 ... as intake and standardisation leave them."""
    keyed_rows = [
        {"record_id": f"{source}:{n}", "source": source, "line_no": n, "source_key": str(n)}
        for n in range(1, len(people) + 1)
    ]
    said = [row | person for row, person in zip(keyed_rows, people, strict=True)]
    given(ws, "standardise.record", said)
    given(ws, "intake.record", keyed_rows)
    lines = [{"source": source, "line_no": n, "file_line": n + 1} for n in range(1, len(people) + 1)]
    given(ws, "intake.line", lines)
    given(ws, "intake.source", [{"source": source, "lines": len(people), "loaded": len(people), "held": 0}])
    ws.create(INTAKE_HELD)
    ws.create(INTAKE_JOINED)


def entry(ws: Workspace, record_id: str) -> Suppressed:
    """The list's entry of a record."""
    put_anchors(ws, SECRET)
    anchors = [row[0] for row in ws.rows(f"select anchor from {ANCHOR} where record_id = $id", {"id": record_id})]
    return make_suppressed(SECRET, "2026-11-22", anchors, [], names_of(ws, [record_id]).values())


def test_the_person_of_another_source_under_another_spelling_is_held_and_the_counts_add_up(ws: Workspace) -> None:
    base(ws, ANN)
    listed = [entry(ws, "crm:1")]
    paul = ANN | {"first_name": "Paul", "birth_date": date(1968, 5, 6), "emails": ["paul@b.ch"]}
    again = ANN | {"first_name": "Âne", "last_name": "Dupont", "phones": [], "emails": [], "street": None}
    base(ws, paul, again, source="shop")
    assert hold_suppressed(ws, listed, SECRET) == 1
    assert [row["record_id"] for row in rows(ws, "intake.record", "record_id")] == ["shop:1"]
    assert [row["line_no"] for row in rows(ws, "intake.line", "line_no")] == [1]
    assert rows(ws, "intake.held", "source", "line_no", "file_line", "reason", "detail") == [
        {"source": "shop", "line_no": 2, "file_line": 3, "reason": "suppressed", "detail": None}
    ]
    assert rows(ws, "intake.source", "lines", "loaded", "held") == [{"lines": 2, "loaded": 1, "held": 1}]


def test_lines_of_a_joined_table_go_with_the_person_they_belong_to_alone(ws: Workspace) -> None:
    base(ws, ANN)
    listed = [entry(ws, "crm:1")]
    base(ws, ANN, {"first_name": "Luc", "last_name": "Rey"})
    sides = [{"source": "phones", "line_no": n, "file_line": n + 1} for n in range(1, 6)]
    mains = [{"source": "crm", "line_no": n, "file_line": n + 1} for n in (1, 2)]
    given(ws, "intake.line", [*mains, *sides])
    given(ws, "intake.held", [{"source": "phones", "line_no": 2, "file_line": 3, "reason": "join_surplus"}])
    given(ws, "intake.source", [
        {"source": "crm", "lines": 2, "loaded": 2, "held": 0}, {"source": "phones", "lines": 5, "loaded": 5, "held": 1},
    ])  # fmt: skip
    # hers, hers but not used, of both, his, nobody's
    belong = [(1, 1), (2, 1), (3, 1), (3, 2), (4, 2)]
    given(
        ws,
        "intake.joined",
        [{"source": "phones", "line_no": line, "of_source": "crm", "of_line": of} for line, of in belong],
    )
    assert hold_suppressed(ws, listed, SECRET) == 1
    left = [(row["source"], row["line_no"]) for row in rows(ws, "intake.line", "source", "line_no")]
    assert sorted(left) == [("crm", 2), ("phones", 3), ("phones", 4), ("phones", 5)]
    held = rows(ws, "intake.held", "source", "line_no", "reason")
    assert sorted((row["source"], row["line_no"], row["reason"]) for row in held) == [
        ("crm", 1, "suppressed"), ("phones", 1, "suppressed"), ("phones", 2, "join_surplus"),
    ]  # fmt: skip
    counts = {
        row["source"]: (row["loaded"], row["held"]) for row in rows(ws, "intake.source", "source", "loaded", "held")
    }
    assert counts == {"crm": (1, 1), "phones": (4, 2)}


def test_nobody_listed_means_nothing_is_touched(ws: Workspace) -> None:
    base(ws, ANN)
    assert hold_suppressed(ws, [], SECRET) == 0
    assert ws.count("intake.record") == 1


def test_anchors_made_in_sql_are_those_of_python(ws: Workspace) -> None:
    base(ws, ANN)
    put_anchors(ws, SECRET)
    made = {row[0] for row in ws.rows(f"select anchor from {ANCHOR}")}
    said = ["key|crm|1", "birth|1970-01-02", "email|anne@b.ch", "phone|+41791112233", "home|1204|rueduport1"]
    assert made == {f"{text.split('|')[0]}:{keyed(SECRET, text)}" for text in said}


def test_the_list_reads_back_as_written_holds_no_value_and_is_private(ws: Workspace, tmp_path: Path) -> None:
    base(ws, ANN)
    path = tmp_path / "suppressed.jsonl"
    one = entry(ws, "crm:1")
    add_suppressed(path, [one])
    add_suppressed(path, [entry(ws, "crm:1")])
    assert read_suppressed(path)[0] == one
    assert len(read_suppressed(path)) == 2
    text = path.read_text().casefold()
    assert not any(word in text for word in ("dupont", "anne", "b.ch", "1204", "791112233", "1970"))
    assert path.stat().st_mode & 0o077 == 0


def test_damaged_lines_are_named_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.jsonl"
    path.write_text('{"person": "x"}\nnonsense\n' + json.dumps({"a": 1}) + "\n")
    with pytest.raises(RuleErrors) as told:
        read_suppressed(path)
    assert [problem.line for problem in told.value.problems] == [1, 2, 3]
