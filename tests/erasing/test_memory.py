"""What a project remembers, without the persons: registry, decisions, former extracts, a freeze that stays true."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.erasing.memory import count_memory, scrub_memory
from engine.erasing.people import Person
from engine.erasing.traces import Traces, make_traces
from engine.golden.registry import read_registry
from engine.project import Project

ANN = Person(contact_id="c1", contact_nr="9000001", kind="individual", records=("crm:7",), former=("crm:5",))
NUMBERS: list[dict[str, Any]] = [
    {"record_id": "crm:5", "contact_id": "c1", "extract": "a", "alone": True, "fingerprint": "f5"},
    {"record_id": "crm:8", "contact_id": "c2", "extract": "a", "alone": True, "fingerprint": "f8"},
    {"contact_id": "c1", "number": "9000001", "origin": "range"},
    {"record_id": "crm:7", "same_as": "crm:5", "extract": "b"},
    {"set": "5e", "contact_id": "c3", "extract": "b"},
    {"record_id": "crm:7", "contact_id": "c3", "extract": "b", "alone": False},
    {"record_id": "crm:8", "contact_id": "c3", "extract": "b", "alone": False},
    {"contact_id": "c1", "state": "joined", "into": "c3", "extract": "b"},
]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def project(root: Path, traces: Traces | None = None) -> Project:
    made = Project(root=root)
    write(made.numbers, NUMBERS)
    said = {"judgement": "no_match", "by": "x", "at": "", "why": ""}
    write(
        made.decisions,
        [
            {"record_id_l": "crm:7", "record_id_r": "crm:8", **said},
            {"record_id_l": "crm:8", "record_id_r": "crm:9", **said, "why": "her mother is Anna Vermeulen"},
        ],
    )
    return made


def test_records_keep_their_place_in_the_registry_under_random_names_and_numbers_stay_burnt(tmp_path: Path) -> None:
    made = project(tmp_path)
    assert count_memory(made, [ANN]) == {"decisions.jsonl": 1, "numbers.jsonl": 3}
    scrub_memory(made, [ANN], make_traces([]))
    after = lines(made.numbers)
    assert len(after) == len(NUMBERS)
    names = [str(line.get("record_id")) for line in after]
    assert names[0].startswith("erased:")
    assert names[3] == names[5]
    assert after[3]["same_as"] == names[0]
    assert "fingerprint" not in after[0]
    gone = after[0]["contact_id"]
    assert gone.startswith("x")
    assert after[2] == {"contact_id": gone, "number": "9000001", "origin": "range"}
    assert after[7] == {"contact_id": gone, "state": "joined", "into": "c3", "extract": "b"}
    assert after[1] == NUMBERS[1]  # c3 is borne by crm:8 as well: it stays
    assert after[6] == NUMBERS[6]
    text = made.numbers.read_text(encoding="utf-8")
    assert not any(word in text for word in ('"crm:5"', '"crm:7"', '"c1"', '"f5"'))
    assert read_registry(made.numbers).num_rows == len(NUMBERS)


def test_decisions_about_them_go_and_words_about_them_in_others(tmp_path: Path) -> None:
    made = project(tmp_path)
    (rewritten, _) = scrub_memory(made, [ANN], make_traces(["Vermeulen"]))
    assert rewritten.items == 2
    (left,) = lines(made.decisions)
    assert (left["record_id_l"], left["why"]) == ("crm:8", "")


def test_what_nobody_stands_in_is_not_touched(tmp_path: Path) -> None:
    made = project(tmp_path)
    before = made.numbers.read_bytes(), made.decisions.read_bytes()
    stranger = Person(contact_id="c9", contact_nr="1", kind="individual", records=("crm:99",))
    assert scrub_memory(made, [stranger], make_traces([])) == []
    assert (made.numbers.read_bytes(), made.decisions.read_bytes()) == before


def test_a_freeze_stays_true_after_an_erasure_and_what_had_changed_before_stays_changed(tmp_path: Path) -> None:
    made = project(tmp_path)
    known = made.numbers.read_bytes()
    decisions = hashlib.sha256(made.decisions.read_bytes()).hexdigest()
    frozen = {
        "numbers": {"bytes": len(known), "sha256": hashlib.sha256(known).hexdigest()},
        "files": {"decisions.jsonl": decisions, "models/x.json": "old"},
    }
    (tmp_path / "frozen.json").write_text(json.dumps(frozen), encoding="utf-8")
    with made.numbers.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"contact_id": "c4", "number": "9000002", "origin": "range"}) + "\n")
    scrub_memory(made, [ANN], make_traces([]))
    after = json.loads((tmp_path / "frozen.json").read_text(encoding="utf-8"))
    data = made.numbers.read_bytes()
    length = after["numbers"]["bytes"]
    assert hashlib.sha256(data[:length]).hexdigest() == after["numbers"]["sha256"]
    assert data[:length].count(b"\n") == len(NUMBERS)
    assert after["files"]["decisions.jsonl"] == hashlib.sha256(made.decisions.read_bytes()).hexdigest()
    assert after["files"]["models/x.json"] == "old"


def test_a_former_extract_loses_their_rows_and_their_values_in_rows_of_others(tmp_path: Path) -> None:
    made = project(tmp_path)
    folder = made.extracts / "first"
    folder.mkdir(parents=True)
    crosswalk = {"record_id": ["crm:5", "crm:8"], "contact_id": ["c0", "c2"]}
    contacts = {"contact_id": ["c0", "c2"], "email": ["ann@home.ch", "ANN@home.ch"], "town": ["Bern", "Bern"]}
    pq.write_table(pa.table(crosswalk), folder / "crosswalk.parquet")
    pq.write_table(pa.table(contacts), folder / "contact.parquet")
    scrub_memory(made, [ANN], make_traces(["ann@home.ch"]))
    assert pq.read_table(folder / "crosswalk.parquet").to_pylist() == [{"record_id": "crm:8", "contact_id": "c2"}]
    assert pq.read_table(folder / "contact.parquet").to_pylist() == [
        {"contact_id": "c2", "email": None, "town": "Bern"}
    ]


def test_what_pairs_are_judged_by_forgets_the_names_that_only_they_held(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.frozen.mkdir()
    said = {"what": ["last name", "last name", "word"], "value": ["vermeulen", "rey", "vermeulen"]}
    rest = {"kind": ["individual"] * 3, "carriers": [1.0, 9.0, 2.0], "known": [True] * 3}
    pq.write_table(pa.table(said | rest), made.frozen / "matching.parquet")
    rewritten = scrub_memory(made, [ANN], make_traces([]), values=[("last name", "vermeulen")])
    assert ("frozen/matching.parquet", 1) in [(one.file, one.items) for one in rewritten]
    left = pq.read_table(made.frozen / "matching.parquet").to_pylist()
    assert [(row["what"], row["value"]) for row in left] == [("last name", "rey"), ("word", "vermeulen")]
