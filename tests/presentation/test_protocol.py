"""The protocol for people: in words of four languages, masked, safe in a page and in a workbook."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.presentation.protocol import protocol_data, write_protocol_json
from engine.presentation.protocol_files import write_protocol
from engine.presentation.protocol_words import rule_in_words
from engine.rulebook.steps import STEPS
from engine.vocabulary import LANGUAGES, Language
from engine.workspace import Workspace
from tests.conftest import given

EVIL = '=cmd|"/c calc"!A0<script>alert(1)</script>\u202e'


def step(rule: str, parameters: dict[str, Any] | None, stage: str = "mapping") -> dict[str, Any]:
    return {"rule": rule, "stage": stage, "parameters": parameters, "to_column": "x"}


PARAMETERS: dict[str, dict[str, Any]] = {
    "rename": {},
    "constant": {"value": "CH {x}"},
    "lookup": {"entries": {"1": "M."}, "otherwise": "empty"},
    "split": {"by": ",", "into": ["a", "b"]},
    "join": {"columns": ["a", "b"]},
    "case": {"form": "proper"},
    "regex": {"find": "(a)", "replace": "\\1"},
    "date": {"reads": ["%d.%m.%Y"]},
    "arithmetic": {"value": "a * 2"},
    "sql": {"value": "lower(a)"},
    "formula": {"value": '=SI([a]="";"x";[a])'},
    "standardise": {"with": "email"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_words_in_every_language(language: Language) -> None:
    assert set(PARAMETERS) == set(STEPS)
    told = [rule_in_words(step(rule, {"step": 0, **more}), language) for rule, more in PARAMETERS.items()]
    told.append(rule_in_words(step("regex", {"step": 0, "find": "a"}), language))
    told.append(rule_in_words(step("join_table", {"join": 0, "table": "tel", "on": {"id": "cid"}}), language))
    told += [rule_in_words(step(rule, {"position": 1, "joiner": ";"}), language) for rule in ("take", "join")]
    assert len(set(told)) == len(told)
    assert not any(name in told for name in STEPS if name != "join")


def test_a_condition_and_other_stages_are_said() -> None:
    said = rule_in_words(step("constant", {"step": 0, "value": "CH", "when": "Pays is null"}), "fr")
    assert said == "toujours «\N{NO-BREAK SPACE}CH\N{NO-BREAK SPACE}»\N{NO-BREAK SPACE}; seulement si Pays is null"
    assert "E.164" in rule_in_words(step("e164", None, "standardise"), "de")
    assert "newest" in rule_in_words(step("best", {"letters": ["newest"]}, "golden"), "en")
    assert rule_in_words(step("something_new", None), "en") == "something new"


def protocol(ws: Workspace) -> None:
    ws.note_step("mapping", "case", source=EVIL, from_column=EVIL, to_column=EVIL, origin="rules/mapping/s.yml:3",
                 parameters={"step": 0, "column": EVIL, "form": "upper"}, rows_in=2, rows_changed=1,
                 output_hash="ab")  # fmt: skip
    ws.note_step("standardise", "phone", from_column="phone", to_column="phone", rows_in=1, rows_changed=1)
    given(ws, "protocol.sample", [{"step_no": 1, "place": 1, "before": "A***", "after": None}])
    given(
        ws,
        "standardise.value",
        [{"attribute": "phone", "context": "", "raw": "022 700 11 22", "standard": "+41227001122"}],
    )
    given(
        ws,
        "standardise.record",
        [{"phone": "+41227001122", "kind": "individual", "kind_reason": "", "phones": [], "emails": []}],
    )
    given(ws, "intake.source", [{"source": EVIL, "file": EVIL, "headers": [EVIL]}])


def test_samples_of_standardisation_are_masked_and_columns_have_fingerprints(ws: Workspace) -> None:
    protocol(ws)
    case, phone = protocol_data(ws)["steps"]
    assert case["samples"] == [{"before": "A***", "after": None}]
    assert case["output_hash"] == "ab"
    assert phone["samples"] == [{"before": "999 999 99 99", "after": "+99999999999"}]
    assert len(phone["output_hash"]) == 16
    assert "227001122" not in json.dumps(protocol_data(ws))


def test_the_fingerprint_of_a_column_tells_apart_what_xor_would_not(ws: Workspace) -> None:
    prints = []
    for values in (["x", "x"], ["y", "y"], [None, None]):
        with Workspace.memory() as other:
            from engine.tables import PROTOCOL_STEP

            other.create(PROTOCOL_STEP)
            other.note_step("standardise", "town", from_column="town", to_column="town")
            given(other, "intake.source", [])
            given(other, "standardise.record", [{"town": town} for town in values])
            prints.append(protocol_data(other)["steps"][0]["output_hash"])
    assert len(set(prints)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_workbook_are_written_and_nothing_in_them_runs(
    ws: Workspace, tmp_path: Path, language: Language
) -> None:
    protocol(ws)
    write_protocol_json(protocol_data(ws), tmp_path)
    write_protocol(tmp_path, language=language, as_of=date(2026, 11, 22))
    page = (tmp_path / "protocol.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    book = openpyxl.load_workbook(tmp_path / "protocol.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.value == "A***" for cell in cells)
    assert len(book.sheetnames) == 3


def test_the_same_protocol_gives_the_same_bytes(ws: Workspace, tmp_path: Path) -> None:
    protocol(ws)
    data = protocol_data(ws)
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_protocol_json(data, tmp_path / name)
        write_protocol(tmp_path / name, language="en", as_of=date(2026, 11, 22))
        written.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert written[0] == written[1]
