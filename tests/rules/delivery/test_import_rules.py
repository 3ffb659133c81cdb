"""The shipped import rules, case by case (import_cases.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import RuleErrors
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import FIELD_RULES, FILE_RULES, ROW_RULES, ImportRules
from engine.workspace import Workspace
from tests.support.yaml_files import read_yaml
from tests.target.support import applied, contact, empty_base, file_text, plain

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("import_cases.yml"))
FILE = "delivery/import_rules.yml"
SHIPPED = RuleBook().load(FILE, ImportRules)


def rules_of(case: dict[str, Any], folder: Path) -> ImportRules:
    if "rules" not in case:
        return SHIPPED
    overlay = folder / "rules" / FILE
    overlay.parent.mkdir(parents=True)
    overlay.write_text(yaml.safe_dump(case["rules"]), encoding="utf-8")
    return RuleBook([folder / "rules"]).load(FILE, ImportRules)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_import_answers_as_the_format_says(case: dict[str, Any], tmp_path: Path, ws: Workspace) -> None:
    rules = rules_of(case, tmp_path)
    empty_base(ws)
    if "before" in case:
        assert applied(ws, rules, file_text(case["before"]), tmp_path).not_imported == 0
    for number in case.get("sales", ()):
        ws.connection.execute("insert into sale values (?)", [number])
    text = case["text"] if "text" in case else file_text(case["rows"])
    answered = applied(ws, rules, text.encode(case.get("encoding", "utf-8")), tmp_path)
    answers = ws.rows("select line_no - 1, coalesce(field, '-'), rule, outcome from answer order by answer_no")
    assert [" ".join(map(str, answer)) for answer in answers] == case["expect"]
    refused = {line for line, _, _, outcome in answers if outcome == "not_imported"}
    assert answered.rows == answered.imported + answered.not_imported
    assert answered.not_imported == len(refused)
    for number, expected in case.get("contacts", {}).items():
        found = contact(ws, number)
        if expected == "gone":
            assert found is None
        else:
            assert found is not None
            assert {name: found[name] for name in expected} == {name: plain(cell) for name, cell in expected.items()}
    for number, properties in case.get("properties", {}).items():
        held = ws.rows("select field, code, value from property where contact_nr = $nr order by all", {"nr": number})
        assert [" ".join(row) for row in held] == properties


def test_every_rule_has_a_case_that_meets_it() -> None:
    met = {answer.split()[2] for case in CASES for answer in case["expect"]}
    assert met == {rule.name for rule in SHIPPED.rules} == ROW_RULES | FIELD_RULES | FILE_RULES


def test_every_rule_speaks_four_languages_and_says_no_language_twice() -> None:
    for rule in SHIPPED.rules:
        for sentence in (rule.reason, rule.advice):
            assert len({sentence.en, sentence.fr, sentence.de, sentence.it}) == 4, rule.name


@pytest.mark.parametrize(
    ("overlay", "told"),
    [
        ("rules: [{name: number_known, outcome: dropped}]", "about a whole row"),
        ("rules: [{name: email_form, outcome: truncated}]", "no length to cut at"),
        ("operations: [INSERT, MERGE]", "unknown operations MERGE"),
        ("lengths: {LASTNAMES: 3}", "unknown fields LASTNAMES"),
    ],
)
def test_a_mistake_in_the_rules_is_told_with_its_place(overlay: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(overlay, encoding="utf-8")
    with pytest.raises(RuleErrors, match=told) as caught:
        RuleBook([tmp_path]).load(FILE, ImportRules)
    assert caught.value.problems[0].line == 1
