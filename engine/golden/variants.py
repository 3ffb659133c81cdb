"""Variants: different things under one attribute (old and new number, maiden and married name).

Near spellings are one variant. The winning variant is the seed that the attribute's ``variant`` list prefers, with
every spelling near to it; what is left over fills the attributes of ``overflow`` where they are free.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.attributes import NUMBER, Attribute
from engine.golden.contest import hold_contest
from engine.golden.evidence import MOST_CANDIDATES, Evidence
from engine.golden.letters import near_sql
from engine.workspace import Workspace


def choose_variants(ws: Workspace, chosen: Sequence[Attribute], evidence: Evidence) -> None:
    """Make golden_seed: per field of an attribute with variants, the seed of the winning one and its rule."""
    attributes = [attribute for attribute in chosen if attribute.variant]
    _compare(ws, "golden_letter", attributes)
    _hold(ws, "golden_letter", "golden_seed", attributes, evidence)


def fill_overflow(ws: Workspace, attribute: Attribute, evidence: Evidence) -> None:
    """Give the further variants of ``attribute`` to its overflow attributes, as rows of golden_winner."""
    ws.execute(
        f"""
        create or replace temp table golden_left_over as
        select letter.* from golden_letter as letter
        join golden_letter_winner as winner using (group_no, attribute_no)
        where letter.attribute_no = {attribute.number}
            and not {near_sql("letter.candidate", "winner.candidate", attribute.rule.near or "slip")}
        """
    )
    for target in attribute.rule.overflow:
        if not ws.value("select count(*) from golden_left_over"):
            break
        _compare(ws, "golden_left_over", [attribute])
        _hold(ws, "golden_left_over", "golden_next", [attribute], evidence)
        ws.execute(
            f"""
            delete from golden_next where group_no in (
                select group_no from golden_winner where attribute_no = {NUMBER[target]}
            )
            """
        )
        ws.execute(
            f"""
            insert into golden_winner by name
            select next.group_no, {NUMBER[target]}::utinyint as attribute_no, cell.value, cell.record_no,
                'next_variant' as rule, field.candidates, next.runner_up, false as repaired
            from golden_next as next
            join (
                select group_no, letters, min(value) as value, min(record_no) as record_no
                from golden_contender where attribute_no = {attribute.number} group by group_no, letters
            ) as cell on cell.group_no = next.group_no and cell.letters = next.candidate
            join (
                select group_no, count(distinct value)::integer as candidates
                from golden_contender where attribute_no = {attribute.number} group by group_no
            ) as field on field.group_no = next.group_no
            """
        )
        ws.execute(
            f"""
            delete from golden_left_over using golden_next as next
            where golden_left_over.group_no = next.group_no
                and {near_sql("golden_left_over.candidate", "next.candidate", attribute.rule.near or "slip")}
            """
        )
    ws.drop("golden_left_over", "golden_next")


def _compare(ws: Workspace, letters: str, attributes: Sequence[Attribute]) -> None:
    """Make golden_near: which spellings of a field are near to which, each to itself too."""
    parts = [
        f"""
        select seed.group_no, seed.attribute_no, seed.candidate, other.candidate as other
        from {letters} as seed join {letters} as other using (group_no, attribute_no)
        where seed.attribute_no = {attribute.number}
            and seed.place <= {MOST_CANDIDATES} and other.place <= {MOST_CANDIDATES}
            and (seed.candidate = other.candidate
                or {near_sql("seed.candidate", "other.candidate", attribute.rule.near or "slip")})
        """
        for attribute in attributes
    ]
    nothing = "select 0 as group_no, 0::utinyint as attribute_no, '' as candidate, '' as other where false"
    ws.execute(f"create or replace temp table golden_near as {' union all '.join(parts) or nothing}")


def _hold(ws: Workspace, letters: str, winners: str, attributes: Sequence[Attribute], evidence: Evidence) -> None:
    ws.execute(
        f"""
        create or replace temp table golden_candidate as
        select near.group_no, near.attribute_no, near.candidate, sum(letter.rows) as rows,
            max(letter.valid) as valid, max(letter.undoubted) as undoubted, max(letter.newest) as newest,
            max(letter.main) as main, max(letter.source_rank) as source_rank
        from golden_near as near
        join {letters} as letter
            on letter.group_no = near.group_no and letter.attribute_no = near.attribute_no
            and letter.candidate = near.other
        group by near.group_no, near.attribute_no, near.candidate
        """
    )
    ws.drop(winners)
    lists = {attribute.number: attribute.variant for attribute in attributes}
    hold_contest(ws, "golden_candidate", winners, lists, evidence.of_variants)
    ws.drop("golden_candidate")
