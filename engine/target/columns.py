"""What a contact base holds: its tables, the same in every kind of store."""

from __future__ import annotations

from dataclasses import dataclass

PERSON: tuple[str, ...] = (
    "TITLE", "LETTER_SALUTATION", "ADDR_SALUTATION", "FUNCTION", "FIRSTNAME", "LASTNAME", "BIRTHDATE",
)  # fmt: skip
STRUCTURE: tuple[str, ...] = (
    "OFFICIAL_NAME", "ADDRESS_NAME1", "ADDRESS_NAME2", "STRUCT_TYPE", "COMMUNITY_TYPE", "NB_EMPLOYEES", "WEB_SITE",
)  # fmt: skip
PHONES: tuple[str, ...] = ("TELEPHONE", "FAX", "CELLPHONE")
EMAILS: tuple[str, ...] = ("EMAIL1", "EMAIL2", "EMAIL3")
COMMON: tuple[str, ...] = ("REMARK", "PREF_LANG", *PHONES, *EMAILS)
ADDRESS: tuple[str, ...] = ("LINE1", "LINE2", "LINE3", "ZIPCODE", "TOWN", "TOWN_COMPLEMENT", "COUNTRY", "DEPARTMENT")
ADDRESS_TYPES: tuple[str, ...] = ("M", "S", "B")
"""Main, shipment, billing."""

ADDRESSES: tuple[str, ...] = tuple(f"{kind}_{field}" for kind in ADDRESS_TYPES for field in ADDRESS)
SCALARS: tuple[str, ...] = (*PERSON, *STRUCTURE, *COMMON)
FIELDS: tuple[str, ...] = (*SCALARS, *ADDRESSES)
"""Columns of a contact that carry its data, all text."""

BLOCK: tuple[str, ...] = (
    "OFFICIAL_NAME", "ADDRESS_NAME1", "ADDRESS_NAME2", "LINE1", "LINE2", "LINE3", "ZIPCODE", "TOWN", "TOWN_COMPLEMENT",
    "COUNTRY",
)  # fmt: skip
"""Two structures are the same when these agree (section 2.2 of the format)."""


@dataclass(frozen=True, slots=True)
class StoreTable:
    """A table of a contact base: its columns with types that both kinds of database know, and its key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(name for name, _ in self.columns)


CONTACT = StoreTable(
    "contact",
    (
        ("contact_nr", "text"),
        ("kind", "text"),  # individual, structure, relay
        ("structure_nr", "text"),  # of a relay
        ("state", "text"),  # active, invalid, anonymised
        ("reason", "text"),  # why it is not active
        ("login", "boolean"),  # EMAIL1 opens the ticket shop
        ("modified", "boolean"),  # since it was imported
        *((field, "text") for field in FIELDS),
    ),
    ("contact_nr",),
)
PROPERTY = StoreTable(
    "property",
    (("contact_nr", "text"), ("field", "text"), ("code", "text"), ("value", "text")),
    ("contact_nr", "field", "code"),
)
"""Criteria (field CRIT) and administrative numbers (ADMIN_NUMBER); several values of a criterion joined by ``|``."""

SALE = StoreTable("sale", (("contact_nr", "text"),), ("contact_nr",))
"""Contacts with sales."""

SETTING = StoreTable("setting", (("name", "text"), ("value", "text")), ("name",))

APPLICATION = StoreTable(
    "application",
    (
        ("application_no", "bigint"),
        ("sha256", "text"),
        ("file", "text"),
        ("applied_at", "text"),
        ("rows_in", "bigint"),
        ("rows_imported", "bigint"),
        ("rows_not_imported", "bigint"),
    ),
    ("application_no",),
)
ANSWER = StoreTable(
    "answer",
    (
        ("application_no", "bigint"),
        ("answer_no", "bigint"),
        ("line_no", "bigint"),
        ("contact_nr", "text"),
        ("field", "text"),
        ("rule", "text"),
        ("outcome", "text"),
    ),
    ("application_no", "answer_no"),
)
"""What was answered to each file: kept in the base, so that a log lost on the way can be written again."""

STORE_TABLES: tuple[StoreTable, ...] = (CONTACT, PROPERTY, SALE, SETTING, APPLICATION, ANSWER)
