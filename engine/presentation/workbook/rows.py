"""The rows of the workbook: which problems were found, and where each finding stands in the customer's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.sql import identifier, literal
from engine.tables import STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES, FIELD_CODES, RECORD_ATTRIBUTES, Language
from engine.workspace import Workspace

ORIGINS: Mapping[str, tuple[str, ...]] = {
    "first_name": ("first_name", "full_name"),
    "last_name": ("last_name", "full_name"),
    "title": ("title", "full_name"),
    "gender": ("gender", "title"),
    "organisation": ("organisation", "full_name", "last_name"),
    "addr_line1": ("addr_line1", "street", "address_block", "addr_line2"),
    "addr_line2": ("addr_line2", "address_block"),
    "house_number": ("house_number", "addr_line1", "address_block"),
    "street": ("street", "addr_line1", "address_block"),
    "postcode": ("postcode", "town", "address_block"),
    "town": ("town", "postcode", "address_block"),
    "country": ("country", "address_block"),
    "birth_date": ("birth_date", "birth_year"),
    "email": ("email", "email2"),
    "email2": ("email2", "email"),
    "phone": ("phone", "mobile"),
    "mobile": ("mobile", "phone"),
    "siren": ("siren", "siret"),
    "created_on": ("created_date",),
    "updated_on": ("updated_date",),
    "last_order_on": ("last_order_date",),
}
"""Attribute of a finding -> the attributes of the source its value can come from, the likeliest first."""

_NAMES = ("first_name", "last_name", "full_name", "organisation")
"""What a person recognises a record by, for findings of the whole record."""

_RANK = "case severity when 'error' then 1 when 'warning' then 2 else 3 end"


@dataclass(frozen=True, slots=True)
class Problem:
    """One expectation that some record failed.

    Attributes:
        table / suite / expectation: which one, and what it judges.
        column: the attribute it judges, None = the whole record.
        severity / dimension / owner: as the suite says.
        sentence: what it means, in the chosen language.
        findings: how many records failed it.
        reason: the one reason all its findings give, None when they differ.
    """

    table: str
    suite: str
    expectation: str
    column: str | None
    severity: str
    dimension: str
    owner: str
    sentence: str
    findings: int
    reason: str | None


def problems(ws: Workspace, language: Language) -> list[Problem]:
    """Every expectation with findings: errors first, what the customer can correct before the rest, then by weight."""
    sentence = "sentence" if language == "en" else f"sentence_{language}"
    found = ws.rows(
        f"""
        with counted as (
            select
                "table",
                suite,
                expectation,
                "column",
                severity,
                count(*) as findings,
                case when min(reason) = max(reason) then min(reason) end as reason
            from quality.finding
            group by all
        ),
        told as (
            select
                "table",
                suite,
                expectation,
                min(dimension) as dimension,
                min(owner) as owner,
                min({sentence}) as sentence
            from quality.expectation
            group by "table", suite, expectation
        )
        select
            "table", suite, expectation, "column", severity, coalesce(dimension, ''),
            coalesce(nullif(owner, ''), 'customer'), coalesce(sentence, ''), findings, reason
        from counted
        left join told using ("table", suite, expectation)
        order by {_RANK}, owner <> 'customer', findings desc, suite, expectation, "table", "column" nulls first
        """
    )
    return [Problem(*row) for row in found]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of a sheet: where the value stands, what it is, and why it is there.

    Attributes:
        source / file / line: where it stands; ``line`` is the physical line. A contact's is that of its first record.
        record_id: the record; the contact, where a golden record or an import row was judged.
        origin: attribute of the source the value was read from, None when nothing stands there.
        raw / standard: the value as the source wrote it, and as it stands after standardisation when it differs.
        reason: the reason code.
    """

    source: str
    file: str
    line: int | None
    record_id: str
    origin: str | None
    raw: str | None
    standard: str | None
    reason: str


@contextmanager
def made_ready(ws: Workspace, limit: int) -> Iterator[None]:
    """Put the first ``limit`` findings of every problem, and their records, aside: each is read once, not per problem.

    :func:`findings` needs it.
    """
    ws.execute(
        f"""
        create or replace temp table shown_finding as
        select *
        from quality.finding
        qualify row_number() over (
            partition by "table", suite, expectation, "column", severity
            order by source nulls last, line_no nulls last, record_id, contact_id, reason
        ) <= {int(limit)}
        """
    )
    for name, table in (("shown_source_row", "intake.record"), ("shown_record", "standardise.record")):
        ws.execute(
            f"create or replace temp table {name} as select * from {table} "
            "where record_id in (select record_id from shown_finding)"
        )
    ws.execute(
        "create or replace temp table shown_line as select source, line_no, file_line from intake.line "
        "where (source, line_no) in (select (source, line_no) from shown_finding union all "
        "select (source, line_no) from golden.crosswalk where contact_id in (select contact_id from shown_finding))"
    )
    try:
        yield
    finally:
        ws.drop("shown_finding", "shown_source_row", "shown_record", "shown_line")


def findings(ws: Workspace, problem: Problem, limit: int) -> Iterator[Finding]:
    """The first ``limit`` findings of ``problem`` in the order of the sources' lines."""
    found = ws.connection.execute(
        f"{_select(problem)} limit {int(limit)}",
        {
            "table": problem.table,
            "suite": problem.suite,
            "expectation": problem.expectation,
            "column": problem.column,
            "severity": problem.severity,
        },
    )
    # all of them: the connection is asked again before the last one is written, and a cursor sees no temp tables
    for row in found.fetchall():
        yield Finding(*row)


