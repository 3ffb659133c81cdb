"""An odd table: files with headers, lines and the entity of each line; people and rows the shapes are made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

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
            f"{source}.csv": csv_text([self.headers[source], *(cells for _, cells in lines)])
            for source, lines in self.lines.items()
        }
        truth = [
            [source, str(number), entity]
            for source, lines in self.lines.items()
            for number, (entity, _) in enumerate(lines, start=1)
        ]
        return {**written, "truth.csv": csv_text([["source", "line_no", "entity_id"], *truth])}


def one_file(dice: Dice, headers: list[str], lines: list[Line]) -> OddTable:
    """One source, its lines in random order."""
    return OddTable({"input": headers}, {"input": dice.shuffled(lines)})


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """CSV with plain line ends."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


FULL = ["Prénom", "Nom", "Date de naissance", "E-mail", "Adresse", "CP", "Ville", "Téléphone"]


def person(dice: Dice) -> tuple[str, str, str]:
    """First name, last name and a mailbox made of both."""
    people = names()[dice.pick(("fr", "de", "it"))]
    first, last = dice.early(people[dice.pick(("male", "female"))]), dice.early(people["last"])
    label = f"{first}.{last}{dice.digits(2)}".lower().encode("ascii", "ignore").decode().replace(" ", "")
    return first, last, f"{label}@{dice.pick(('gmail.com', 'web.de', 'orange.fr', 'bluewin.ch'))}"


def full_row(dice: Dice) -> list[str]:
    """The cells of a well-filled contact, in the order of ``FULL``."""
    first, last, email = person(dice)
    place = dice.pick([one for one in read_places() if one.country == "FR"])
    born = f"{dice.number(1, 28):02d}.{dice.number(1, 12):02d}.{dice.number(1936, 2006)}"
    street = f"{dice.number(1, 120)} rue {dice.pick(names()['fr']['last'])}"
    return [first, last, born, email, street, place.postcode, place.town, f"06{dice.digits(8)}"]


TOPIC = ("adaptive", "query", "processing", "distributed", "streams", "index", "structures", "mining", "association",
          "rules", "temporal", "graph", "matching", "schema", "integration", "semantic", "caching", "parallel",
          "joins", "approximate", "ranking", "sensor", "networks", "transaction", "recovery", "privacy", "spatial",
          "clustering", "web", "services", "optimization", "views", "sampling", "compression", "workflow")  # fmt: skip
WARE = ("camcorder", "speaker", "router", "headphones", "printer", "keyboard", "monitor", "subwoofer", "dock",
         "telephone", "toaster", "freezer", "microwave", "projector", "receiver")  # fmt: skip
TRAIT = ("black", "silver", "wireless", "portable", "digital", "compact", "series", "pro", "home", "stereo", "white")
