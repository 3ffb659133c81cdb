"""What an institution has defined: criteria with their values, types of structures; and the files that say so.

A definition file is a CSV of our own layout, the target's is not public (section 4.1 of the format); its headings stand
in rules/delivery/definitions.yml. It is checked whole before anything of it counts, written in one form only (UTF-8,
``;``, LF, codes in order), and read back to the same definitions: write, read, write gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args

from engine.errors import UsageError
from engine.lists import read_rows, refuse
from engine.rulebook.definitions import DefinitionRules
from engine.rulebook.import_rules import ContactType, Criterion, DataType, Defined, ImportRules, is_of_type

_CODE = re.compile(r"[A-Za-z0-9_]{1,8}")
_KINDS: tuple[ContactType, ...] = get_args(ContactType)
_DATA_TYPES: tuple[DataType, ...] = get_args(DataType)
FORMS: Mapping[DataType, str] = {
    "NUMBER": "a number has digits only",
    "DATE": "a date of the calendar, dd.mm.yyyy or yyyy-mm-dd",
    "BOOLEAN": "T or F",
}
"""What a value of a type looks like, in words."""
_SETTING = "definitions"
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class Definitions:
    """What is defined; None = nobody said, so nothing can be checked against it.

    Attributes:
        criteria: by code.
        structure_types: code -> name.
    """

    criteria: Mapping[str, Criterion] | None = None
    structure_types: Mapping[str, str] | None = None

    def and_then(self, later: Definitions) -> Definitions:
        """Both; a code that both define is as ``later`` says."""
        return Definitions(_both(self.criteria, later.criteria), _both(self.structure_types, later.structure_types))

    def lacking(self, needed: Definitions) -> Definitions:
        """What of ``needed`` is not defined here, or not so that everything it takes is taken."""
        here, types = self.criteria or {}, self.structure_types or {}
        return Definitions(
            {
                code: criterion
                for code, criterion in (needed.criteria or {}).items()
                if code not in here or not here[code].covers(criterion)
            },
            {code: name for code, name in (needed.structure_types or {}).items() if code not in types},
        )

    def only(self, criteria: Iterable[str], structure_types: Iterable[str]) -> Definitions:
        """Those of the codes given."""
        wanted, types = set(criteria), set(structure_types)
        return Definitions(
            {code: criterion for code, criterion in (self.criteria or {}).items() if code in wanted},
            {code: name for code, name in (self.structure_types or {}).items() if code in types},
        )

    def in_force(self, rules: ImportRules) -> ImportRules:
        """The import rules of a base in which this is defined."""
        criteria, types = self.criteria, self.structure_types
        told = rules.defined.model_copy(
            update={
                "criteria": None if criteria is None else tuple(criteria[code] for code in sorted(criteria)),
                "structure_types": None if types is None else tuple(sorted(types)),
            }
        )
        return rules.model_copy(update={"defined": told})

    @property
    def count(self) -> int:
        """How many codes."""
        return len(self.criteria or ()) + len(self.structure_types or ())


def _both(one: Mapping[str, _Told] | None, other: Mapping[str, _Told] | None) -> dict[str, _Told] | None:
    return None if one is None and other is None else {**(one or {}), **(other or {})}


def told_by_rules(defined: Defined) -> Definitions:
    """What the import rules say the institution has."""
    return Definitions(
        None if defined.criteria is None else {criterion.name: criterion for criterion in defined.criteria},
        None if defined.structure_types is None else dict.fromkeys(defined.structure_types, ""),
    )


# -- what a contact base keeps of it --------------------------------------------------------------


def of_settings(settings: Mapping[str, str]) -> Definitions:
    """What was defined in a contact base, from what it says of itself."""
    if not settings.get(_SETTING):
        return Definitions()
    kept = json.loads(settings[_SETTING])
    criteria, types = kept["criteria"], kept["structure_types"]
    return Definitions(
        None if criteria is None else {entry["name"]: Criterion.model_validate(entry) for entry in criteria},
        None if types is None else dict(types),
    )


def as_setting(definitions: Definitions) -> dict[str, str]:
    """The setting that :func:`of_settings` reads; it belongs to a base as its institution does."""
    criteria, types = definitions.criteria, definitions.structure_types
    if criteria is None and types is None:
        return {_SETTING: ""}
    kept = {
        "criteria": None if criteria is None else [criteria[code].model_dump() for code in sorted(criteria)],
        "structure_types": None if types is None else dict(sorted(types.items())),
    }
    return {_SETTING: json.dumps(kept, ensure_ascii=False, sort_keys=True)}


# -- definition files -----------------------------------------------------------------------------


def read_definitions(rules: DefinitionRules, criteria: Path | None, structure_types: Path | None) -> Definitions:
    """The definitions in files.

    Raises:
        SourceError: a file cannot be read, or defines something twice or wrongly; every mistake with its line.
    """
    return Definitions(
        None if criteria is None else _criteria(criteria, rules),
        None if structure_types is None else _types(structure_types, rules),
    )


def read_definition_file(path: Path, rules: DefinitionRules) -> Definitions | None:
    """The definitions in ``path``; None = its first line is not that of a definition file.

    Raises:
        SourceError: a definition file with a mistake; every mistake with its line.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(4096).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    header = {cell.strip().strip('"') for cell in re.split("[;,\t]", first)}
    if set(rules.criteria.columns.model_dump().values()) <= header:
        return read_definitions(rules, path, None)
    if set(rules.structure_types.columns.model_dump().values()) == header:
        return read_definitions(rules, None, path)
    return None


