"""Run a pure function once per distinct raw value, in worker processes when there are many."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pyarrow as pa

from engine.workspace import Parameters, Workspace

IN_PROCESS_LIMIT = 20_000
"""Up to here the start of worker processes (0.3 to 0.6 s for two) costs more than it saves."""

CHEAP_LIMIT = 60_000
"""The same for functions of 10 to 30 microseconds a value (names, dates, web sites), which no library slows down."""

CHUNK = 20_000
"""Values per task: 0.1 to 2 s of work, small enough that two workers finish together."""

Function = Callable[..., tuple[Any, ...]]

_function: Function | None = None


def run_distinct(
    ws: Workspace,
    target: str,
    select: str,
    function: Function,
    results: Mapping[str, str],
    *,
    workers: int = 1,
    limit: int = IN_PROCESS_LIMIT,
    parameters: Parameters | None = None,
) -> int:
    """Create temp table ``target``: the columns of ``select``, then what ``function`` says of each row.

    Args:
        ws: the workspace.
        target: name of the temp table to create or replace.
        select: a query giving each distinct value (or tuple of values) once; all columns text.
        function: pure, picklable (a module-level function, or ``functools.partial`` of one), never raises on dirty
            data; called with the columns of ``select`` in order, returns a tuple in the order of ``results``.
        results: result columns by name, ``"text"``, ``"texts"`` (a list), ``"integer"`` or ``"boolean"``.
        workers: processes to use at most when there are more than ``limit`` values; 1 = never leave this process.
        limit: number of values up to which worker processes do not pay.
        parameters: bound in ``select``.

    Returns:
        Number of distinct values. The content of ``target`` does not depend on ``workers``.
    """
    values = ws.arrow(select, parameters)
    types = {name: _TYPES[kind] for name, kind in results.items()}
    if workers > 1 and values.num_rows > limit:
        answers = _in_workers(values, function, types, workers)
    else:
        answers = [_answer(values, function, types)]
    table = pa.concat_tables(answers)
    for position, name in enumerate(values.column_names):
        table = table.add_column(position, name, values.column(name))
    ws.put(target, table)
    return int(values.num_rows)


_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}


def _answer(values: pa.Table, function: Function, types: Mapping[str, pa.DataType]) -> pa.Table:
    columns = [column.to_pylist() for column in values.columns]
    answers = list(zip(*map(function, *columns), strict=True)) if values.num_rows else [()] * len(types)
    arrays = [pa.array(answer, type=kind) for answer, kind in zip(answers, types.values(), strict=True)]
    return pa.table(arrays, names=list(types))


def _in_workers(values: pa.Table, function: Function, types: Mapping[str, pa.DataType], workers: int) -> list[pa.Table]:
    # spawn: a fork would copy DuckDB's threads in an undefined state
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_receive, initargs=(function,)) as pool:
        return list(pool.map(_work, _chunks(values), [types] * (values.num_rows // CHUNK + 1)))


def _chunks(values: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, values.num_rows, CHUNK):
        # combine: pickling a slice would send the whole buffers it points into
        yield pa.concat_tables([values.slice(start, CHUNK)]).take(pa.array(range(min(CHUNK, values.num_rows - start))))


def _receive(function: Function) -> None:
    global _function
    _function = function


def _work(values: pa.Table, types: Mapping[str, pa.DataType]) -> pa.Table:
    assert _function is not None
    return _answer(values, _function, types)
