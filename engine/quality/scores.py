"""Scores: tests made and tests failed by suite, source, column and dimension.

One scan counts, for every expectation, the rows it looked at in each source; failures come from the findings, or, where
an expectation is only counted, from its query of failing rows. So sums over sources are the counts of
``quality.expectation``, and a score can be cut in any direction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from engine.quality.looked_at import looked_at
from engine.quality.subject import SUBJECTS
from engine.rulebook.expectations import CheckedTable, ExpectationRule
from engine.sql import identifier, literal, qualified
from engine.tables import QUALITY_FINDING, QUALITY_SCORE
from engine.workspace import Workspace

_NO_SOURCE = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One expectation after its validation.

    Attributes:
        suite: its suite.
        rule: the expectation.
        condition: its row condition as SQL.
        failed: rows that failed.
        failing: query of these rows, None when there are none.
    """

    suite: str
    rule: ExpectationRule
    condition: str | None
    failed: int
    failing: str | None


BySource = Mapping[str, int]


def count_looked_at(ws: Workspace, table: CheckedTable, judged: Sequence[Judged]) -> list[BySource]:
    """For each of ``judged``, the rows it looked at by source, counted in one scan."""
    wanted = [_count(looked_at(one.rule, one.condition)) for one in judged]
    distinct = list(dict.fromkeys(wanted))
    found = ws.rows(f"select {', '.join([_source(table), *distinct])} from {qualified(table)} group by all")
    place = {count: number for number, count in enumerate(distinct, start=1)}
    return [{row[0]: row[place[count]] for row in found} for count in wanted]


_GIVEN = re.compile(r'("[^"]+") is not null')


def _count(conditions: Sequence[str]) -> str:
    """SQL that counts the rows meeting all of ``conditions``; values of one column cost a fifth of a filter."""
    if not conditions:
        return "count(*)"
    given = _GIVEN.fullmatch(conditions[0]) if len(conditions) == 1 else None
    return f"count({given[1]})" if given else f"count(*) filter ({' and '.join(conditions)})"


def append_scores(ws: Workspace, table: CheckedTable, judged: Sequence[Judged], checked: Sequence[BySource]) -> None:
    """Append to ``quality.score`` what ``judged`` say of ``table``; expectations of the table as a whole have no part.

    Args:
        ws: the workspace; the findings of ``judged`` are written.
        table: the table they are about.
        judged: every expectation of the table.
        checked: :func:`count_looked_at` of them.
    """
    failed = _failed(ws, table, judged)
    sums: dict[tuple[str, str, str | None, str], list[int]] = defaultdict(lambda: [0, 0])
    for one, by_source in zip(judged, checked, strict=True):
        if not one.rule.by_record:
            continue
        for source, number in by_source.items():
            if number:
                total = sums[one.suite, source, one.rule.meta.column, one.rule.meta.dimension]
                total[0] += number
                total[1] += failed.get((one.suite, one.rule.name, source), 0)
    _insert(ws, [(*key, *total) for key, total in sums.items()])


def _failed(ws: Workspace, table: CheckedTable, judged: Sequence[Judged]) -> dict[tuple[str, str, str], int]:
    """Failures by suite, expectation and source."""
    parts = [
        f"select suite, expectation, coalesce(source, '{_NO_SOURCE}') as source, count(*) as rows "
        f'from {qualified(QUALITY_FINDING.name)} where "table" = {literal(table)} group by all'
    ]
    parts += [
        f"select {literal(one.suite)}, {literal(one.rule.name)}, {_source(table)}, count(*) "
        f"from (\n{one.failing}\n) group by all"
        for one in judged
        if one.failing is not None and not one.rule.listed
    ]
    return {(suite, name, source): rows for suite, name, source, rows in ws.rows("\nunion all\n".join(parts))}


def _source(table: CheckedTable) -> str:
    column = SUBJECTS[table].source
    return literal(_NO_SOURCE) if column is None else identifier(column)


def _insert(ws: Workspace, rows: Iterable[tuple[object, ...]]) -> None:
    names = QUALITY_SCORE.column_names
    listed = sorted(rows, key=lambda row: tuple("" if cell is None else cell for cell in row[:4]))
    types = [pa.string()] * 4 + [pa.int64()] * 2
    columns = [pa.array([row[n] for row in listed], type_) for n, type_ in enumerate(types)]
    ws.put("quality_scored", pa.table(dict(zip(names, columns, strict=True))))
    ws.append(QUALITY_SCORE, "select * from quality_scored")
    ws.drop("quality_scored")
