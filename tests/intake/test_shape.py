"""Steps of a mapping: whole columns changed in order, counted, refused, fingerprinted, never a single row."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from engine.errors import RuleErrors, UsageError
from engine.intake import map_records
from engine.rulebook.mapping import SourceMapping
from engine.rulebook.mapping_names import name_problems
from engine.workspace import Workspace
from tests.conftest import given, rows

Table = Mapping[str, Sequence[str | None]]


def stage(ws: Workspace, source: str, columns: Table) -> None:
    """Put a source into intake.source and intake.line."""
    cells = [list(row) for row in zip(*columns.values(), strict=True)]
    sources = rows(ws, "intake.source") if ws.exists("intake.source") else []
    lines = rows(ws, "intake.line") if ws.exists("intake.line") else []
    given(ws, "intake.source", [*sources, {"source": source, "headers": list(columns), "lines": len(cells)}])
    more = [{"source": source, "line_no": at, "cells": row} for at, row in enumerate(cells, start=1)]
    given(ws, "intake.line", [*lines, *more])
    if not ws.exists("intake.held"):
        given(ws, "intake.held", [])


def mapped(ws: Workspace, text: str, columns: Table, **options: Any) -> list[dict[str, Any]]:
    """The steps written in the protocol for a source of ``columns`` mapped as ``text`` says."""
    stage(ws, "s", columns)
    mapping = SourceMapping.model_validate({"source": "s", **yaml.safe_load(text)})
    there = {header: place for place, header in enumerate(columns, start=1)}
    placed = tuple(column.model_copy(update={"position": there.get(column.header)}) for column in mapping.columns)
    map_records(ws, [mapping.model_copy(update={"columns": placed})], **options).check()
    return rows(ws, "protocol.step")


def changed(ws: Workspace, steps: str, columns: Table, made: str, **options: Any) -> list[str | None]:
    """The values of column ``made`` after ``steps``, in the order of the lines."""
    text = f"columns:\n  - {{header: {json.dumps(made)}, attribute: remark}}\nsteps:\n{steps}"
    mapped(ws, text, columns, **options)
    return [row["remark"] for row in rows(ws, "intake.record", "line_no", "remark")]


STEPS: list[tuple[str, str, Table, str, list[str | None]]] = [
    ("constant", "  - {do: constant, to: Pays, value: CH}", {"a": ["x", None]}, "Pays", ["CH", "CH"]),
    (
        "constant where", "  - {do: constant, to: Pays, value: CH, when: 'Pays is null'}",
        {"Pays": ["FR", None]}, "Pays", ["FR", "CH"],
    ),
    ("rename", "  - {do: rename, column: NOM, to: Nom}", {"NOM": ["x"]}, "Nom", ["x"]),
    ("lookup keeps", "  - {do: lookup, column: a, entries: {1: M., 2: Mme}}", {"a": ["2", "9"]}, "a", ["Mme", "9"]),
    (
        "lookup empties", "  - {do: lookup, column: a, entries: {1: M.}, otherwise: empty}",
        {"a": ["1", "9", None]}, "a", ["M.", None, None],
    ),
    (
        "lookup folded", "  - {do: lookup, column: a, match: folded, entries: {Société: S}}",
        {"a": ["SOCIETE", " société "]}, "a", ["S", "S"],
    ),
    (
        "split", "  - {do: split, column: a, by: ',', into: [b, c]}",
        {"a": ["x, y, z", "x", None]}, "c", ["y, z", None, None],
    ),
    ("split begin", "  - {do: split, column: a, by: ',', into: [b, c]}", {"a": ["x, y, z", "x"]}, "b", ["x", "x"]),
    (
        "split from the end", "  - {do: split, column: a, by: ' ', into: [b, c], from: end}",
        {"a": ["Jean Paul Dupont", "Dupont"]}, "b", ["Jean Paul", None],
    ),
    (
        "split last from the end", "  - {do: split, column: a, by: ' ', into: [b, c], from: end}",
        {"a": ["Jean Paul Dupont", "Dupont"]}, "c", ["Dupont", "Dupont"],
    ),
    (
        "join", "  - {do: join, columns: [a, b], to: c}",
        {"a": ["x", None, None], "b": ["y", "y", None]}, "c", ["x y", "y", None],
    ),
    ("upper", "  - {do: case, column: a, form: upper}", {"a": ["é", None]}, "a", ["É", None]),
    ("proper", "  - {do: case, column: a, form: proper}", {"a": ["DE LA TOUR"]}, "a", ["De La Tour"]),
    ("regex", "  - {do: regex, column: a, find: '[^0-9+]', replace: ''}", {"a": ["022/700 00"]}, "a", ["02270000"]),
    (
        "regex groups", "  - {do: regex, column: a, find: '(\\d+) (.*)', replace: '\\2 \\1'}",
        {"a": ["1 rue"]}, "a", ["rue 1"],
    ),
    (
        "regex finds", "  - {do: regex, column: a, find: '(\\d{4})', to: b}",
        {"a": ["CH-1003 L", "x"]}, "b", ["1003", None],
    ),
    (
        "date", "  - {do: date, column: a, reads: ['%d.%m.%Y', '%d.%m.%y']}",
        {"a": ["3.2.2001", "3.2.01", "31.02.2001", "x"]}, "a", ["2001-02-03", "2001-02-03", "31.02.2001", "x"],
    ),
    (
        "arithmetic", "  - {do: arithmetic, to: b, value: 'a * 2', decimals: 2}",
        {"a": ["1'000,5", "x", None]}, "b", ["2001.00", None, None],
    ),
    ("sql", "  - {do: sql, to: c, value: 'coalesce(a, b)'}", {"a": ["x", None], "b": ["y", "z"]}, "c", ["x", "z"]),
    (
        "sql error", "  - {do: sql, to: a, value: 'cast(a as integer) + 1', otherwise: keep}",
        {"a": ["1", "x"]}, "a", ["2", "x"],
    ),
    ("formula", "  - {do: formula, to: c, value: '=SI([a]=\"\";\"?\";[a])'}", {"a": ["x", None]}, "c", ["x", "?"]),
    ("header in any case", "  - {do: case, column: nom, to: b, form: upper}", {"Nom": ["x"]}, "b", ["X"]),
    ("blanks are off before the first step", "  - {do: sql, to: b, value: 'length(a)'}", {"a": [" x "]}, "b", ["1"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "columns", "made", "expected"), [case[1:] for case in STEPS], ids=[c[0] for c in STEPS]
)
def test_a_step_changes_its_column(
    ws: Workspace, steps: str, columns: Table, made: str, expected: list[str | None]
) -> None:
    assert changed(ws, steps, columns, made) == expected


def test_steps_see_what_the_steps_before_made(ws: Workspace) -> None:
    steps = (
        "  - {do: split, column: a, by: ',', into: [last, first]}\n"
        "  - {do: case, column: last, form: proper}\n"
        "  - {do: join, columns: [first, last], to: name}\n"
    )
    assert changed(ws, steps, {"a": ["DUPONT, jean"]}, "name") == ["jean Dupont"]


def test_more_steps_than_one_projection_holds(ws: Workspace) -> None:
    steps = "".join("  - {do: sql, to: a, value: \"a || 'x'\"}\n" for _ in range(60))
    assert changed(ws, steps, {"a": ["y"]}, "a") == ["y" + "x" * 60]


def test_every_step_is_in_the_protocol_with_counts_place_and_parameters(ws: Workspace) -> None:
    text = """
