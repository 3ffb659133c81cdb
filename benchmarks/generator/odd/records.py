"""Odd tables of old records: ten rows a person, written by many hands."""

from __future__ import annotations

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import Line, OddTable, one_file
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import names

_TRADE = ("politician", "writer", "painter", "cricketer", "engineer", "composer", "clergyman", "army officer",
          "botanist", "journalist", "actor", "judge", "chemist", "athlete", "architect", "physician")  # fmt: skip
_STYLE = ("sir {}", "{}, 1st baronet", "{} esq.", "captain {}", "{} senior", "lord {}", "{}")


def old_records(dice: Dice, count: int = 350) -> OddTable:
    """People of old records, ten rows each: styled names, a date put to 1 January, a birth place, a trade, gaps."""
    places = read_places()
    lines: list[Line] = []
    for entity in range(count):
        people = names()["fr"]
        sex = dice.pick(("male", "female"))
        first, second = dice.early(people[sex]).lower(), dice.early(people[sex]).lower()
        last, other = dice.early(people["last"]).lower(), dice.early(people["last"]).lower()
        year, rest = dice.number(1750, 1910), f"{dice.number(1, 12):02d}-{dice.number(1, 28):02d}"
        born, home = dice.pick(places).town.lower(), dice.pick(places)
        trade, style = dice.pick(_TRADE), dice.pick(_STYLE)
        for _ in range(dice.number(3, 17)):
            given = dice.weighted([(first, 70.0), (f"{first} {second}", 10.0), (first[:3], 6.0), (second, 6.0)])
            family = dice.weighted([(last, 80.0), (f"{last}-{other}", 6.0), (other, 6.0)])
            given = typo(dice, given) if dice.chance(0.08) else given
            family = typo(dice, family) if dice.chance(0.12) else family
            date = f"{year}-{rest}" if dice.chance(0.7) else f"{year + dice.number(-1, 1)}-01-01"
            code = home.postcode if dice.chance(0.6) else home.postcode[:-2] + dice.digits(2)
            lines.append((str(entity), [
                style.format(f"{given} {family}") if dice.chance(0.6) else f"{given} {family}",
                "" if dice.chance(0.08) else given, "" if dice.chance(0.06) else family,
                "" if dice.chance(0.12) else date, "" if dice.chance(0.15) else born,
                "" if dice.chance(0.2) else code, "" if dice.chance(0.1) else sex, "" if dice.chance(0.3) else trade,
            ]))  # fmt: skip
    headers = ["full_name", "first_name", "surname", "dob", "birth_place", "postcode", "gender", "occupation"]
    return one_file(dice, headers, lines)


def many_old_records(dice: Dice) -> OddTable:
    """The same with some twenty thousand rows."""
    return old_records(dice, 2000)
