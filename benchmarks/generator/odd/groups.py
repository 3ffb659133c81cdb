"""Organisations of several hands: acronyms, legal forms of other languages, new names, subsidiaries at one address."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import TOPIC, TRAIT, WARE, Line, OddTable
from benchmarks.generator.places import Place, read_places
from benchmarks.generator.vocabulary import names

_FORMS = {
    "FR": ("SA", "SAS", "SARL", "S.A.R.L.", "Société anonyme"),
    "CH": ("AG", "SA", "GmbH", "Sàrl", "Aktiengesellschaft"),
    "DE": ("GmbH", "AG", "KG", "GmbH & Co. KG", "e.V."),
    "IT": ("S.p.A.", "SRL", "S.r.l."),
}
_TRADES = (
    ("Versicherungen", "Assurances", "Insurance"), ("Bank", "Banque", "Bank"), ("Reisen", "Voyages", "Travel"),
    ("Druckerei", "Imprimerie", "Printing"), ("Bäckerei", "Boulangerie", "Bakery"), ("Verlag", "Editions", "Press"),
    ("Spedition", "Transports", "Logistics"), ("Schule", "Ecole", "School"), ("Technik", "Technique", "Technology"),
    ("Beratung", "Conseil", "Consulting"), ("Immobilien", "Immobilier", "Estates"), ("Bau", "Travaux", "Building"),
)  # fmt: skip
_PARTS = ("Holding", "Immobilien", "Services", "Finance", "Logistik", "International", "Stiftung", "Research")
_COUNTRY = {"FR": "France", "CH": "Suisse", "DE": "Deutschland", "IT": "Italia"}


@dataclass(frozen=True, slots=True)
class _Firm:
    words: list[str]
    form: str
    place: Place
    street: str
    web: str
    phone: str
    email: str

    @property
    def name(self) -> str:
        return " ".join(self.words)


def company_groups(dice: Dice, count: int = 450) -> OddTable:
    """Two registers and a newsletter of organisations; a subsidiary shares address and web site and is another firm."""
    lines: dict[str, list[Line]] = {"register": [], "crm": [], "letters": []}
    for entity in range(count):
        firm = _firm(dice, entity)
        _told(dice, lines, f"f{entity}", firm)
        if dice.chance(0.12):
            part = dice.pick(_PARTS)
            own = f"+41{dice.digits(9)}" if dice.chance(0.5) else firm.phone
            _told(dice, lines, f"f{entity} {part}", _Firm(
                [*firm.words[:1], part], firm.form, firm.place, firm.street, firm.web, own, f"{part.lower()}@{firm.web}"
            ))  # fmt: skip
    return OddTable(
        {
            "register": ["firm_id", "legal name", "street", "zip", "city", "country", "homepage"],
            "crm": ["Kunde", "Firma", "Telefon", "E-Mail", "Ort", "URL"],
            "letters": ["organisation", "adresse", "code postal", "localité", "tél"],
        },
        {source: dice.shuffled(listed) for source, listed in lines.items()},
    )


def _firm(dice: Dice, entity: int) -> _Firm:
    place = dice.pick([one for one in read_places() if one.country in _FORMS])
    trade = dice.pick(_TRADES)[0 if place.language == "de" else 1]
    family = dice.early(names()[place.language]["last"])
    words = dice.pick((
        [family, trade],
        [family, "&", dice.early(names()[place.language]["last"])],
        [place.town.split()[0], trade],
        [dice.pick(TRAIT).title(), dice.pick(WARE).title(), trade],
        [trade, family, place.town.split()[0]],
        [dice.pick(TOPIC).title(), dice.pick(TOPIC).title(), "Institut"],
        [dice.pick(TOPIC).title() + dice.pick(("ix", "a", "um", "tec"))],
    ))  # fmt: skip
    label = "".join(letter for letter in "".join(words).lower() if letter.isascii() and letter.isalpha())[:14]
    web = f"{label}{dice.pick(('', '', str(entity % 90)))}.{place.country.lower()}"
    street = f"{dice.pick(('Rue', 'Chemin', 'Route'))} {dice.pick(names()['fr']['last'])} {dice.number(1, 90)}"
    if place.language == "de":
        street = f"{dice.pick(names()['de']['last'])}strasse {dice.number(1, 90)}"
    mail = f"{dice.pick(('info', 'contact', 'office'))}@{web}"
    return _Firm(words, dice.pick(_FORMS[place.country]), place, street, web, f"+41{dice.digits(9)}", mail)


def _told(dice: Dice, lines: dict[str, list[Line]], entity: str, firm: _Firm) -> None:
    """The firm as each source that knows it has it; one in fourteen was renamed, and the older source does not know."""
    renamed = f"{dice.pick(TRAIT).title()}{dice.pick(('via', 'on', 'is', 'line'))}" if dice.chance(0.07) else ""
    for source in dice.shuffled(tuple(lines))[: dice.number(1, 3)]:
        for _ in range(2 if dice.chance(0.1) else 1):
            name = _name(dice, firm, renamed if source == "crm" else "")
            town = firm.place.town if dice.chance(0.95) else ""
            street = firm.street if dice.chance(0.9) else typo(dice, firm.street)
            code = firm.place.postcode if dice.chance(0.93) else ""
            web = dice.weighted([(f"www.{firm.web}", 5.0), (f"https://{firm.web}/", 2.0), ("", 3.0)])
            phone = firm.phone if dice.chance(0.75) else ""
            number = f"{entity} {source}".replace(" ", "-")
            cells = {
                "register": [number, name, street, code, town, firm.place.country, web],
                "crm": [number, name, phone, firm.email if dice.chance(0.6) else "", town, web],
                "letters": [name, street if dice.chance(0.85) else "", code, town, phone],
            }[source]
            lines[source].append((entity, cells))


def _name(dice: Dice, firm: _Firm, renamed: str) -> str:
    if renamed:
        return dice.pick((renamed, f"{renamed} (ex {firm.name})", f"{renamed} {firm.form}"))
    initials = "".join(word[0] for word in firm.words if word[0].isalpha()).upper()
    other = " ".join(next((trade[2] for trade in _TRADES if word in trade), word) for word in firm.words)
    told = [
        (f"{firm.name} {firm.form}", 8.0),
        (firm.name, 5.0),
        (f"{firm.name} {dice.pick(_FORMS[firm.place.country])}", 2.0),
        (f"{firm.name} {_COUNTRY[firm.place.country]}", 1.0),
        (f"{firm.name}, {firm.place.town}", 1.0),
        (firm.name.replace("&", "und").upper(), 1.0),
        (other, 1.0),
        (typo(dice, firm.name), 1.5),
        (firm.words[0], 0.5),
    ]
    if len(initials) > 2:
        told += [(initials, 1.2), (f"{firm.name} ({initials})", 0.8), (f"{initials} {firm.place.town}", 0.4)]
    return dice.weighted(told)
