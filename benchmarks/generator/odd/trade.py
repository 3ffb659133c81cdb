"""Odd tables of trade: restaurants, business listings, owners and officers, affiliations of one text column."""

from __future__ import annotations

from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.slips import blotted, gap, slip, zipf
from benchmarks.generator.odd.table import Line, OddTable, one_file
from benchmarks.generator.vocabulary import english, names


def eateries(dice: Dice, count: int = 800) -> OddTable:
    """Two guides of restaurants: name, address, town, phone, kitchen; chains have branches under one name."""
    words = english()
    one: list[Line] = []
    two: list[Line] = []
    chain = [f"{dice.pick(words['dish'])} {dice.pick(words['eatery'])}" for _ in range(12)]
    for entity in range(count):
        dish = dice.weighted([(dice.pick(words["dish"]), 3.0), (f"{dice.early(words['last'])}'s", 2.0)])
        name = dice.pick(chain) if dice.chance(0.08) else f"{dish} {dice.pick(words['eatery'])}"
        number, street = dice.number(1, 9900), dice.pick(words["street"])
        long, short = dice.pick(words["street_type"])
        town, phone = dice.early(words["town"]), f"{dice.pick(('212', '310', '415'))}{dice.digits(7)}"
        kitchen = dice.pick(words["kitchen"])
        if entity % 3:
            cells = [name, f"{number} {street} {short}.", town, f"{phone[:3]}/{phone[3:6]}-{phone[6:]}", kitchen[0]]
            one.append((str(entity), gap(dice, cells, [0, 0.02, 0, 0.05, 0.05])))
        if entity % 5 < 3:
            told = dice.weighted([(name, 5.0), (f"The {name}", 1.0), (name.rsplit(" ", 1)[0], 2.0),
                                  (f"Restaurant {name}", 0.7), (slip(dice, name), 1.0)])  # fmt: skip
            side = dice.pick(("", "", " at Union Square", " (between 1st and 2nd)", " W."))
            moved = (
                f"{dice.number(1, 9900)} {dice.pick(words['street'])}" if dice.chance(0.04) else f"{number} {street}"
            )
            other = dice.digits(7) if dice.chance(0.06) else phone[3:]
            cells = [told.lower(), f"{moved} {long}{side}".lower(), town.lower(),
                     f"{phone[:3]}-{other[:3]}-{other[3:]}", kitchen[1].lower()]  # fmt: skip
            two.append((str(entity), gap(dice, cells, [0, 0.03, 0.02, 0.08, 0.15])))
    headers = ["name", "addr", "city", "phone", "type"]
    return OddTable(
        {"guide_a": headers, "guide_b": headers}, {"guide_a": dice.shuffled(one), "guide_b": dice.shuffled(two)}
    )


def listings(dice: Dice, count: int = 550) -> OddTable:
    """A directory scraped from many pages, in capitals: legal and trade names, blots, no post code, 1 to 8 rows."""
    words = english()
    lines: list[Line] = []
    for entity in range(count):
        family, trade, town = dice.early(words["last"]), dice.pick(words["trade"]), dice.pick(words["town"])
        legal = dice.pick(
            (
                f"{family} & Sons {trade}",
                f"{town} {trade}",
                f"{family} {trade}",
                f"{family} {dice.early(words['last'])} {trade}",
            )
        )
        trading = f"{dice.pick(('A-1', 'Best', 'Family', 'Quality', 'Premier', 'City'))} {trade}"
        home = f"{dice.number(1, 9900)} {dice.pick(words['street'])}"
        street, short = dice.pick(words["street_type"])
        phone = f"({dice.digits(3)}) {dice.digits(3)}-{dice.digits(4)}"
        site = f"www.{family.lower()}{trade.split()[0].lower()}{entity % 50}.com" if dice.chance(0.5) else ""
        for _ in range(zipf(dice, 8)):
            form = dice.pick(("", "", " LLC", " Inc", " Inc.", " Co"))
            name = dice.weighted([(legal + form, 7.0), (f"{legal}{form} DBA {trading}", 1.0), (trading, 1.0),
                                  (legal.replace("&", "and"), 1.0)])  # fmt: skip
            name = blotted(dice, name) if dice.chance(0.15) else name
            address = f"{home} {dice.pick((street, short))}, {town}"
            address = blotted(dice, address) if dice.chance(0.15) else address
            cells = [name.upper(), address.upper(), phone if dice.chance(0.9) else "(800) 555-0100", site, trade]
            lines.append((str(entity), gap(dice, cells, [0, 0.12, 0.25, 0.3, 0.4])))
    return one_file(dice, ["business_name", "location", "telephone", "web", "category"], lines)


