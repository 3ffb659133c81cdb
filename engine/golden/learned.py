"""Learned: what the whole base says about values, and how it is kept so that a replay judges by the same.

Whether a name is known elsewhere, how most contacts write it, which days are stamps of a migration, whether row trust
is used: all of it depends on everybody. Left to every extract, somebody's leaving would change the golden record of
somebody else (golden law 15). So a run in a project keeps what it learned, `assay freeze` puts it beside the rules,
and a replay reads it instead of learning again. What the rehearsal had no reason to ask is learned from the extract at
hand.

::

    lexicon.parquet   attribute, letters, rows       values on two records or more
    leader.parquet    attribute, letters, value ...  the form most contacts write, from as many as a repair asks for
    gram.parquet      attribute, gram, n             letter pairs and triples
    domain.parquet    domain, rows                   e-mail domains
    pair.parquet      postcode, town, rows
    day.parquet       source, column_name, day, is_bulk
    learned.json      what was asked, and whether row trust was used

A value on one record is known elsewhere to nobody, so it is not kept: the files hold nobody's rare name alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import UsageError
from engine.golden.attributes import NUMBER, Attribute, value_sql
from engine.golden.letters import letters_sql
from engine.rulebook.survivorship import Survivorship
from engine.sql import identifier, literal
from engine.workspace import Workspace

MODEL_VALUES = 30_000
"""Distinct values per attribute that the letter model learns from: more changes no order and costs a second each."""

FACTS = "learned.json"

_FILES = ("lexicon", "leader", "gram", "domain", "pair", "day")

_NAME = {number: name for name, number in NUMBER.items()}


class Learned:
    """Makes the temp tables golden_lexicon, golden_leader, golden_gram, golden_domain, golden_pair, once, when asked.

    Args:
        chosen: the attributes.
        rules: rules/survivorship/contact.yml.
        replay: folder of a former run's files; None = everything is learned from this base.
    """

    def __init__(self, chosen: Sequence[Attribute], rules: Survivorship, replay: Path | None = None) -> None:
        self._attributes = {attribute.number: attribute for attribute in chosen}
        self._rules = rules
        self._replay = replay
        self._facts = _read_facts(replay)
        self._made: dict[str, set[int]] = {"lexicon": set(), "leader": set(), "gram": set()}
        self._whole: set[str] = set()
        self.trusted: bool | None = self._facts.get("trust")
        """Whether row trust was used; None = it was not measured."""

    # -- days ---------------------------------------------------------------------------------

    def days(self, ws: Workspace) -> None:
        """golden_day: every day of change or entry of every source, and whether it is a stamp of a migration.

        A day that the rehearsal saw keeps its verdict.
        """
        ws.execute(
            f"create or replace temp table golden_day as {ws.statement('golden', 'day')}",
            {"bulk_share": self._rules.newest.bulk_share, "bulk_rows": self._rules.newest.bulk_rows},
        )
        if self._replay is not None:
            ws.execute(
                f"""
                update golden_day set is_bulk = kept.is_bulk from {self._file("day")} as kept
                where kept.source = golden_day.source and kept.column_name = golden_day.column_name
                    and kept.day = golden_day.day
                """
            )

    # -- values -------------------------------------------------------------------------------

    def lexicon(self, ws: Workspace, numbers: Sequence[int]) -> None:
        """Make sure golden_lexicon counts the records of these attributes' letters."""
        ws.execute(
            "create temp table if not exists golden_lexicon (attribute_no utinyint, letters varchar, rows bigint)"
        )
        with self._new("lexicon", numbers) as (replayed, learned):
            self._load(ws, "lexicon", replayed, "letters, rows")
            self._forms(ws, learned)
            ws.execute(
                "insert into golden_lexicon select attribute_no, letters, sum(rows) from golden_form "
                f"where attribute_no in {_among(learned)} group by attribute_no, letters"
            )

    def grams(self, ws: Workspace, numbers: Sequence[int]) -> None:
        """Make sure golden_gram counts the letter pairs and triples of these attributes."""
        ws.execute("create temp table if not exists golden_gram (attribute_no utinyint, gram varchar, n bigint)")
        with self._new("gram", numbers) as (replayed, learned):
            self._load(ws, "gram", replayed, "gram, n")
            self._forms(ws, learned)
            ws.execute(_count_grams(learned))

    def leaders(self, ws: Workspace, numbers: Sequence[int]) -> None:
        """Make sure golden_leader says how most contacts write the letters of these attributes.

        Columns: attribute_no, letters, value, contacts (that write it so), all_contacts (that have these letters).
        """
        ws.execute(
            "create temp table if not exists golden_leader (attribute_no utinyint, letters varchar, value varchar, "
            "contacts bigint, all_contacts bigint)"
        )
        with self._new("leader", numbers) as (replayed, learned):
            self._load(ws, "leader", replayed, "letters, value, contacts, all_contacts")
            self._forms(ws, learned)
            ws.execute(
                f"insert into golden_leader by name {ws.statement('golden', 'leader')}", {"numbers": learned or [0]}
            )

    def domains(self, ws: Workspace) -> None:
        """Make sure golden_domain counts the records of every e-mail domain."""
        self._once(
            ws,
            "domain",
            "select split_part(email, '@', 2) as domain, count(*) as rows "
            "from standardise.record where email is not null group by domain",
        )

    def pairs(self, ws: Workspace) -> None:
        """Make sure golden_pair counts the records of every post code beside its town."""
        postcode, town = (letters_sql(name, self._attributes[NUMBER[name]].rule.fold) for name in ("postcode", "town"))
        self._once(
            ws,
            "pair",
            f"""
            select {postcode} as postcode, {town} as town, sum(rows)::bigint as rows
            from (
                select postcode, town, count(*) as rows from standardise.record
                where postcode is not null and town is not null group by all
            )
            group by 1, 2
            """,
        )

    # -- keeping ------------------------------------------------------------------------------

    def keep(self, ws: Workspace, folder: Path) -> None:
        """Write everything that this run judged by into ``folder``: same base, same bytes."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (folder / FACTS, *(folder / f"{name}.parquet" for name in _FILES)):
            path.unlink(missing_ok=True)
        names = " ".join(f"when {number} then {literal(name)}" for number, name in _NAME.items())
        attribute = f"case attribute_no {names} end as attribute"
        selects = {
            "lexicon": f"select {attribute}, letters, rows from golden_lexicon where rows > 1",
            "leader": f"select {attribute}, letters, value, contacts, all_contacts from golden_leader",
            "gram": f"select {attribute}, gram, n from golden_gram",
            "domain": f"select domain, rows from golden_domain where rows >= {self._rules.valid.usual_domain}",
            "pair": "select postcode, town, rows from golden_pair where rows > 1",
            "day": "select source, column_name, day, is_bulk from golden_day",
        }
        least = self._rules.repair.contacts if self._rules.repair else 0
        selects["leader"] += f" where contacts >= {least}"
        there = {name for name, made in self._made.items() if made} | self._whole | {"day"}
        for name in sorted(there):
            ws.execute(
                f"copy ({selects[name]} order by all) to {literal(str(folder / f'{name}.parquet'))} "
                "(format parquet, compression zstd)"
            )
        facts: dict[str, Any] = {name: sorted(_NAME[one] for one in made) for name, made in self._made.items()}
        facts |= {"whole": sorted(self._whole), "trust": self.trusted}
        (folder / FACTS).write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    # -- inside -------------------------------------------------------------------------------

    @contextmanager
    def _new(self, name: str, numbers: Sequence[int]) -> Iterator[tuple[list[int], list[int]]]:
        """Of the attributes not made yet those that the rehearsal knows, and those to be learned."""
        new = sorted(set(numbers) - self._made[name])
        known = {NUMBER[attribute] for attribute in self._facts.get(name, ())}
        yield [one for one in new if one in known], [one for one in new if one not in known]
        self._made[name].update(new)

    def _once(self, ws: Workspace, name: str, select: str) -> None:
        if name not in self._whole:
            kept = name in self._facts.get("whole", ())
            ws.execute(
                f"create or replace temp table golden_{name} as {'from ' + self._file(name) if kept else select}"
            )
            self._whole.add(name)

    def _file(self, name: str) -> str:
        assert self._replay is not None
        return f"read_parquet({literal(str(self._replay / f'{name}.parquet'))})"

    def _load(self, ws: Workspace, name: str, numbers: Sequence[int], columns: str) -> None:
        if numbers:
            cases = " ".join(f"when {literal(_NAME[number])} then {number}" for number in numbers)
            ws.execute(
                f"insert into golden_{name} by name select * from ("
                f"select case attribute {cases} end as attribute_no, {columns} from {self._file(name)}"
                ") where attribute_no is not null"
            )

    def _forms(self, ws: Workspace, numbers: Sequence[int]) -> None:
        """Make sure golden_form counts the records of these attributes' written forms."""
        ws.execute(
            "create temp table if not exists golden_form "
            "(attribute_no utinyint, value varchar, letters varchar, rows bigint)"
        )
        there = {number for (number,) in ws.rows("select distinct attribute_no from golden_form")}
        for number in (one for one in numbers if one not in there):
            attribute = self._attributes[number]
            ws.execute(
                f"""
                insert into golden_form
                select {number}, value, {letters_sql("value", attribute.rule.fold)}, rows
                from (
                    select {value_sql(attribute.name)} as value, count(*) as rows
                    from standardise.record where {identifier(attribute.name)} is not null group by value
                )
                where value is not null
                """
            )