def criteria_text(definitions: Definitions, rules: DefinitionRules) -> str:
    """The file of the criteria, codes in order."""
    criteria = definitions.criteria or {}
    return _text(
        rules.criteria.columns.model_dump(),
        (
            {
                "code": code,
                "name": criterion.title,
                "contact_type": criterion.contact_type,
                "data_type": criterion.data_type,
                "values": "|".join(criterion.values),
            }
            for code, criterion in sorted(criteria.items())
        ),
    )


def types_text(definitions: Definitions, rules: DefinitionRules) -> str:
    """The file of the structure types, codes in order."""
    types = definitions.structure_types or {}
    return _text(
        rules.structure_types.columns.model_dump(), ({"code": code, "name": types[code]} for code in sorted(types))
    )


def _text(columns: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(columns.values())
    writer.writerows([row[key] for key in columns] for row in rows)
    return out.getvalue()


def _criteria(path: Path, rules: DefinitionRules) -> dict[str, Criterion]:
    columns = rules.criteria.columns
    rows = read_rows(path, tuple(columns.model_dump().values()))
    problems = _code_problems(rows, columns.code)
    found: dict[str, Criterion] = {}
    for line, row in rows:
        kind = next((known for known in _KINDS if known == (row[columns.contact_type] or "BOTH")), None)
        values = tuple(dict.fromkeys(part.strip() for part in row[columns.values].split("|") if part.strip()))
        given = row[columns.data_type] or ("LIST" if values else "TEXT")
        data = next((known for known in _DATA_TYPES if known == given), None)
        if kind is None:
            problems.append((line, f"{columns.contact_type} is one of {', '.join(_KINDS)}"))
        elif data is None:
            problems.append((line, f"{columns.data_type} is one of {', '.join(_DATA_TYPES)}"))
        elif data == "LIST" and not values:
            problems.append((line, f"a list needs its {columns.values}"))
        elif any("=" in value for value in values):
            problems.append((line, "a value cannot hold ="))
        elif not all(is_of_type(value, data) for value in values):
            problems.append((line, f"{columns.values}: {FORMS[data]}"))
        elif _CODE.fullmatch(row[columns.code]):
            # the format's own T and F of a boolean
            found[row[columns.code]] = Criterion(
                name=row[columns.code],
                title=row[columns.name],
                contact_type=kind,
                data_type=data,
                values=values or (("T", "F") if data == "BOOLEAN" else ()),
            )
    refuse(path, problems)
    return found


def _types(path: Path, rules: DefinitionRules) -> dict[str, str]:
    columns = rules.structure_types.columns
    rows = read_rows(path, (columns.code, columns.name))
    refuse(path, _code_problems(rows, columns.code))
    return {row[columns.code]: row[columns.name] for _, row in rows}


def _code_problems(rows: Sequence[tuple[int, Mapping[str, str]]], heading: str) -> list[tuple[int, str]]:
    problems = [
        (line, f"{heading} has 1 to 8 letters, digits or _") for line, row in rows if not _CODE.fullmatch(row[heading])
    ]
    seen: set[str] = set()
    for line, row in rows:
        if row[heading] in seen:
            problems.append((line, f"{heading} stands twice"))
        seen.add(row[heading])
    return problems


def refuse_undefined(criteria: Iterable[str], structure_types: Iterable[str]) -> None:
    """Refuse to send what is defined nowhere.

    Raises:
        UsageError: there is any; the codes are named.
    """
    told = [f"criterion {code}" for code in sorted(criteria)]
    told += [f"type of structure {code}" for code in sorted(structure_types)]
    if told:
        raise UsageError(
            f"would be sent, but is defined nowhere: {', '.join(told)}",
            hint="Define it in --criteria FILE or --structure-types FILE, or in rules/delivery/import_rules.yml.",
        )


def defined_texts(definitions: Definitions, rules: DefinitionRules) -> dict[str, tuple[str, int]]:
    """Name of a definition file -> its text and its rows; only files that define anything."""
    files: dict[str, tuple[str, int]] = {}
    if definitions.criteria:
        files["criteria"] = (criteria_text(definitions, rules), len(definitions.criteria))
    if definitions.structure_types:
        files["structure_types"] = (types_text(definitions, rules), len(definitions.structure_types))
    return files


__all__ = [
    "FORMS", "Definitions", "as_setting", "criteria_text", "defined_texts", "of_settings", "read_definition_file",
    "read_definitions", "refuse_undefined", "told_by_rules", "types_text",
]  # fmt: skip