def owners(dice: Dice, count: int = 500) -> OddTable:
    """Owners and officers in two registers: people and firms in one column, month of birth, the address in one line."""
    words = english()
    lines: dict[str, list[Line]] = {"officers": [], "owners": []}
    for entity in range(count):
        firm = dice.chance(0.3)
        sex = dice.pick(("male", "female"))
        first, middle, last = dice.early(words[sex]), dice.early(words[sex]), dice.early(words["last"])
        body = f"{last} {dice.pick(words['trade'])} {dice.pick(('Holdings', 'Group', 'Investments', 'Partners'))}"
        year, month = dice.number(1935, 1995), dice.number(1, 12)
        nation = dice.weighted([("British", 8.0), ("Irish", 1.0), ("German", 1.0), ("French", 1.0)])
        street = f"{dice.number(1, 200)} {dice.pick(words['street'])} {dice.pick(words['street_type'])[0]}"
        town, code = (
            dice.pick(words["town"]),
            f"{dice.pick('BLMNS')}{dice.number(1, 30)} {dice.number(1, 9)}{dice.pick('AEGHX')}{dice.pick('BDPQR')}",
        )
        number = dice.digits(8)
        for source in dice.shuffled(tuple(lines))[: dice.number(1, 2)]:
            for _ in range(zipf(dice, 4)):
                title = dice.pick(("Mr ", "Dr ", "")) if sex == "male" else dice.pick(("Mrs ", "Ms ", ""))
                person = dice.weighted(
                    [(f"{first} {middle} {last}", 4.0), (f"{first} {last}", 3.0), (f"{first} {middle[0]}. {last}", 1.0)]
                )
                person = f"{last.upper()}, {first} {middle}" if source == "officers" else f"{title}{person}"
                name = body + dice.pick((" Ltd", " Limited", " LIMITED", "")) if firm else person
                name = slip(dice, name) if dice.chance(0.05) else name
                address = f"{street}, {town}, {code}" if dice.chance(0.85) else f"{street}, {town}"
                born = "" if firm else f"{year}-{month:02d}" if source == "owners" else f"{month:02d}/{year}"
                cells = [name, born, "" if firm else nation, address, number if firm and dice.chance(0.6) else ""]
                lines[source].append((str(entity), gap(dice, cells, [0, 0.15, 0.2, 0.2, 0])))
    headers = ["name", "month_of_birth", "nationality", "address", "company_number"]
    return OddTable(dict.fromkeys(lines, headers), {source: dice.shuffled(listed) for source, listed in lines.items()})


def affiliations(dice: Dice, count: int = 200) -> OddTable:
    """One text column: department, university, town and land as authors write them, 1 to 20 rows of each university."""
    words = english()
    lines: list[Line] = []
    for entity in range(count):
        city, land = words["city"][entity % len(words["city"])]
        body = (
            f"University of {city}", f"{city} Institute of Technology", f"{dice.early(words['last'])} College",
            f"{dice.early(names()['de']['last'])} Research Laboratories", f"{city} Business School",
        )[entity // len(words["city"]) % 5]  # fmt: skip
        for _ in range(zipf(dice, 20)):
            department = dice.pick(dice.pick(words["department"]))
            told = body.replace("University", "Univ.") if dice.chance(0.25) else body
            told = told.replace("Institute of Technology", "Inst. Technol.") if dice.chance(0.3) else told
            told = slip(dice, told) if dice.chance(0.06) else told
            parts = [
                department if dice.chance(0.5) else "",
                told,
                city if dice.chance(0.5) else "",
                land if dice.chance(0.6) else "",
            ]
            lines.append((str(entity), [str(len(lines) + 1), ", ".join(part for part in parts if part)]))
    return one_file(dice, ["id", "affiliation"], lines)
