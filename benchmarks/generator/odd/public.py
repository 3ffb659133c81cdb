"""Odd tables of public life: voters, patients, parish books, members of a club."""

from __future__ import annotations

from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.slips import gap, misheard, slip, zipf
from benchmarks.generator.odd.table import Line, OddTable, one_file
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import english, names

_STATES = ("NC", "NC", "NC", "VA", "NY", "SC", "OH", "PA", "FL", "")


def voters(dice: Dice, count: int = 1400) -> OddTable:
    """Two snapshots of a register four years apart, in capitals: age and no birth date, people move and marry."""
    words = english()
    old: list[Line] = []
    new: list[Line] = []
    for entity in range(count):
        female = dice.chance(0.53)
        sex = "female" if female else "male"
        first, middle, last = dice.early(words[sex]), dice.early(words[sex]), dice.early(words["last"])
        age, home, state = dice.number(18, 90), _us_home(dice), dice.pick(_STATES)
        phone = f"{dice.pick(('919', '336', '704'))}{dice.digits(7)}" if dice.chance(0.4) else ""
        suffix = dice.weighted([("", 94.0), ("JR", 4.0), ("SR", 1.0), ("III", 1.0)]) if not female else ""
        if entity % 5 < 4:
            old.append((str(entity), _voter(dice, first, middle, last, suffix, sex, age, state, home, phone)))
        if entity % 5 > 1 or dice.chance(0.2):
            if dice.chance(0.15):
                home = _us_home(dice)
            if female and dice.chance(0.06):
                middle, last = (last if dice.chance(0.5) else middle), dice.early(words["last"])
            new.append((str(entity), _voter(dice, first, middle, last, suffix, sex, age + 4, state, home, phone)))
    headers = ["last_name", "first_name", "midl_name", "name_sufx_cd", "sex", "age", "birth_state",
               "res_street_address", "res_city_desc", "zip_code", "phone_num"]  # fmt: skip
    return OddTable(
        {"snap2012": headers, "snap2016": headers}, {"snap2012": dice.shuffled(old), "snap2016": dice.shuffled(new)}
    )


def _us_home(dice: Dice) -> tuple[str, str, str]:
    words = english()
    kind = dice.pick(words["street_type"])[dice.number(0, 1)]
    unit = f" #{dice.number(1, 40)}" if dice.chance(0.1) else ""
    town = dice.number(0, len(words["town"]) - 1)
    return (
        f"{dice.number(1, 9900)} {dice.pick(words['street'])} {kind}{unit}",
        words["town"][town],
        f"27{200 + 7 * town}",
    )


def _voter(
    dice: Dice, first: str, middle: str, last: str, suffix: str, sex: str, age: int, state: str,
    home: tuple[str, str, str], phone: str,
) -> list[str]:  # fmt: skip
    short = english()["short"].get(first)
    told = dice.pick(short) if short and dice.chance(0.06) else first
    told = slip(dice, told) if dice.chance(0.03) else told
    family = slip(dice, last) if dice.chance(0.04) else last
    given = dice.weighted([(middle, 6.0), (middle[0], 3.0), ("", 2.0)])
    cells = [family, told, given, suffix, "F" if sex == "female" else "M", str(age + (dice.number(-1, 1))), state,
             home[0], home[1], home[2], phone]  # fmt: skip
    return [cell.upper() for cell in gap(dice, cells, [0, 0, 0, 0.1, 0.05, 0.02, 0.1, 0.02, 0.02, 0.03, 0.4])]


def patients(dice: Dice, count: int = 900) -> OddTable:
    """A ward's list: names heard, dates with day and month exchanged, halves of addresses in each other's column."""
    words = english()
    lines: list[Line] = []
    for entity in range(count):
        sex = dice.pick(("male", "female"))
        first, last = dice.early(words[sex]).lower(), dice.early(words["last"]).lower()
        year, month, day = dice.number(1925, 2020), dice.number(1, 12), dice.number(1, 28)
        street, town, code = _us_home(dice)
        number, _, rest = street.lower().partition(" ")
        clean = [first, last, number, rest, town.lower(), code, f"{year}{month:02d}{day:02d}", sex[0]]
        lines.append((str(entity), gap(dice, clean, [0.02, 0.01, 0.08, 0.04, 0.02, 0.01, 0.05, 0.1])))
        for _ in range(dice.number(1, 4) if dice.chance(0.3) else 0):
            copy = list(clean)
            for _ in range(dice.number(1, 4)):
                place = dice.pick((0, 0, 1, 1, 2, 3, 4, 5, 6))
                copy[place] = (
                    misheard(dice, slip(dice, copy[place])) if place in (0, 1, 3, 4) else slip(dice, copy[place])
                )
            if dice.chance(0.12):
                copy[6] = f"{year}{day:02d}{month:02d}"
            if dice.chance(0.08):
                copy[0], copy[1] = copy[1], copy[0]
            lines.append((str(entity), gap(dice, copy, [0.06, 0.03, 0.2, 0.12, 0.05, 0.08, 0.15, 0.2])))
    headers = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth", "sex"]
    return one_file(dice, headers, lines)