columns: [{header: a, attribute: remark}]
steps:
  - {do: lookup, column: a, entries: {1: M., 2: Mme}, otherwise: empty, why: codes of the box office}
  - {do: case, column: a, form: upper, when: "a <> 'M.'"}
"""
    lookup, case, take = mapped(ws, text, {"a": ["1", "2", "9", None]})
    assert (lookup["rule"], lookup["from_column"], lookup["to_column"]) == ("lookup", "a", "a")
    assert [lookup[f"rows_{name}"] for name in ("in", "changed", "emptied", "refused")] == [3, 2, 1, 1]
    assert json.loads(lookup["parameters"]) == {
        "column": "a", "do": "lookup", "entries": {"1": "M.", "2": "Mme"}, "otherwise": "empty", "step": 0,
        "why": "codes of the box office",
    }  # fmt: skip
    assert [case[f"rows_{name}"] for name in ("in", "changed", "emptied", "refused")] == [1, 1, 0, 0]
    assert take["rule"] == "take"
    assert take["rows_in"] == 2
    assert len({lookup["output_hash"], case["output_hash"]}) == 2


def test_samples_are_masked_when_they_are_kept(ws: Workspace) -> None:
    changed(ws, "  - {do: case, column: a, form: upper}", {"a": ["Secret"]}, "a")
    assert rows(ws, "protocol.sample", "before", "after") == [{"before": "******", "after": "******"}]


def test_a_standardiser_runs_once_per_distinct_value(ws: Workspace) -> None:
    seen: list[list[str]] = []

    def standardisers(name: str, values: Sequence[str]) -> list[str | None]:
        assert name == "email"
        seen.append(list(values))
        return [value.lower() if "@" in value else None for value in values]

    steps = "  - {do: standardise, column: a, with: email}"
    found = changed(ws, steps, {"a": ["A@X.CH", "A@X.CH", "none", None]}, "a", standardisers=standardisers)
    assert found == ["a@x.ch", "a@x.ch", "none", None]
    assert seen == [["A@X.CH", "none"]]


def test_the_same_rows_give_the_same_fingerprint_and_another_value_another(ws: Workspace) -> None:
    text = "columns: [{header: b, attribute: remark}]\nsteps: [{do: case, column: a, to: b, form: upper}]"
    prints = []
    for cells in (["x", "y"], ["x", "y"], ["y", "x"], ["x", "x"], ["z", "z"]):
        with Workspace.memory() as other:
            from engine.tables import PROTOCOL_STEP

            other.create(PROTOCOL_STEP)
            prints.append(mapped(other, text, {"a": cells})[0]["output_hash"])
    assert prints[0] == prints[1]
    assert len(set(prints[1:])) == 4


@pytest.mark.parametrize(
    "step",
    [
        "{do: constant, to: b, value: x, when: \"ID = '17'\"}",
        "{do: constant, to: b, value: x, when: \"ID in ('17', '18')\"}",
        "{do: constant, to: b, value: x, when: \"lower(ID) like '17'\"}",
        "{do: sql, to: b, value: \"case when ID = '17' then 'x' else b end\"}",
        "{do: formula, to: b, value: '=IF([ID]=17,\"x\",[b])'}",
        "{do: lookup, column: ID, to: b, entries: {17: x}}",
        "{do: regex, column: ID, to: b, find: '^17$'}",
    ],
)
def test_a_step_that_names_a_row_by_its_key_is_refused(ws: Workspace, step: str) -> None:
    text = f"columns: [{{header: ID, attribute: source_key}}, {{header: b, attribute: remark}}]\nsteps: [{step}]"
    with pytest.raises(RuleErrors, match="never single rows"):
        mapped(ws, text, {"ID": ["17", "18"], "b": ["y", "z"]})


def test_a_copy_of_the_key_names_rows_too(ws: Workspace) -> None:
    text = """
