"""The contest: a list of preferences applied to the candidates of every field, one preference after the other.

A field is one attribute of one group of records; its candidates are letters, written forms or homes. Each round
scores the candidates that are still tied by the next preference of their attribute's list and keeps the best ones.
A field is decided by the first preference that leaves one candidate, and that preference is its rule. Fields shrink
from round to round, so dear evidence is gathered for the few per cent that need it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from engine.golden.evidence import Gather
from engine.golden.preferences import Preference
from engine.sql import literal
from engine.workspace import Workspace

Lists = Mapping[int, Sequence[Preference]]
"""Preferences by attribute number."""

SINGLE = "single"
"""The rule of a field with one candidate: there was nothing to decide here."""

NO_SCORE = "-1e300::double"  # NULL is worst
LAST_WORD = "value"
"""The rule of what no preference decided: the smallest value wins, so that row order never matters."""


def hold_contest(ws: Workspace, candidates: str, winners: str, lists: Lists, gather: Gather) -> None:
    """Decide every field of temp table ``candidates`` and append to temp table ``winners``.

    Args:
        ws: the workspace.
        candidates: temp table: group_no, attribute_no, candidate and the columns that cheap preferences read.
        winners: temp table: group_no, attribute_no, candidate, rule, runner_up; made when absent.
        lists: preferences by attribute number; an attribute without one is decided by the value.
        gather: makes the evidence a preference asks for.
    """
    run_rounds(ws, candidates, winners, lists, gather)
    ws.execute(
        f"""
        insert into {winners}
        select group_no, attribute_no, min(candidate), {literal(LAST_WORD)}, min(candidate, 2)[2]
        from golden_tied group by group_no, attribute_no
        """
    )


def run_rounds(ws: Workspace, candidates: str, winners: str, lists: Lists, gather: Gather) -> None:
    """As :func:`hold_contest`, but what no preference decided stays in temp table ``golden_tied``."""
    ws.execute(
        f"create temp table if not exists {winners} "
        "(group_no integer, attribute_no utinyint, candidate varchar, rule varchar, runner_up varchar)"
    )
    ws.execute(
        f"""
        insert into {winners}
        select group_no, attribute_no, min(candidate), {literal(SINGLE)}, null from {candidates}
        group by group_no, attribute_no having count(*) = 1
        """
    )
    ws.execute(
        f"""
        create or replace temp table golden_tied as
        select * from {candidates} qualify count(*) over (partition by group_no, attribute_no) > 1
        """
    )
    for position in range(max((len(preferences) for preferences in lists.values()), default=0)):
        tied = {number for (number,) in ws.rows("select distinct attribute_no from golden_tied")}
        if not tied:
            break
        users = _at(lists, position, tied)
        if users:
            _round(ws, winners, users, gather)


def _at(lists: Lists, position: int, tied: Set[int]) -> dict[Preference, list[int]]:
    """Which of the attributes still tied use which preference in this round."""
    users: dict[Preference, list[int]] = defaultdict(list)
    for attribute_no, preferences in sorted(lists.items()):
        if attribute_no in tied and position < len(preferences):
            users[preferences[position]].append(attribute_no)
    return users


def _round(ws: Workspace, winners: str, users: Mapping[Preference, Sequence[int]], gather: Gather) -> None:
    """Score the tied candidates by one preference each; keep the best, name the decided."""
    parts = [
        gather(ws, preference.evidence, numbers)
        for preference, numbers in users.items()
        if preference.evidence is not None
    ]
    evidence = f"left join ({' union all '.join(parts)}) as evidence using (group_no, attribute_no, candidate)"
    merit = " ".join(f"when {_among(numbers)} then {preference.expression}" for preference, numbers in users.items())
    names = " ".join(f"when {_among(numbers)} then {literal(pref.name)}" for pref, numbers in users.items())
    ws.execute(
        f"""
        create or replace temp table golden_scored as
        with judged as (
            select golden_tied.*, coalesce((case {merit} end)::double, {NO_SCORE}) as merit
            from golden_tied {evidence if parts else ""}
        ),
        measured as (
            select *, max(merit) over (partition by group_no, attribute_no) as best from judged
        )
        select *, sum((merit = best)::integer) over (partition by group_no, attribute_no) as kept from measured
        """
    )
    ws.execute(
        f"""
        insert into {winners}
        select group_no, attribute_no,
            min(candidate) filter (where merit = best),
            case {names} end,
            first(candidate order by merit desc, rows desc, candidate) filter (where merit < best)
        from golden_scored where kept = 1
        group by group_no, attribute_no
        """
    )
    ws.execute(
        """
        create or replace temp table golden_tied as
        select * exclude (merit, best, kept) from golden_scored where merit = best and kept > 1
        """
    )


def _among(numbers: Sequence[int]) -> str:
    return f"attribute_no in ({', '.join(map(str, numbers))})"