def parish(dice: Dice, count: int = 450) -> OddTable:
    """Church books: year of birth only, towns as heard, maiden names, gaps to three cells in four, 1 to 20 rows."""
    people, towns = names()["de"], sorted({place.town for place in read_places() if place.country in ("DE", "AT")})
    trades = ("Bauer", "Schmied", "Müller", "Weber", "Tagelöhner", "Schneider", "Lehrer", "Wirt", "Schuster", "Bäcker")
    lines: list[Line] = []
    for entity in range(count):
        sex = dice.pick(("male", "female"))
        first, second = dice.early(people[sex]), dice.early(people[sex])
        last, other = dice.early(people["last"]), dice.early(people["last"])
        year, town, trade = dice.number(1720, 1880), dice.pick(towns), dice.pick(trades)
        for _ in range(zipf(dice, 20)):
            given = dice.weighted([(first, 7.0), (f"{first} {second}", 2.0), (second, 0.3), (f"{first[0]}.", 0.7)])
            given = misheard(dice, given) if dice.chance(0.1) else given
            family = misheard(dice, last) if dice.chance(0.15) else last
            family = dice.pick((other, f"{other} geb. {last}")) if sex == "female" and dice.chance(0.15) else family
            born = str(year if dice.chance(0.8) else year + dice.number(-2, 2))
            place = misheard(dice, town) if dice.chance(0.2) else town
            cells = [given, family, born, place, trade, "m" if sex == "male" else "w"]
            lines.append((str(entity), gap(dice, cells, [0.05, 0.02, 0.25, 0.3, 0.75, 0.4])))
    return one_file(dice, ["Vorname", "Familienname", "Geburtsjahr", "Ort", "Beruf", "Geschlecht"], lines)


def club(dice: Dice, count: int = 900) -> OddTable:
    """A club's members on one line each: titles and initials inside the name, no post code, families, a third empty."""
    lines: list[Line] = []
    places = read_places()
    entity = 0
    for _ in range(count):
        place = dice.pick(places)
        people = names()[place.language]
        last, street = dice.early(people["last"]), f"{dice.pick(people['last'])}weg {dice.number(1, 60)}"
        if place.language != "de":
            street = f"{dice.number(1, 60)} rue {dice.pick(names()['fr']['last'])}"
        landline = f"0{dice.digits(2)} {dice.digits(3)} {dice.digits(2)} {dice.digits(2)}"
        for _ in range(dice.weighted([(1, 7.0), (2, 2.0), (3, 1.0)])):
            entity += 1
            sex = dice.pick(("male", "female"))
            first, year, mobile = dice.early(people[sex]), dice.number(1935, 2012), f"07{dice.digits(8)}"
            for _ in range(zipf(dice, 4) if dice.chance(0.4) else 1):
                title = dice.weighted([("", 6.0), ("Dr. ", 0.7), ("Herr " if sex == "male" else "Frau ", 1.0)])
                name = dice.weighted([(f"{first} {last}", 6.0), (f"{last} {first}", 1.5), (f"{first[0]}. {last}", 1.5),
                                      (f"{last}, {first}", 1.0)])  # fmt: skip
                name = slip(dice, name) if dice.chance(0.07) else name
                where = f"{street}, {place.town}" if dice.chance(0.85) else place.town
                cells = [title + name, str(year), where, landline, mobile]
                lines.append((str(entity), gap(dice, cells, [0, 0.35, 0.2, 0.45, 0.5])))
    return one_file(dice, ["Mitglied", "Jahrgang", "Adresse", "Telefon", "Natel"], lines)
