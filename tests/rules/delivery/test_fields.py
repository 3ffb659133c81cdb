"""The shipped delivery rules, case by case (fields.yml)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.delivery import deliver
from engine.delivery.reasons import REASONS
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.support.yaml_files import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("fields.yml"))
BOOK = RuleBook()
TOLD_ELSEWHERE = {
    "no_login",
    "relay_address",
    "criterion_sign",
    "continued",
}  # two contacts, other rules: tests/delivery/test_deliver.py


def plain(value: Any) -> Any:
    return value["repeat"] * value["times"] if isinstance(value, dict) else value


def contact(number: int, case: dict[str, Any]) -> dict[str, Any]:
    kind = case.get("kind", "individual")
    named = {
        "last_name": None if kind == "structure" else "Dupont",
        "organisation": None if kind == "individual" else "Opéra",
    }
    attributes = {name: plain(value) for name, value in case["given"].items()}
    return {"contact_id": f"c{number:03d}", "contact_nr": f"{number:06d}", "kind": kind, **named, **attributes}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, list[str]]]:
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        given(ws, "golden.contact", [contact(number, case) for number, case in enumerate(CASES)])
        deliver(
            ws, BOOK, institution="OPERA", organization="*", home_country="CH", as_of=date(2026, 11, 22),
            out=tmp_path_factory.mktemp("out"), watcher=Silent(),
        ).check()  # fmt: skip
        operations = {row["contact_id"]: row for row in rows(ws, "delivery.operation")}
        notes: dict[str, list[str]] = {}
        for note in rows(ws, "delivery.note", "contact_id", "field", "rule"):
            if note["rule"] != "no_login":  # the cases share one file
                notes.setdefault(note["contact_id"], []).append(f"{note['field']} {note['rule']}")
        return operations, notes


@pytest.mark.parametrize(("number", "case"), enumerate(CASES), ids=[case["name"] for case in CASES])
def test_a_field_is_written_as_the_format_wants(
    number: int, case: dict[str, Any], delivered: tuple[dict[str, Any], dict[str, list[str]]]
) -> None:
    operations, notes = delivered
    row = operations[f"c{number:03d}"]
    expected = {field: plain(value) for field, value in case["expect"].items()}
    assert {field: row[field] for field in expected} == expected
    assert sorted(notes.get(f"c{number:03d}", [])) == sorted(case.get("notes", []))


def test_every_shipped_field_has_a_case() -> None:
    fields = {rule.name for rule in BOOK.load("delivery/secutix.yml", DeliveryRules).fields}
    assert fields == {field for case in CASES for field in case["expect"]}


def test_every_reason_has_a_case() -> None:
    told = {note.split()[1] for case in CASES for note in case.get("notes", [])}
    assert told == set(REASONS) - TOLD_ELSEWHERE


def test_lengths_are_those_of_the_format() -> None:
    with Path(BOOK.roots[0], "delivery", "fields.csv").open(encoding="utf-8", newline="") as handle:
        of_format = {row["field_code"]: row["max_length"] for row in csv.DictReader(handle)}
    rules = BOOK.load("delivery/secutix.yml", DeliveryRules).fields
    lengths = {rule.name: str(rule.max_length) for rule in rules if rule.max_length is not None}
    del lengths["TOWN"], lengths["TOWN_COMPLEMENT"]  # 100 together, and under it
    assert lengths == {name: of_format[name] for name in lengths}
