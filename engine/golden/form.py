"""Form: how the winning letters are written, and the repair of a form that everybody else writes better."""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.attributes import NUMBER, Attribute, folded_sql
from engine.golden.contest import hold_contest
from engine.golden.learned import Learned
from engine.golden.preferences import PREFERENCES
from engine.rulebook.survivorship import Repair
from engine.workspace import Workspace


def choose_forms(ws: Workspace, chosen: Sequence[Attribute]) -> None:
    """Append every contested field to golden_winner: the written form of its winning letters."""
    best = [attribute for attribute in chosen if attribute.rule.take == "best"]
    ws.execute(
        """
        create or replace temp table golden_written as
        select cell.group_no, cell.attribute_no, cell.value as candidate, count(*) as rows,
            max(cell.newest) as newest, max(cell.source_rank) as source_rank,
            first(cell.record_no order by cell.newest desc nulls last, cell.record_no) as record_no
        from golden_contender as cell
        left join golden_letter_winner as winner using (group_no, attribute_no)
        where list_contains($best, cell.attribute_no) and cell.letters = coalesce(winner.candidate, cell.letters)
        group by cell.group_no, cell.attribute_no, cell.value
        """,
        {"best": [attribute.number for attribute in best]},
    )
    ws.drop("golden_form_winner")
    lists = {attribute.number: attribute.form for attribute in best}
    hold_contest(ws, "golden_written", "golden_form_winner", lists, _no_evidence)
    ws.execute(
        """
        insert into golden_winner by name
        with counted as (
            select group_no, attribute_no, count(distinct value)::integer as candidates
            from (
                select group_no, attribute_no, value from golden_contender
                union all
                select away.group_no, away.attribute_no, away.value
                from golden_away as away semi join golden_contender using (group_no, attribute_no)
            )
            group by group_no, attribute_no
        ),
        lost as (
            select cell.group_no, cell.attribute_no, min(cell.value) as value
            from golden_contender as cell
            join golden_letter_winner as winner
                on winner.group_no = cell.group_no and winner.attribute_no = cell.attribute_no
                and winner.runner_up = cell.letters
            group by cell.group_no, cell.attribute_no
        )
        select form.group_no, form.attribute_no, form.candidate as value, written.record_no,
            coalesce(letters.rule, form.rule) as rule, counted.candidates,
            case when letters.rule is null then form.runner_up else lost.value end as runner_up, false as repaired
        from golden_form_winner as form
        join golden_written as written using (group_no, attribute_no, candidate)
        join counted using (group_no, attribute_no)
        left join golden_letter_winner as letters using (group_no, attribute_no)
        left join lost using (group_no, attribute_no)
        """
    )
    ws.drop("golden_written", "golden_form_winner")


def repair_forms(ws: Workspace, chosen: Sequence[Attribute], repair: Repair, learned: Learned) -> int:
    """Write golden values as nearly all other contacts with these letters write them; the values changed.

    A repair adds accents or changes case, it never takes an accent away. Contacts are counted, not records, and the
    own contact's spellings count neither for nor against.
    """
    numbers = [NUMBER[name] for name in repair.attributes if name in {attribute.name for attribute in chosen}]
    if not numbers or not ws.value("select count(*) from golden_winner"):
        return 0
    learned.leaders(ws, numbers)
    letters = folded_sql(chosen)
    accents = PREFERENCES["accented"].expression
    mixed = PREFERENCES["mixed_case"].expression

    def of(expression: str, column: str) -> str:
        return f"({expression.replace('candidate', column)})"

    ws.execute(
        f"""
        create or replace temp table golden_led as
        select winner.group_no, winner.attribute_no, winner.letters, winner.value as before, leader.value as after,
            leader.contacts, leader.all_contacts
        from (
            select group_no, attribute_no, value, {letters} as letters from golden_winner
            where list_contains($numbers, attribute_no)
        ) as winner
        join golden_leader as leader using (attribute_no, letters)
        where leader.value <> winner.value
            and leader.contacts >= $contacts
            and {of(accents, "leader.value")} >= {of(accents, "winner.value")}
            and {of(mixed, "leader.value")} >= {of(mixed, "winner.value")}
        """,
        {"numbers": numbers, "contacts": repair.contacts},
    )
    # every form that a record of the contact writes, wherever it lives
    ws.execute(
        f"""
        create or replace temp table golden_repair as
        with held as (
            select cell.group_no, cell.attribute_no, cell.value, {letters} as letters
            from (
                select group_no, attribute_no, value from golden_cell
                union all
                select group_no, attribute_no, value from golden_away
            ) as cell
            semi join golden_led using (group_no, attribute_no)
        ),
        own as (
            select group_no, attribute_no, letters, count(distinct value) as forms, list(distinct value) as written
            from held group by group_no, attribute_no, letters
        )
        select led.group_no, led.attribute_no, led.before, led.after
        from golden_led as led
        join own using (group_no, attribute_no, letters)
        where not list_contains(own.written, led.after)
            and led.contacts >= $share * (led.all_contacts - own.forms)
        """,
        {"share": repair.share},
    )
    ws.execute(
        """
        update golden_winner set value = repair.after, repaired = true, runner_up = repair.before
        from golden_repair as repair
        where repair.group_no = golden_winner.group_no and repair.attribute_no = golden_winner.attribute_no
        """
    )
    repaired = int(ws.value("select count(*) from golden_repair"))
    ws.drop("golden_repair", "golden_led")
    return repaired


def _no_evidence(ws: Workspace, name: str, numbers: object) -> str:
    raise AssertionError(f"no evidence is gathered for forms: {name}")  # the rule loader keeps such words out
