"""Why a value does not reach the import file as it stands in the golden record, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["dropped", "truncated", "warned"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule of the format that a value met: what becomes of the value, and a sentence without the value."""

    outcome: Outcome
    sentence: str


REASONS: dict[str, Reason] = {
    "too_long": Reason("dropped", "longer than the field takes; cutting it would change what it says"),
    "truncated": Reason("truncated", "longer than the field takes; cut at the field's length"),
    "continued": Reason("warned", "longer than TOWN takes; the rest of it stands in TOWN_COMPLEMENT"),
    "lone_equals": Reason("dropped", "a cell of a single = asks the import to clear a field"),
    "formula_like": Reason("warned", "begins like a spreadsheet formula; written as it is, open the file as text only"),
    "unknown_title": Reason("warned", "not a code of the title list; the default code is written"),
    "no_code": Reason(
        "dropped", "no code for this value; add one to the codes of the field in rules/delivery/secutix.yml"
    ),
    "no_date": Reason("dropped", "not a date of the calendar"),
    "future_date": Reason("dropped", "lies in the future"),
    "no_language": Reason("dropped", "not a two-letter language code"),
    "no_country": Reason("dropped", "not a two-letter ISO country code"),
    "uk_is_gb": Reason("dropped", "UK is not an ISO code; the import wants GB"),
    "no_phone": Reason("dropped", "not an international number: its country prefix is unknown"),
    "phone_length": Reason("dropped", "longer than the 15 characters of the field in the form (NN)number"),
    "email_form": Reason("dropped", "has signs that the import's pattern for addresses refuses"),
    "no_login": Reason("warned", "another contact before it in the file has the same address: stored, but no login"),
    "https": Reason("warned", "begins with https; the import's page only speaks of http"),
    "one_number": Reason(
        "dropped", "a row carries one administrative number, and the number of its structure is not known to update it"
    ),
    "further_number": Reason("warned", "a row carries one administrative number; the others follow as updates"),
    "criterion_sign": Reason("dropped", "holds | or =, which a criterion cannot"),
    "no_line_left": Reason("dropped", "more address lines than the three of the format"),
    "relay_address": Reason(
        "warned", "a relay is created with the address of its structure; its own follows as an update"
    ),
    "imported_as_individual": Reason("warned", "a relay without the name of a structure is created as an individual"),
}
"""Reason code (column ``rule`` of delivery.note) -> what it means. Source: the validator table of the format."""

HELD: dict[str, str] = {
    "no_name": "an import row needs a first name, a last name or the name of a structure",
    "no_person_name": "a relay needs a first or a last name; without one the row would create its structure again",
    "number_form": "a contact number has digits only, 20 at most",
    "number_twice": "another contact has the same contact number",
}
"""Reason code of delivery.held -> what to do."""
