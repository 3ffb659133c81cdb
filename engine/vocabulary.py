"""The words of the project: attributes, kinds, field codes. Nothing here computes.

A word has one meaning everywhere: see the glossary in docs/reference/glossary.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["individual", "structure", "relay"]
KINDS: tuple[Kind, ...] = ("individual", "structure", "relay")

Severity = Literal["error", "warning", "info"]

Language = Literal["en", "fr", "de", "it"]
"""Languages that sentences, workbooks and reports for people are written in."""

LANGUAGES: tuple[Language, ...] = ("en", "fr", "de", "it")

EXTRA_SLOTS = 6
"""How many unmapped but informative columns travel along for matching (the recipe's "any other column")."""

EXTRAS: tuple[str, ...] = tuple(f"extra_{n}" for n in range(1, EXTRA_SLOTS + 1))

RECORD_ATTRIBUTES: tuple[str, ...] = (
    "contact_number", "person_or_org",
    "title", "gender", "first_name", "middle_name", "name_particle", "last_name", "second_last_name",
    "birth_name", "full_name", "suffix", "academic_title",
    "function", "department", "organisation", "organisation_line2", "structure_type", "salutation_letter",
    "addr_line1", "addr_line2", "addr_line3", "address_block",
    "house_number", "house_number_suffix", "street", "po_box", "postcode", "town", "region", "country",
    "phone", "mobile", "fax", "email", "email2", "website",
    "birth_date", "birth_year", "birth_month", "birth_day", "birth_place",
    "language", "siret", "siren", "vat", "identifier",
    "remark", "status", "created_date", "updated_date", "last_order_date",
    "household_id", "parent_id",
    *EXTRAS,
)  # fmt: skip
"""Canonical attributes a source column can feed, all text, as intake.record holds them.

``address_block`` is a whole address in one cell; ``identifier`` is a number that should identify a person
or structure (social security, passport ...); several columns of one source may feed phone, mobile, fax,
email2, remark or an address line: their values are joined with `` ; `` by the mapping's ``join`` transform.
"""

JOINABLE_ATTRIBUTES: frozenset[str] = frozenset(
    {"phone", "mobile", "fax", "email2", "remark", "addr_line3", "middle_name", "identifier"}
)

CONTACT_ATTRIBUTES: tuple[str, ...] = (
    "title", "first_name", "last_name", "birth_name", "suffix", "academic_title", "gender", "birth_date",
    "language", "function", "department",
    "organisation", "structure_type", "siret", "siren", "vat", "identifier", "website",
    "addr_line1", "addr_line2", "addr_line3", "house_number", "street", "po_box",
    "postcode", "town", "region", "country",
    "phone", "mobile", "fax", "email", "email2", "email3",
    "remark", "status", "created_on", "updated_on", "last_order_on", "household_id",
)  # fmt: skip
"""Attributes of a golden record (golden.contact), all text, in the order golden.csv writes them."""

CRITERIA: tuple[str, ...] = tuple(f"CRIT{n:02d}" for n in range(1, 51))

FIELD_CODES: tuple[str, ...] = (
    "INSTITUTION", "ORGANIZATION", "OPERATION", "CONTACT_NR", "TITLE", "LETTER_SALUTATION", "ADDR_SALUTATION",
    "FUNCTION", "REMARK", "FIRSTNAME", "LASTNAME", "BIRTHDATE", "PREF_LANG", "OFFICIAL_NAME", "ADDRESS_NAME1",
    "ADDRESS_NAME2", "STRUCT_TYPE", "COMMUNITY_TYPE", "ADMIN_NUMBER", "NB_EMPLOYEES", "WEB_SITE", "ADDR_TYPE",
    "LINE1", "LINE2", "LINE3", "ZIPCODE", "TOWN", "TOWN_COMPLEMENT", "COUNTRY", "DEPARTMENT", "TELEPHONE", "FAX",
    "CELLPHONE", "EMAIL1", "EMAIL2", "EMAIL3", *CRITERIA,
)  # fmt: skip
"""The 86 columns of a SecuTix contact import file, in order."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """The answer of every standardiser: a standard value, or a reason why there is none.

    ``reason`` may accompany a value when something was repaired or doubted (``mojibake_repaired``).
    An empty raw value gives ``Standardised(None, None)``.
    """

    value: str | None
    reason: str | None = None
