"""Two files of different shape that know the same people: an old box office and a newsletter tool.

Each turns a contact, as it was known on a day, into the cells of a row, with the file's own habits and mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from benchmarks.generator import damage
from benchmarks.generator.dice import Dice
from benchmarks.generator.vocabulary import world
from benchmarks.generator.world import Contact, Facts

BILLETTERIE_HEADERS = (
    "N° client", "Civilité", "Nom", "Prénom", "Raison sociale", "SIRET", "N° TVA", "Fonction", "Adresse 1", "Adresse 2",
    "CP", "Ville", "Pays", "Tél. fixe", "Portable", "E-mail", "Date de naissance", "Langue", "Date création",
    "Date modification", "Remarque",
)  # fmt: skip
NEWSLETTER_HEADERS = (
    "Name", "E-Mail", "Telefon", "Strasse", "Hausnr.", "PLZ Ort", "Land", "Firma", "Sprache", "Opt-in", "Anmeldedatum",
)  # fmt: skip

_TITLES = {"MR": ["M.", "M.", "M.", "Monsieur", "M"], "MRS": ["Mme", "Mme", "Mme", "Madame", "Mlle"]}
_COUNTRIES = {
    "FR": ["France", "FRANCE", "FR", "F"], "CH": ["Suisse", "SUISSE", "CH"], "DE": ["Allemagne", "DE", "Deutschland"],
    "IT": ["Italie", "IT"], "BE": ["Belgique", "BE", "B"], "LU": ["Luxembourg", "LU"], "AT": ["Autriche", "AT"],
}  # fmt: skip
_LAENDER = {
    "FR": ["Frankreich", "FR", "France"], "CH": ["Schweiz", "CH", "Suisse"], "DE": ["Deutschland", "DE"],
    "IT": ["Italien", "IT"], "BE": ["Belgien", "BE"], "LU": ["Luxemburg", "LU"], "AT": ["Österreich", "AT"],
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """One line of a source to be: its cells, whose it is, and what was done to it."""

    source: str
    contact: Contact
    created: date
    updated: date
    cells: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stamp: date | None = None

    @property
    def changed(self) -> date:
        """The day the file gives as that of the last change."""
        return self.stamp or self.updated


def known_facts(dice: Dice, row: Row) -> Facts:
    """What the source knew when it last touched the row; in 8 % the date is younger than the content."""
    day = row.updated if dice.chance(0.92) else row.created
    facts, labels = row.contact.as_known_on(day)
    row.errors.extend(labels)
    return facts


class Clerk:
    """Who typed the row: careful, hasty or sloppy. Every mistake goes through here and is written down."""

    def __init__(self, dice: Dice, row: Row) -> None:
        self.dice = dice
        self.row = row
        self.care = dice.weighted([(0.3, 55), (1.0, 33), (3.0, 12)])

    def slips(self, probability: float, label: str) -> bool:
        """Whether this mistake happens, by the clerk's care; noted under ``label``."""
        happens = self.dice.chance(probability * self.care)
        if happens:
            self.row.errors.append(label)
        return happens

    def names(self, facts: Facts, *, nickname: float, initial: float) -> tuple[str, str]:
        """First and last name as typed."""
        dice, first, last = self.dice, facts["first_name"], facts["last_name"]
        if facts["birth_name"] and dice.chance(0.25):
            last = dice.pick([f"{last} née {facts['birth_name']}", f"{last}-{facts['birth_name']}"])
            self.row.errors.append("birth_name")
        if facts["suffix"] and dice.chance(0.35):
            last += dice.pick([" Jr", " fils"] if facts["suffix"] == "JUNIOR" else [" Sr", " père"])
        if first and dice.chance(nickname) and damage.nickname(dice, first) != first:
            first = damage.nickname(dice, first)
            self.row.errors.append("nickname")
        elif first and self.slips(initial, "initial"):
            first = damage.shorten_first_name(dice, first)
        if self.slips(0.03, "typo_first"):
            first = damage.typo(dice, first)
        if self.slips(0.03, "typo_last"):
            last = damage.typo(dice, last)
        if self.slips(0.01, "swapped_names"):
            first, last = last, first
        return first, last

    def street(self, line: str, *, abbreviated: float) -> str:
        """A street line as typed."""
        if line and self.dice.chance(abbreviated):
            line = damage.abbreviate_street(line)
        if line and self.slips(0.03, "typo_street"):
            line = damage.typo(self.dice, line)
        return line

    def town(self, facts: Facts) -> tuple[str, str]:
        """Post code and town as typed."""
        postcode, town = facts["postcode"], facts["town"]
        if self.slips(0.012, "typo_postcode"):
            postcode = damage.digit_slip(self.dice, postcode)
        if self.slips(0.02, "typo_town"):
            town = damage.typo(self.dice, town)
        return postcode, town

    def phone(self, number: str, country: str, home: str) -> str:
        """A phone number as typed."""
        if not number:
            return ""
        if self.slips(0.015, "wrong_phone"):
            number = damage.digit_slip(self.dice, number[:3] + number[3:])
        return damage.write_phone(self.dice, number, country, abroad=country != home and self.dice.chance(0.8))

    def email(self, address: str) -> str:
        """An e-mail as typed."""
        if address and self.slips(0.012, "wrong_email"):
            return damage.damage_email(self.dice, address)
        return address


