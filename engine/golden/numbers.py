"""Contact numbers: digits, at most 20, unique, kept from the source where they are free, never given twice.

numbers.jsonl is the memory, only ever added to (registry.py): one line a number, with its contact_id and its origin.
Origins: ``source`` (kept), ``range`` (given from a reserved range), ``alias`` (a further number of a merged contact:
burnt, so that nobody else gets it). Numbers are compared without leading zeros and stored with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from engine.counted import counted
from engine.errors import UsageError
from engine.golden.registry import empty, numbers_of, read_registry
from engine.rulebook.load import RuleBook
from engine.rulebook.survivorship import NumberRange, NumberRules
from engine.workspace import Workspace

NUMBER_RULES = "survivorship/numbers.yml"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers given so far and the ranges reserved for new ones.

    Attributes:
        ranges: used up in order.
        registry: what numbers.jsonl holds, see :mod:`engine.golden.registry`.
        salt: makes the contact ids of one project differ from another's.
        key: the project's secret for fingerprints; None = records under new keys are not recognised.
        extract: what the extract is called in the registry, its day.
    """

    ranges: tuple[NumberRange, ...] = (NumberRange(first=9000001, last=9999999),)
    registry: pa.Table = field(default_factory=empty)
    salt: str = ""
    key: str | None = None
    extract: str = ""

    @property
    def remembered(self) -> pa.Table:
        """The numbers given so far: contact_id, number, origin."""
        return numbers_of(self.registry)

    @classmethod
    def load(
        cls, book: RuleBook, path: Path | None = None, *, salt: str = "", key: str | None = None, extract: str = ""
    ) -> Numbers:
        """The ranges of rules/survivorship/numbers.yml and the numbers in ``path``, when it is there.

        Raises:
            RuleErrors: a range is wrong.
            UsageError: the file is damaged, or gives a number twice.
        """
        rules = book.load(NUMBER_RULES, NumberRules)
        registry = empty() if path is None else read_registry(path)
        return cls(ranges=rules.ranges, registry=registry, salt=salt, key=key, extract=extract)


def assign_numbers(ws: Workspace, numbers: Numbers) -> dict[str, int | float | str]:
    """Give every contact of golden_identity its number (temp table golden_numbered).

    A contact keeps the number it was given before; else the source's number of its most
    complete record, when it is free; else the next of the reserved range, in contact_id order.

    Raises:
        UsageError: the ranges are used up.
    """
    ws.put("golden_remembered", numbers.remembered)
    _claim_source_numbers(ws, numbers)
    known = """
        from golden_identity as identity
        left join golden_remembered as remembered
            on remembered.contact_id = identity.contact_id and remembered.origin <> 'alias'
        left join golden_kept as kept on kept.cluster_no = identity.cluster_no
    """
    needed = int(ws.value(f"select count(*) {known} where remembered.number is null and kept.number is null"))
    turn = _turns(ws, numbers, needed)
    ws.execute(
        f"""
        create or replace temp table golden_numbered as
        select cluster_no, contact_id, coalesce(number, {turn}) as number, origin, remembered
        from (
            select identity.cluster_no, identity.contact_id, coalesce(remembered.number, kept.number) as number,
                coalesce(remembered.origin, if(kept.number is not null, 'source', 'range')) as origin,
                remembered.number is not null as remembered,
                row_number() over (
                    partition by remembered.number is null and kept.number is null order by identity.contact_id
                ) as turn
            {known}
        )
        """
    )
    figures: dict[str, int | float | str] = {
        f"numbers_{origin}": int(count)
        for origin, count in ws.rows("select origin, count(*) from golden_numbered group by origin order by origin")
    }
    # a number this very contact was given in a former run is not refused
    figures["numbers_refused"] = int(
        ws.value(
            """
            select count(*) from golden_claim as claim
            join golden_identity as identity using (cluster_no)
            where claim.refused is not null and not exists (
                select 1 from golden_remembered as own
                where own.contact_id = identity.contact_id and ltrim(own.number, '0') = claim.bare
            )
            """
        )
    )
    return figures


