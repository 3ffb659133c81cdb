"""Blocking: which pairs are compared, planned by counting before a single pair is made.

Every family of keys is counted first. A family may use some fair shares of the budget that is left: blocks are taken
from the smallest up; larger ones are split by another attribute, and what is still too large is left out and reported
in matching.block. So a value that 50,000 rows carry costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.rulebook.matching import Blocking
from engine.vocabulary import Kind
from engine.workspace import Workspace

MET_BEFORE = -1
"""Family of the pairs that were one contact in the last extract: no key proposed them."""

_FEWEST = 3.5  # pairs a unit that no limit takes away: with fewer, files of millions would lose true pairs
_DRAWN = 40_000  # units that random pairs are drawn from: a random sample themselves, and cheap to look up


@dataclass(frozen=True, slots=True)
class Family:
    """A family of blocking keys: units with one key value meet.

    Attributes:
        key: SQL expression over m_key; null = no key.
        split: SQL expression that divides blocks that are too large.
        loose: only tried while units are few, because its blocks are large.
    """

    name: str
    key: str
    split: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What blocking proposes.

    Attributes:
        pairs: as counted; a pair may be counted by several families.
        complete: every unit meets every unit, so that nothing can be missed.
        families: name, pairs, largest block and rows capped of each.
    """

    pairs: int
    complete: bool
    families: tuple[tuple[str, int, int, int], ...]


_NAME = "coalesce(left(fn, 2), '') || coalesce(left(ln, 2), '')"
_PLACE = "coalesce(zip, town, left(dob, 4), '')"
_BORN = "coalesce(left(dob, 4), '') || coalesce(left(zip, 2), left(town, 2), '')"

_BOTH_STARTS = (
    "case when fn <> ln then least(left(fn, 4), left(ln, 4)) || '/' || greatest(left(fn, 4), left(ln, 4)) end"
)

PERSON: tuple[Family, ...] = (
    Family("identifier", "id", _NAME),
    Family("name and birth date", "nbag || dob_full", _PLACE),
    Family("email", "unnest(em)", _NAME),
    Family("phone", "unnest(ph)", _NAME),
    Family("birth date and first initial", "dob_full || left(fn, 1)", _NAME),
    Family("birth date and last initial", "dob_full || left(ln, 1)", _NAME),
    Family("mailbox", "case when length(eu) >= 5 then eu end", _NAME),
    Family("name", "nbag", _PLACE),
    Family("last sound and post code", "lp || '/' || zip", "left(fn, 2)"),
    Family("sound of both names", "lp || '/' || fp", _PLACE),
    Family("house", "street || coalesce(hno, '') || coalesce(left(zip, 3), left(town, 4), '')", _NAME),
    Family("last sound and town", "lp || '/' || left(town, 4)", "left(fn, 2)"),
    Family("letters and birth year", "left(fn, 3) || left(ln, 3) || left(dob, 4)", _PLACE),
    Family(
        "swapped names",
        _BOTH_STARTS,
        _BORN,
    ),
    Family("first name and post code", "fn || '/' || zip", _BORN),
    Family("first sound and birthday", "fp || right(dob_full, 4)", _NAME),
    Family("first name, initial, year", "f1 || left(dob, 4) || left(ln, 1)", _PLACE),
    Family("last sound and birthday", "lp || right(dob_full, 4)", _NAME),
    Family("number, post code, initial", "hno || '/' || zip || left(fn, 1)", "left(ln, 1)"),
    Family("start of phone", "left(ph0, 6) || left(fn, 1)", "left(ln, 1)", loose=True),
    Family("last letters and number", "left(ln, 4) || hno", "left(fn, 1)"),
    Family("street and first sound", "left(street, 7) || fp", "left(ln, 1)"),
    Family("first name letters and organisation", "left(fn, 3) || org", "left(ln, 2)", loose=True),
    Family("birth date", "dob_full", _NAME, loose=True),
    Family("last name", "ln", _BORN, loose=True),
    Family("start of mailbox", "left(eu, 6)", _NAME, loose=True),
    Family("first name", "fn", _BORN, loose=True),
    Family("last sound", "lp", _BORN, loose=True),
    Family("birth month", "left(dob_full, 6)", _NAME, loose=True),
    Family("birthday", "right(dob_full, 4)", _NAME, loose=True),
    Family("mail domain", "split_part(em0, '@', 2)", _NAME, loose=True),
    Family("first sound", "fp", _BORN, loose=True),
    Family("start of last name", "left(ln, 3)", _BORN, loose=True),
    Family("start of first name", "left(fn, 3)", _BORN, loose=True),
    Family("everything", "'all'", _NAME, loose=True),
)
"""Most telling first: what the budget pays for first. The last one of a kind brings together all that may meet."""

_ORG = "coalesce(left(orgs, 4), '')"
_ORG_PLACE = "coalesce(zip, town, left(street, 3), '')"