def billetterie(dice: Dice, row: Row, *, customer_number: str) -> None:
    """Fill ``row.cells`` as the old box office: one field a column, capitals from its first years, French."""
    facts, clerk, home = known_facts(dice, row), Clerk(dice, row), "FR"
    country, individual = facts["country"], row.contact.kind == "individual"
    first, last = clerk.names(facts, nickname=0.03, initial=0.03)
    organisation = facts["organisation"]
    if organisation and clerk.slips(0.03, "typo_organisation"):
        organisation = damage.typo(dice, organisation)
    line1, line2 = clerk.street(facts["addr_line1"], abbreviated=0.3), facts["addr_line2"]
    postcode, town = clerk.town(facts)
    if not individual and country == "FR" and dice.chance(0.2):
        town += dice.pick([" CEDEX", " Cedex", f" CEDEX {dice.number(1, 9):02d}"])
    if dice.chance(0.06):
        line1 = line2 = postcode = town = ""
        row.errors.append("no_address")
    elif dice.chance(0.03):
        line1, line2 = line2, line1
    if postcode.startswith("0") and dice.chance(0.05):
        postcode = postcode[1:]
        row.errors.append("leading_zero")
    if (row.updated.year < 2016 and dice.chance(0.75)) or dice.chance(0.08):  # capitals of the former program
        row.errors.append("capitals")
        first, last, organisation, line1, line2, town = map(
            damage.plain_capitals, (first, last, organisation, line1, line2, town)
        )
    elif dice.chance(0.3):
        last = last.upper()
    phone = clerk.phone(facts["phone"], country, home) if dice.chance(0.85) else ""
    mobile = clerk.phone(facts["mobile"], country, home) if dice.chance(0.7) else ""
    email = clerk.email(facts["email"]) if dice.chance(0.75) else ""
    birth = _birth(dice, facts["birth_date"]) if dice.chance(0.5) else ""
    if not email and dice.chance(0.08):
        email = dice.pick(damage.PLACEHOLDER_EMAILS)
    if not phone and dice.chance(0.05):
        phone = dice.pick(damage.PLACEHOLDER_PHONES)
    if individual and not birth and dice.chance(0.05):
        birth = "01/01/1900"
    if not phone and mobile and dice.chance(0.06):  # the mobile typed into the first box
        phone, mobile = mobile, ""
    title = dice.pick(_TITLES[facts["title"]]) if facts["title"] and dice.chance(0.88) else ""
    if row.contact.kind == "structure" and dice.chance(0.08):  # the name box was the only one to be compulsory
        last, organisation, title = organisation, "", dice.pick(["Sté", "Société", ""])
        row.errors.append("organisation_in_name")
    if dice.chance(0.012):
        first, last, line1, town = map(damage.mojibake, (first, last, line1, town))
        row.errors.append("mojibake")
    row.cells = [
        customer_number, title, last, first, organisation,
        _spaced(dice, facts["siret"], (3, 3, 3, 5)) if dice.chance(0.6) else "",
        _swiss(dice, facts["vat"]) if dice.chance(0.6) else "",
        facts["function"], line1, line2, postcode, town,
        dice.pick(_COUNTRIES[country]) if dice.chance(0.55 if country == home else 0.95) else "",
        phone, mobile, email.upper() if dice.chance(0.04) else email, birth,
        dice.pick([facts["language"].upper(), facts["language"]]) if dice.chance(0.7) else "",
        row.created.strftime("%d/%m/%Y"), row.changed.strftime("%d/%m/%Y"),
        dice.pick(world()["remarks"]) if dice.chance(0.05) else "",
    ]  # fmt: skip


