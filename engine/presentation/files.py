"""The files of a run that come straight from the tables: what they are called, and how they are written.

Every file has a total order, so the same input gives the same bytes whatever the number of threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from engine.errors import SurroundingsError
from engine.presentation.atomic import replacing
from engine.presentation.people import safe_cell
from engine.presentation.protocol import protocol_data, write_protocol_json
from engine.sql import identifier, literal
from engine.tables import TABLES
from engine.workspace import Workspace

REVIEW_LIMIT = 50_000
"""Pairs in review.csv: more than a team reads in a year, and far under a spreadsheet's 1,048,576 rows."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file of the output folder: its name, the SELECT it holds, for whom, and what it is.

    ``reader`` is "machine" (values byte for byte) or "person" (cells made safe for a spreadsheet).
    """

    name: str
    select: str
    reader: Literal["machine", "person"]
    what: str


FILES: tuple[OutputFile, ...] = (
    OutputFile("crosswalk.csv", "crosswalk", "machine", "every line read, and the contact it became"),
    OutputFile(
        "former_numbers.csv",
        "former_numbers",
        "machine",
        "every number a source wrote or that was given before, and where it leads: to re-key orders and memberships",
    ),
    OutputFile("golden.csv", "golden", "machine", "one row per contact: the golden record"),
    OutputFile("golden.parquet", "golden", "machine", "the golden records once more, for programs"),
    OutputFile("lineage.parquet", "lineage", "machine", "for each golden value: the record it came from and the rule"),
    OutputFile("pairs.parquet", "pairs", "machine", "every pair compared, its score and the evidence"),
    OutputFile("findings.csv", "findings", "person", "every finding, to the line of the source"),
    OutputFile("review.csv", "review", "person", "pairs to ask a person about, the strongest first"),
    OutputFile("to_confirm.csv", "to_confirm", "person", "values that hardly anything decided: to confirm by a call"),
    OutputFile("held.csv", "held", "person", "every line or contact kept back, with the reason"),
)
"""Files made of one SELECT each, ``engine/presentation/sql/<select>.sql``."""

OTHERS: Mapping[str, str] = {
    "findings.xlsx": "the findings to correct from: a sheet per problem, what is wrong and what to do",
    "delta.csv": "every contact that is not what it was in the extract before, and why it joined or split",
    "decisions_idle.csv": "decisions that do not apply any more: a record is gone, or others stand against it",
    "delta.json": "how many contacts are kept, new, back, changed, joined, split and gone; which fields changed",
    "protocol.html": "every column transformation in words, with counts and masked samples: to read and sign",
    "protocol.xlsx": "the same as a workbook",
    "protocol.json": "every column transformation, in order, with its counts: enough to replay them",
    "report.html": "this report",
    "report.json": "the same figures, for programs",
    "manifest.json": "every file with its size and hash, the versions and the rules in force",
}
"""Files made in another way, and what they are."""


FOLDERS: Mapping[str, str] = {
    "import": "import file",
    "mapping": "the mapping of one source, as the rule file that replays it",
}
"""What stands in the folders that other stages fill."""


def describe(name: str) -> str:
    """What the output file ``name`` is, in one line; ``""`` when nobody told."""
    ours = {**{file.name: file.what for file in FILES}, **OTHERS}
    return ours.get(name) or FOLDERS.get(name.split("/", 1)[0], "")


def write_tables(ws: Workspace, out: Path) -> None:
    """Write every file that comes straight from the tables into ``out``.

    The table of a stage that did not run counts as empty. Each file appears whole or not at all.

    Raises:
        SurroundingsError: the folder cannot be written.
    """
    fill_gaps(ws)
    for file in FILES:
        select = ws.statement("presentation", file.select)
        if file.reader == "person":
            select = _for_a_person(ws, select)
        with replacing(out.absolute() / file.name) as temporary:
            _copy(ws, select, temporary, "parquet" if file.name.endswith(".parquet") else "csv")
    write_protocol_json(protocol_data(ws), out)


def fill_gaps(ws: Workspace) -> None:
    """Create the tables of stages that did not run, empty."""
    there = {row[0] for row in ws.rows("select table_schema || '.' || table_name from information_schema.tables")}
    for contract in TABLES:
        if contract.name not in there:
            ws.create(contract)


def as_json(data: object) -> str:
    """JSON that people can read and diff: indented, keys in the order given, no escapes for accents."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _for_a_person(ws: Workspace, select: str) -> str:
    """``select`` with every text column made safe for a spreadsheet."""
    columns = ws.rows(f"describe {select}", _PARAMETERS)
    shown = (
        f"{safe_cell(identifier(name))} as {identifier(name)}" if type_ == "VARCHAR" else identifier(name)
        for name, type_, *_ in columns
    )
    return f"select {', '.join(shown)} from ({select})"


_PARAMETERS: Mapping[str, object] = {"review_limit": REVIEW_LIMIT}

_FORMATS = {
    "csv": "format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr ''",
    "parquet": "format parquet, compression zstd",
}


def _copy(ws: Workspace, select: str, target: Path, form: Literal["csv", "parquet"]) -> None:
    # use_tmp_file off: `replacing` already is the temporary file, and DuckDB's would be readable by everyone
    copy = f"copy ({select}) to {literal(str(target))} ({_FORMATS[form]}, use_tmp_file false)"
    try:
        ws.execute(copy, _PARAMETERS)
    except duckdb.IOException as error:
        raise SurroundingsError(
            f"cannot write {target.stem}", hint="Check the space on the disk and the folder's rights."
        ) from error
