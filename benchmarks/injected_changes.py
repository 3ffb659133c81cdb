"""Pairs of extracts with known changes: what a customer's base goes through between the rehearsal and the day itself.

Twelve kinds. Of contacts: new, changed, gone, back, merged at source, split, key changed (alone, or with a value),
moved, renamed. Of files: columns in another order, another encoding, rows shuffled. Each injected change says what must
be seen of it, so that a run can be held against it contact by contact.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.generator.dice import Dice
from benchmarks.generator.sample import make_sample

OFFICE, LETTERS = "billetterie", "newsletter"
KEY = "N° client"
ADDRESS = ("Adresse 1", "Adresse 2", "CP", "Ville")
ADDRESS_ATTRIBUTES = frozenset(
    {"addr_line1", "addr_line2", "addr_line3", "house_number", "street", "po_box", "postcode", "town", "region"}
)

Row = dict[str, str]
Contacts = Mapping[str, Sequence[int]]
"""contact_id -> places of its rows in one file; contacts with rows elsewhere are not here."""


@dataclass(slots=True)
class Base:
    """One extract to be: the rows of both sources, and how the files are written."""

    rows: dict[str, list[Row]]
    columns: dict[str, list[str]]
    encodings: dict[str, str] = field(default_factory=lambda: {OFFICE: "cp1252", LETTERS: "utf-8"})

    def copy(self) -> Base:
        """The same again, to be changed."""
        return Base(
            {name: [dict(row) for row in rows] for name, rows in self.rows.items()},
            {name: list(columns) for name, columns in self.columns.items()},
            dict(self.encodings),
        )

    def write(self, folder: Path) -> list[Path]:
        """Write the files; their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, rows in self.rows.items():
            out = io.StringIO()
            separator, end = (";", "\r\n") if name == OFFICE else (",", "\n")
            writer = csv.writer(out, delimiter=separator, lineterminator=end)
            writer.writerow(self.columns[name])
            writer.writerows([row[column] for column in self.columns[name]] for row in rows)
            path = folder / f"{name}.csv"
            path.write_bytes(out.getvalue().encode(self.encodings[name]))
            paths.append(path)
        return paths


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be seen of one injected change.

    Attributes:
        kind: what was injected.
        contact: contact_id; None = a contact that is not there yet.
        record: a record of the contact afterwards, ``source:key``; None = nobody may be sure of its key.
        change: ``new``, ``back``, ``changed``, ``gone`` or ``kept``.
        fields: attributes that may have changed, one at least; None = none, some or all.
    """

    kind: str
    contact: str | None
    record: str | None
    change: str
    fields: frozenset[str] | None = frozenset()


def make_base(rows: int, seed: int) -> Base:
    """The generated sample as dictionaries; ragged lines, which intake would hold, are left out."""
    files = make_sample(rows, seed)
    found: dict[str, list[Row]] = {}
    columns: dict[str, list[str]] = {}
    for name, separator, encoding in ((OFFICE, ";", "cp1252"), (LETTERS, ",", "utf-8")):
        lines = list(csv.reader(io.StringIO(files[f"{name}.csv"].decode(encoding)), delimiter=separator))
        columns[name] = lines[0]
        found[name] = [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if len(line) == len(lines[0])]
    return Base(found, columns)


class Changes:
    """Injects changes into a copy of ``base``, each into contacts that nothing else was done to."""

    def __init__(self, base: Base, contacts: Contacts, keyless: Contacts, seed: int, *, each: int = 2) -> None:
        self.base = base.copy()
        self.expected: list[Expected] = []
        self.gone: list[Row] = []
        self._dice = Dice(seed)
        self._each = each
        self._before = base.rows[OFFICE]
        self._contacts = contacts
        self._free = self._dice.shuffled([name for name, places in sorted(contacts.items()) if len(places) == 1])
        self._keyless = self._dice.shuffled([name for name, places in sorted(keyless.items()) if len(places) == 1])
        self._places = {name: places[0] for name, places in keyless.items()}
        self._strangers = self._strange_rows(seed + 5000)
        self._homes = list(self._strange_rows(seed + 9000))
        self._drop: set[int] = set()
        self._add: list[Row] = []

    def inject(self) -> Base:
        """All kinds but ``back``; returns the changed base."""
        makers: list[Callable[[], None]] = [
            self._new, self._changed, self._gone, self._merged, self._merged_contacts, self._split, self._key_changed,
            self._key_and_value, self._moved, self._renamed, self._changed_among_others, self._changed_without_key,
        ]  # fmt: skip
        for maker in makers:
            for _ in range(self._each):
                maker()
        office = self.base.rows[OFFICE]
        self.base.rows[OFFICE] = [row for place, row in enumerate(office) if place not in self._drop] + self._add
        self.reshape()
        return self.base

    def reshape(self) -> None:
        """Other order of rows and columns, other encodings: nothing of it may be seen."""
        for name, rows in self.base.rows.items():
            self.base.rows[name] = self._dice.shuffled(rows)
            self.base.columns[name] = self._dice.shuffled(self.base.columns[name])
        self.base.encodings = {OFFICE: "utf-8-sig", LETTERS: "utf-16"}

    def _victim(self, *needs: str) -> tuple[str, Row]:
        """A contact of one row that fills all of ``needs``, for this change only."""
        for contact in self._free:
            (place,) = self._contacts[contact]
            row = self.base.rows[OFFICE][place]
            if all(row[column].strip() for column in needs) and self._is_plain(row):
                self._free = [other for other in self._free if other != contact]
                return contact, row
        raise LookupError(f"no contact left that fills {', '.join(needs)}")

    def _pair(self) -> tuple[str, int, int] | None:
        """A contact of two rows, for this change only; None when there is none left."""
        for contact, places in sorted(self._contacts.items()):
            if len(places) == 2:
                self._contacts = {name: rows for name, rows in self._contacts.items() if name != contact}
                return contact, places[0], places[1]
        return None

    @staticmethod
    def _is_plain(row: Row) -> bool:
        """A person whose names stand in their columns, with a real mailbox."""
        return (
            not row["Raison sociale"]
            and row["Nom"].replace("-", "").isalpha()
            and row["Prénom"].replace("-", "").isalpha()
            and "." in row["E-mail"].partition("@")[2]
            and row["E-mail"].isascii()
        )

    def _place(self, row: Row) -> int:
        return next(place for place, other in enumerate(self.base.rows[OFFICE]) if other is row)

    def _fresh_key(self) -> str:
        return str(800_000 + 7 * (len(self._add) + len(self.expected) + 1))

    def _expect(
        self, kind: str, contact: str | None, row: Row | None, change: str, fields: frozenset[str] | None = frozenset()
    ) -> None:
        record = None if row is None else f"{OFFICE}:{row[KEY]}"
        self.expected.append(Expected(kind, contact, record, change, fields))

    def _strange_rows(self, seed: int) -> Iterator[Row]:
        """Rows of people of another base who share no mailbox with this one."""
        mails = {row["E-mail"].lower() for row in self._before} | {
            row["E-Mail"].lower() for row in self.base.rows[LETTERS]
        }
        names = {(row["Nom"].lower(), row["Prénom"].lower()) for row in self._before}
        for row in make_base(600, seed).rows[OFFICE]:
            strange = (row["Nom"].lower(), row["Prénom"].lower()) not in names and row["E-mail"].lower() not in mails
            if self._is_plain(row) and strange and all(row[column] for column in ("Adresse 1", "CP", "Ville")):
                yield row

    def _new_mail(self, row: Row) -> str:
        name = "".join(letter for letter in f"{row['Prénom']}{row['Nom']}".lower() if letter.isascii())
        return f"{name}.{len(self.expected)}@bluewin.ch"

    # -- the kinds ----------------------------------------------------------------------------

    def _new(self) -> None:
        row = dict(next(self._strangers)) | {KEY: self._fresh_key()}
        self._add.append(row)
        self._expect("new", None, row, "new")

    def _changed(self) -> None:
        contact, row = self._victim("E-mail")
        row["E-mail"] = self._new_mail(row)
        self._expect("changed", contact, row, "changed", frozenset({"email"}))

    def _gone(self) -> None:
        contact, row = self._victim("E-mail")
        self._drop.add(self._place(row))
        self.gone.append(row)
        self._expect("gone", contact, None, "gone")

    def _merged(self) -> None:
        """Two rows of one contact become one: the contact stays; what it says may be told better or worse."""
        pair = self._pair()
        if pair is None:
            return
        contact, stays, goes = pair
        self._drop.add(goes)
        self._expect("merged at source", contact, self.base.rows[OFFICE][stays], "kept", None)

    def _merged_contacts(self) -> None:
        """Two contacts become one row at the source: one keeps its key and gets the other's mailbox."""
        contact, row = self._victim("E-mail")
        other, lost = self._victim("E-mail")
        row["E-mail"] = lost["E-mail"]
        self._drop.add(self._place(lost))
        self._expect("two contacts merged at source", contact, row, "changed", frozenset({"email"}))
        self._expect("two contacts merged at source", other, None, "gone")

    def _split(self) -> None:
        """The partner who stood in the same row gets one of her own, at the same home."""
        contact, row = self._victim("E-mail", "Adresse 1", "CP", "Ville")
        partner = next(self._strangers)
        part = dict(row) | {name: partner[name] for name in ("Civilité", "Prénom", "Portable", "Tél. fixe", "E-mail")}
        part |= {KEY: self._fresh_key(), "Date de naissance": "", "Remarque": ""}
        self._add.append(part)
        self._expect("split", contact, row, "kept")
        self._expect("split", None, part, "new")

    def _key_changed(self) -> None:
        contact, row = self._victim("E-mail")
        row[KEY] = self._fresh_key()
        self._expect("key changed", contact, row, "kept")

    def _key_and_value(self) -> None:
        contact, row = self._victim("E-mail", "Adresse 1", "CP", "Ville", "Portable")
        row[KEY] = self._fresh_key()
        row["E-mail"] = self._new_mail(row)
        self._expect("key and value changed", contact, row, "changed", frozenset({"email"}))

    def _moved(self) -> None:
        for _ in range(len(self._free)):
            contact, row = self._victim("E-mail", "Adresse 1", "CP", "Ville", "Pays")
            for place, home in enumerate(self._homes):
                if home["Pays"] == row["Pays"] and home["CP"] != row["CP"]:
                    row |= {name: home[name] for name in ADDRESS}
                    del self._homes[place]
                    self._expect("moved", contact, row, "changed", ADDRESS_ATTRIBUTES)
                    return

    def _renamed(self) -> None:
        contact, row = self._victim("E-mail", "Adresse 1", "CP", "Portable")
        row["Nom"] = next(self._strangers)["Nom"]
        self._expect("renamed", contact, row, "changed", frozenset({"last_name"}))

    def _changed_among_others(self) -> None:
        """One row of a contact of two says something else, nothing that ties the two: the contact stays."""
        pair = self._pair()
        if pair is None:
            return
        contact, place, _ = pair
        row = self.base.rows[OFFICE][place]
        row["Remarque"] = f"rang {len(self.expected)}"
        self._expect("one row of two changed", contact, row, "kept", None)

    def _changed_without_key(self) -> None:
        """A row of the source without keys gets another phone: its record is a new one, its contact is not."""
        for contact in self._keyless:
            row = self.base.rows[LETTERS][self._places[contact]]
            if len(row["Name"].split()) == 2 and not row["Firma"] and row["E-Mail"].isascii() and row["E-Mail"]:
                self._keyless = [name for name in self._keyless if name != contact]
                row["Telefon"] = f"+41 79 413 {len(self.expected):02d} 18"
                self._expect("changed without a key", contact, None, "changed", frozenset({"phone", "mobile"}))
                return
        raise LookupError("no contact of the newsletter alone is left")
