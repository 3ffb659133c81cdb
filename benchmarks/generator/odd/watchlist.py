"""Three small lists of one world: customers, a reference register and a list of names to watch, in several scripts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.generator.damage import typo
from benchmarks.generator.dice import Dice
from benchmarks.generator.odd.table import WARE, Line, OddTable

_NATIVE = (
    ("Наталья", "Лебедева", "Natalia", "Lebedeva"), ("Павел", "Орлов", "Pavel", "Orlov"),
    ("Игорь", "Мельников", "Igor", "Melnikov"), ("Γιώργος", "Αντωνίου", "Giorgos", "Antoniou"),
    ("Σοφία", "Νικολάου", "Sofia", "Nikolaou"), ("伟", "陈", "Wei", "Chen"), ("芳", "刘", "Fang", "Liu"),
    ("خالد", "حسين", "Khalid", "Hussein"), ("יוסי", "כהן", "Yossi", "Cohen"), ("健", "田中", "Ken", "Tanaka"),
    ("Miloš", "Đorđević", "Milos", "Djordjevic"), ("Jürgen", "Größmann", "Juergen", "Groessmann"),
)  # fmt: skip
_SHORT = {
    "William": "Bill", "Robert": "Bob", "Elizabeth": "Liz", "Margaret": "Peggy", "James": "Jim", "Patricia": "Pat",
    "Michael": "Mike", "Katherine": "Kate", "Thomas": "Tom", "Edward": "Ted", "Susan": "Sue", "Richard": "Dick",
    "Joseph": "Joe", "Christopher": "Chris", "Anthony": "Tony", "Deborah": "Debbie", "Theodore": "Ted",
}  # fmt: skip
_LAST = ("Carver", "Hollis", "Ashworth", "Brannigan", "Delgado", "Fitzroy", "Okafor", "Lindqvist", "Marchetti",
         "Novak", "Pemberton", "Quigley", "Rutherford", "Sandoval", "Thackeray", "Whitcombe")  # fmt: skip
_STREETS = ("Maple Avenue", "High Street", "Oak Lane", "Mill Road", "Park Drive", "Church Street", "5th Avenue")
_TOWNS = (("Las Vegas", "NV 89101"), ("London", "SW1A 1AA"), ("Singapore", "018956"), ("Toronto", "M5V 2T6"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Someone:
    first: str
    middle: str
    last: str
    mark: str
    native: str
    born: tuple[int, int, int]
    street: str
    town: tuple[str, str]
    phone: str
    email: str
    passport: str


def watchlist(dice: Dice) -> OddTable:
    """Customers with full columns, a register of names and birth dates, a list of names and what else is known."""
    lines: dict[str, list[Line]] = {"customers": [], "reference": [], "watch": []}
    for entity, (native_first, native_last, first, last) in enumerate(_NATIVE):
        glued = native_last + native_first if ord(native_first[0]) > 0x3000 else f"{native_first} {native_last}"
        _tell(dice, lines, f"n{entity}", _someone(dice, first, last, "", glued, dice.number(1940, 1998)))
    for entity in range(26):
        first, last = dice.pick(tuple(_SHORT)), dice.pick(_LAST)
        year = dice.number(1935, 1968)
        if entity % 5:
            _tell(dice, lines, f"p{entity}", _someone(dice, first, last, "", "", year))
            continue
        elder = _someone(dice, first, last, "Sr", "", year)
        younger = _someone(dice, first, last, "Jr", "", year + dice.number(20, 33))
        _tell(dice, lines, f"p{entity} sr", elder)
        _tell(dice, lines, f"p{entity} jr", replace(younger, street=elder.street, town=elder.town))
    for entity in range(16):
        _tell_firm(dice, lines, f"o{entity}")
    return OddTable(
        {
            "customers": ["id", "type", "last", "first", "middle", "suffix", "company", "dob", "address", "phone",
                          "email", "passport"],
            "reference": ["record", "name", "date of birth", "addr", "tel"],
            "watch": ["ref_no", "full_name", "birthdate", "passport_no", "city", "mail"],
        },
        {source: dice.shuffled(listed) for source, listed in lines.items()},
    )  # fmt: skip


def _someone(dice: Dice, first: str, last: str, mark: str, native: str, year: int) -> _Someone:
    return _Someone(
        first, dice.pick(("A", "J", "Lee", "Marie", "")), last, mark, native,
        (year, dice.number(1, 12), dice.number(1, 28)), f"{dice.number(1, 990)} {dice.pick(_STREETS)}",
        dice.pick(_TOWNS), f"+1702{dice.digits(7)}",
        f"{first[0]}{last}{dice.digits(2)}@{dice.pick(('mail.com', 'work.net'))}".lower(), f"P{dice.digits(7)}",
    )  # fmt: skip


def _tell(dice: Dice, lines: dict[str, list[Line]], entity: str, one: _Someone) -> None:
    for source in dice.shuffled(tuple(lines))[: dice.weighted([(1, 2.0), (2, 3.0), (3, 3.0)])]:
        for _ in range(dice.weighted([(1, 6.0), (2, 3.0), (3, 1.0)]) if source == "customers" else 1):
            lines[source].append((entity, _cells(dice, one, source, f"{source[0]}{dice.digits(5)}")))


def _cells(dice: Dice, one: _Someone, source: str, number: str) -> list[str]:
    first = dice.weighted([(one.first, 6.0), (_SHORT.get(one.first, one.first), 2.0), (one.first[0], 1.0)])
    first = typo(dice, first) if dice.chance(0.05) else first
    middle = one.middle if dice.chance(0.4) else ""
    last = typo(dice, one.last) if dice.chance(0.08) else one.last
    mark = one.mark if dice.chance(0.85) else ""
    year, month, day = one.born
    born = dice.pick((
        f"{year}-{month:02d}-{day:02d}", f"{day} {_MONTHS[month - 1]} {year}", f"{month}/{day}/{year}", "", str(year)
    ))  # fmt: skip
    street = dice.pick((one.street, one.street.replace("Avenue", "Ave").replace("Street", "St").replace("Road", "Rd")))
    address = f"{street}, {one.town[0]} {one.town[1]}" if dice.chance(0.75) else ""
    phone = dice.pick((one.phone, one.phone.replace("+1702", "702-"), "", ""))
    email = one.email if dice.chance(0.5) else ""
    passport = one.passport if dice.chance(0.4) else ""
    if source == "customers":
        return [number, "PERSON", last, first, middle, mark, "", born, address, phone, email, passport]
    told = " ".join(filter(None, (first, middle, last, mark)))
    if one.native and dice.chance(0.5):
        told = one.native
    elif source == "watch" and dice.chance(0.4):
        told = f"{last.upper()}, {first}{' ' + mark if mark else ''}"
    if source == "reference":
        return [number, told, born, address, phone]
    return [number, told, born, passport, one.town[0], email]


def _tell_firm(dice: Dice, lines: dict[str, list[Line]], entity: str) -> None:
    words = [dice.pick(_LAST), dice.pick(WARE).title(), dice.pick(("Trading", "Group", "Partners", "Systems"))]
    street, town = f"{dice.number(1, 990)} {dice.pick(_STREETS)}", dice.pick(_TOWNS)
    phone, site = f"+1415{dice.digits(7)}", f"info@{words[0].lower()}{words[1].lower()}.com"
    for source in dice.shuffled(tuple(lines))[: dice.number(1, 3)]:
        name = dice.weighted([
            (" ".join(words), 3.0), (f"{' '.join(words)} Ltd", 3.0), (f"{' '.join(words)} Limited", 1.0),
            (f"{words[0]} {words[1]}", 1.0), ("".join(word[0] for word in words), 0.6),
        ])  # fmt: skip
        number, address = f"{source[0]}{dice.digits(5)}", f"{street}, {town[0]} {town[1]}" if dice.chance(0.8) else ""
        told = phone if dice.chance(0.6) else ""
        lines[source].append((entity, {
            "customers": [number, "ORGANIZATION", "", "", "", "", name, "", address, told, site, ""],
            "reference": [number, name, "", address, told],
            "watch": [number, name, "", "", town[0], site if dice.chance(0.5) else ""],
        }[source]))  # fmt: skip