STRUCTURE: tuple[Family, ...] = (
    Family("registration", "unnest([siren, vat, id])", _ORG_PLACE),
    Family("email", "unnest(em)", _ORG),
    Family("phone", "unnest(ph)", _ORG),
    Family("organisation", "orgs", _ORG_PLACE),
    Family("house", "street || coalesce(hno, '')", _ORG),
    Family("domain", "dom", _ORG_PLACE),
    Family("rarest word", "unnest([rare1, rare2])", _ORG_PLACE),
    Family("two rarest words", "rare1 || ' ' || rare2", _ORG_PLACE),
    Family("name, former name, web site", "unnest(list_distinct([orgu, former, site]))", _ORG_PLACE),
    Family("initials", "unnest(list_distinct([acr_told, acr_all, acr_self]))", _ORG_PLACE),
    Family("number and place", "hno || '/' || coalesce(zip, town)", _ORG),
    Family("street and place", "left(street, 6) || coalesce(zip, town, '')", _ORG),
    Family("start of name and place", "left(orgj, 6) || coalesce(zip, town, '')", "hno"),
    Family("start of name", "left(orgj, 5)", _ORG_PLACE),
    Family("words and place", "unnest(tok) || '/' || coalesce(zip, town)", "hno"),
    Family("words", "unnest(tok)", _ORG_PLACE, loose=True),
    Family("number and street letters", "hno || left(street, 3)", _ORG, loose=True),
    Family("start of phone", "left(ph0, 6)", _ORG, loose=True),
    Family("everything", "'all'", _ORG, loose=True),
)

RELAY: tuple[Family, ...] = (
    Family("structure and name", "scl || '/' || nbag", "''"),
    Family("structure and email", "scl || '/' || unnest(em)", "''"),
    Family("structure and last sound", "scl || '/' || lp", "left(fn, 2)"),
    Family("structure and first name", "scl || '/' || fn", "left(ln, 2)"),
    Family("structure and last name", "scl || '/' || ln", "left(fn, 2)"),
    Family("structure", "scl::varchar || '/'", "left(ln, 2)"),
)
"""Relays meet only inside one structure cluster (``scl``)."""


def families(kind: Kind) -> tuple[Family, ...]:
    """The families of keys of a kind, most telling first."""
    return {"individual": PERSON, "structure": STRUCTURE, "relay": RELAY}[kind]


def block(ws: Workspace, kind: Kind, units: int, rules: Blocking) -> Plan:
    """Make ``m_block`` (unit, key, family): the keys that bring two to so many units together within the budget."""
    ws.execute("create or replace temp table m_block (unit bigint, key ubigint, family tinyint)")
    listed = families(kind)
    many = 1.0
    complete = units * (units - 1) // 2 <= rules.free_pairs.value
    if complete:
        listed = listed[-1:]  # few enough to compare each with each: no other key can add a pair
    else:
        many = copies(ws, kind, units)
    left = float(pair_budget(kind, units, many, rules))
    counted: list[tuple[str, int, int, int]] = []
    for place, family in enumerate(listed):
        if family.loose and units > rules.generous_up_to.value * many:
            continue
        share = max(left / (len(listed) - place) * rules.fair_shares.value, 0.0)
        pairs, largest, capped = _spend(ws, place, family, min(share, left), rules)
        left -= pairs
        if largest > 1:
            counted.append((family.name, pairs, largest, capped))
    counted += [] if complete else _meet_again(ws, kind, rules)
    return Plan(sum(one[1] for one in counted), complete, tuple(counted))


def remember(ws: Workspace, together: str | None) -> None:
    """Make ``m_together`` (record_id, contact_id) of the SELECT ``together``; empty without one."""
    nothing = "select null::varchar as record_id, null::varchar as contact_id limit 0"
    ws.execute(f"create or replace temp table m_together as {together or nothing}")


def _meet_again(ws: Workspace, kind: Kind, rules: Blocking) -> list[tuple[str, int, int, int]]:
    """Take the units that were one contact in the last extract: a block that has grown since cannot part them.

    Relays meet inside one structure cluster, as ever. The structure half of a relay was no contact of its own.
    """
    within = "hash(t.contact_id, k.scl)" if kind == "relay" else "hash(t.contact_id)"
    ws.execute(
        f"create or replace temp table m_candidate as select distinct u.unit, {within} as key from m_unit as u "
        "join m_together as t using (record_id) join m_key as k using (unit) where u.kind = $kind",
        {"kind": kind},
    )
    cap, pairs, largest, capped = _fit(ws, float("inf"), int(rules.largest_block.value))
    _take(ws, cap, MET_BEFORE)
    ws.drop("m_candidate", "m_size")
    return [("one contact before", pairs, largest, capped)] if pairs else []


def pair_budget(kind: Kind, units: int, many: float, rules: Blocking) -> int:
    """Pairs that may be compared: so many a row, fewer in large files, more when each entity has many copies.

    The limit of a kind holds up to about a million units; beyond, it grows with them.
    """
    generous, most = (
        (rules.generous_up_to_structures, rules.most_pairs_structures)
        if kind == "structure"
        else (rules.generous_up_to, rules.most_pairs)
    )
    thrift = min(1.0, (generous.value / max(units, 1)) ** 0.5)
    base = rules.pairs_per_row.value * thrift * units * many
    return int(min(max(base, rules.free_pairs.value), max(most.value, _FEWEST * units)))


