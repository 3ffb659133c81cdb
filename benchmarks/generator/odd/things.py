"""Odd tables that are no contacts: articles, wares, texts, tracks, figures."""

from __future__ import annotations

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import TOPIC, TRAIT, WARE, Line, OddTable, one_file, person

_VENUE = (("SIGMOD Conference", "international conference on management of data"), ("VLDB", "very large data bases"),
          ("ACM TODS", "acm transactions on database systems"), ("SIGMOD Record", "acm sigmod record"),
          ("VLDB J.", "the vldb journal"))  # fmt: skip
_BRAND = ("Sonera", "Pantec", "Kodiak", "Belcor", "Logix", "Canora", "Epsilon", "Garwin", "Netgate", "Yamada", "Boston")


def bibliography(dice: Dice, count: int = 700) -> OddTable:
    """Articles in two sources: title, authors, venue and year; the second abbreviates."""
    left: list[Line] = []
    right: list[Line] = []
    for entity in range(count):
        title = " ".join(dice.shuffled(TOPIC)[: dice.number(4, 7)])
        authors = [person(dice)[:2] for _ in range(dice.number(1, 4))]
        venue, year = dice.pick(_VENUE), str(dice.number(1994, 2004))
        full = ", ".join(f"{first} {last}" for first, last in authors)
        short = ", ".join(f"{first[0]} {last}" for first, last in authors)
        if entity % 4:
            left.append((str(entity), [f"k{entity}", title.title(), full, venue[0], year]))
        if entity % 3:
            worn = typo(dice, title) if dice.chance(0.3) else title
            worn = worn.rsplit(" ", 1)[0] if dice.chance(0.1) else worn
            right.append((str(entity), [str(7000 + entity), worn, short, dice.pick([venue[1], ""]), year]))
    headers = ["id", "title", "authors", "venue", "year"]
    return OddTable({"one": headers, "two": headers}, {"one": dice.shuffled(left), "two": dice.shuffled(right)})


def products(dice: Dice, count: int = 600) -> OddTable:
    """Wares of two shops: name with a model number, description, price; descriptions and prices differ."""
    left: list[Line] = []
    right: list[Line] = []
    for entity in range(count):
        brand, ware = dice.pick(_BRAND), dice.pick(WARE)
        letters = "".join(dice.pick("ABCDEFGHKLMNPRSTVWX") for _ in range(dice.number(2, 3)))
        model = f"{letters}{dice.digits(dice.number(3, 4))}"
        traits = dice.shuffled(TRAIT)[:3]
        price = dice.number(20, 900)
        if entity % 4:
            name = f"{brand} {traits[0]} {ware} - {model}"
            left.append((str(entity), [name, f"{brand} {' '.join(traits)} {ware} {model}", f"${price}.00"]))
        if entity % 3:
            name = f"{brand} {model} {' '.join(traits[:2])} {ware}".title()
            near = "" if dice.chance(0.3) else f"{price * (100 + dice.number(-8, 8)) / 100:.2f}"
            right.append((str(entity), [name, "" if dice.chance(0.4) else f"{ware}, {traits[1]}", near]))
    headers = ["name", "description", "price"]
    return OddTable({"shop1": headers, "shop2": headers}, {"shop1": dice.shuffled(left), "shop2": dice.shuffled(right)})


def long_text(dice: Dice, count: int = 500) -> OddTable:
    """One column of text; copies lose a word or gain a slip."""
    lines: list[Line] = []
    for entity in range(count):
        words = [dice.pick(TOPIC + TRAIT + WARE) for _ in range(dice.number(9, 16))]
        lines.append((str(entity), [" ".join(words)]))
        if dice.chance(0.2):
            lost = dice.number(0, len(words) - 1)
            worn = [word for place, word in enumerate(words) if place != lost]
            lines.append((str(entity), [typo(dice, " ".join(worn))]))
    return one_file(dice, ["text"], lines)


def tracks(dice: Dice, count: int = 500) -> OddTable:
    """Music: artist, song, album, year and length, written by many hands; three copies on average where doubled."""
    lines: list[Line] = []
    for entity in range(count):
        artist = " ".join(person(dice)[:2]) if dice.chance(0.6) else f"The {dice.pick(TRAIT)} {dice.pick(WARE)}s"
        song, album = " ".join(dice.shuffled(TOPIC)[:3]), " ".join(dice.shuffled(TRAIT)[:2])
        year, length = dice.number(1960, 2015), dice.number(120, 400)
        for _ in range(1 if dice.chance(0.6) else dice.number(2, 5)):
            lines.append((str(entity), [
                typo(dice, song) if dice.chance(0.2) else song.title() if dice.chance(0.5) else song,
                f"{length // 60}:{length % 60:02d}" if dice.chance(0.5) else str(length * 1000),
                typo(dice, artist) if dice.chance(0.1) else artist,
                "" if dice.chance(0.2) else album,
                "" if dice.chance(0.3) else str(year) if dice.chance(0.7) else f"'{year % 100:02d}",
            ]))  # fmt: skip
    return one_file(dice, ["title", "length", "artist", "album", "year"], lines)


def numbers_only(dice: Dice, count: int = 800) -> OddTable:
    """Measures and codes, no name at all; a tenth is measured twice."""
    lines: list[Line] = []
    for entity in range(count):
        cells = [str(dice.number(100, 999)), f"{dice.number(0, 99999) / 100:.2f}", str(dice.number(10**6, 10**7)), "1"]
        lines.append((str(entity), cells))
        if dice.chance(0.1):
            lines.append((str(entity), cells))
    return one_file(dice, ["a", "b", "c", "d"], lines)
