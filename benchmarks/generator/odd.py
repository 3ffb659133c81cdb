"""Odd tables with their truth: the shapes that a matcher made for contacts has to survive.

Each shape is a function of a seed that gives files and truth; none is a real data set, and none is tuned to: they say
whether a zero-configuration run stays sane (no giant cluster, nothing merged where nothing is double).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import names

Line = tuple[str, list[str]]
"""The entity of a line, and its cells."""


@dataclass(frozen=True, slots=True)
class OddTable:
    """Files by name (headers and lines) of one shape."""

    headers: dict[str, list[str]]
    lines: dict[str, list[Line]]

    def files(self) -> dict[str, str]:
        """CSV text of each source, and of the truth (source, line_no, entity_id)."""
        written = {
            f"{source}.csv": _csv([self.headers[source], *(cells for _, cells in lines)])
            for source, lines in self.lines.items()
        }
        truth = [
            [source, str(number), entity]
            for source, lines in self.lines.items()
            for number, (entity, _) in enumerate(lines, start=1)
        ]
        return {**written, "truth.csv": _csv([["source", "line_no", "entity_id"], *truth])}


def write_odd(folder: Path, shape: str, seed: int) -> None:
    """Write the files of a shape into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SHAPES[shape](Dice(seed)).files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


# -- persons -----------------------------------------------------------------------------------


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
    return _one(dice, ["fname", "lname", "by", "bm", "bd"], lines)


def few_names_and_dates(dice: Dice) -> OddTable:
    """The same with 300 people."""
    return names_and_dates(dice, 300)


def name_and_email(dice: Dice, count: int = 1200) -> OddTable:
    """A newsletter list: one name column and a mailbox, nothing else; part of the names is missing."""
    lines: list[Line] = []
    for entity in range(count):
        first, last, email = _person(dice)
        lines.append((str(entity), [f"{first} {last}", email]))
        while dice.chance(0.2):
            name = dice.weighted(
                [(f"{first} {last}", 4.0), (f"{last} {first}", 1.0), (f"{first[0]}. {last}", 1.0), ("", 1.0)]
            )
            lines.append((str(entity), [name, dice.pick([email, email, email.upper(), typo(dice, email)])]))
    return _one(dice, ["name", "email"], lines)


def tiny(dice: Dice) -> OddTable:
    """Forty people, a dozen twice: name, e-mail and town."""
    lines: list[Line] = []
    places = read_places()
    for entity in range(40):
        first, last, email = _person(dice)
        town = dice.pick(places).town
        lines.append((str(entity), [first, last, email, town]))
        if entity < 12:
            copy = [typo(dice, first) if entity % 3 == 0 else first, last.upper(), email, town]
            if entity % 4 == 1:
                copy[2] = ""
            lines.append((str(entity), copy))
    return _one(dice, ["Vorname", "Nachname", "E-Mail", "Ort"], lines)


def no_duplicates(dice: Dice, count: int = 1500) -> OddTable:
    """A clean file: full rows, everybody once, common names met often."""
    return _one(dice, _FULL, [(str(entity), _full(dice)) for entity in range(count)])


def exact_duplicates(dice: Dice, count: int = 600) -> OddTable:
    """Full rows, a quarter of them repeated to the letter."""
    lines: list[Line] = []
    for entity in range(count):
        cells = _full(dice)
        lines += [(str(entity), cells)] * (2 if dice.chance(0.25) else 1)
    return _one(dice, _FULL, lines)


def many_copies(dice: Dice, count: int = 400) -> OddTable:
    """Ten rows an entity on average, each with a mistake or a gap."""
    lines: list[Line] = []
    for entity in range(count):
        cells = _full(dice)
        for _ in range(dice.number(4, 16)):
            copy = list(cells)
            for place in (0, 1, 3, 5):
                if copy[place] and dice.chance(0.15):
                    copy[place] = typo(dice, copy[place])
            for place in (2, 3, 4, 5, 6, 7):
                if dice.chance(0.15):
                    copy[place] = ""
            lines.append((str(entity), copy))
    return _one(dice, _FULL, lines)


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
    return _one(dice, headers, lines)


def many_old_records(dice: Dice) -> OddTable:
    """The same with some twenty thousand rows."""
    return old_records(dice, 2000)


