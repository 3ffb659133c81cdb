"""Qualification lists: criteria of contacts and types of structures, checked against their definitions beforehand.

A list is a CSV with the columns CONTACT_NR, CRITERION, VALUE (a row a value), or CONTACT_NR, STRUCT_TYPE. Definitions
are CSVs of our own layout, the target's is not public (section 4.1 of the format): CODE, NAME, CONTACT_TYPE
(INDIVIDUAL, STRUCTURE or BOTH), DATA_TYPE, VALUES (joined by ``|``; none = free text) for criteria; CODE, NAME for
structure types.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from engine.errors import SourceError, UsageError
from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.import_rules import Criterion, Defined

_CODE = re.compile(r"[A-Za-z0-9_]{1,8}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_KINDS: tuple[Literal["INDIVIDUAL", "STRUCTURE", "BOTH"], ...] = ("INDIVIDUAL", "STRUCTURE", "BOTH")
_SHOWN = 10
DATA_TYPES = ("TEXT", "NUMBER", "DATE", "BOOLEAN", "LIST")


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the institution has defined: criteria by code, types of structures; None = nobody said."""

    criteria: Mapping[str, Criterion] | None
    structure_types: frozenset[str] | None


def read_definitions(defined: Defined, criteria: Path | None, structure_types: Path | None) -> Definitions:
    """The definitions in files, else those of the import rules.

    Raises:
        SourceError: a file cannot be read, or defines something twice or wrongly; every mistake with its line.
    """
    known = None if defined.criteria is None else {criterion.name: criterion for criterion in defined.criteria}
    types = None if defined.structure_types is None else frozenset(defined.structure_types)
    if criteria is not None:
        known = _criteria(criteria)
    if structure_types is not None:
        types = frozenset(_codes(structure_types, _rows(structure_types, ("CODE", "NAME"))))
    return Definitions(known, types)


def _criteria(path: Path) -> dict[str, Criterion]:
    rows = _rows(path, ("CODE", "NAME", "CONTACT_TYPE", "DATA_TYPE", "VALUES"))
    _codes(path, rows)
    problems = []
    found: dict[str, Criterion] = {}
    for line, row in rows:
        kind = next((known for known in _KINDS if known == (row["CONTACT_TYPE"] or "BOTH")), None)
        data = row["DATA_TYPE"] or ("LIST" if row["VALUES"] else "TEXT")
        values = tuple(dict.fromkeys(part.strip() for part in row["VALUES"].split("|") if part.strip()))
        if kind is None:
            problems.append(f"line {line}: CONTACT_TYPE is one of {', '.join(_KINDS)}")
        elif data not in DATA_TYPES:
            problems.append(f"line {line}: DATA_TYPE is one of {', '.join(DATA_TYPES)}")
        elif data == "LIST" and not values:
            problems.append(f"line {line}: a list needs its VALUES")
        elif any("=" in value for value in values):
            problems.append(f"line {line}: a value cannot hold =")
        else:
            # the format's own T and F of a boolean
            found[row["CODE"]] = Criterion(
                name=row["CODE"], contact_type=kind, values=values or (("T", "F") if data == "BOOLEAN" else ())
            )
    _refuse(path, problems)
    return found


