"""What may be destroyed for one person's sake, who can be erased, and when nothing may be done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.erasing.incoming import databases_holding, sources_holding
from engine.erasing.people import all_records, find_people, suppressed_entries
from engine.erasing.places import is_copy
from engine.erasing.traces import traces_of
from engine.errors import UsageError
from engine.presentation.catalogue import read
from engine.vocabulary import LANGUAGES
from engine.workspace import Workspace
from tests.conftest import given

SECRET = "5f" * 32


def base(ws: Workspace, *people: dict[str, Any]) -> None:
    """Records crm:1, crm:2 ...; ``contact`` says whose they are, c1 by default."""
    rows = [
        {"record_id": f"crm:{n}", "source": "crm", "line_no": n, "source_key": str(n)}
        for n in range(1, len(people) + 1)
    ]
    contacts = [str(person.pop("contact", f"c{n}")) for n, person in enumerate(people, start=1)]
    given(
        ws,
        "standardise.record",
        [row | {"kind": "individual"} | person for row, person in zip(rows, people, strict=True)],
    )
    given(ws, "intake.record", rows)
    cells = [[person.get("last_name", ""), person.get("remark_cell", "")] for person in people]
    given(ws, "intake.line", [{"source": "crm", "line_no": n, "cells": cell} for n, cell in enumerate(cells, start=1)])
    given(ws, "intake.joined", [])
    given(ws, "intake.mapping", [{"source": "crm", "position": 1, "header": "Nom", "attribute": "last_name"}])
    crosswalk = [{**row, "contact_id": contact} for row, contact in zip(rows, contacts, strict=True)]
    given(ws, "golden.crosswalk", [{key: row[key] for key in ("record_id", "contact_id")} for row in crosswalk])
    kinds = {contact: person.get("kind", "individual") for contact, person in zip(contacts, people, strict=True)}
    given(
        ws, "golden.contact", [{"contact_id": c, "contact_nr": f"90{c[1:]}", "kind": kind} for c, kind in kinds.items()]
    )


def test_a_record_means_the_whole_contact_with_all_records_that_ever_were_its(ws: Workspace, tmp_path: Path) -> None:
    base(ws, {"last_name": "Favre", "contact": "c1"}, {"last_name": "Faure", "contact": "c1"}, {"last_name": "Rey"})
    lines = [
        {"record_id": "old:5", "contact_id": "c1", "extract": "a", "alone": True},
        {"record_id": "old:6", "contact_id": "c1", "extract": "a", "alone": True},
        {"record_id": "old:6", "contact_id": "c3", "extract": "b", "alone": True},
    ]
    registry = tmp_path / "numbers.jsonl"
    registry.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (person,) = find_people(ws, registry, ["crm:2", "901", "c1"])
    assert (person.contact_id, person.contact_nr) == ("c1", "901")
    assert all_records([person]) == {"crm:1", "crm:2", "old:5"}


def test_a_structure_is_no_person_and_a_name_that_means_nobody_is_said(ws: Workspace, tmp_path: Path) -> None:
    base(ws, {"organisation": "Opéra", "kind": "structure"})
    with pytest.raises(UsageError, match="is a structure"):
        find_people(ws, tmp_path / "none", ["901"])
    with pytest.raises(UsageError, match="no record or contact"):
        find_people(ws, tmp_path / "none", ["902"])


def test_what_others_have_too_is_no_trace_and_marks_an_anchor_as_shared(ws: Workspace, tmp_path: Path) -> None:
    mail = {"emails": ["famille@favre.ch"], "email": "famille@favre.ch"}
    base(
        ws,
        {"last_name": "Favrelet", "first_name": "Anna", "phones": ["+41791112233"], **mail},
        {"last_name": "Rey", **mail},
    )
    people = find_people(ws, tmp_path / "none", ["c1"])
    assert set(traces_of(ws, people).texts) == {
        "favrelet", "anna favrelet", "favrelet anna", "favrelet, anna", "+41791112233",
    }  # fmt: skip
    (entry,) = suppressed_entries(ws, people, secret=SECRET, since="2026-11-22")
    assert {anchor.split(":")[0] for anchor in entry.anchors} == {"key", "email", "phone"}
    assert {anchor.split(":")[0] for anchor in entry.shared} == {"email"}


def test_a_line_of_a_joined_table_is_theirs_unless_somebody_else_has_it_too(ws: Workspace, tmp_path: Path) -> None:
    base(ws, {"last_name": "Favrelet"}, {"last_name": "Rey"})
    mains = [{"source": "crm", "line_no": n, "cells": [name, ""]} for n, name in ((1, "Favrelet"), (2, "Rey"))]
    sides = [{"source": "phones", "line_no": n, "cells": [f"numéro {n}-{n}"], "file_line": n + 1} for n in (1, 2)]
    given(ws, "intake.line", [*mains, *sides])
    belong = [(1, 1), (2, 1), (2, 2)]
    given(
        ws,
        "intake.joined",
        [{"source": "phones", "line_no": line, "of_source": "crm", "of_line": of} for line, of in belong],
    )
    given(ws, "intake.source", [{"source": name, "sha256": "x", "file": f"{name}.csv"} for name in ("crm", "phones")])
    given(ws, "intake.held", [])
    people = find_people(ws, tmp_path / "none", ["c1"])
    assert set(traces_of(ws, people).texts) == {"favrelet", "numéro 1-1"}
    (held,) = sources_holding(ws, people, {"phones": tmp_path / "phones.csv"})
    assert (held.source, held.lines) == ("phones", (2,))
    assert databases_holding(ws, people, {"phones"}) == {"crm · crm.csv": 1}


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("review.xlsx", True),
        ("lists/vip.csv", True),
        ("incoming/old.csv", False),
        ("rules/survivorship/contact.yml", False),
        ("journal.jsonl", False),
        ("frozen.json", False),
        ("frozen/lexicon.parquet", False),
        ("new_memory.jsonl", False),
        ("out/old.csv", True),
        ("assay.toml", False),
    ],
)
def test_only_copies_are_destroyed(name: str, copy: bool) -> None:
    assert is_copy(name) is copy


def test_the_certificate_has_every_text_in_four_languages() -> None:
    for name in ("erasure", "retention"):
        for key, texts in read(name).items():
            assert set(texts) == set(LANGUAGES), key
            assert all(text.strip() for text in texts.values()), key
