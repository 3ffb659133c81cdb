"""Odd tables in several scripts: names in Cyrillic, Greek, Arabic or Chinese beside their Latin spelling."""

from __future__ import annotations

from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import WARE, Line, OddTable, one_file, person
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import names


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
        first, last, _ = person(dice)
        town, birth = dice.pick(towns), dice.number(1930, 1965)
        generations = (" Sr", " Jr") if entity % 3 == 0 else ("",)
        for place, mark in enumerate(generations):
            for source in dice.shuffled(sources)[: dice.number(1, 3)]:
                name = dice.pick([f"{first} {last}{mark}", f"{last}, {first}{mark}", f"{first[0]}. {last}{mark}"])
                lines[source].append((f"p{entity}{mark}", [name, town, str(birth + 28 * place)]))
    for entity in range(14):
        name = f"{dice.pick(names()['de']['last'])} {dice.pick(WARE).title()}"
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
        first, last, _ = person(dice)
        lines.append((str(entity), [f"{first} {last}", dice.pick(towns), str(dice.number(1940, 2000))]))
    return one_file(dice, ["name", "city", "birth year"], lines)