def _codes(path: Path, rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[str]:
    problems = [
        f"line {line}: CODE has 1 to 8 letters, digits or _" for line, row in rows if not _CODE.fullmatch(row["CODE"])
    ]
    seen: set[str] = set()
    for line, row in rows:
        if row["CODE"] in seen:
            problems.append(f"line {line}: CODE stands twice")
        seen.add(row["CODE"])
    _refuse(path, problems)
    return [row["CODE"] for _, row in rows]


def read_qualifications(paths: Sequence[Path], definitions: Definitions, delivery: DeliveryRules) -> pa.Table:
    """planning.qualification: contact_number, field (CRIT or STRUCT_TYPE), code, value, contact_type, from every list.

    Raises:
        SourceError: a list cannot be read, or asks for what is not defined; every mistake with its line.
        UsageError: nobody said what is defined, or golden sends the same criterion or field itself.
    """
    found: list[tuple[str, str, str, str, str]] = []
    for path in paths:
        header = _header(path)
        if "CRITERION" in header:
            found += _criterion_rows(path, definitions, delivery)
        else:
            found += _type_rows(path, definitions, delivery)
    names = ("contact_number", "field", "code", "value", "contact_type")
    columns = zip(*dict.fromkeys(found), strict=True) if found else [()] * len(names)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def _criterion_rows(
    path: Path, definitions: Definitions, delivery: DeliveryRules
) -> list[tuple[str, str, str, str, str]]:
    rows = _rows(path, ("CONTACT_NR", "CRITERION", "VALUE"))
    if definitions.criteria is None:
        raise UsageError(
            "nobody said which criteria are defined",
            hint="Give --criteria FILE, or defined.criteria in rules/delivery/import_rules.yml.",
        )
    own = {rule.criterion for rule in delivery.fields if rule.criterion}
    problems: list[str] = []
    found: list[tuple[str, str, str, str, str]] = []
    for line, row in rows:
        criterion = definitions.criteria.get(row["CRITERION"])
        if not _NUMBER.fullmatch(row["CONTACT_NR"]):
            problems.append(f"line {line}: CONTACT_NR has 1 to 20 digits")
        elif criterion is None:
            problems.append(f"line {line}: the criterion is not defined")
        elif criterion.name in own:
            problems.append(f"line {line}: criterion {criterion.name} comes from the golden records")
        elif not row["VALUE"] or "|" in row["VALUE"] or "=" in row["VALUE"]:
            problems.append(f"line {line}: a value, one a row, without | and =")
        elif criterion.values and row["VALUE"] not in criterion.values:
            problems.append(f"line {line}: criterion {criterion.name} has no such value")
        else:
            found.append((row["CONTACT_NR"], "CRIT", criterion.name, row["VALUE"], criterion.contact_type))
    _refuse(path, problems)
    return found


def _type_rows(path: Path, definitions: Definitions, delivery: DeliveryRules) -> list[tuple[str, str, str, str, str]]:
    rows = _rows(path, ("CONTACT_NR", "STRUCT_TYPE"))
    if definitions.structure_types is None:
        raise UsageError(
            "nobody said which types of structures are defined",
            hint="Give --structure-types FILE, or defined.structure_types in rules/delivery/import_rules.yml.",
        )
    if any(rule.name == "STRUCT_TYPE" and (rule.codes or rule.otherwise) for rule in delivery.fields):
        raise UsageError("STRUCT_TYPE comes from the golden records: its codes are in rules/delivery/secutix.yml")
    problems, found = [], []
    types: dict[str, str] = {}
    for line, row in rows:
        if not _NUMBER.fullmatch(row["CONTACT_NR"]):
            problems.append(f"line {line}: CONTACT_NR has 1 to 20 digits")
        elif row["STRUCT_TYPE"] not in definitions.structure_types:
            problems.append(f"line {line}: the type of structure is not defined")
        elif types.setdefault(row["CONTACT_NR"], row["STRUCT_TYPE"]) != row["STRUCT_TYPE"]:
            problems.append(f"line {line}: a structure has one type, and a line before gives it another")
        else:
            found.append((row["CONTACT_NR"], "STRUCT_TYPE", "", row["STRUCT_TYPE"], "STRUCTURE"))
    _refuse(path, problems)
    return found


def _refuse(path: Path, problems: Sequence[str]) -> None:
    if problems:
        more = f"\nand {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise SourceError("\n".join(f"{path.name}, {problem}" for problem in problems[:_SHOWN]) + more)


def _header(path: Path) -> list[str]:
    return [cell.strip() for cell in next(iter(_cells(path)), [])]


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    cells = _cells(path)
    header = _header(path)
    missing = [name for name in columns if name not in header]
    if missing:
        raise SourceError(f"{path.name} has no column {', '.join(missing)}", hint=f"Its columns: {';'.join(columns)}")
    places = {name: header.index(name) for name in columns}
    return [
        (line, {name: row[place].strip() if len(row) > place else "" for name, place in places.items()})
        for line, row in enumerate(cells[1:], start=2)
        if any(cell.strip() for cell in row)
    ]


def _cells(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SourceError(f"cannot read {path.name} as UTF-8 text") from None
    separator = next((sign for sign in ";,\t" if sign in text.split("\n", 1)[0]), ";")
    return list(csv.reader(text.splitlines(), delimiter=separator))
