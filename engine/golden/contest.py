"""The contest: a list of preferences applied to the candidates of every field, one preference after the other.

A field is one attribute of one group of records; its candidates are letters, written forms or homes. Each round
judges the candidates that are still tied by the next preferences of their attribute's list and keeps the best ones.
A field is decided by the first preference that leaves one candidate, and that preference is its rule. Fields shrink
from round to round, so dear evidence is gathered for the few per cent that need it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from engine.golden.evidence import Gather
from engine.golden.preferences import Preference
from engine.sql import literal, text_list
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
    runs = {number: _runs(preferences) for number, preferences in sorted(lists.items())}
    for turn in range(max(map(len, runs.values()), default=0)):
        tied = {number for (number,) in ws.rows("select distinct attribute_no from golden_tied")}
        if not tied:
            break
        users = {number: own[turn] for number, own in runs.items() if number in tied and turn < len(own)}
        if users:
            _round(ws, winners, users, gather)


def _runs(preferences: Sequence[Preference]) -> list[list[Preference]]:
    """Cut a list before each preference that needs evidence: what stands between is judged in one round."""
    runs: list[list[Preference]] = []
    for preference in preferences:
        if not runs or preference.evidence is not None:
            runs.append([])
        runs[-1].append(preference)
    return runs


def _round(ws: Workspace, winners: str, users: Mapping[int, Sequence[Preference]], gather: Gather) -> None:
    """Judge the tied candidates by one run of preferences each; keep the best, name the decided.

    Merits are lists, and lists compare element by element: the preference that decided is the first one in which the
    best and the second best differ.
    """
    asking: dict[str, list[int]] = defaultdict(list)
    judging: dict[tuple[Preference, ...], list[int]] = defaultdict(list)
    for number, run in users.items():
        judging[tuple(run)].append(number)
        if run[0].evidence is not None:
            asking[run[0].evidence].append(number)
    parts = [gather(ws, name, numbers) for name, numbers in asking.items()]
    evidence = f"left join ({' union all '.join(parts)}) as evidence using (group_no, attribute_no, candidate)"
    merit = " ".join(
        f"when {_among(numbers)} then [{', '.join(_merit(preference) for preference in run)}]"
        for run, numbers in judging.items()
    )
    names = " ".join(
        f"when {_among(numbers)} then {text_list([preference.name for preference in run])}"
        for run, numbers in judging.items()
    )
    differ = " ".join(
        f"when best[{place}] <> second[{place}] then {place}"
        for place in range(1, max(len(run) for run in users.values()) + 1)
    )
    ws.execute(
        f"""
        create or replace temp table golden_scored as
        with judged as (
            select golden_tied.*, case {merit} else []::double[] end as merit
            from golden_tied {evidence if parts else ""}
        ),
        topped as (
            select group_no, attribute_no, max(merit) as best from judged group by group_no, attribute_no
        ),
        counted as (
            select judged.group_no, judged.attribute_no, topped.best, count(*) as kept
            from judged join topped using (group_no, attribute_no)
            where judged.merit = topped.best
            group by judged.group_no, judged.attribute_no, topped.best
        )
        select judged.*, counted.best, counted.kept
        from judged join counted using (group_no, attribute_no)
        """
    )
    ws.execute(
        f"""
        insert into {winners}
        with decided as (
            select group_no, attribute_no,
                min(candidate) filter (where merit = best) as candidate,
                min(best) as best,
                max(merit) filter (where merit < best) as second,
                first(candidate order by merit desc, rows desc, candidate) filter (where merit < best) as runner_up
            from golden_scored where kept = 1
            group by group_no, attribute_no
        )
        select group_no, attribute_no, candidate, (case {names} end)[case {differ} end], runner_up from decided
        """
    )
    ws.execute(
        """
        create or replace temp table golden_tied as
        select * exclude (merit, best, kept) from golden_scored where merit = best and kept > 1
        """
    )


def _merit(preference: Preference) -> str:
    return f"coalesce(({preference.expression})::double, {NO_SCORE})"


def _among(numbers: Sequence[int]) -> str:
    return f"attribute_no in ({', '.join(map(str, numbers))})"
