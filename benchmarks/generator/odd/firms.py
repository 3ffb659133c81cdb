"""Odd tables of organisations."""

from __future__ import annotations

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import TOPIC, WARE, Line, OddTable, one_file
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import names


def companies(dice: Dice, count: int = 700) -> OddTable:
    """Firms with legal forms, initials and branches' towns; name, town, and sometimes web site or phone."""
    forms = ("AG", "SA", "GmbH", "Sàrl", "Ltd", "SAS", "Inc.", "S.p.A.")
    places = read_places()
    lines: list[Line] = []
    for entity in range(count):
        words = [dice.pick(names()["de"]["last"]), *(dice.pick(WARE + TOPIC) for _ in range(dice.number(1, 3)))]
        form, place = dice.pick(forms), dice.pick(places)
        label = "".join(words).lower()[:18].encode("ascii", "ignore").decode()
        web = f"www.{label}.com" if dice.chance(0.6) else ""
        phone = f"+4121{dice.digits(7)}" if dice.chance(0.6) else ""
        whole = " ".join(words).title()
        lines.append((str(entity), [f"{whole} {form}", place.town, place.country, web, phone]))
        while dice.chance(0.25):
            initials = "".join(word[0] for word in words).upper()
            told = dice.weighted(
                [(whole, 5.0), (f"{whole} {dice.pick(forms)}", 2.0), (typo(dice, whole), 2.0),
                 (" ".join(whole.split()[:-1]) or whole, 1.0), (initials, 1.0),
                 (f"{whole.split()[0]} {dice.pick(WARE)}", 0.7)]
            )  # fmt: skip
            seat = place if dice.chance(0.9) else dice.pick(places)
            cells = [told, seat.town, seat.country, web if dice.chance(0.8) else "", phone if dice.chance(0.7) else ""]
            lines.append((str(entity), cells))
    return one_file(dice, ["company", "city", "country", "website", "phone"], lines)


def no_double_companies(dice: Dice, count: int = 500) -> OddTable:
    """Firms met once, a third of them branches that share name and web site."""
    places = read_places()
    lines: list[Line] = []
    for number in range(count):
        name = f"{dice.pick(names()['fr']['last'])} {dice.pick(WARE)} SA"
        web = f"www.{number}-firm.ch"
        for branch in range(3 if dice.chance(0.15) else 1):
            place = dice.pick(places)
            street = f"{dice.number(1, 90)} rue {dice.pick(names()['fr']['last'])}"
            lines.append((f"{number}/{branch}", [name, street, place.postcode, place.town, web]))
    return one_file(dice, ["Raison sociale", "Adresse", "NPA", "Ville", "Site web"], lines)
