"""Which rows of a file may be applied together: a row may refer to what a row before it did.

Rows get a level; levels are applied in order, the rows of one level all at once. A row's level is above that of every
earlier row of the same contact. Rows that may meet over an e-mail address, or over the identity of a structure, never
stand in a lower level than an earlier one of them; inside a level their order in the file decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What the order of a row depends on.

    Attributes:
        row_no: its place.
        contact_nr: the contact it creates or changes; None = a new one without a number.
        inserts: it creates.
        names_structure: it creates a structure, or a relay of one.
        emails: addresses it gives, and those its contact had before the file.
    """

    row_no: int
    contact_nr: str | None
    inserts: bool
    names_structure: bool
    emails: tuple[str, ...] = ()


def levels(rows: Iterable[Row]) -> list[tuple[int, int]]:
    """(row_no, level from 1) of each row, in the order given, which must be that of the file.

    >>> levels([Row(1, "7", True, False), Row(2, "8", True, False), Row(3, "7", False, False)])
    [(1, 1), (2, 1), (3, 2)]
    """
    of_contact: dict[str, int] = {}
    of_email: dict[str, int] = {}
    emails_of: dict[str, set[str]] = {}
    changed = created = 0  # highest level of a change, of a row that names a structure
    found = []
    for row in rows:
        level = 1 if row.contact_nr is None else of_contact.get(row.contact_nr, 0) + 1
        if row.inserts and row.names_structure:
            # it is compared with structures as the changes before it left them
            level = max(level, changed + 1 if changed else 1, created)
        elif not row.inserts:
            level = max(level, created)
        emails = set(row.emails)
        if row.contact_nr is not None:
            emails |= emails_of.get(row.contact_nr, set())
        for email in emails:
            level = max(level, of_email.get(email, 1))
        for email in emails:
            of_email[email] = level
        if row.contact_nr is not None:
            of_contact[row.contact_nr] = level
            if emails:
                emails_of[row.contact_nr] = emails
        if row.inserts and row.names_structure:
            created = max(created, level)
        elif not row.inserts:
            changed = max(changed, level)
        found.append((row.row_no, level))
    return found
