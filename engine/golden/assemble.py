"""Assemble: winners become golden records, their lineage and the crosswalk."""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.attributes import NUMBER, Attribute, value_sql
from engine.golden.identity import assign_identity, drop_identity_tables, note_identity
from engine.golden.numbers import NEW_NUMBERS, Numbers, assign_numbers, drop_working_tables, new_numbers_sql
from engine.rulebook.survivorship import Survivorship
from engine.sql import identifier, literal
from engine.tables import (
    GOLDEN_CHOICE,
    GOLDEN_CONTACT,
    GOLDEN_CONTESTED,
    GOLDEN_CROSSWALK,
    GOLDEN_DOUBT,
    GOLDEN_FORMER_NUMBER,
)
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import Workspace


def assemble(
    ws: Workspace, chosen: Sequence[Attribute], rules: Survivorship, numbers: Numbers
) -> dict[str, int | float | str]:
    """Build golden.contact, golden.contested, golden.choice and golden.crosswalk.

    Raises:
        UsageError: the reserved contact numbers are used up.
    """
    figures = assign_identity(ws, numbers)
    ws.execute(f"create or replace temp table golden_identity as {ws.statement('golden', 'identity')}")
    figures |= assign_numbers(ws, numbers)
    ws.execute(f"create or replace temp table {NEW_NUMBERS} as {new_numbers_sql()}")
    note_identity(ws, numbers)
    ws.build(GOLDEN_CONTACT, lone_contact_sql())
    ws.append(GOLDEN_CONTACT, contact_sql(rules))
    ws.build(GOLDEN_CONTESTED, contested_sql(rules))
    note_doubts(ws, rules)
    ws.build_from_file(GOLDEN_CROSSWALK)
    _offer_choice(ws)
    figures["contacts"] = ws.count("golden.contact")
    figures["to_confirm"] = ws.count("golden.doubt")
    found = ws.rows("select rule, count(*) from golden.contested group by rule order by rule")
    figures.update({f"rule.{rule}": int(count) for rule, count in found})
    ws.build_from_file(GOLDEN_FORMER_NUMBER)
    drop_working_tables(ws)
    drop_identity_tables(ws)
    ws.drop("golden_identity", "golden_state", NEW_NUMBERS)
    return figures


def lone_contact_sql() -> str:
    """SELECT of the contacts of one record that share no structure: their values go straight across."""
    own = ", ".join(f"{value_sql(name)} as {identifier(name)}" for name in CONTACT_ATTRIBUTES)
    return f"""
        select numbered.contact_id, numbered.number as contact_nr, identity.kind,
            identity.structure_contact_id, 1 as records, {own}
        from (select * exclude (kind) from standardise.record) as record
        join golden_identity as identity using (record_id)
        join golden_numbered as numbered using (cluster_no)
        where identity.block_size = 1
    """


def contact_sql(rules: Survivorship) -> str:
    """SELECT of the other contacts: winners where records competed, the record's own value where it is alone."""
    columns = []
    for name in CONTACT_ATTRIBUTES:
        shared = name in rules.structure_block.attributes
        size, won = ("block_size", "block") if shared else ("records", "person")
        columns.append(
            f"case when identity.{size} > 1 then {won}.{identifier(name)} else record.{identifier(name)} end"
            f" as {identifier(name)}"
        )
    wide = ", ".join(
        f"max(value) filter (where attribute_no = {NUMBER[name]}) as {identifier(name)}" for name in CONTACT_ATTRIBUTES
    )
    own = ", ".join(f"{value_sql(name)} as {identifier(name)}" for name in CONTACT_ATTRIBUTES)
    return f"""
        with winner as (
            select group_no, {wide} from golden_winner group by group_no
        ),
        own as (
            select record_no, {own} from golden_multi where record_no = cluster_no
        )
        select identity.contact_id, numbered.number as contact_nr, identity.kind, identity.structure_contact_id,
            identity.records, {", ".join(columns)}
        from golden_identity as identity
        join golden_numbered as numbered using (cluster_no)
        join own as record on record.record_no = identity.cluster_no
        left join winner as person on person.group_no = identity.cluster_no
        left join winner as block on block.group_no = identity.block_no
        where identity.block_size > 1
    """


def contested_sql(rules: Survivorship) -> str:
    """SELECT of golden.contested: the lineage of contacts whose values were chosen among several records."""
    shared = ", ".join(str(NUMBER[name]) for name in rules.structure_block.attributes) or "0"
    words = " ".join(f"when {number} then {literal(name)}" for name, number in NUMBER.items())
    mine = [name for name in CONTACT_ATTRIBUTES if name not in rules.structure_block.attributes]
    own = ", ".join(f"{value_sql(name)} as {identifier(name)}" for name in mine)
    return f"""
        with won as (
            select identity.contact_id, winner.*
            from golden_identity as identity
            join golden_winner as winner on winner.group_no = identity.cluster_no
            where identity.records > 1 and winner.attribute_no not in ({shared})
            union all
            select identity.contact_id, winner.*
            from golden_identity as identity
            join golden_winner as winner on winner.group_no = identity.block_no
            where identity.block_size > 1 and winner.attribute_no in ({shared})
        ),
        -- a lone record of a shared structure: what is not the structure's is its own
        lone as (
            select contact_id, attribute, value, record_id
            from (
                select identity.contact_id, identity.record_id, {own}
                from golden_identity as identity
                join golden_multi as record on record.record_no = identity.cluster_no
                where identity.records = 1 and identity.block_size > 1
            ) unpivot (value for attribute in ({", ".join(identifier(name) for name in mine)}))
        )
        select won.contact_id, case won.attribute_no {words} end as attribute, won.value, member.record_id, won.rule,
            won.candidates, won.runner_up, won.repaired
        from won join golden_member as member on member.record_no = won.record_no
        union all
        select contact_id, attribute, value, record_id, 'only_value', 1, null, false from lone
    """


def choice_sql() -> str:
    """SELECT of golden.choice: what was contested, and the values of lone records, which nothing contested."""
    attributes = ", ".join(identifier(name) for name in CONTACT_ATTRIBUTES)
    return f"""
        select contact_id, attribute, value, record_id, rule, candidates, runner_up, repaired from golden.contested
        union all
        select contact_id, attribute, value, record_id, 'only_value', 1, null, false
        from (
            select contact.contact_id, crosswalk.record_id, {attributes}
            from golden.contact as contact join golden.crosswalk as crosswalk using (contact_id)
            where contact.records = 1
                and not exists (select 1 from golden.contested as kept where kept.contact_id = contact.contact_id)
        ) unpivot (value for attribute in ({attributes}))
    """


def note_doubts(ws: Workspace, rules: Survivorship) -> None:
    """Build golden.doubt: what somebody should confirm, since nothing but chance or the alphabet decided it."""
    ws.execute("create temp table if not exists golden_undated (block_no integer)")
    ws.build_from_file(GOLDEN_DOUBT, {"home": list(rules.home.members)})


def _offer_choice(ws: Workspace) -> None:
    """Make golden.choice a view.

    In a base of a million records five of six contacts have one record: 14 million rows that say "only value" cost
    12 s and 200 MB to write and a second to compute when somebody asks.
    """
    kind = ws.value(
        "select table_type from information_schema.tables where table_schema = 'golden' and table_name = 'choice'"
    )
    if kind is not None:
        ws.execute(f"drop {'view' if kind == 'VIEW' else 'table'} golden.choice")
    ws.execute(f"create view golden.choice as {choice_sql()}")
    ws.execute(f"comment on view golden.choice is {literal(GOLDEN_CHOICE.grain)}")
