"""Questions that are answered once for a whole column: noted in standardise.column, a replay need not ask again.

An answer depends on all cells of a column. Asked anew of another extract, a few rows more or less could turn every name
of a file around; so a frozen project keeps the answers of its rehearsal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa

from engine.workspace import Workspace

Answers = Mapping[tuple[str, str], str]
"""(source, question) -> answer."""

NO_ANSWERS: Answers = MappingProxyType({})
"""Nothing was decided before."""


def note_answers(ws: Workspace, answers: Sequence[tuple[str, str, str]]) -> None:
    """Append (source, question, answer) to standardise.column."""
    columns = list(zip(*answers, strict=True)) or [(), (), ()]
    names = ("source", "question", "answer")
    ws.put(
        "std_answer",
        pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}),
    )
    ws.execute("insert into standardise.column by name select * from std_answer")
    ws.drop("std_answer")


def read_answers(ws: Workspace) -> dict[tuple[str, str], str]:
    """What the last run decided, with what it took over; nothing where the table is not there."""
    if not ws.exists("standardise.column"):
        return {}
    rows = ws.rows("select source, question, answer from standardise.column order by source, question")
    return {(source, question): answer for source, question, answer in rows}
