"""Every standardiser on its cases in tests/rules/standardisation/*.yml: one test per case, named by its raw value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.standardise import dates, emails, identifiers, languages, titles, websites
from engine.standardise.organisations import recognise_organisation, standardise_organisation
from engine.standardise.person_names import standardise_first_name, standardise_full_name, standardise_last_name
from engine.standardise.placeholders import is_placeholder
from engine.vocabulary import Standardised
from tests.standardise.words import DATES, EMAILS, LANGUAGES, NAMES, PLACEHOLDERS
from tests.support.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "standardisation"
Case = dict[str, Any]


def _told(parts: dict[str, Any], **defaults: object) -> dict[str, Any]:
    """The parts that say something: neither null, nor false, nor what every case has."""
    return {name: value for name, value in parts.items() if value not in (None, False) or name in defaults}


def _name(found: Any) -> dict[str, Any]:
    parts = found._asdict()
    parts.pop("seems")  # told of every unknown first name; what the row makes of it is tested with the stage
    return _told({key: value for key, value in parts.items() if key != "persons" or value != 1}, persons=None)


def _plain(found: Standardised) -> dict[str, Any]:
    return _told({"expect": found.value, "reason": found.reason})


def _email(case: Case) -> dict[str, Any]:
    found = emails.standardise_emails(case["raw"], EMAILS)
    first = emails.email_class(found.emails[0], EMAILS) if found.emails else None
    return _told({"emails": list(found.emails), "reason": found.reason, "class": first})


def _birth_date(case: Case) -> dict[str, Any]:
    order = case.get("order", "undecided")
    found = dates.standardise_birth_date(case["raw"], DATES, order=order, as_of=date(2026, 11, 22))
    year = None if found.day else found.year
    return _told({"day": found.day.isoformat() if found.day else None, "year": year, "reason": found.reason})


def _style(case: Case) -> dict[str, Any]:
    return {"style": case.get("style", "neutral")}


READERS: dict[str, Callable[[Case], Any]] = {
    "title": lambda case: _told(
        titles.standardise_title(case["raw"], NAMES.titles, beside_h=case.get("beside_h", False))._asdict()
    ),
    "full_name": lambda case: _name(
        standardise_full_name(
            case["raw"],
            NAMES,
            country=case.get("country"),
            order=case.get("order", "first_last"),
            titled=case.get("titled", False),
            **_style(case),
        )
    ),
    "last_name": lambda case: _name(
        standardise_last_name(case["raw"], NAMES, country=case.get("country"), **_style(case))
    ),
    "first_name": lambda case: _name(standardise_first_name(case["raw"], NAMES, **_style(case))),
    "organisation": lambda case: _told(
        standardise_organisation(case["raw"], case.get("country"), NAMES.organisations)._asdict()
    ),
    "organisation_in_name": lambda case: (
        _told(found._asdict())
        if (found := recognise_organisation(case["raw"], case.get("country"), NAMES.organisations))
        else None
    ),
    "email": _email,
    "birth_date": _birth_date,
    "website": lambda case: _plain(websites.standardise_website(case["raw"], PLACEHOLDERS)),
    "language": lambda case: _plain(languages.standardise_language(case["raw"], LANGUAGES)),
    "siret": lambda case: _plain(identifiers.standardise_siret(case["raw"], PLACEHOLDERS)),
    "siren": lambda case: _plain(identifiers.standardise_siren(case["raw"], PLACEHOLDERS)),
    "vat": lambda case: _plain(identifiers.standardise_vat(case["raw"], case.get("country"), PLACEHOLDERS)),
    "identifier": lambda case: _plain(identifiers.standardise_identifier(case["raw"], PLACEHOLDERS)),
    "placeholder": lambda case: is_placeholder(case["raw"], PLACEHOLDERS),
}


def _cases() -> Iterator[Any]:
    for topic in sorted(READERS):
        for number, case in enumerate(read_yaml(FOLDER / f"{topic}.yml"), start=1):
            yield pytest.param(topic, case, id=f"{topic}-{number}-{case['raw']}")


@pytest.mark.parametrize(("topic", "case"), _cases())
def test_a_value_becomes_what_its_case_says(topic: str, case: Case) -> None:
    expected = case.get("expect")
    found = READERS[topic](case)
    if topic in {"website", "language", "siret", "siren", "vat", "identifier"}:
        expected = {key: case[key] for key in ("expect", "reason") if key in case}
    elif isinstance(expected, dict) and "class" not in expected and topic == "email":
        expected = {**expected}
    assert found == expected, case.get("why", "")
