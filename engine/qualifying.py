"""Qualification lists: criteria of contacts and types of structures, checked against their definitions beforehand.

A list is a CSV with the columns CONTACT_NR, CRITERION, VALUE (a row a value), or CONTACT_NR, STRUCT_TYPE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from engine.definitions import FORMS, Definitions
from engine.errors import UsageError
from engine.lists import read_header, read_rows, refuse
from engine.rulebook.delivery import DeliveryRules

_NUMBER = re.compile(r"[0-9]{1,20}")


def read_qualifications(paths: Sequence[Path], definitions: Definitions, delivery: DeliveryRules) -> pa.Table:
    """planning.qualification: contact_number, field (CRIT or STRUCT_TYPE), code, value, contact_type, from every list.

    Raises:
        SourceError: a list cannot be read, or asks for what is not defined; every mistake with its line.
        UsageError: nobody said what is defined, or golden sends the same criterion or field itself.
    """
    found: list[tuple[str, str, str, str, str]] = []
    for path in paths:
        header = read_header(path)
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
    rows = read_rows(path, ("CONTACT_NR", "CRITERION", "VALUE"))
    if definitions.criteria is None:
        raise UsageError(
            "nobody said which criteria are defined",
            hint="Give --criteria FILE, or defined.criteria in rules/delivery/import_rules.yml.",
        )
    own = {rule.criterion for rule in delivery.fields if rule.criterion}
    problems: list[tuple[int, str]] = []
    found: list[tuple[str, str, str, str, str]] = []
    for line, row in rows:
        criterion = definitions.criteria.get(row["CRITERION"])
        if not _NUMBER.fullmatch(row["CONTACT_NR"]):
            problems.append((line, "CONTACT_NR has 1 to 20 digits"))
        elif criterion is None:
            problems.append((line, "the criterion is not defined"))
        elif criterion.name in own:
            problems.append((line, f"criterion {criterion.name} comes from the golden records"))
        elif not row["VALUE"] or "|" in row["VALUE"] or "=" in row["VALUE"]:
            problems.append((line, "a value, one a row, without | and ="))
        elif not criterion.takes(row["VALUE"]):
            form = f": {FORMS[criterion.data_type]}" if criterion.data_type in FORMS else ""
            problems.append((line, f"criterion {criterion.name} has no such value{form}"))
        else:
            found.append((row["CONTACT_NR"], "CRIT", criterion.name, row["VALUE"], criterion.contact_type))
    refuse(path, problems)
    return found


def _type_rows(path: Path, definitions: Definitions, delivery: DeliveryRules) -> list[tuple[str, str, str, str, str]]:
    rows = read_rows(path, ("CONTACT_NR", "STRUCT_TYPE"))
    if definitions.structure_types is None:
        raise UsageError(
            "nobody said which types of structures are defined",
            hint="Give --structure-types FILE, or defined.structure_types in rules/delivery/import_rules.yml.",
        )
    if any(rule.name == "STRUCT_TYPE" and (rule.codes or rule.otherwise) for rule in delivery.fields):
        raise UsageError("STRUCT_TYPE comes from the golden records: its codes are in rules/delivery/secutix.yml")
    problems: list[tuple[int, str]] = []
    found = []
    types: dict[str, str] = {}
    for line, row in rows:
        if not _NUMBER.fullmatch(row["CONTACT_NR"]):
            problems.append((line, "CONTACT_NR has 1 to 20 digits"))
        elif row["STRUCT_TYPE"] not in definitions.structure_types:
            problems.append((line, "the type of structure is not defined"))
        elif types.setdefault(row["CONTACT_NR"], row["STRUCT_TYPE"]) != row["STRUCT_TYPE"]:
            problems.append((line, "a structure has one type, and a line before gives it another"))
        else:
            found.append((row["CONTACT_NR"], "STRUCT_TYPE", "", row["STRUCT_TYPE"], "STRUCTURE"))
    refuse(path, problems)
    return found
