"""Read an import file strictly and judge it by the format, as the import would: the counterpart of the writer.

``read_import_file`` loads a file into a table; ``validate`` lists what the import would refuse, drop, cut or warn of.
Written from the format alone, without the writer's expressions, so that one can prove the other.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from engine.delivery.forms import EMAIL_PATTERN
from engine.errors import SourceError
from engine.sql import identifier, literal
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace

SEPARATORS = ";,\t|"
HEADER_WITHIN = 10
"""The header stands in one of the first rows: template and generic format disagree, so it is looked for."""
GLOBAL_COLUMNS = ("INSTITUTION", "ORGANIZATION", "OPERATION")


@dataclass(frozen=True, slots=True)
class ImportFile:
    """An import file as read.

    Attributes:
        separator: between cells.
        encoding: it was decoded with; ``cp1252`` deserves a warning.
        header_row: row of the field codes, 1 = first.
        columns: field codes in file order.
        rows: one row a data row: ``row_no`` from 1 and every column as text, empty = null.
    """

    separator: str
    encoding: str
    header_row: int
    columns: tuple[str, ...]
    rows: pa.Table


def read_import_file(path: Path) -> ImportFile:
    """Read ``path``; columns go by their name, not by their place.

    Raises:
        SourceError: no header row with INSTITUTION and OPERATION, an unknown or repeated column, a missing global
            column, or a row with more or fewer cells than the header.
    """
    text, encoding = _decode(path.read_bytes())
    separator, header_row = _header(text, path.name)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    columns = tuple(cell.strip() for cell in records[header_row - 1])
    _check_columns(columns, path.name)
    data = records[header_row:]
    for number, record in enumerate(data, start=1):
        if len(record) != len(columns):
            raise SourceError(f"{path.name}: data row {number} has {len(record)} cells, the header {len(columns)}")
    cells = {
        column: pa.array([record[place] or None for record in data], pa.string())
        for place, column in enumerate(columns)
    }
    rows = pa.table({"row_no": pa.array(range(1, len(data) + 1), pa.int64()), **cells})
    return ImportFile(separator, encoding, header_row, columns, rows)


def _decode(raw: bytes) -> tuple[str, str]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16"), "utf-16"
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        # what a spreadsheet's "CSV" export writes on a western PC
        return raw.decode("cp1252", errors="replace"), "cp1252"


def _header(text: str, name: str) -> tuple[str, int]:
    for number, line in enumerate(text.splitlines()[:HEADER_WITHIN], start=1):
        for separator in SEPARATORS:
            cells = {cell.strip().strip('"') for cell in line.split(separator)}
            if {"INSTITUTION", "OPERATION"} <= cells:
                return separator, number
    raise SourceError(
        f"{name}: none of the first {HEADER_WITHIN} rows holds INSTITUTION and OPERATION",
        hint="The field codes stand in row 4 of the template; keep all of its columns.",
    )


def _check_columns(columns: tuple[str, ...], name: str) -> None:
    unknown = sorted(set(columns) - set(FIELD_CODES) - {"ROLE"})
    missing = [code for code in GLOBAL_COLUMNS if code not in columns]
    twice = sorted({code for code in columns if columns.count(code) > 1})
    for what, found in (("unknown columns", unknown), ("missing columns", missing), ("columns given twice", twice)):
        if found:
            raise SourceError(f"{name}: {what}: {', '.join(found)}")


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the format: the field, what the import does, and the SQL of a row that breaks it."""

    rule: str
    field: str
    outcome: str
    broken: str


