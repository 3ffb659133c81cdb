"""The true contacts of the invented base: persons, structures, relays and the situations that make matching hard.

Situations: ``single``, ``couple``, ``child``, ``father_and_son`` (same name), ``twin``, ``flatmate``, ``neighbour``
(same name, next door), ``namesake`` (same name, elsewhere), ``structure``, ``branch`` (same name, other town),
``relay``, ``private_and_relay`` (one person, two contacts that must not be merged).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from benchmarks.generator import numbers
from benchmarks.generator.dice import Dice
from benchmarks.generator.places import Place, read_places
from benchmarks.generator.vocabulary import COUNTRY_MIX, names, world

LAST_DAY = date(2026, 10, 31)
FIRST_DAY = date(2009, 1, 5)

TRUTH_ATTRIBUTES = (
    "title", "first_name", "last_name", "birth_name", "suffix", "birth_date", "language", "function",
    "organisation", "siret", "vat", "addr_line1", "addr_line2", "house_number", "street",
    "postcode", "town", "country", "phone", "mobile", "email",
)  # fmt: skip

Facts = dict[str, str]


@dataclass(slots=True)
class Change:
    """What was different before a day: a former home, number, e-mail or name."""

    on: date
    before: Facts
    label: str


@dataclass(slots=True)
class Contact:
    """A true contact: what is so now, and what was so before."""

    entity_id: str
    kind: str
    situation: str
    household_id: str
    now: Facts
    changes: list[Change] = field(default_factory=list)

    def as_known_on(self, day: date) -> tuple[Facts, list[str]]:
        """The facts of that day, and the labels of what has changed since."""
        facts, labels = dict(self.now), []
        for change in self.changes:
            if day < change.on:
                facts.update(change.before)
                labels.append(change.label)
        return facts, labels


def ascii_label(text: str) -> str:
    """Lower-case letters and digits only, accents off: ``"Jean-Noël"`` -> ``"jeannoel"``."""
    text = text.lower().replace("ß", "ss").replace("ø", "o")
    for umlaut, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(umlaut, spelled)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]", "", plain)


class World:
    """Makes true contacts, one household or one structure with its people at a time."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        places: dict[str, list[tuple[Place, float]]] = {}
        for place in read_places():
            places.setdefault(place.country, []).append((place, place.weight))
        self._places = places
        self._taken: set[str] = set()
        self._counts = {"P": 0, "S": 0, "R": 0, "H": 0}

    def contacts(self) -> Iterator[Contact]:
        """True contacts without end."""
        while True:
            yield from self._structure() if self.dice.chance(0.10) else self._household()

    # -- persons ------------------------------------------------------------------------------

    def _household(self) -> Iterator[Contact]:
        dice = self.dice
        shape = dice.weighted(
            [("single", 58), ("couple", 20), ("family", 7), ("father_and_son", 2.5), ("twin", 1.5), ("flatmate", 3),
             ("neighbour", 2.5), ("namesake", 5)]
        )  # fmt: skip
        place = self._place()
        home = self._home(place)
        household = self._next("H")
        sex = dice.pick("fm")
        first = self._person(place, home, sex=sex)
        person = self._contact("individual", shape, household, first)
        if shape == "single":
            yield person
        elif shape in ("couple", "family"):
            yield from self._couple(place, home, household, person, with_children=shape == "family")
        elif shape == "father_and_son":
            yield from self._father_and_son(place, home, household, first)
        elif shape == "twin":
            yield person
            other = self._person(place, home, sex=dice.pick("fm"), last=first["last_name"])
            yield self._contact("individual", shape, household, {**other, "birth_date": first["birth_date"]})
        elif shape == "flatmate":
            yield person
            yield self._contact("individual", shape, household, self._person(place, home, sex=dice.pick("fm")))
        else:
            yield person
            elsewhere = place if shape == "neighbour" else self._place()
            other_home = self._home(elsewhere)
            if shape == "neighbour":
                number = str(int(re.sub(r"\D", "", home["house_number"])) + 2)
                other_home = self._home(place, street=home["street"], number=number)
            twin_name = self._person(elsewhere, other_home, sex=sex, first=first["first_name"], last=first["last_name"])
            yield self._contact("individual", shape, self._next("H"), twin_name)

    def _couple(
        self, place: Place, home: Facts, household: str, first: Contact, *, with_children: bool
    ) -> Iterator[Contact]:
        dice = self.dice
        first.situation = "couple"
        sex = "f" if first.now["title"] == "MR" else "m"
        last = first.now["last_name"] if dice.chance(0.8) else None
        facts = self._person(place, home, sex=sex, last=last)
        if dice.chance(0.85):
            facts["phone"] = first.now["phone"]
        if dice.chance(0.5):
            facts["email"] = first.now["email"]
        facts["birth_date"] = self._birth_near(first.now["birth_date"], 8)
        second = self._contact("individual", "couple", household, facts)
        for adult in (first, second):
            if adult.now["title"] == "MRS" and last is not None and dice.chance(0.3):
                self._married(place, adult)
        if dice.chance(0.12):
            moved = self._moved(place)
            first.changes.append(moved)
            second.changes.append(moved)
        yield first
        yield second
        if with_children:
            for _ in range(dice.number(1, 2)):
                child = self._person(place, home, sex=dice.pick("fm"), last=first.now["last_name"])
                child["birth_date"] = f"{dice.number(1996, 2012)}{child['birth_date'][4:]}"
                child["phone"] = first.now["phone"] if dice.chance(0.5) else ""
                if dice.chance(0.25):
                    child["email"] = first.now["email"]
                yield self._contact("individual", "child", household, child)

    def _father_and_son(self, place: Place, home: Facts, household: str, father: Facts) -> Iterator[Contact]:
        dice = self.dice
        name = dice.early(names()[place.language]["male"])
        father = {**father, "title": "MR", "first_name": name, "suffix": "SENIOR"}
        father["birth_date"] = f"{dice.number(1938, 1965)}{father['birth_date'][4:]}"
        son_home = home if dice.chance(0.7) else self._home(place)
        son = self._person(place, son_home, sex="m", first=name, last=father["last_name"])
        son["birth_date"] = f"{int(father['birth_date'][:4]) + dice.number(22, 36)}{son['birth_date'][4:]}"
        son["suffix"] = "JUNIOR"
        yield self._contact("individual", "father_and_son", household, father)
        yield self._contact("individual", "father_and_son", household, son)

    def _married(self, place: Place, person: Contact) -> None:
        maiden = self.dice.early(names()[place.language]["last"])
        if maiden != person.now["last_name"]:
            person.now["birth_name"] = maiden
            person.changes.append(Change(self._some_day(2012), {"last_name": maiden, "birth_name": ""}, "name_change"))

    def _person(
        self, place: Place, home: Facts, *, sex: str, first: str | None = None, last: str | None = None
    ) -> Facts:
        dice = self.dice
        people = names()[place.language if dice.chance(0.9) else dice.pick(("fr", "de", "it"))]
        first = first or dice.early(people["female" if sex == "f" else "male"])
        last = last or dice.early(people["last"])
        birth = f"{dice.number(1936, 2006)}-{dice.number(1, 12):02d}-{dice.number(1, 28):02d}"
        facts = dict.fromkeys(TRUTH_ATTRIBUTES, "")
        facts.update(home)
        facts.update(
            title="MRS" if sex == "f" else "MR",
            first_name=first,
            last_name=last,
            birth_date=birth,
            language=place.language if dice.chance(0.95) else "en",
            phone=numbers.landline(dice, place.country) if dice.chance(0.6) else "",
            mobile=numbers.mobile(dice, place.country) if dice.chance(0.85) else "",
            email=self._email(place.country, first, last, birth) if dice.chance(0.88) else "",
        )
        return facts

    def _email(self, country: str, first: str, last: str, birth: str) -> str:
        dice = self.dice
        a, b = ascii_label(first), ascii_label(last)
        domain: str = dice.weighted([tuple(pair) for pair in world()["mail_domains"][country]])
        local = dice.weighted(
            [(f"{a}.{b}", 40), (f"{a}{b}", 14), (f"{a[0]}.{b}", 10), (f"{a[0]}{b}", 8), (f"{b}.{a}", 8),
             (f"{a}.{b}{birth[2:4]}", 8), (f"{a}{birth[:4]}", 4), (f"{a}_{b}", 4), (f"{b}{a[0]}{dice.digits(2)}", 4)]
        )  # fmt: skip
        address = f"{local}@{domain}"
        while address in self._taken:
            address = f"{local}{dice.number(2, 99)}@{domain}"
        self._taken.add(address)
        return address

    # -- structures ---------------------------------------------------------------------------

    def _structure(self) -> Iterator[Contact]:
        dice = self.dice
        place = self._place()
        kind = dice.weighted([(spec, spec["weight"]) for spec in world()["structures"]])
        name = self._structure_name(kind, place)
        siren_number = numbers.siren(dice)
        uid = numbers.uid(dice)
        label = re.sub(r"-+", "-", "-".join(ascii_label(word) for word in name.split()))[:28].strip("-")
        domain = f"{label}.{place.country.lower()}" if dice.chance(0.7) else ""
        towns = 1 if kind["type"] != "company" or dice.chance(0.75) else dice.number(2, 4)
        for branch in range(towns):
            seat = place if branch == 0 else self._place(place.country)
            facts = dict.fromkeys(TRUTH_ATTRIBUTES, "")
            facts.update(self._home(seat, complement=0.15))
            facts.update(
                organisation=name,
                language=seat.language,
                siret=numbers.siret(dice, siren_number) if seat.country == "FR" else "",
                vat=uid if seat.country == "CH" and dice.chance(0.7) else "",
                phone=numbers.landline(dice, seat.country) if dice.chance(0.9) else "",
                email=self._structure_email(seat, label, domain),
            )
            structure = self._contact("structure", "structure" if towns == 1 else "branch", self._next("H"), facts)
            yield structure
            for _ in range(dice.weighted([(0, 30), (1, 30), (2, 20), (3, 10), (5, 7), (8, 3)])):
                yield from self._relay(seat, structure, domain)

    def _structure_email(self, seat: Place, label: str, domain: str) -> str:
        if not domain and self.dice.chance(0.4):
            return ""
        if not domain:
            provider: str = self.dice.weighted([tuple(pair) for pair in world()["mail_domains"][seat.country]])
            return f"{label.replace('-', '.')}@{provider}"
        return f"{self.dice.pick(world()['roles'][seat.language])}@{domain}"

    def _structure_name(self, kind: dict[str, object], place: Place) -> str:
        dice = self.dice
        patterns = kind[place.language]
        assert isinstance(patterns, list)
        name = dice.pick(patterns).format(
            last=dice.early(names()[place.language]["last"]),
            word=dice.pick(world()["words"]),
            town=place.town,
            person=dice.pick(world()["persons_for_schools"]),
        )
        name = re.sub(r"\bde (?=[AEIOUÉÈÊÎÔ])", "d'", name)
        if kind["type"] == "company" and dice.chance(0.75):
            forms = world()["legal_forms"]
            spec = forms.get(place.country) or forms[f"CH_{place.language}"]
            name = f"{name} {dice.weighted([tuple(form) for form in spec])}"
        return name

    def _relay(self, seat: Place, structure: Contact, domain: str) -> Iterator[Contact]:
        dice = self.dice
        home = {key: structure.now[key] for key in _ADDRESS}
        facts = self._person(seat, home, sex=dice.pick("fm"))
        private = dict(facts)
        local = f"{ascii_label(facts['first_name'])}.{ascii_label(facts['last_name'])}"
        facts.update(
            organisation=structure.now["organisation"],
            function=dice.pick(world()["functions"][seat.language]) if dice.chance(0.7) else "",
            phone=structure.now["phone"] if dice.chance(0.6) else numbers.landline(dice, seat.country),
            mobile=facts["mobile"] if dice.chance(0.35) else "",
            email=dice.weighted(
                [(f"{local}@{domain}" if domain else private["email"], 70), (structure.now["email"], 20), ("", 10)]
            ),
            birth_date="",
        )
        both = dice.chance(0.25)
        relay = self._contact("relay", "private_and_relay" if both else "relay", structure.household_id, facts)
        relay.now["siret"] = relay.now["vat"] = ""
        yield relay
        if both:
            near = self._place(seat.country)
            private.update(self._home(near))
            yield self._contact("individual", "private_and_relay", self._next("H"), private)

    # -- homes and days -----------------------------------------------------------------------

    def _place(self, country: str | None = None) -> Place:
        return self.dice.weighted(self._places[country or self.dice.weighted(COUNTRY_MIX)])

    def _home(
        self, place: Place, *, street: str | None = None, number: str | None = None, complement: float = 0.12
    ) -> Facts:
        dice = self.dice
        number = number or f"{int(1 + 120 * (dice.number(0, 1000) / 1000) ** 2.2)}"
        if street is None:
            kinds = world()["streets"][place.language]
            kind: str = dice.weighted([tuple(pair) for pair in kinds["types"]])
            base = dice.early(kinds["names"])
            street = kind.format(base) if "{}" in kind else f"{kind} {base}"
            street = street[0].upper() + street[1:]
            if "strassstrasse" in street:
                street = street.replace("strassstrasse", "strasse")
            if place.country in ("DE", "AT"):
                street = street.replace("strasse", "straße")
        line2 = dice.pick(world()["complements"][place.language]).format(dice.number(1, 9))
        return {
            "house_number": number,
            "street": street,
            "addr_line1": f"{number} {street}" if place.country in ("FR", "BE", "LU") and place.language == "fr"
            else f"{street} {number}",
            "addr_line2": line2 if dice.chance(complement) else "",
            "postcode": place.postcode,
            "town": place.town,
            "country": place.country,
        }  # fmt: skip

    def _moved(self, place: Place) -> Change:
        former = self._place(place.country if self.dice.chance(0.85) else None)
        return Change(self._some_day(2013), self._home(former), "moved")

    def _contact(self, kind: str, situation: str, household: str, facts: Facts) -> Contact:
        prefix = {"individual": "P", "structure": "S", "relay": "R"}[kind]
        contact = Contact(self._next(prefix), kind, situation, household, facts)
        country = facts["country"]
        if kind == "individual":
            place = Place(country, facts["language"] if facts["language"] != "en" else "fr", "", "", 1)
            if situation not in ("couple", "child") and self.dice.chance(0.16):
                contact.changes.append(self._moved(place))
            if facts["mobile"] and self.dice.chance(0.10):
                old = numbers.mobile(self.dice, country)
                contact.changes.append(Change(self._some_day(2012), {"mobile": old}, "mobile_change"))
            if facts["email"] and self.dice.chance(0.12):
                old = self._email(country, facts["first_name"], facts["last_name"], facts["birth_date"] or "1970-01-01")
                contact.changes.append(Change(self._some_day(2012), {"email": old}, "email_change"))
        elif kind == "structure" and self.dice.chance(0.05):
            contact.changes.append(self._moved(Place(country, facts["language"], "", "", 1)))
        return contact

    def _birth_near(self, iso: str, years: int) -> str:
        year = int(iso[:4]) + self.dice.number(-years, years)
        return f"{year}-{self.dice.number(1, 12):02d}-{self.dice.number(1, 28):02d}"

    def _some_day(self, first_year: int) -> date:
        start = date(first_year, 1, 1)
        return start + timedelta(days=self.dice.number(0, (LAST_DAY - start).days))

    def _next(self, prefix: str) -> str:
        self._counts[prefix] += 1
        return f"{prefix}{self._counts[prefix]:05d}"


_ADDRESS = ("addr_line1", "addr_line2", "house_number", "street", "postcode", "town", "country")
