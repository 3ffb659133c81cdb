"""Lists of criteria and structure types, and the files that define them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions import Definitions, read_definitions
from engine.errors import SourceError, UsageError
from engine.qualifying import read_qualifications
from engine.rulebook import RuleBook
from engine.rulebook.definitions import RULE_FILE, DefinitionRules
from engine.rulebook.delivery import DeliveryRules

DELIVERY = RuleBook().load("delivery/secutix.yml", DeliveryRules)
LAYOUT = RuleBook().load(RULE_FILE, DefinitionRules)
CRITERIA = (
    "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nCOLOUR;Colour;BOTH;LIST;Red|Green\nNOTE;Note;;;\n"
    "VIP;VIP;INDIVIDUAL;BOOLEAN;\nSINCE;Since;;DATE;\nSEATS;Seats;;NUMBER;\n"
)


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def definitions(folder: Path) -> Definitions:
    types = file(folder, "types.csv", "CODE,NAME\nSCHOOL,School\n")
    return read_definitions(LAYOUT, file(folder, "criteria.csv", CRITERIA), types)


def test_what_is_defined_is_taken(tmp_path: Path) -> None:
    lists = [
        file(
            tmp_path,
            "c.csv",
            "CONTACT_NR;CRITERION;VALUE\n007;COLOUR;Red\n007;VIP;T\n8;NOTE;à revoir\n007;COLOUR;Red\n",
        ),
        file(tmp_path, "t.csv", "STRUCT_TYPE;CONTACT_NR\nSCHOOL;9\n"),
    ]
    found = read_qualifications(lists, definitions(tmp_path), DELIVERY).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("007", "CRIT", "COLOUR", "Red", "BOTH"),
        ("007", "CRIT", "VIP", "T", "INDIVIDUAL"),
        ("8", "CRIT", "NOTE", "à revoir", "BOTH"),
        ("9", "STRUCT_TYPE", "", "SCHOOL", "STRUCTURE"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CONTACT_NR;CRITERION;VALUE\n1;SIZE;L\n", "line 2: the criterion is not defined"),
        ("CONTACT_NR;CRITERION;VALUE\n1;COLOUR;Blue\n", "line 2: criterion COLOUR has no such value"),
        ("CONTACT_NR;CRITERION;VALUE\n1;VIP;yes\n", "line 2: criterion VIP has no such value: T or F"),
        (
            "CONTACT_NR;CRITERION;VALUE\n1;SINCE;31.02.2026\n",
            "SINCE has no such value: a date of the calendar",
        ),
        ("CONTACT_NR;CRITERION;VALUE\n1;SEATS;two\n", "criterion SEATS has no such value: a number has digits only"),
        ("CONTACT_NR;CRITERION;VALUE\n1;NOTE;a|b\n", "line 2: a value, one a row"),
        ("CONTACT_NR;CRITERION;VALUE\nx1;NOTE;a\n", "line 2: CONTACT_NR has 1 to 20 digits"),
        ("CONTACT_NR;STRUCT_TYPE\n1;BAR\n", "line 2: the type of structure is not defined"),
        ("CONTACT_NR;STRUCT_TYPE\n1;SCHOOL\n\nx;SCHOOL\n", "line 4: CONTACT_NR has 1 to 20 digits"),
        ("CONTACT_NR;VALUE\n1;a\n", "no column STRUCT_TYPE"),
    ],
)
def test_what_is_not_defined_is_refused_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=told):
        read_qualifications([file(tmp_path, "list.csv", text)], definitions(tmp_path), DELIVERY)


def test_without_definitions_nothing_is_qualified(tmp_path: Path) -> None:
    lists = [file(tmp_path, "c.csv", "CONTACT_NR;CRITERION;VALUE\n1;COLOUR;Red\n")]
    with pytest.raises(UsageError, match="nobody said which criteria are defined"):
        read_qualifications(lists, Definitions(), DELIVERY)