NEW_NUMBERS = "golden_new_number"
"""Temp table: the numbers numbers.jsonl has to learn from this run."""


def new_numbers_sql() -> str:
    """What was given for the first time, and the further numbers of contacts that had several."""
    return """
        select contact_id, number, origin from golden_numbered where not remembered
        union all
        select identity.contact_id, claim.number, 'alias' as origin
        from golden_claim as claim
        join golden_identity as identity using (cluster_no)
        left join golden_kept as kept on kept.cluster_no = claim.cluster_no and kept.bare = claim.bare
        where claim.refused is null and kept.number is null
    """


def drop_working_tables(ws: Workspace) -> None:
    """Drop what :func:`assign_numbers` made."""
    ws.drop("golden_remembered", "golden_claim", "golden_kept", "golden_numbered")


def _claim_source_numbers(ws: Workspace, numbers: Numbers) -> None:
    """Make golden_claim (every number a contact brings, with why it is refused) and golden_kept (the one it keeps)."""
    reserved = " or ".join(
        f"bare::hugeint between {interval.first}::hugeint and {interval.last}::hugeint" for interval in numbers.ranges
    )
    completeness = _completeness()
    ws.execute(
        f"""
        create or replace temp table golden_claim as
        with offered as (
            select member.cluster_no, trim(record.contact_number) as number,
                ltrim(trim(record.contact_number), '0') as bare, {completeness} as completeness
            from standardise.record as record
            join golden_member as member using (record_id)
            where regexp_full_match(trim(record.contact_number), '[0-9]{{1,20}}')
        ),
        claim as (
            select cluster_no, bare, min(number) as number, max(completeness) as completeness
            from offered where bare <> '' group by cluster_no, bare
        ),
        given as (
            select distinct ltrim(number, '0') as bare from golden_remembered
        )
        select claim.cluster_no, claim.bare, claim.number, claim.completeness,
            case
                when count(*) over (partition by claim.bare) > 1 then 'claimed_by_several_contacts'
                when {reserved.replace("bare", "claim.bare")} then 'in_a_reserved_range'
                when given.bare is not null then 'given_before'
            end as refused
        from claim left join given using (bare)
        """
    )
    ws.execute(
        """
        create or replace temp table golden_kept as
        select cluster_no, bare, number from golden_claim
        where refused is null and cluster_no not in (
            select identity.cluster_no from golden_identity as identity
            join golden_remembered as remembered
                on remembered.contact_id = identity.contact_id and remembered.origin <> 'alias'
        )
        qualify row_number() over (partition by cluster_no order by completeness desc, bare::hugeint) = 1
        """
    )


def _completeness() -> str:
    from engine.golden.attributes import value_sql
    from engine.vocabulary import CONTACT_ATTRIBUTES

    return " + ".join(f"({value_sql(name)} is not null)::integer" for name in CONTACT_ATTRIBUTES if name != "email3")


def _turns(ws: Workspace, numbers: Numbers, needed: int) -> str:
    """SQL that turns ``turn`` (1, 2 ...) into the next numbers of the ranges.

    Raises:
        UsageError: too few are left.
    """
    left, cases = needed, []
    for interval in numbers.ranges:
        last = ws.value(
            "select max(number::hugeint) from golden_remembered "
            f"where number::hugeint between {interval.first}::hugeint and {interval.last}::hugeint"
        )
        start = interval.first if last is None else int(last) + 1
        here = min(left, interval.last - start + 1)
        if here > 0:
            before = needed - left
            cases.append(f"when turn <= {before + here} then (turn - {before + 1} + {start}::hugeint)::varchar")
            left -= here
    if left:
        named = ", ".join(f"{interval.first}..{interval.last}" for interval in numbers.ranges)
        raise UsageError(
            f"the reserved contact numbers {named} are used up: {counted(needed, 'contact')} in need of one, "
            f"{needed - left} left",
            hint="Reserve a further range in the target and add it to rules/survivorship/numbers.yml.",
        )
    return f"case {' '.join(cases)} end" if cases else "null::varchar"
