"""Odd tables of persons: few columns, gaps, exact copies, two sources."""

from __future__ import annotations

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import FULL, Line, OddTable, full_row, one_file, person
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import names


def names_and_dates(dice: Dice, count: int = 2500, *, umlauts: bool = True) -> OddTable:
    """First name, last name, and a birth date in three columns; one error in each copy."""
    people = names()["de" if umlauts else "fr"]
    lines: list[Line] = []
    for entity in range(count):
        first, last = dice.early(people[dice.pick(("male", "female"))]), dice.early(people["last"])
        born = [str(dice.number(1930, 2010)), str(dice.number(1, 12)), str(dice.number(1, 28))]
        lines.append((str(entity), [first.upper(), last.upper(), *born]))
        if dice.chance(0.12):
            cells = [first.upper(), last.upper(), *born]
            wrong = dice.number(0, 4)
            if wrong < 2:
                cells[wrong] = typo(dice, cells[wrong])
            else:
                cells[wrong] = str(max(1, int(cells[wrong]) + dice.pick((-1, 1, 10, -10)) if wrong == 2 else 1))
            lines.append((str(entity), cells))
    return one_file(dice, ["fname", "lname", "by", "bm", "bd"], lines)


def few_names_and_dates(dice: Dice) -> OddTable:
    """The same with 300 people."""
    return names_and_dates(dice, 300)


def name_and_email(dice: Dice, count: int = 1200) -> OddTable:
    """A newsletter list: one name column and a mailbox, nothing else; part of the names is missing."""
    lines: list[Line] = []
    for entity in range(count):
        first, last, email = person(dice)
        lines.append((str(entity), [f"{first} {last}", email]))
        while dice.chance(0.2):
            name = dice.weighted(
                [(f"{first} {last}", 4.0), (f"{last} {first}", 1.0), (f"{first[0]}. {last}", 1.0), ("", 1.0)]
            )
            lines.append((str(entity), [name, dice.pick([email, email, email.upper(), typo(dice, email)])]))
    return one_file(dice, ["name", "email"], lines)


def tiny(dice: Dice) -> OddTable:
    """Forty people, a dozen twice: name, e-mail and town."""
    lines: list[Line] = []
    places = read_places()
    for entity in range(40):
        first, last, email = person(dice)
        town = dice.pick(places).town
        lines.append((str(entity), [first, last, email, town]))
        if entity < 12:
            copy = [typo(dice, first) if entity % 3 == 0 else first, last.upper(), email, town]
            if entity % 4 == 1:
                copy[2] = ""
            lines.append((str(entity), copy))
    return one_file(dice, ["Vorname", "Nachname", "E-Mail", "Ort"], lines)


def no_duplicates(dice: Dice, count: int = 1500) -> OddTable:
    """A clean file: full rows, everybody once, common names met often."""
    return one_file(dice, FULL, [(str(entity), full_row(dice)) for entity in range(count)])


def exact_duplicates(dice: Dice, count: int = 600) -> OddTable:
    """Full rows, a quarter of them repeated to the letter."""
    lines: list[Line] = []
    for entity in range(count):
        cells = full_row(dice)
        lines += [(str(entity), cells)] * (2 if dice.chance(0.25) else 1)
    return one_file(dice, FULL, lines)


def many_copies(dice: Dice, count: int = 400) -> OddTable:
    """Ten rows an entity on average, each with a mistake or a gap."""
    lines: list[Line] = []
    for entity in range(count):
        cells = full_row(dice)
        for _ in range(dice.number(4, 16)):
            copy = list(cells)
            for place in (0, 1, 3, 5):
                if copy[place] and dice.chance(0.15):
                    copy[place] = typo(dice, copy[place])
            for place in (2, 3, 4, 5, 6, 7):
                if dice.chance(0.15):
                    copy[place] = ""
            lines.append((str(entity), copy))
    return one_file(dice, FULL, lines)


def mostly_missing(dice: Dice, count: int = 1200) -> OddTable:
    """Full rows of which four cells in five are empty; the last name always stands, and one number or mailbox."""
    lines: list[Line] = []
    for entity in range(count):
        cells = full_row(dice)
        for _ in range(2 if dice.chance(0.15) else 1):
            kept = {1, dice.pick((3, 7)), dice.pick((0, 0, 2, 4))}
            lines.append((str(entity), [cell if place in kept else "" for place, cell in enumerate(cells)]))
    return one_file(dice, FULL, lines)


def two_clean_sources(dice: Dice, count: int = 900) -> OddTable:
    """Two sources, each without doubles, that share two thirds of their people and few columns."""
    left: list[Line] = []
    right: list[Line] = []
    for entity in range(count):
        cells = full_row(dice)
        if entity % 3 != 1:
            left.append((str(entity), [cells[0], cells[1], cells[2], cells[6]]))
        if entity % 3 != 2:
            first = typo(dice, cells[0]) if dice.chance(0.15) else cells[0]
            last = typo(dice, cells[1]) if dice.chance(0.15) else cells[1]
            right.append((str(entity), [f"{last} {first}", cells[2], cells[6], cells[3]]))
    return OddTable(
        {"a": ["first_name", "last_name", "date_of_birth", "city"], "b": ["name", "dob", "town", "email"]},
        {"a": dice.shuffled(left), "b": dice.shuffled(right)},
    )


def coded_headers(dice: Dice, count: int = 900) -> OddTable:
    """Four exports of four systems, each with headers only its makers understand; slips and gaps in the copies."""
    headers = {
        "legacy": ["rec_id", "nm", "vn", "gebdat", "str", "plz", "ort", "tel1"],
        "export": ["f1", "f2", "f3", "f4", "f5", "f6", "f7"],
        "standard": ["cust_no", "forename_std", "surname_std", "dob_std", "addr1_std", "pcode_std", "town_std"],
        "bestand": ["klantnr", "voornaam", "achternaam", "geb_datum", "straatnaam", "pc", "woonplaats", "gsm"],
    }
    lines: dict[str, list[Line]] = {source: [] for source in headers}
    for entity in range(count):
        clean = full_row(dice)
        for source in dice.shuffled(tuple(headers))[: dice.weighted([(1, 5.0), (2, 3.0), (3, 1.0)])]:
            cells = [typo(dice, cell) if place in (0, 1, 4, 6) and dice.chance(0.08) else cell
                     for place, cell in enumerate(clean)]  # fmt: skip
            cells = ["" if place != 1 and dice.chance(0.05) else cell for place, cell in enumerate(cells)]
            first, last, born, email, street, code, town, phone = cells
            lines[source].append((str(entity), {
                "legacy": [dice.digits(6), last.upper(), first, born, street, code, town, phone],
                "export": [first, last, born.replace(".", "/"), email, code, town, phone],
                "standard": [dice.digits(5), first.lower(), last.lower(), "-".join(born.split(".")[::-1]), street,
                             code, town.lower()],
                "bestand": [dice.digits(7), first, last, born.replace(".", "-"), street, code, town, phone],
            }[source]))  # fmt: skip
    return OddTable(headers, {source: dice.shuffled(listed) for source, listed in lines.items()})
