"""Form: how the winning letters are written, and the repair of a form that everybody else writes better."""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.attributes import NUMBER, Attribute
from engine.golden.contest import hold_contest
from engine.golden.evidence import Evidence
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


def repair_forms(ws: Workspace, chosen: Sequence[Attribute], repair: Repair, evidence: Evidence) -> int:
    """Write golden values as nearly all other contacts with these letters write them; the values changed.

    A repair adds accents or changes case, it never takes an accent away. Contacts are counted, not records, and the
    own contact's spellings count neither for nor against.
    """
    numbers = [NUMBER[name] for name in repair.attributes if name in {attribute.name for attribute in chosen}]
    if not numbers or not ws.value("select count(*) from golden_winner"):
        return 0
    evidence.lexicon(ws, numbers)
    accents = PREFERENCES["accented"].expression
    mixed = PREFERENCES["mixed_case"].expression

    def of(expression: str, column: str) -> str:
        return f"({expression.replace('candidate', column)})"

    ws.execute(
        """
        create or replace temp table golden_several as
        select * from golden_form where list_contains($numbers, attribute_no)
        qualify count(*) over (partition by attribute_no, letters) > 1
        """,
        {"numbers": numbers},
    )
    if not ws.value("select count(*) from golden_several"):
        ws.drop("golden_several")
        return 0
    # every record of a contact counts once for it, wherever it lives
    ws.execute(
        """
        create or replace temp table golden_held as
        select cell.group_no, cell.attribute_no, cell.value, form.letters
        from (
            select group_no, attribute_no, value from golden_cell where list_contains($numbers, attribute_no)
            union all
            select group_no, attribute_no, value from golden_away where list_contains($numbers, attribute_no)
        ) as cell
        join golden_several as form using (attribute_no, value)
        """,
        {"numbers": numbers},
    )
    ws.execute(
        f"""
        create or replace temp table golden_repair as
        with held as (
            select cell.attribute_no, cell.value, count(*) as rows, count(distinct cell.group_no) as contacts
            from golden_held as cell group by cell.attribute_no, cell.value
        ),
        used as (
            select form.attribute_no, form.letters, form.value,
                form.rows - coalesce(held.rows, 0) + coalesce(held.contacts, 0) as contacts
            from golden_several as form
            left join held using (attribute_no, value)
        ),
        leader as (
            select *, sum(contacts) over (partition by attribute_no, letters) as all_contacts
            from used
            qualify row_number() over (partition by attribute_no, letters order by contacts desc, value) = 1
        ),
        own as (
            select group_no, attribute_no, letters, count(distinct value) as forms, list(distinct value) as written
            from golden_held group by group_no, attribute_no, letters
        )
        select winner.group_no, winner.attribute_no, winner.value as before, leader.value as after
        from golden_winner as winner
        join golden_several as form
            on form.attribute_no = winner.attribute_no and form.value = winner.value
        join leader on leader.attribute_no = winner.attribute_no and leader.letters = form.letters
        join own
            on own.group_no = winner.group_no and own.attribute_no = winner.attribute_no
            and own.letters = form.letters
        where leader.value <> winner.value
            and not list_contains(own.written, leader.value)
            and leader.contacts >= $contacts
            and leader.contacts >= $share * (leader.all_contacts - own.forms)
            and {of(accents, "leader.value")} >= {of(accents, "winner.value")}
            and {of(mixed, "leader.value")} >= {of(mixed, "winner.value")}
        """,
        {"contacts": repair.contacts, "share": repair.share},
    )
    ws.execute(
        """
        update golden_winner set value = repair.after, repaired = true, runner_up = repair.before
        from golden_repair as repair
        where repair.group_no = golden_winner.group_no and repair.attribute_no = golden_winner.attribute_no
        """
    )
    repaired = int(ws.value("select count(*) from golden_repair"))
    ws.drop("golden_repair", "golden_several", "golden_held")
    return repaired


def _no_evidence(ws: Workspace, name: str, numbers: object) -> str:
    raise AssertionError(f"no evidence is gathered for forms: {name}")  # the rule loader keeps such words out