def copies(ws: Workspace, kind: Kind, units: int) -> float:
    """Copies of an entity, about: 1 + twice the pairs per unit that agree on the name and another strong attribute."""
    if not units:
        return 1.0
    keys = (
        ("orgs || street || hno", "orgs || ph0", "orgs || em0")
        if kind == "structure"
        else ("nbag || dob_full", "nbag || em0", "nbag || ph0", "nbag || street || hno")
    )
    union = " union all ".join(
        f"select {place} as strong, hash({key}) as key from m_key where {key} is not null"
        for place, key in enumerate(keys)
    )
    pairs = ws.value(
        f"select max(pairs) from (select strong, sum(n * (n - 1) / 2) as pairs from ("
        f"select strong, key, count(*) as n from ({union}) group by strong, key having count(*) between 2 and 100"
        ") group by strong)"
    )
    return 1.0 + 2.0 * float(pairs or 0) / units


def _spend(ws: Workspace, place: int, family: Family, share: float, rules: Blocking) -> tuple[int, int, int]:
    """Take what fits of one family; returns pairs, the largest block and the rows left out."""
    several = "distinct" if "unnest(" in family.key else ""  # only a list can give a unit one key twice
    ws.execute(
        "create or replace temp table m_candidate as "
        f"select {several} unit, hash({place}, key) as key from (select unit, {family.key} as key from m_key) "
        "where key is not null and length(key) > 1"
    )
    limit = int(rules.largest_block.value)
    cap, pairs, largest, capped = _fit(ws, share, limit)
    _take(ws, cap, place)
    if largest > cap:
        ws.execute(
            "create or replace temp table m_candidate as "
            f"select c.unit, hash(c.key, coalesce({family.split}, '')) as key from m_candidate as c "
            "join m_size as s on s.key = c.key and s.n > $cap join m_key as k on k.unit = c.unit",
            {"cap": cap},
        )
        cap, more, _, capped = _fit(ws, share - pairs, limit)
        _take(ws, cap, place)
        pairs += more
    ws.drop("m_candidate", "m_size")
    return pairs, largest, capped


def _fit(ws: Workspace, share: float, limit: int) -> tuple[int, int, int, int]:
    """Make ``m_size`` (key, n) of ``m_candidate`` and find the largest block size that fits.

    Returns:
        The block size whose blocks, with all smaller ones, stay inside ``share``; their pairs; the largest block;
        the rows in blocks beyond.
    """
    ws.execute(
        "create or replace temp table m_size as select key, count(*) as n from m_candidate group by key having n > 1"
    )
    sizes = ws.rows("select n, count(*) from m_size group by n order by n")
    cap, spent = 1, 0
    for size, blocks in sizes:
        pairs = blocks * (size * (size - 1) // 2)
        if spent + pairs > share or size > limit:
            break
        cap, spent = size, spent + pairs
    beyond = sum(size * blocks for size, blocks in sizes if size > cap)
    return cap, int(spent), int(sizes[-1][0]) if sizes else 0, int(beyond)


def _take(ws: Workspace, cap: int, place: int) -> None:
    if cap > 1:
        ws.execute(
            f"insert into m_block select c.unit, c.key, {place} from m_candidate as c "
            "join m_size as s on s.key = c.key and s.n <= $cap",
            {"cap": cap},
        )


def sample_blocked(ws: Workspace, units: int, wanted: int, proposed: int) -> float:
    """Make ``m_sample`` (unit_l, unit_r): blocked pairs to learn from; returns how many pairs each stands for.

    Units are numbered by a hash of their content, so those below a cut are a random sample, and so are their pairs.
    """
    share = min(1.0, (wanted / max(proposed, 1)) ** 0.5)
    ws.execute(
        "create or replace temp table m_sample as select distinct l.unit as unit_l, r.unit as unit_r "
        "from m_block as l join m_block as r on r.key = l.key and l.unit < r.unit "
        "where l.unit < $cut and r.unit < $cut",
        {"cut": int(units * share) + 1},
    )
    return float(1.0 / share**2)


def sample_random(ws: Workspace, units: int, wanted: int) -> None:
    """Make ``m_random`` (unit_l, unit_r): pairs of units taken by content, all of them when they are few."""
    if units * (units - 1) // 2 <= wanted:
        ws.execute(
            "create or replace temp table m_random as select l.unit as unit_l, r.unit as unit_r "
            "from m_key as l join m_key as r on l.unit < r.unit"
        )
        return
    drawn = min(units, _DRAWN)
    # half way round: units with equal content are neighbours, and neighbours never meet here
    ws.execute(
        "create or replace temp table m_random as "
        "with pairs as (select unit as one, (unit + $half - round) % $drawn as other "
        "from m_key, range($rounds) as rounds(round) where unit < $drawn) "
        "select least(one, other) as unit_l, greatest(one, other) as unit_r from pairs where one <> other",
        {"half": (drawn - 1) // 2, "drawn": drawn, "rounds": -(-wanted // drawn)},
    )
