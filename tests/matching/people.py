"""A small town: enough unrelated and copied people for a model to learn from, the same on every run."""

from __future__ import annotations

import datetime
from typing import Any

FIRST = (
    "Anna", "Bruno", "Carla", "Denis", "Elena", "Fabio", "Gisela", "Hugo", "Irene", "Jonas", "Karin", "Luca",
    "Mona", "Nils", "Olga", "Pedro",
)  # fmt: skip
LAST = (
    "Amstutz", "Berset", "Corboz", "Dupraz", "Egger", "Favre", "Gander", "Hofer", "Imhof", "Jordan",
    "Kessler", "Lambelet", "Monnard", "Nicolier", "Oberli", "Python", "Quartier", "Ruchat", "Stucki",
)  # fmt: skip
STREET = ("Rue du Lac", "Bahnhofstrasse", "Via Nassa", "Chemin des Vignes", "Hauptgasse", "Avenue Haldimand", "Seeweg")
TOWN = (("1003", "Lausanne"), ("3011", "Bern"), ("6900", "Lugano"), ("1260", "Nyon"), ("8001", "Zürich"))


def person(number: int) -> dict[str, Any]:
    """Person number so and so: names, birth date, home, phone and mailbox all their own."""
    first, last = FIRST[number % 16], LAST[(number * 7) % 19]
    postcode, town = TOWN[(number * 3) % 5]
    return {
        "record_id": f"town:{number:04d}",
        "kind": "individual",
        "first_name": first,
        "last_name": last,
        "birth_date": datetime.date(1940 + (number * 13) % 60, 1 + (number * 5) % 12, 1 + (number * 11) % 28),
        "street": STREET[(number * 5) % 7],
        "house_number": str(1 + (number * 17) % 90),
        "postcode": postcode,
        "town": town,
        "phones": [f"+4121{3000000 + number * 7919}"],
        "emails": [f"{last.lower()}{number * 37}@bluewin.ch"],
    }


def town(size: int = 200, copies: int = 60) -> list[dict[str, Any]]:
    """``size`` different people, the first ``copies`` of them twice: the copy has a mistake or a gap."""
    rows = [person(number) for number in range(size)]
    for number in range(copies):
        copy = {**person(number), "record_id": f"copy:{number:04d}"}
        match number % 4:
            case 0:
                copy["last_name"] = copy["last_name"][:-2] + copy["last_name"][-1]
            case 1:
                copy["phones"] = []
            case 2:
                copy["emails"] = [f"other{number}@example.ch"]
            case _:
                copy["birth_date"] = None
        rows.append(copy)
    return rows
