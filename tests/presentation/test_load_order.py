"""The note beside the files of a delivery: order, rows, what is left out, what comes next."""

from __future__ import annotations

from typing import Any

import pytest

from engine.delivering import PARTS
from engine.delivery.reasons import HELD
from engine.presentation.load_order import load_order
from engine.vocabulary import LANGUAGES, Language


def delivery(**more: Any) -> dict[str, Any]:
    files = [{"file": f"preprod_{name}.csv", "part": part, "rows": 1200} for part, name in PARTS.items()]
    plan = {
        "operations": {"INSERT": 1200, "DROP": 1}, "held": dict.fromkeys(HELD, 1), "by_hand": {"gone": 1},
        "unchanged": 0,
    }  # fmt: skip
    return {
        "environment": "preprod", "institution": "OPERA", "organization": "*", "as_of": "2026-11-22",
        "since": "environment", "files": [*files, {"file": "rekey.csv", "part": None, "rows": None}], "plan": plan,
    } | more  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("since", ["environment", "last"])
def test_every_part_and_reason_is_told_in_every_language(since: str, language: Language) -> None:
    told = load_order(delivery(since=since), language)
    places = [told.index(f"`preprod_{name}.csv`") for name in PARTS.values()]
    assert places == sorted(places)
    assert "rekey.csv" not in told
    assert told.count("\n  - 1: ") == len(HELD)
    assert "assay apply preprod_* --env preprod" in told


def test_nothing_to_send_is_said_and_no_file_is_to_be_loaded() -> None:
    plan = {"operations": {}, "held": {}, "by_hand": {}, "unchanged": 1}
    told = load_order(delivery(files=[], plan=plan), "en")
    assert "There is nothing to load" in told
    assert "1 contact is there as it should be" in told
    assert "assay apply" not in told
