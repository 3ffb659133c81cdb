"""The plan of a base that nobody described: from the names of its columns, its keys and what its cells hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.discovery.facts import Column, Table
from engine.discovery.joins import COMMON, Join
from engine.discovery.plan import Plan, equals, joined
from engine.rulebook.mapping import HeaderRules, SourceMapping, fold
from engine.vocabulary import EXTRAS
from engine.workspace import Workspace

_ADDRESS = ("addr_line1", "addr_line2", "addr_line3", "street", "house_number", "postcode", "town", "region", "country")
_NAMES = ("first_name", "last_name", "full_name", "organisation")
_FIRST = (
    "principal",
    "principale",
    "default",
    "defaut",
    "standard",
    "main",
    "haupt",
    "primary",
    "actif",
    "active",
    "pri",
)
_ORDER = ("ordre", "rang", "order", "rank", "position", "num", "no", "id")
_MOST_KINDS = 20
_MOST_CODES = 500
_WORDS = {"fax": "fax", "telecopie": "fax", "mob": "mobile", "gsm": "mobile", "portable": "mobile", "cell": "mobile",
          "natel": "mobile", "handy": "mobile", "web": "website", "site": "website", "url": "website"}  # fmt: skip
"""Beginnings of words that say what kind of number a row holds."""


def plan_of_facts(
    ws: Workspace,
    tables: Sequence[Table],
    joins: Sequence[Join],
    guesses: Mapping[str, SourceMapping],
    words: HeaderRules,
) -> Plan:
    """The most telling table of contacts, with addresses, numbers and words of codes joined to it.

    Args:
        ws: workspace with the values of the tables.
        tables: facts; one at least holds contacts.
        joins: what holds the key of what.
        guesses: the guessed mapping of each table of contacts.
        words: what headers mean; the name of a list of codes is read like one.
    """
    main = _main(tables, joins)
    plan = Plan(main.name, list(guesses[main.name].columns), roles={main.name: "contacts"})
    by_name = {table.name: table for table in tables}
    for join in joins:
        other = by_name[join.child]
        if join.parent == main.name and other.name not in plan.roles and not other.holds_contacts:
            if (kinds := _kinds(ws, other, join.column)) is not None:
                _join_means(plan, other, join, kinds)
            elif len(other.feeding(*_ADDRESS)) >= 2:
                _join_plain(plan, other, join, "addresses", _ADDRESS)
            elif other.feeding("phone", "mobile", "email", "fax", "website"):
                _join_plain(plan, other, join, "means", ("phone", "mobile", "email", "fax", "website"))
    for join in joins:
        other = by_name[join.parent]
        if join.child == main.name and other.name not in plan.roles and not other.holds_contacts:
            _join_codes(plan, other, join, _meant(join, other, words))
    for table in tables:
        plan.roles.setdefault(table.name, "contacts of its own" if table.holds_contacts else "not used")
    return plan


def _main(tables: Sequence[Table], joins: Sequence[Join]) -> Table:
    """The table of contacts that others hold the key of, then the one that says most."""
    held = {join.parent for join in joins if join.named}
    return max(
        (table for table in tables if table.holds_contacts),
        key=lambda table: (
            bool(table.feeding(*_NAMES)),
            table.name in held,
            len({column.attribute for column in table.columns if column.attribute}),
            table.lines,
            table.name,
        ),
    )


def _kinds(ws: Workspace, table: Table, key: str) -> tuple[Column, Column, dict[str, str]] | None:
    """Column of the kind, column of the value, and what each kind feeds; None when no row says what it is."""
    best: tuple[Column, Column, dict[str, str]] | None = None
    for kind_at, kind in enumerate(table.columns, start=1):
        if not 1 < kind.distinct <= _MOST_KINDS or kind.header == key or kind.is_key:
            continue
        for value_at, value in enumerate(table.columns, start=1):
            if value_at == kind_at or value.header == key or value.distinct <= _MOST_KINDS:
                continue
            kinds = _kinds_by_content(ws, table.name, kind_at, value_at)
            if len(set(kinds.values())) > 1 and (best is None or len(kinds) > len(best[2])):
                best = kind, value, kinds
    return best


def _kinds_by_content(ws: Workspace, source: str, kind_at: int, value_at: int) -> dict[str, str]:
    found = ws.rows(
        r"""
        select trim(cells[$kind]) as kind, count(*) as rows,
            avg((value like '%_@_%._%')::integer) as mail,
            avg(regexp_matches(value, '(?i)^(https?://|www\.)')::integer) as web,
            avg((length(regexp_replace(value, '[^0-9]', '', 'g')) between 6 and 15 and not value like '%@%')::integer)
                as dialled,
            avg(regexp_matches(regexp_replace(value, '[^0-9+]', '', 'g'),
                '^(\+33|0033|0)[67]|^(\+41|0041|0)7|^(\+49|0049|0)1')::integer) as mobile
        from (select cells, trim(cells[$value]) as value from intake.line where source = $source and line_no <= 100000)
        where trim(cells[$kind]) <> '' and value <> ''
        group by all order by rows desc, kind
        """,
        {"source": source, "kind": kind_at, "value": value_at},
    )
    kinds: dict[str, str] = {}
    for kind, _, mail, web, dialled, mobile in found:
        word = next((feeds for start, feeds in _WORDS.items() if fold(kind).startswith(start)), None)
        if mail >= 0.7:
            kinds[kind] = "email"
        elif web >= 0.7:
            kinds[kind] = "website"
        elif dialled >= 0.7:
            kinds[kind] = word if word in ("fax", "mobile") else "mobile" if mobile >= 0.7 else "phone"
    return kinds


def _join_means(plan: Plan, table: Table, join: Join, found: tuple[Column, Column, dict[str, str]]) -> None:
    kind, value, kinds = found
    plan.roles[table.name] = "means"
    for word, attribute in kinds.items():
        called = f"{table.name}.{word}"[:200]
        plan.joins.append(
            joined(
                table.name, {join.key: join.column}, {value.header: called}, order=_order(table, join.column),
                where=equals(kind.header, word), why=f'rows with {kind.header} = "{word}"',
            )
        )  # fmt: skip
        plan.feed(called, attribute, f"what these rows hold is {attribute}", confidence=0.9)


def _join_plain(plan: Plan, table: Table, join: Join, role: str, attributes: Sequence[str]) -> None:
    plan.roles[table.name] = role
    taken = table.feeding(*attributes)
    plan.joins.append(
        joined(
            table.name, {join.key: join.column}, {column.header: f"{table.name}.{column.header}" for column in taken},
            order=_order(table, join.column), why=f"{join.column} holds {join.key} ({join.share:.0%} of its values)",
        )
    )  # fmt: skip
    for column in taken:
        plan.feed(
            f"{table.name}.{column.header}", column.attribute, "as in its own table", confidence=column.confidence
        )
    if join.several:
        plan.notes.append(f"{table.name} has several rows of one contact: the first one is taken, see order")


def _meant(join: Join, table: Table, words: HeaderRules) -> str | None:
    """The attribute that the name of the coded column or of the list stands for: ``ID_TITRE``, ``CIVILITES``."""
    known = {fold(header): attribute for attribute, headers in words.attributes.items() for header in headers}
    for name in (join.column, table.name.rpartition(".")[2]):
        said = [word for word in fold(name).split() if word not in COMMON]
        for form in (" ".join(said), " ".join(word.removesuffix("s") for word in said)):
            if form in known:
                return known[form]
    return None


def _join_codes(plan: Plan, table: Table, join: Join, meant: str | None) -> None:
    """A list of codes that several contacts share: its word instead of the code."""
    coded = next((column for column in plan.columns if column.header == join.column), None)
    words = [column for column in table.columns if column.header != join.key and not column.counting and column.filled]
    if table.lines > _MOST_CODES or not join.several or not words or coded is None:
        return
    label = max(words, key=lambda column: (column.filled, column.distinct, column.header))
    called = f"{table.name}.{label.header}"
    # a slot for further columns says nothing about what stands in it
    own = None if coded.attribute in EXTRAS else coded.attribute
    attribute = label.attribute or meant
    if coded.attribute is None and attribute is None:
        return
    plan.roles[table.name] = "codes"
    plan.joins.append(
        joined(
            table.name, {join.column: join.key}, {label.header: called}, why=f"the word for the code in {join.column}"
        )
    )
    if own is None and attribute is not None and attribute not in plan.fed():
        plan.replace_feed(join.column, called, "the word for the code", attribute)
    elif coded.attribute is not None and coded.attribute != "source_key":
        plan.replace_feed(join.column, called, "the word for the code")
    else:
        plan.feed(called, attribute, "the word for the code", confidence=label.confidence or 0.7)


def _order(table: Table, key: str) -> tuple[str, ...]:
    """What decides which row comes first: a flag that says so, then a rank, then the table's own key."""
    flags = [
        f"-{column.header}"
        for column in table.columns
        if column.header != key and column.distinct <= 3 and any(word in fold(column.header) for word in _FIRST)
    ]
    ranks = [
        column.header
        for column in table.columns
        if column.header != key and column.is_key and any(word in fold(column.header) for word in _ORDER)
    ]
    return (*flags[:1], *ranks[:1])
