"""One large source, vectorised: numpy draws who lives where, DuckDB writes the strings and makes the mistakes.

A million rows in well under a minute. Names, streets and places come from the same lists as the sample, with an
invented tail behind them, so that rare names are rare and common ones common.

Memory is bounded at any size: what is drawn stands in a database file that is thrown away, and lines are written a
stretch at a time. Chance is a hash of contact and copy, so no line depends on the stretch it was written in.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.generator import numbers
from benchmarks.generator.places import read_places
from benchmarks.generator.vocabulary import CALLING_CODES, COUNTRY_MIX, names, world

ROWS_PER_ENTITY = 1.18
"""About 15 % of the rows are further copies."""

LANGUAGES = ("fr", "de", "it")
_SQL = Path(__file__).parent / "sql"

TAIL = {"male": 800, "female": 800, "last": 40_000, "street": 4_000}
FALL = {"male": 1.4, "female": 1.4, "last": 0.9, "street": 0.8}
"""How fast names fall off behind the common ones: nearly everyone has a common first name, many a rare last name."""

_SYLLABLES = tuple(world()["syllables"])


_MACROS = (
    # chance by hash: the same for an entity's copy whatever the order of the rows
    "create macro chance(entity, copy, salt) as (hash(entity * 131 + copy, salt) % 1000000) / 1000000.0",
    "create macro dice(entity, copy, salt, sides) as (hash(entity * 131 + copy, salt) % sides)::int",
    """
    create macro letters(text) as
        lower(regexp_replace(strip_accents(replace(text, 'ß', 'ss')), '[^A-Za-z]', '', 'g'))
    """,
    """
    create macro as_stored(text, capitals) as if(capitals, upper(strip_accents(text)), text)
    """,
    """
    create macro typo(text, h) as case
        when text is null or length(text) < 4 then text
        when h % 4 = 0 then substr(text, 1, (1 + (h // 7) % (length(text) - 1))::int)
            || substr(text, (3 + (h // 7) % (length(text) - 1))::int)
        when h % 4 = 1 then substr(text, 1, (1 + (h // 7) % (length(text) - 1))::int) || chr((97 + (h // 11) % 26)::int)
            || substr(text, (2 + (h // 7) % (length(text) - 1))::int)
        when h % 4 = 2 then substr(text, 1, (1 + (h // 7) % (length(text) - 1))::int) || chr((97 + (h // 11) % 26)::int)
            || substr(text, (3 + (h // 7) % (length(text) - 1))::int)
        else substr(text, 1, ((h // 7) % (length(text) - 1))::int)
            || substr(text, (2 + (h // 7) % (length(text) - 1))::int, 1)
            || substr(text, (1 + (h // 7) % (length(text) - 1))::int, 1)
            || substr(text, (3 + (h // 7) % (length(text) - 1))::int)
    end
    """,
    """
    create macro written(number, calling_code, trunk, style) as case
        when style < 45 and calling_code = '33' then trunk || number[1] || ' ' || number[2:3] || ' ' || number[4:5]
            || ' ' || number[6:7] || ' ' || number[8:]
        when style < 45 then trunk || number[1:2] || ' ' || number[3:5] || ' ' || number[6:7] || ' ' || number[8:]
        when style < 70 then trunk || number
        when style < 85 then '+' || calling_code || number
        when style < 93 then '+' || calling_code || ' ' || number[1:2] || ' ' || number[3:5] || ' ' || number[6:]
        else '00' || calling_code || number
    end
    """,
)

_TABLES = ("address", "firm", "person", "mailbox", "line", "ordered")

_AT_ONCE = 500_000
"""Lines written in one stretch."""

_MEMORY = "2GB"
"""What DuckDB may hold; the rest stands in its file beside the one to be written."""


def write_big(
    out: Path, rows: int, seed: int, *, truth: Path | None = None, at_once: int = _AT_ONCE
) -> tuple[int, int]:
    """Write ``rows`` rows to ``out``, and the truth (source, line_no, entity_id) to ``truth``.

    The same rows and seed give the same bytes, whatever ``at_once``.

    Returns:
        Rows written and true contacts among them.
    """
    for path in (out, truth):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="assay-big-", dir=out.parent) as scratch,
        duckdb.connect(
            f"{scratch}/drawn.duckdb",
            config={
                "threads": 2,
                "memory_limit": _MEMORY,
                "temp_directory": f"{scratch}/spill",
                "preserve_insertion_order": False,
            },
        ) as con,
    ):
        con.execute("set enable_progress_bar = false")
        _draw(con, np.random.default_rng(seed), max(2, int(rows / ROWS_PER_ENTITY)))
        for macro in _MACROS:
            con.execute(macro)
        for name in _TABLES:
            select = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
            con.execute(f"create table {name} as {select}", {"rows": rows} if "$rows" in select else None)
        _write(con, out, truth, rows, at_once, Path(scratch))
        written, entities = con.execute("select count(*), count(distinct entity) from ordered").fetchall()[0]
    return int(written), int(entities)


def _write(
    con: duckdb.DuckDBPyConnection, out: Path, truth: Path | None, rows: int, at_once: int, scratch: Path
) -> None:
    """Write the lines a stretch at a time, each after the other into the files."""
    con.execute(f"create macro final(low, high) as table {(_SQL / 'final.sql').read_text(encoding='utf-8')}")
    selects = {out: f"select {', '.join(COLUMNS)} from final({{low}}, {{high}}) order by id"}
    if truth is not None:
        selects[truth] = (
            f"select '{out.stem}' as source, line_no, 'E' || lpad(entity::varchar, 8, '0') as entity_id "
            "from ordered where line_no between {low} and {high} order by line_no"
        )
    stretch = scratch / "stretch.csv"
    for path, select in selects.items():
        with path.open("wb") as whole:
            for low in range(1, rows + 1, at_once):
                _copy(con, select.format(low=low, high=low + at_once - 1), stretch, header=low == 1)
                with stretch.open("rb") as part:
                    shutil.copyfileobj(part, whole, 1 << 20)


COLUMNS = (
    "id", "title", "first_name", "last_name", "company", "address", "postcode", "city", "country",
    "phone", "mobile", "email", "birth_date", "created", "updated",
)  # fmt: skip


def _copy(con: duckdb.DuckDBPyConnection, select: str, path: Path, *, header: bool) -> None:
    target = str(path).replace("'", "''")
    con.execute(f"copy ({select}) to '{target}' (format csv, header {str(header).lower()}, delimiter ',')")


def _draw(con: duckdb.DuckDBPyConnection, rng: np.random.Generator, entities: int) -> None:
    """Tables word (vocabulary), place, country, home, company, entity."""
    word: dict[str, list[Any]] = {"kind": [], "language": [], "position": [], "text": []}
    cumulative: dict[str, dict[str, np.ndarray]] = {}
    for kind in ("male", "female", "last", "street"):
        cumulative[kind] = {}
        for language in LANGUAGES:
            texts = _texts(rng, kind, language)
            word["kind"] += [kind] * len(texts)
            word["language"] += [language] * len(texts)
            word["position"] += range(len(texts))
            word["text"] += texts
            cumulative[kind][language] = _falling(len(texts), FALL[kind], 10)
    _table(con, "word", word)

    places = read_places()
    _table(
        con,
        "place",
        {
            "place": range(len(places)),
            "country": [place.country for place in places],
            "language": [place.language for place in places],
            "postcode": [place.postcode for place in places],
            "town": [place.town for place in places],
        },
    )
    _table(con, "country", _countries())
    share = dict(COUNTRY_MIX)
    total: dict[str, float] = {}
    for place in places:
        total[place.country] = total.get(place.country, 0.0) + place.weight
    weight = np.array([share[place.country] * place.weight / total[place.country] for place in places])
    of_place = np.cumsum(weight / weight.sum())
    spoken = np.array([LANGUAGES.index(place.language) for place in places])

    def spread(kind: str, tongues: np.ndarray) -> np.ndarray:
        """A position in the word list of each one's language."""
        chance, found = rng.random(len(tongues)), np.zeros(len(tongues), dtype=np.int64)
        for number, tongue_name in enumerate(LANGUAGES):
            mask = tongues == number
            edges = cumulative[kind][tongue_name]
            found[mask] = np.minimum(np.searchsorted(edges, chance[mask]), len(edges) - 1)
        return found

    homes = max(1, int(entities * 0.55))
    home_place = np.minimum(np.searchsorted(of_place, rng.random(homes)), len(places) - 1)
    home_language = spoken[home_place]
    home_last = spread("last", home_language)
    _table(
        con,
        "home",
        {
            "home": np.arange(homes),
            "place": home_place,
            "street": spread("street", home_language),
            "number": (rng.pareto(1.2, homes) * 12 + 1).astype(np.int64) % 250 + 1,
            "area": rng.integers(0, 60, homes),
            "line": rng.integers(200_000_000, 899_999_999, homes),
        },
    )

    companies = max(1, int(entities * 0.03))
    company_home = rng.integers(0, homes, companies)
    _table(
        con,
        "company",
        {
            "company": np.arange(companies),
            "home": company_home,
            "last": spread("last", home_language[company_home]),
            "form": rng.integers(0, 6, companies),
        },
    )
    # 3 % of the contacts are the companies themselves, 5 % are persons of one, more of them in the first companies
    role = rng.random(entities)
    is_company = np.zeros(entities, dtype=bool)
    is_company[:companies] = True
    relay = ~is_company & (role < 0.05)
    of_company = np.where(is_company, np.arange(entities), (rng.random(entities) ** 1.5 * companies).astype(np.int64))
    entity_home = np.where(is_company | relay, company_home[of_company % companies], rng.integers(0, homes, entities))
    tongue = home_language[entity_home]
    female = rng.random(entities) < 0.55
    own_last = rng.random(entities) < 0.65
    birth = rng.integers(-12_500, 13_000, entities)
    _table(
        con,
        "entity",
        {
            "entity": np.arange(entities),
            "home": entity_home,
            "kind": np.where(is_company, "structure", np.where(relay, "relay", "individual")),
            "company": np.where(is_company | relay, of_company % companies, -1),
            "female": female,
            "first": np.where(female, spread("female", tongue), spread("male", tongue)),
            "last": np.where(own_last & ~relay, home_last[entity_home], spread("last", tongue)),
            "maiden": spread("last", tongue),
            "birth": birth.astype(np.int32),
            "mobile_line": rng.integers(200_000_000, 899_999_999, entities),
            "former_home": rng.integers(0, homes, entities),
        },
    )


def _texts(rng: np.random.Generator, kind: str, language: str) -> list[str]:
    """The written-out head and an invented tail, without repetition."""
    if kind == "street":
        spec = world()["streets"][language]
        heads = []
        for base in spec["names"]:
            for pattern, _ in spec["types"][:4]:
                text = pattern.format(base) if "{}" in pattern else f"{pattern} {base}"
                heads.append(text[0].upper() + text[1:])
        patterns = {"fr": "Rue {}", "de": "{}strasse", "it": "Via {}"}
        invented = [patterns[language].format(text) for text in _invented(rng, TAIL["street"])]
    else:
        heads = list(names()[language][kind])
        invented = _invented(rng, TAIL[kind])
    return list(dict.fromkeys([*heads, *invented]))


def _invented(rng: np.random.Generator, count: int) -> list[str]:
    lengths = rng.integers(2, 5, count)
    parts = rng.integers(0, len(_SYLLABLES), (count, 4))
    return [
        "".join(_SYLLABLES[part] for part in row[:length]).capitalize()
        for row, length in zip(parts.tolist(), lengths.tolist(), strict=True)
    ]


def _falling(count: int, power: float, shift: float) -> np.ndarray:
    weight = 1 / (np.arange(count) + shift) ** power
    return np.cumsum(weight / weight.sum())


def _countries() -> dict[str, list[Any]]:
    codes = list(CALLING_CODES)
    return {
        "country": codes,
        "calling_code": [CALLING_CODES[code] for code in codes],
        "areas": [numbers.LANDLINE_AREAS[code].split() for code in codes],
        "area_length": [numbers.LANDLINE_LENGTH[code] for code in codes],
        # the short German prefixes only, so that all German mobile numbers have one length
        "mobiles": [[start for start in numbers.MOBILE_STARTS[code].split() if start[:2] != "15"] for code in codes],
        "mobile_length": [10 if code == "DE" else numbers.MOBILE_LENGTH[code] for code in codes],
        "trunk": ["" if code in ("IT", "LU") else "0" for code in codes],
        "providers": [[domain for domain, _ in world()["mail_domains"][code]] for code in codes],
    }


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Any]) -> None:
    con.register("drawn", pa.table({key: pa.array(value) for key, value in columns.items()}))
    con.execute(f"create table {name} as select * from drawn")
    con.unregister("drawn")
