"""What an institution has defined, and the files that say so."""

from __future__ import annotations

from pathlib import Path
from string import ascii_uppercase
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions import (
    Definitions,
    as_setting,
    criteria_text,
    of_settings,
    read_definition_file,
    read_definitions,
    told_by_rules,
    types_text,
)
from engine.errors import SourceError
from engine.rulebook import RuleBook
from engine.rulebook.definitions import RULE_FILE, DefinitionRules
from engine.rulebook.import_rules import Criterion, DataType, ImportRules

LAYOUT = RuleBook().load(RULE_FILE, DefinitionRules)
HEADER = "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\n"
COLOUR = Criterion(name="COLOUR", title="Colour", data_type="LIST", values=("Red", "Green"))
VIP = Criterion(name="VIP", contact_type="INDIVIDUAL", data_type="BOOLEAN", values=("T", "F"))

_codes = st.text(ascii_uppercase + "_019", min_size=1, max_size=8)
_words = st.text(
    st.characters(codec="utf-8", exclude_characters="|=\r\n\x00", exclude_categories=["C", "Z"]), max_size=9
)


@st.composite
def criteria(draw: st.DrawFn) -> Definitions:
    found = {}
    for code in draw(st.lists(_codes, unique=True, max_size=5)):
        values = tuple(dict.fromkeys(draw(st.lists(_words.filter(bool), min_size=1, max_size=4))))
        kind: DataType = draw(st.sampled_from(get_args(DataType)).filter(lambda one: one != "BOOLEAN"))
        found[code] = Criterion(
            name=code,
            title=draw(_words),
            contact_type=draw(st.sampled_from(["INDIVIDUAL", "STRUCTURE", "BOTH"])),
            data_type=kind,
            values=values if kind == "LIST" else (),
        )
    return Definitions(found)


@given(criteria())
def test_written_read_and_written_again_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, told: Definitions
) -> None:
    path = tmp_path_factory.mktemp("definitions") / "criteria.csv"
    path.write_bytes(criteria_text(told, LAYOUT).encode())
    again = read_definition_file(path, LAYOUT)
    assert again is not None
    assert dict(again.criteria or {}) == dict(told.criteria or {})
    assert criteria_text(again, LAYOUT).encode() == path.read_bytes()


def test_structure_types_written_and_read_are_the_same(tmp_path: Path) -> None:
    told = Definitions(structure_types={"SCHOOL": "École; primaire", "BAR": 'Le "Bar"'})
    path = tmp_path / "types.csv"
    path.write_text(types_text(told, LAYOUT), encoding="utf-8")
    again = read_definition_file(path, LAYOUT)
    assert again == told
    assert path.read_bytes() == b'CODE;NAME\nBAR;"Le ""Bar"""\nSCHOOL;"\xc3\x89cole; primaire"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + "LONGERTHAN8;x;;;\n", "line 2: CODE has 1 to 8"),
        (HEADER + "A;x;;;\nA;y;;;\n", "line 3: CODE stands twice"),
        (HEADER + "A;x;ALL;;\n", "line 2: CONTACT_TYPE is one of"),
        (HEADER + "A;x;;LIST;\n", "line 2: a list needs its VALUES"),
        (HEADER + "A;x;;CODE;\n", "line 2: DATA_TYPE is one of"),
        (HEADER + "A;x;;;a=b\n", "line 2: a value cannot hold ="),
        (HEADER + "A;x;;NUMBER;1|two\n", "line 2: VALUES: a number has digits only"),
        (HEADER + "A;x;;DATE;31.02.2026\n", "line 2: VALUES: a date of the calendar"),
        (HEADER + "A;x;;BOOLEAN;T|F|yes\n", "line 2: VALUES: T or F"),
        (HEADER + 'A;"two\nlines";;;\nB;x;ALL;;\n', "line 4: CONTACT_TYPE is one of"),
        ("CODE;NAME\nA;x\n", "no column CONTACT_TYPE"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "criteria.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=told):
        read_definitions(LAYOUT, path, None)


def test_an_import_file_is_no_definition_file(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("INSTITUTION;ORGANIZATION;OPERATION;CONTACT_NR\n", encoding="utf-8")
    assert read_definition_file(path, LAYOUT) is None


def test_a_base_keeps_what_it_was_told() -> None:
    told = Definitions({"COLOUR": COLOUR, "VIP": VIP}, {"SCHOOL": "School"})
    assert of_settings(as_setting(told)) == told
    assert of_settings(as_setting(Definitions())) == of_settings({}) == Definitions()


def test_what_is_lacking_is_what_would_not_be_taken() -> None:
    there = Definitions({"COLOUR": COLOUR}, {"SCHOOL": "School"})
    blue = COLOUR.model_copy(update={"values": ("Red", "Blue")})
    only_red = COLOUR.model_copy(update={"values": ("Red",)})
    assert there.lacking(Definitions({"COLOUR": blue}, {"BAR": "Bar"})) == Definitions({"COLOUR": blue}, {"BAR": "Bar"})
    assert there.lacking(Definitions({"COLOUR": only_red}, {"SCHOOL": ""})) == Definitions({}, {})


@pytest.mark.parametrize(
    ("there", "needed", "taken"),
    [
        ({}, {"data_type": "NUMBER"}, True),
        ({"data_type": "NUMBER"}, {}, False),
        ({"data_type": "NUMBER"}, {"data_type": "NUMBER"}, True),
        ({"data_type": "NUMBER"}, {"data_type": "DATE"}, False),
        ({"data_type": "NUMBER"}, {"values": ("1", "2")}, True),
        ({"data_type": "NUMBER"}, {"values": ("1", "two")}, False),
        ({"data_type": "LIST", "values": ("1",)}, {"data_type": "NUMBER"}, False),
        ({}, {"contact_type": "STRUCTURE"}, False),
    ],
)
def test_a_criterion_covers_another_whose_every_value_it_takes(
    there: dict[str, Any], needed: dict[str, Any], taken: bool
) -> None:
    assert Criterion(name="A", **there).covers(Criterion(name="A", **needed)) is taken


def test_the_later_definition_of_a_code_stands_and_nobody_telling_is_not_nothing_defined() -> None:
    one, other = Definitions({"COLOUR": COLOUR}), Definitions({"COLOUR": VIP})
    assert one.and_then(other).criteria == {"COLOUR": VIP}
    rules = RuleBook().load("delivery/import_rules.yml", ImportRules)
    assert told_by_rules(rules.defined) == Definitions()
    assert Definitions({}).in_force(rules).defined.criteria == ()
    assert Definitions().in_force(rules).defined.criteria is None
