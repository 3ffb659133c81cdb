"""Each preference on literal candidates, and the mistakes of a rule file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.golden.preferences import PREFERENCES, load_rules
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("accented", "Hélène", "Helene"),
        ("mixed_case", "Rue Neuve", "RUE NEUVE"),
        ("mixed_case", "McDonald", "mcdonald"),
        ("unabbreviated", "Avenue Foch", "Av. Foch"),
        ("not_1_january", "1971-06-14", "1971-01-01"),
    ],
)
def test_a_preference_of_the_value_itself(ws: Workspace, name: str, better: str, worse: str) -> None:
    expression = PREFERENCES[name].expression
    merit = f"select {expression} from (select $value as candidate)"
    assert ws.value(merit, {"value": better}) > ws.value(merit, {"value": worse})


@pytest.mark.parametrize(
    ("name", "column", "better", "worse"),
    [
        ("valid", "valid", "2", "1"),
        ("undoubted", "undoubted", "1", "0"),
        ("rows_agree", "rows", "3", "1"),
        ("newest", "newest", "date '2024-01-01'", "date '2012-01-01'"),
        ("source", "source_rank", "2", "0"),
        ("main_column", "main", "1", "0"),
        ("has_street", "has_street", "1", "0"),
        ("filled", "filled", "5", "2"),
        ("trust", "score", "0.9", "0.4"),
    ],
)
def test_a_preference_of_what_candidates_carry(ws: Workspace, name: str, column: str, better: str, worse: str) -> None:
    expression = PREFERENCES[name].expression
    found = [ws.value(f"select {expression} from (select {value} as {column})") for value in (better, worse)]
    assert found[0] > found[1]


def rules_with(folder: Path, text: str) -> RuleBook:
    (folder / "survivorship").mkdir()
    (folder / "survivorship" / "contact.yml").write_text(text, encoding="utf-8")
    return RuleBook([folder])


def test_shipped_rules_name_known_preferences_and_a_reason_for_every_attribute() -> None:
    rules = load_rules(RuleBook())
    assert all(rule.why for rule in rules.attributes.values())


def test_all_unknown_preferences_are_reported_with_line_and_nearest_word(tmp_path: Path) -> None:
    book = rules_with(
        tmp_path,
        "defaults:\n  letters: [valid, row_agree]\nattributes:\n  phone:\n    letters:\n      - neweste\n"
        "    form: [has_street]\n",
    )
    with pytest.raises(RuleErrors) as caught:
        load_rules(book)
    text = str(caught.value)
    assert 'contact.yml:2  defaults.letters: unknown preference "row_agree"' in text
    assert "Did you mean rows_agree?" in text
    assert 'contact.yml:6  attributes.phone.letters: unknown preference "neweste"' in text
    assert 'contact.yml:7  attributes.phone.form: preference "has_street" cannot stand in a list of form' in text


def test_an_unknown_attribute_is_a_mistake_with_its_nearest_word(tmp_path: Path) -> None:
    book = rules_with(tmp_path, "repair:\n  attributes: [first_nam]\n")
    with pytest.raises(RuleErrors, match="Did you mean first_name"):
        load_rules(book)


def test_an_attribute_without_a_rule_is_a_mistake(tmp_path: Path) -> None:
    book = rules_with(
        tmp_path, "attributes:\n  phone: {enabled: false}\n  fax: {enabled: false}\n  mobile: {overflow: []}\n"
    )
    with pytest.raises(RuleErrors, match="no rule for phone, fax"):
        load_rules(book)


def test_repair_can_be_switched_off(tmp_path: Path) -> None:
    assert load_rules(rules_with(tmp_path, "repair: {enabled: false}\n")).repair is None