def registers(dice: Dice) -> OddTable:
    """Persons and structures of three sources in several scripts, juniors and seniors among them, few columns."""
    native = [
        ("Сергей Петров", "Sergey Petrov"), ("Анна Иванова", "Anna Ivanova"), ("Дмитрий Соколов", "Dmitri Sokolov"),
        ("Ольга Кузнецова", "Olga Kuznetsova"), ("Νίκος Παπαδόπουλος", "Nikos Papadopoulos"),
        ("Μαρία Γεωργίου", "Maria Georgiou"), ("محمد علي", "Mohammed Ali"), ("王小明", "Wang Xiaoming"),
        ("Ελένη Δημητρίου", "Eleni Dimitriou"), ("Łukasz Wójcik", "Lukasz Wojcik"),
        ("Йован Йованович", "Jovan Jovanovic"),
        ("Александр Волков", "Aleksandr Volkov"), ("فاطمة حسن", "Fatima Hassan"), ("Юлия Морозова", "Yulia Morozova"),
    ]  # fmt: skip
    firms = [("Газпром Нефть", "Gazprom Neft"), ("Банк Россия", "Bank Rossiya"), ("ООО Ромашка", "Romashka LLC")]
    towns = ("Moscow", "Athens", "London", "Geneva", "Kyiv", "Belgrade", "Dubai", "Beijing")
    lines: dict[str, list[Line]] = {"one": [], "two": [], "three": []}
    sources = tuple(lines)
    for entity, (other, latin) in enumerate([*native, *firms]):
        town, year = dice.pick(towns), str(dice.number(1940, 1995)) if entity < len(native) else ""
        for source in dice.shuffled(sources)[: dice.number(2, 3)]:
            lines[source].append((f"n{entity}", [other if source == "two" else latin, town, year]))
    for entity in range(22):
        first, last, _ = _person(dice)
        town, birth = dice.pick(towns), dice.number(1930, 1965)
        generations = (" Sr", " Jr") if entity % 3 == 0 else ("",)
        for place, mark in enumerate(generations):
            for source in dice.shuffled(sources)[: dice.number(1, 3)]:
                name = dice.pick([f"{first} {last}{mark}", f"{last}, {first}{mark}", f"{first[0]}. {last}{mark}"])
                lines[source].append((f"p{entity}{mark}", [name, town, str(birth + 28 * place)]))
    for entity in range(14):
        name = f"{dice.pick(names()['de']['last'])} {dice.pick(_WARE).title()}"
        for source in dice.shuffled(sources)[: dice.number(1, 3)]:
            form = dice.pick((" Ltd", " Limited", " GmbH", " AG", ""))
            lines[source].append((f"s{entity}", [f"{name}{form}", dice.pick(towns[:2]), ""]))
    return OddTable(
        {
            "one": ["name", "city", "birth year"],
            "two": ["Name", "Town", "born"],
            "three": ["full name", "place", "year of birth"],
        },
        {source: dice.shuffled(listed) for source, listed in lines.items()},
    )


def mostly_missing(dice: Dice, count: int = 1200) -> OddTable:
    """Full rows of which four cells in five are empty; the last name always stands, and one number or mailbox."""
    lines: list[Line] = []
    for entity in range(count):
        cells = _full(dice)
        for _ in range(2 if dice.chance(0.15) else 1):
            kept = {1, dice.pick((3, 7)), dice.pick((0, 0, 2, 4))}
            lines.append((str(entity), [cell if place in kept else "" for place, cell in enumerate(cells)]))
    return _one(dice, _FULL, lines)


def two_clean_sources(dice: Dice, count: int = 900) -> OddTable:
    """Two sources, each without doubles, that share two thirds of their people and few columns."""
    left: list[Line] = []
    right: list[Line] = []
    for entity in range(count):
        cells = _full(dice)
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