def letters_alone(ws: Workspace, folder: Path, rules: Survivorship, records: str) -> list[tuple[str, str]]:
    """(attribute, letters) in ``folder`` that only the records in temp table ``records`` hold: gone with them."""
    found: list[tuple[str, str]] = []
    if not (folder / FACTS).is_file():
        return found
    facts = _read_facts(folder)
    for attribute in sorted({*facts.get("lexicon", ()), *facts.get("leader", ())}):
        letters = letters_sql("value", rules.attributes[attribute].fold)
        rows = ws.rows(
            f"""
            select {letters} as letters
            from (
                select {value_sql(attribute)} as value, record_id in (select record_id from {records}) as own
                from standardise.record
            )
            where value is not null group by letters having bool_and(own) order by letters
            """
        )
        found += [(attribute, letters) for (letters,) in rows]
    return found


def without(path: Path, gone: Sequence[tuple[str, str]]) -> tuple[bytes, int]:
    """The file ``path`` of a freeze without the letters ``gone``, and how many rows that takes away."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(path.read_bytes()))
    if "letters" not in table.column_names or not gone:
        return path.read_bytes(), 0
    keys = zip(table["attribute"].to_pylist(), table["letters"].to_pylist(), strict=True)
    theirs = set(gone)
    left = table.filter(pa.array([key not in theirs for key in keys], pa.bool_()))
    sink = io.BytesIO()
    pq.write_table(left, sink, compression="zstd")
    return sink.getvalue(), table.num_rows - left.num_rows


def _among(numbers: Sequence[int]) -> str:
    return f"({', '.join(map(str, numbers)) or 'null'})"


def _count_grams(numbers: Sequence[int]) -> str:
    among = _among(numbers)
    return f"""
        insert into golden_gram
        with spelled as (
            select attribute_no, letters from golden_form where attribute_no in {among} group by attribute_no, letters
        ),
        word as (
            select attribute_no, '##' || letters || '#' as text
            from spelled
            join (
                select attribute_no, 1 + count(*) // {MODEL_VALUES} as thin from spelled group by attribute_no
            ) using (attribute_no)
            where hash(letters) % thin = 0
        ),
        place as (
            select *, unnest(range(1, length(text) - 1)) as start from word
        )
        select attribute_no, gram, count(*)
        from (
            select attribute_no, substring(text, start, 3) as gram from place
            union all
            select attribute_no, substring(text, start, 2) as gram from place
        )
        group by attribute_no, gram
    """


def _read_facts(folder: Path | None) -> dict[str, Any]:
    if folder is None:
        return {}
    path = folder / FACTS
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise UsageError(f"{path} is missing or damaged", hint="Restore it, or freeze again: assay freeze.") from None
