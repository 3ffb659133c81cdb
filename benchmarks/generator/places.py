"""Real pairs of post code and town, drawn once from the postal gazetteer and kept beside the generator.

The draw is committed (data/places.csv), so that the generator's bytes depend on nothing outside this folder.
Data: GeoNames, CC BY 4.0.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generator.vocabulary import world

PLACES_FILE = Path(__file__).parent / "data" / "places.csv"

OTHERS = {"FR": 700, "CH": 450, "DE": 300, "IT": 60, "BE": 60, "LU": 20, "AT": 40}
MAJOR_WEIGHT = {"FR": 25, "CH": 20, "DE": 15, "IT": 8, "BE": 8, "LU": 8, "AT": 8}
"""A big town counts as much as so many villages of its country."""


@dataclass(frozen=True, slots=True)
class Place:
    """A post code and its town; ``language`` is what people speak there (fr, de, it)."""

    country: str
    language: str
    postcode: str
    town: str
    weight: float


def read_places() -> list[Place]:
    """The committed places, in file order."""
    with PLACES_FILE.open(encoding="utf-8", newline="") as handle:
        return [
            Place(row["country"], row["language"], row["postcode"], row["town"], float(row["weight"]))
            for row in csv.DictReader(handle)
        ]


_CANDIDATES = r"""
with named as (
    select
        cc as country,
        pc as postcode,
        case
            when cc = 'AT' and place like 'Wien,%' then 'Wien'
            when cc = 'LU' then regexp_replace(place, '^L-', '')
            else place
        end as town,
        case
            when cc = 'CH' and a1 in (
                'Genève', 'Canton de Vaud', 'Neuchâtel', 'Jura', 'Canton de Fribourg', 'Canton du Valais'
            ) then 'fr'
            when cc = 'CH' and a1 = 'Ticino' then 'it'
            when cc in ('FR', 'LU') then 'fr'
            when cc = 'BE' then 'fr'
            when cc = 'IT' then 'it'
            else 'de'
        end as language
    from read_parquet($gazetteer)
    where cc in ('FR', 'CH', 'DE', 'IT', 'BE', 'LU', 'AT') and (cc <> 'BE' or a1 <> 'Vlaanderen')
)

select distinct country, language, regexp_replace(postcode, '^L-', '') as postcode, town
from named
where postcode not like '% %' and town not similar to '.*[0-9,(].*' and length(town) between 3 and 28
    and (country not in ('IT', 'AT') or town similar to '[A-ZÄÖÜ][a-zäöüß]+')
    and not (country = 'FR' and postcode similar to '(75|69|13)000')
"""


def draw_places(gazetteer: Path) -> list[Place]:
    """Draw the places anew from the gazetteer: every code of the big towns, a hash sample of the others."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"create table candidate as {_CANDIDATES}", {"gazetteer": str(gazetteer)})
    places: list[Place] = []
    for country, majors in world()["majors"].items():
        found = connection.execute(
            "select language, postcode, town, count(*) over (partition by town) from candidate "
            "where country = ? and list_contains(?, town) order by town, postcode",
            [country, majors],
        ).fetchall()
        kept: dict[str, int] = {}
        for language, postcode, town, codes in found:
            if kept.setdefault(town, 0) < 40:
                kept[town] += 1
                weight = round(MAJOR_WEIGHT[country] / min(codes, 40), 3)
                places.append(Place(country, language, postcode, town, weight))
        others = connection.execute(
            "select language, postcode, town from candidate where country = ? and not list_contains(?, town) "
            "order by md5(postcode || town) limit ?",
            [country, majors, OTHERS[country]],
        ).fetchall()
        places.extend(Place(country, language, postcode, town, 1.0) for language, postcode, town in sorted(others))
    return places


def write_places(places: list[Place]) -> None:
    """Write data/places.csv."""
    with PLACES_FILE.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["country", "language", "postcode", "town", "weight"])
        writer.writerows([p.country, p.language, p.postcode, p.town, f"{p.weight:g}"] for p in places)