def other_scripts(dice: Dice) -> OddTable:
    """Names in Cyrillic, Greek, Chinese and Arabic beside their Latin spelling; nothing but a town and a birth year."""
    pairs = [
        ("Сергей Петров", "Sergey Petrov"), ("Анна Иванова", "Anna Ivanova"), ("Дмитрий Соколов", "Dmitriy Sokolov"),
        ("Ольга Кузнецова", "Olga Kuznetsova"), ("Νίκος Παπαδόπουλος", "Nikos Papadopoulos"),
        ("Μαρία Γεωργίου", "Maria Georgiou"), ("Ελένη Δημητρίου", "Eleni Dimitriou"), ("王小明", "Wang Xiaoming"),
        ("李伟", "Li Wei"), ("张丽", "Zhang Li"), ("محمد علي", "Muhammad Ali"), ("فاطمة حسن", "Fatima Hasan"),
        ("Јован Јовановић", "Jovan Jovanović"), ("Łukasz Wójcik", "Lukasz Wojcik"), ("Søren Åkesson", "Soren Akesson"),
    ]  # fmt: skip
    towns = sorted({place.town for place in read_places()})
    lines: list[Line] = []
    for entity, (native, latin) in enumerate(pairs):
        town, year = dice.pick(towns), str(dice.number(1940, 2000))
        lines += [(str(entity), [native, town, year]), (str(entity), [latin, town, year])]
    for entity in range(len(pairs), 120):
        first, last, _ = _person(dice)
        lines.append((str(entity), [f"{first} {last}", dice.pick(towns), str(dice.number(1940, 2000))]))
    return _one(dice, ["name", "city", "birth year"], lines)


# -- things that are not persons ---------------------------------------------------------------

_TOPIC = ("adaptive", "query", "processing", "distributed", "streams", "index", "structures", "mining", "association",
          "rules", "temporal", "graph", "matching", "schema", "integration", "semantic", "caching", "parallel",
          "joins", "approximate", "ranking", "sensor", "networks", "transaction", "recovery", "privacy", "spatial",
          "clustering", "web", "services", "optimization", "views", "sampling", "compression", "workflow")  # fmt: skip
_VENUE = (("SIGMOD Conference", "international conference on management of data"), ("VLDB", "very large data bases"),
          ("ACM TODS", "acm transactions on database systems"), ("SIGMOD Record", "acm sigmod record"),
          ("VLDB J.", "the vldb journal"))  # fmt: skip
_BRAND = ("Sonera", "Pantec", "Kodiak", "Belcor", "Logix", "Canora", "Epsilon", "Garwin", "Netgate", "Yamada", "Boston")
_WARE = ("camcorder", "speaker", "router", "headphones", "printer", "keyboard", "monitor", "subwoofer", "dock",
         "telephone", "toaster", "freezer", "microwave", "projector", "receiver")  # fmt: skip
_TRAIT = ("black", "silver", "wireless", "portable", "digital", "compact", "series", "pro", "home", "stereo", "white")


def bibliography(dice: Dice, count: int = 700) -> OddTable:
    """Articles in two sources: title, authors, venue and year; the second abbreviates."""
    left: list[Line] = []
    right: list[Line] = []
    for entity in range(count):
        title = " ".join(dice.shuffled(_TOPIC)[: dice.number(4, 7)])
        authors = [_person(dice)[:2] for _ in range(dice.number(1, 4))]
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
        brand, ware = dice.pick(_BRAND), dice.pick(_WARE)
        letters = "".join(dice.pick("ABCDEFGHKLMNPRSTVWX") for _ in range(dice.number(2, 3)))
        model = f"{letters}{dice.digits(dice.number(3, 4))}"
        traits = dice.shuffled(_TRAIT)[:3]
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
        words = [dice.pick(_TOPIC + _TRAIT + _WARE) for _ in range(dice.number(9, 16))]
        lines.append((str(entity), [" ".join(words)]))
        if dice.chance(0.2):
            lost = dice.number(0, len(words) - 1)
            worn = [word for place, word in enumerate(words) if place != lost]
            lines.append((str(entity), [typo(dice, " ".join(worn))]))
    return _one(dice, ["text"], lines)


def tracks(dice: Dice, count: int = 500) -> OddTable:
    """Music: artist, song, album, year and length, written by many hands; three copies on average where doubled."""
    lines: list[Line] = []
    for entity in range(count):
        artist = " ".join(_person(dice)[:2]) if dice.chance(0.6) else f"The {dice.pick(_TRAIT)} {dice.pick(_WARE)}s"
        song, album = " ".join(dice.shuffled(_TOPIC)[:3]), " ".join(dice.shuffled(_TRAIT)[:2])
        year, length = dice.number(1960, 2015), dice.number(120, 400)
        for _ in range(1 if dice.chance(0.6) else dice.number(2, 5)):
            lines.append((str(entity), [
                typo(dice, song) if dice.chance(0.2) else song.title() if dice.chance(0.5) else song,
                f"{length // 60}:{length % 60:02d}" if dice.chance(0.5) else str(length * 1000),
                typo(dice, artist) if dice.chance(0.1) else artist,
                "" if dice.chance(0.2) else album,
                "" if dice.chance(0.3) else str(year) if dice.chance(0.7) else f"'{year % 100:02d}",
            ]))  # fmt: skip
    return _one(dice, ["title", "length", "artist", "album", "year"], lines)