def checks() -> list[Check]:
    """Every rule that a row to insert can break (columns unquoted, missing ones null)."""
    found = [
        Check("operation", "OPERATION", "row refused", "OPERATION not in ('INSERT', 'CONFIG', 'UPDATE')"),
        Check("institution", "INSTITUTION", "row refused", "INSTITUTION is null"),
        Check("name", "LASTNAME", "row refused", "coalesce(FIRSTNAME, LASTNAME, OFFICIAL_NAME) is null"),
        Check("number", "CONTACT_NR", "row refused", "not regexp_full_match(CONTACT_NR, '[0-9]{1,20}')"),
        Check(
            "number_twice",
            "CONTACT_NR",
            "row refused",
            "CONTACT_NR is not null and count(*) over (partition by CONTACT_NR) > 1",
        ),
        Check("title", "TITLE", "warned", "TITLE not in ('MR', 'MRS', 'MISS', 'MR_AND_MRS', 'UNDEFINED')"),
        Check("birth_date", "BIRTHDATE", "dropped", _wrong_date("BIRTHDATE")),
        Check("language", "PREF_LANG", "dropped", "not regexp_full_match(PREF_LANG, '[a-z]{2}')"),
        Check("country", "COUNTRY", "dropped", "not regexp_full_match(COUNTRY, '[A-Z]{2}') or COUNTRY = 'UK'"),
        Check("town", "TOWN", "dropped", "length(TOWN) + coalesce(length(TOWN_COMPLEMENT), 0) >= 100"),
        Check("address_type", "ADDR_TYPE", "dropped", "not regexp_full_match(ADDR_TYPE, 'M?S?B?|M?B?S?|B?M?S?')"),
        Check("web_site", "WEB_SITE", "dropped", "not regexp_matches(WEB_SITE, '^https?://')"),
        Check("web_site_https", "WEB_SITE", "warned", "starts_with(WEB_SITE, 'https://')"),
        Check("employees", "NB_EMPLOYEES", "dropped", "not regexp_full_match(NB_EMPLOYEES, '[0-9]+')"),
        Check("code_value", "ADMIN_NUMBER", "dropped", "not regexp_full_match(ADMIN_NUMBER, '[A-Z0-9_]+=[^|=]+')"),
        Check("no_login", "EMAIL1", "warned", "EMAIL1 is not null and count(*) over (partition by EMAIL1) > 1"),
    ]
    for code in ("EMAIL1", "EMAIL2", "EMAIL3"):
        found.append(Check("email", code, "dropped", f"not regexp_full_match({code}, {literal(EMAIL_PATTERN)})"))
    for code in ("TELEPHONE", "FAX", "CELLPHONE"):
        found.append(Check("phone", code, "dropped", rf"not regexp_full_match({code}, '\([0-9]{{1,3}}\)[0-9]+')"))
    for code, longest in _LENGTHS.items():
        outcome = "truncated" if code in _TRUNCATED else "dropped"
        found.append(Check("length", code, outcome, f"length({code}) > {longest}"))
    for code in FIELD_CODES:
        found.append(Check("lone_equals", code, "warned", f"{code} = '='"))
    return found


_TRUNCATED = frozenset({"FIRSTNAME", "LASTNAME", "OFFICIAL_NAME", "ADDRESS_NAME1", "ADDRESS_NAME2"})
_LENGTHS = {
    "INSTITUTION": 15, "ORGANIZATION": 15, "TITLE": 200, "LETTER_SALUTATION": 200, "ADDR_SALUTATION": 200,
    "FUNCTION": 1000, "REMARK": 2000, "FIRSTNAME": 100, "LASTNAME": 100, "OFFICIAL_NAME": 100, "ADDRESS_NAME1": 38,
    "ADDRESS_NAME2": 38, "STRUCT_TYPE": 8, "COMMUNITY_TYPE": 8, "WEB_SITE": 255, "LINE1": 100, "LINE2": 100,
    "LINE3": 100, "ZIPCODE": 10, "TELEPHONE": 15, "FAX": 15, "CELLPHONE": 15, "EMAIL1": 250, "EMAIL2": 250,
    "EMAIL3": 250,
}  # fmt: skip


def _wrong_date(field: str) -> str:
    day = (
        f"coalesce(try_strptime({field}, '%d.%m.%Y'), try_strptime({field}, '%d/%m/%Y'), "
        f"try_strptime({field}, '%d-%m-%Y'), try_strptime({field}, '%Y-%m-%d'))"
    )
    return f"{field} is not null and ({day} is null or {day} > $as_of)"


def validate(ws: Workspace, file: ImportFile, *, as_of: date) -> list[tuple[int, str, str, str]]:
    """What the import would not take as it stands: (row_no, field, rule, outcome), in that order.

    Outcomes: ``row refused``, ``dropped`` (the field), ``truncated``, ``warned``.
    """
    ws.put("import_row", file.rows)
    absent = "".join(
        f", cast(null as varchar) as {identifier(code)}" for code in FIELD_CODES if code not in file.columns
    )
    ws.execute(f"create or replace temp table import_full as select *{absent} from import_row")
    parts = [
        f"select row_no, {literal(check.field)} as field, {literal(check.rule)} as rule, "
        f"{literal(check.outcome)} as outcome, {check.broken} as broken from import_full"
        for check in checks()
    ]
    found = ws.rows(
        f"select row_no, field, rule, outcome from ({' union all '.join(parts)}) where broken order by 1, 2, 3, 4",
        {"as_of": as_of},
    )
    ws.drop("import_row", "import_full")
    return found