columns: [{header: ID, attribute: source_key}, {header: b, attribute: remark}]
steps:
  - {do: sql, to: copy, value: "upper(ID)"}
  - {do: constant, to: b, value: x, when: "copy = '17'"}
"""
    with pytest.raises(RuleErrors, match="never single rows"):
        mapped(ws, text, {"ID": ["17", "18"], "b": ["y", "z"]})


def test_a_kind_that_the_key_begins_with_is_no_row(ws: Workspace) -> None:
    text = """
columns: [{header: ID, attribute: source_key}, {header: b, attribute: remark}]
steps: [{do: constant, to: b, value: pro, when: "left(ID, 1) = 'P'"}]
"""
    mapped(ws, text, {"ID": ["P1", "P2", "C3", "C4"], "b": [None, None, None, None]})
    assert [row["remark"] for row in rows(ws, "intake.record", "line_no", "remark")] == ["pro", "pro", None, None]


def test_a_condition_on_the_key_that_holds_for_one_row_is_refused_however_it_is_written(ws: Workspace) -> None:
    text = """
columns: [{header: ID, attribute: source_key}, {header: b, attribute: remark}]
steps: [{do: constant, to: b, value: x, when: "left(ID, 9) = '17'"}]
"""
    with pytest.raises(UsageError, match="one row only"):
        mapped(ws, text, {"ID": ["17", "18", "19"], "b": ["x", "y", "z"]})


def test_all_columns_that_are_not_there_are_said_at_once_with_the_nearest() -> None:
    mapping = SourceMapping.model_validate(
        yaml.safe_load(
            "source: s\ncolumns: [{header: Nam, attribute: last_name}]\nsteps:\n"
            "  - {do: case, column: Prenom, form: upper}\n  - {do: sql, to: x, value: 'lower(nme)'}\n"
        )
    )
    said = [problem.message for problem in name_problems(mapping, ["Name", "Prénom"])]
    assert said == [
        'no column is called "Prenom" here.  Did you mean Prénom?',
        'no column is called "nme" here.  Did you mean Name?',
        'no column is called "Nam" here.  Did you mean Name?',
    ]


def test_a_value_too_long_for_a_cell_is_refused_and_doubling_ends(ws: Workspace) -> None:
    steps = "".join("  - {do: sql, to: a, value: 'a || a', otherwise: keep}\n" for _ in range(30))
    begun = time.process_time()  # what others do on the machine is not counted
    found = changed(ws, steps, {"a": ["x"]}, "a")
    assert found == ["x" * 65_536]
    assert time.process_time() - begun < 20
    assert sum(step["rows_refused"] for step in rows(ws, "protocol.step")) == 14


ANY = """
columns: [{header: r, attribute: remark}]
steps:
  - {do: split, column: a, by: " ", into: [b, c]}
  - {do: split, column: a, by: ",", into: [d, e, f], from: end}
  - {do: case, column: b, form: proper}
  - {do: regex, column: c, find: "(.)(.*)", replace: "\\\\2\\\\1"}
  - {do: regex, column: a, to: g, find: "\\\\d+"}
  - {do: date, column: a, to: h, reads: ["%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y"]}
  - {do: arithmetic, to: i, value: "a / b"}
  - {do: sql, to: j, value: "cast(a as integer) % cast(b as integer)"}
  - {do: formula, to: k, value: '=IFERROR(MID([a],FIND(" ",[a]),LEN([b])/2),TEXT([c],"000"))'}
  - {do: lookup, column: a, to: l, match: folded, entries: {x: "1"}}
  - {do: join, columns: [b, c, d, e, f, g, h, i, j, k, l], to: r, when: "a <> b"}
"""


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(
    st.lists(st.one_of(st.none(), st.text(max_size=30).filter(lambda text: "\x00" not in text)), min_size=1, max_size=4)
)
def test_no_text_makes_a_step_raise_and_every_line_stays(values: list[str | None]) -> None:
    from engine.tables import PROTOCOL_STEP

    kept = [value and value.encode("utf-8", "ignore").decode("utf-8") for value in values]
    with Workspace.memory(threads=1) as ws:
        ws.create(PROTOCOL_STEP)
        mapped(ws, ANY, {"a": kept})
        assert ws.count("intake.record") == len(kept)
