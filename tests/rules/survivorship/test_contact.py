"""Every case of contact.yml, all in one base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.workspace import Workspace
from tests.golden.base import choices, golden, survive_base
from tests.support.yaml_files import read_yaml

DOCUMENT: dict[str, Any] = read_yaml(Path(__file__).with_name("contact.yml"))
CASES: list[dict[str, Any]] = DOCUMENT["cases"]


@pytest.fixture(scope="module")
def survived() -> Iterator[Workspace]:
    """The workspace after one survive over all cases."""
    contacts = {case["name"]: case["records"] for case in CASES}
    contacts |= {f"other_{number}": [record] for number, record in enumerate(DOCUMENT["others"])}
    with Workspace.memory() as ws:
        survive_base(ws, contacts)
        yield ws


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_contact_survives_as_its_case_says(survived: Workspace, case: dict[str, Any]) -> None:
    contact, lineage = golden(survived, case["name"]), choices(survived, case["name"])
    assert {attribute: contact[attribute] for attribute in case["expect"]} == case["expect"]
    assert {attribute: lineage[attribute]["rule"] for attribute in case.get("rule", {})} == case.get("rule", {})
    if "repaired" in case:
        assert sorted(name for name, choice in lineage.items() if choice["repaired"]) == case["repaired"]