_CHOSEN = """
        from shown_finding as finding
        where finding."table" = $table
            and finding.suite = $suite
            and finding.expectation = $expectation
            and finding."column" is not distinct from $column
            and finding.severity = $severity
"""


def _select(problem: Problem) -> str:
    """The findings of a problem with the values behind them: of a record, of a contact, or of an import row."""
    if problem.table == "golden.contact":
        return _of_contacts(
            problem.column, CONTACT_ATTRIBUTES, "golden.contact", "judged.contact_id = chosen.contact_id"
        )
    if problem.table == "delivery.operation":
        return _of_contacts(problem.column, FIELD_CODES, "delivery.operation", "judged.row_no = chosen.line_no")
    raw, origin, standard = _values(problem.column)
    return f"""
        with chosen as (
            select source, line_no, record_id, reason
            {_CHOSEN}
        )
        select
            coalesce(chosen.source, '') as source,
            coalesce(origin.file, chosen.source, '') as file,
            coalesce(line.file_line, chosen.line_no) as line,
            coalesce(chosen.record_id, '') as record_id,
            {origin} as origin,
            {raw} as raw,
            nullif({standard}, {raw}) as standard,
            chosen.reason
        from chosen
        left join shown_source_row as source_row on source_row.record_id = chosen.record_id
        left join shown_record as record on record.record_id = chosen.record_id
        left join shown_line as line on line.source = chosen.source and line.line_no = chosen.line_no
        left join intake.source as origin on origin.source = chosen.source
        order by chosen.source, chosen.line_no, chosen.record_id, chosen.reason
    """


def _of_contacts(column: str | None, known: Sequence[str], table: str, condition: str) -> str:
    """Contacts and import rows have no line of their own: the first line of the contact stands for it."""
    value = f"judged.{identifier(column)}::varchar" if column in known and column is not None else "null::varchar"
    return f"""
        with chosen as (
            select contact_id, line_no, reason
            {_CHOSEN}
        ),
        first_line as (
            select contact_id, source, line_no
            from golden.crosswalk
            where contact_id in (select contact_id from chosen)  -- few: the findings were cut to those shown
            qualify row_number() over (partition by contact_id order by source, line_no, record_id) = 1
        )
        select
            coalesce(first_line.source, '') as source,
            coalesce(origin.file, first_line.source, '') as file,
            coalesce(line.file_line, first_line.line_no) as line,
            coalesce(chosen.contact_id, '') as record_id,
            null::varchar as origin,
            null::varchar as raw,
            {value} as standard,
            chosen.reason
        from chosen
        left join {table} as judged on {condition}
        left join first_line on first_line.contact_id = chosen.contact_id
        left join shown_line as line on line.source = first_line.source and line.line_no = first_line.line_no
        left join intake.source as origin on origin.source = first_line.source
        order by first_line.source nulls last, first_line.line_no nulls last, chosen.contact_id, chosen.reason
    """


def _values(column: str | None) -> tuple[str, str, str]:
    """SQL for the raw value, the attribute it was read from and the standard value of a finding's column."""
    if column is None:
        names = ", ".join(f"source_row.{identifier(name)}" for name in _NAMES)
        return f"nullif(concat_ws(' ', {names}), '')", "null::varchar", "null::varchar"
    origins = [name for name in ORIGINS.get(column, (column,)) if name in RECORD_ATTRIBUTES]
    cells = [f"source_row.{identifier(name)}" for name in origins]
    standard_names = STANDARDISE_RECORD.column_names
    whole = [f"record.{identifier(f'{column}_raw')}"] if f"{column}_raw" in standard_names else []
    raw = f"coalesce({', '.join([*whole, *cells])})" if whole or cells else "null::varchar"
    cases = " ".join(f"when {cell} is not null then {literal(name)}" for cell, name in zip(cells, origins, strict=True))
    origin = f"case {cases} end" if cases else "null::varchar"
    known = column in standard_names
    return raw, origin, f"record.{identifier(column)}::varchar" if known else "null::varchar"


def headers(ws: Workspace) -> dict[tuple[str, str], str]:
    """(source, attribute) -> the header of its column in the customer's file; several are joined with `` + ``."""
    found: dict[tuple[str, str], list[str]] = {}
    for source, attribute, header in ws.rows(
        "select source, attribute, header from intake.mapping where attribute is not null "
        "order by source, attribute, position"
    ):
        found.setdefault((source, attribute), []).append(header)
    return {key: " + ".join(names) for key, names in found.items()}


def header_of(known: Mapping[tuple[str, str], str], finding: Finding, column: str | None) -> str:
    """The customer's own name of the column a finding is about; ``""`` when no column of the file feeds it."""
    if column is None:
        return ""
    candidates = [finding.origin, *ORIGINS.get(column, (column,))]
    return next((known[finding.source, name] for name in candidates if name and (finding.source, name) in known), "")


def sources(ws: Workspace) -> list[dict[str, Any]]:
    """The files that were read, in order of their names."""
    found = ws.rows("select source, file, sheet, format, lines from intake.source order by source")
    return [dict(zip(("source", "file", "sheet", "format", "lines"), row, strict=True)) for row in found]
