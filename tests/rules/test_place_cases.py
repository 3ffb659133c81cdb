"""Countries, phones and addresses on their cases in tests/rules/standardisation/*.yml: one test per case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.standardise.address_cells import CELLS, SEPARATOR, read_address
from engine.standardise.blocks import split_block
from engine.standardise.country_names import standardise_country
from engine.standardise.phone_numbers import read_phone_cell
from engine.standardise.postcodes import read_postcode
from engine.standardise.street_lines import read_street_line
from engine.standardise.towns import read_town
from tests.standardise.places import COUNTRIES, LINES, PHONES, PLACEHOLDERS, POSTCODES, TOWNS
from tests.support.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "standardisation"
Case = dict[str, Any]


def _told(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that say something."""
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in parts.items()}
    return {name: value for name, value in listed.items() if value not in (None, [], "")}


def _street_line(case: Case) -> dict[str, Any]:
    found = read_street_line(case["raw"], case.get("country"), LINES)
    parts = found._asdict()
    return _told({"line": parts.pop("text"), **{name: value for name, value in parts.items() if name != "score"}})


def _address(case: Case) -> dict[str, Any]:
    cells = SEPARATOR.join(str(case.get(name, "")) for name in CELLS).rstrip(SEPARATOR)
    return _told(read_address(cells, case.get("country"), LINES, PLACEHOLDERS)._asdict())


def _postcode(case: Case) -> dict[str, Any]:
    parts = read_postcode(case["raw"], case.get("country"), POSTCODES)._asdict()
    return _told({name: value for name, value in parts.items() if name != "key"})


def _phone(case: Case) -> dict[str, Any]:
    found = read_phone_cell(case["raw"], case.get("country"), PHONES)
    kinds = ["fixed" if n in found.lines else "mobile" if n in found.mobiles else "either" for n in found.numbers]
    return _told({"numbers": found.numbers, "kinds": kinds, "local": found.local, "reason": found.reason})


def _country_name(case: Case) -> dict[str, Any]:
    found = standardise_country(case["raw"], COUNTRIES)
    return _told({"country": found.value, "reason": found.reason})


READERS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "street_line": _street_line,
    "address": _address,
    "town": lambda case: _told(read_town(case["raw"], case.get("country"), TOWNS)._asdict()),
    "postcode": _postcode,
    "phone": _phone,
    "country_name": _country_name,
    "address_block": lambda case: _told(split_block(case["raw"], COUNTRIES)._asdict()),
}


def _cases() -> Iterator[Any]:
    for topic in sorted(READERS):
        for number, case in enumerate(read_yaml(FOLDER / f"{topic}.yml"), start=1):
            name = case.get("raw") or " | ".join(str(case[cell]) for cell in CELLS if cell in case)
            yield pytest.param(topic, case, id=f"{topic}-{number}-{case.get('country', '')}-{name}")


@pytest.mark.parametrize(("topic", "case"), _cases())
def test_a_place_becomes_what_its_case_says(topic: str, case: Case) -> None:
    assert READERS[topic](case) == case["expect"], case.get("why", "")