def newsletter(dice: Dice, row: Row) -> None:
    """Fill ``row.cells`` as the newsletter tool: full name in one column, typed by the people themselves, German."""
    facts, clerk = known_facts(dice, row), Clerk(dice, row)
    country = facts["country"]
    first, last = clerk.names(facts, nickname=0.2, initial=0.03)
    name = dice.weighted(
        [(f"{first} {last}", 80), (f"{last} {first}", 8), (f"{last}, {first}", 3), (first, 3), ("", 3), (last, 3)]
    ).strip(" ,")
    if dice.chance(0.15):
        name = name.lower()
        row.errors.append("lower_case")
    elif dice.chance(0.06):
        name = name.upper()
    organisation = facts["organisation"] if row.contact.kind == "structure" or dice.chance(0.85) else ""
    if organisation and dice.chance(0.25):
        short = _without_form(organisation)
        if short != organisation:
            organisation = short
            row.errors.append("legal_form_lost")
    street, number = clerk.street(facts["street"], abbreviated=0.2), facts["house_number"]
    postcode, town = clerk.town(facts)
    if dice.chance(0.4):
        street = number = ""
    if dice.chance(0.25):
        postcode = town = ""
    if dice.chance(0.012):
        name, street, town = map(damage.mojibake, (name, street, town))
        row.errors.append("mojibake")
    phone = facts["mobile"] or facts["phone"]
    row.cells = [
        name,
        clerk.email(facts["email"]).capitalize() if dice.chance(0.04) else clerk.email(facts["email"]),
        clerk.phone(phone, country, "CH") if dice.chance(0.35) else "",
        street, number, f"{postcode} {town}".strip(),
        dice.pick(_LAENDER[country]) if dice.chance(0.8) else "",
        organisation,
        facts["language"] if dice.chance(0.9) else "",
        dice.weighted([("ja", 80), ("nein", 12), ("", 8)]),
        f"{row.updated.isoformat()} {dice.number(6, 23):02d}:{dice.number(0, 59):02d}:{dice.number(0, 59):02d}",
    ]  # fmt: skip


def _birth(dice: Dice, iso: str) -> str:
    if not iso:
        return ""
    year, month, day = iso.split("-")
    return dice.weighted(
        [
            (f"{day}/{month}/{year}", 90),
            (f"{day}.{month}.{year}", 5),
            (f"{year}-{month}-{day}", 4),
            (f"{day}/{month}/{year[2:]}", 1),
        ]
    )


def _spaced(dice: Dice, digits: str, groups: tuple[int, ...]) -> str:
    if not digits or dice.chance(0.5):
        return digits
    parts, start = [], 0
    for length in groups:
        parts.append(digits[start : start + length])
        start += length
    return " ".join(parts)


def _swiss(dice: Dice, vat: str) -> str:
    if not vat:
        return ""
    body = f"CHE-{vat[3:6]}.{vat[6:9]}.{vat[9:]}"
    return dice.pick([body, f"{body} TVA", vat])


def _without_form(name: str) -> str:
    for form in (" SARL", " SAS", " SASU", " EURL", " SA", " Sàrl", " AG", " GmbH", " S.r.l.", " S.p.A.", " Sagl"):
        if name.endswith(form):
            return name[: -len(form)]
    return name