def numbers_only(dice: Dice, count: int = 800) -> OddTable:
    """Measures and codes, no name at all; a tenth is measured twice."""
    lines: list[Line] = []
    for entity in range(count):
        cells = [str(dice.number(100, 999)), f"{dice.number(0, 99999) / 100:.2f}", str(dice.number(10**6, 10**7)), "1"]
        lines.append((str(entity), cells))
        if dice.chance(0.1):
            lines.append((str(entity), cells))
    return _one(dice, ["a", "b", "c", "d"], lines)


def companies(dice: Dice, count: int = 700) -> OddTable:
    """Firms with legal forms, initials and branches' towns; name, town, and sometimes web site or phone."""
    forms = ("AG", "SA", "GmbH", "Sàrl", "Ltd", "SAS", "Inc.", "S.p.A.")
    places = read_places()
    lines: list[Line] = []
    for entity in range(count):
        words = [dice.pick(names()["de"]["last"]), *(dice.pick(_WARE + _TOPIC) for _ in range(dice.number(1, 3)))]
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
                 (f"{whole.split()[0]} {dice.pick(_WARE)}", 0.7)]
            )  # fmt: skip
            seat = place if dice.chance(0.9) else dice.pick(places)
            cells = [told, seat.town, seat.country, web if dice.chance(0.8) else "", phone if dice.chance(0.7) else ""]
            lines.append((str(entity), cells))
    return _one(dice, ["company", "city", "country", "website", "phone"], lines)


def no_double_companies(dice: Dice, count: int = 500) -> OddTable:
    """Firms met once, a third of them branches that share name and web site."""
    places = read_places()
    lines: list[Line] = []
    for number in range(count):
        name = f"{dice.pick(names()['fr']['last'])} {dice.pick(_WARE)} SA"
        web = f"www.{number}-firm.ch"
        for branch in range(3 if dice.chance(0.15) else 1):
            place = dice.pick(places)
            street = f"{dice.number(1, 90)} rue {dice.pick(names()['fr']['last'])}"
            lines.append((f"{number}/{branch}", [name, street, place.postcode, place.town, web]))
    return _one(dice, ["Raison sociale", "Adresse", "NPA", "Ville", "Site web"], lines)


_FULL = ["Prénom", "Nom", "Date de naissance", "E-mail", "Adresse", "CP", "Ville", "Téléphone"]


def _person(dice: Dice) -> tuple[str, str, str]:
    people = names()[dice.pick(("fr", "de", "it"))]
    first, last = dice.early(people[dice.pick(("male", "female"))]), dice.early(people["last"])
    label = f"{first}.{last}{dice.digits(2)}".lower().encode("ascii", "ignore").decode().replace(" ", "")
    return first, last, f"{label}@{dice.pick(('gmail.com', 'web.de', 'orange.fr', 'bluewin.ch'))}"


def _full(dice: Dice) -> list[str]:
    first, last, email = _person(dice)
    place = dice.pick([one for one in read_places() if one.country == "FR"])
    born = f"{dice.number(1, 28):02d}.{dice.number(1, 12):02d}.{dice.number(1936, 2006)}"
    street = f"{dice.number(1, 120)} rue {dice.pick(names()['fr']['last'])}"
    return [first, last, born, email, street, place.postcode, place.town, f"06{dice.digits(8)}"]


def _one(dice: Dice, headers: list[str], lines: list[Line]) -> OddTable:
    return OddTable({"input": headers}, {"input": dice.shuffled(lines)})


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


SHAPES: dict[str, Callable[[Dice], OddTable]] = {
    shape.__name__: shape
    for shape in (
        names_and_dates, few_names_and_dates, name_and_email, tiny, no_duplicates, exact_duplicates, many_copies,
        mostly_missing, two_clean_sources, other_scripts, bibliography, products, long_text, tracks, numbers_only,
        companies, no_double_companies, old_records, many_old_records, registers,
    )
}  # fmt: skip
"""Shapes by name."""
