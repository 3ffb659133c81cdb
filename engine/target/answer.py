"""Apply an import file to a snapshot of a contact base: every row's answer, and what changed.

The snapshot's tables (``contact``, ``property``, ``sale``) stand in the workspace as temp tables; they are changed in
place, and ``touched`` names the contacts that are no longer what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from engine.errors import SourceError
from engine.importfile import ImportFile
from engine.importfile.read import LINE
from engine.ledger import StageReport
from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target import checks, meeting
from engine.target.code_values import read_code_values
from engine.target.columns import CONTACT, PROPERTY, SALE, StoreTable
from engine.target.effects import apply_level
from engine.target.schedule import Row, levels
from engine.vocabulary import FIELD_CODES
from engine.workspace import Workspace, in_list

LARGEST_IN_SEQUENCE = 10**17
"""Numbers of 18 digits and more lie outside the sequence that the import gives numbers from."""


@dataclass(frozen=True, slots=True)
class Base:
    """What the answers depend on besides the contacts.

    Attributes:
        institution / organization: whose base it is; organization ``*`` = every one.
        country: country of the institution, None = not told.
        as_of: a birth date after this day lies in the future.
        last_number: highest contact number given so far.
    """

    institution: str
    organization: str
    country: str | None
    as_of: date
    last_number: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """How a file fared: rows in = imported + not imported; ``changed`` counts imported rows that lost something."""

    rows: int
    imported: int
    not_imported: int
    changed: int
    last_number: int

    def report(self) -> StageReport:
        """The ledger of it."""
        return StageReport("target", "row", self.rows, self.imported, self.not_imported)


def answer_file(ws: Workspace, file: ImportFile, rules: ImportRules, base: Base) -> Answered:
    """Apply ``file`` to the snapshot in ``ws``.

    Leaves the temp tables ``contact``, ``property`` (after), ``touched`` (contact_nr) and ``answer`` (answer_no,
    line_no, contact_nr, field, rule, outcome).

    Raises:
        SourceError: the file is made for another institution, or cannot be cut into rows.
        LedgerError: rows were lost: a defect.
    """
    _load(ws, file, rules)
    _refuse_foreign(ws, file, base)
    last_number = answer_lines(ws, rules, base)
    answered = _answers(ws, file, rules, last_number)
    answered.report().check()
    return answered


def answer_lines(ws: Workspace, rules: ImportRules, base: Base) -> int:
    """Apply the rows of the temp table ``line`` (row_no, line_no, all 86 fields) to the snapshot in ``ws``.

    Leaves the temp tables ``contact``, ``property`` (after), ``touched`` (contact_nr), ``flaw`` (row_no, field, rule)
    and ``refused`` (row_no).

    Returns:
        The highest contact number given so far.
    """
    parameters = {
        "institution": base.institution,
        "organization": base.organization,
        "as_of": base.as_of,
        "home_country": base.country,
    }
    ws.execute("create or replace temp table flaw (row_no bigint, field varchar, rule varchar)")
    ws.execute("create or replace temp table refused (row_no bigint)")
    ws.execute("create or replace temp table touched (contact_nr varchar)")
    ws.execute(f"insert into flaw {checks.row_flaws(rules)}", parameters)
    _refuse(ws, rules)
    read_code_values(ws, rules)
    ws.execute("insert into flaw select row_no, field, rule from code_flaw")
    ws.execute(f"create or replace temp table judged as {checks.judged_select(rules)}", parameters)
    ws.execute(f"insert into flaw {checks.field_flaws(rules)}")
    _refuse_twice(ws, rules)
    _refuse(ws, rules)
    next_number = _first_number(ws, base)
    met = meeting.met_select(rules)
    told = meeting.met_flaws(rules)
    for level in _levelled(ws):
        ws.execute(f"create or replace temp table met as {met}", {**parameters, "level": level})
        ws.execute("create or replace temp table new_flaw as " + told)
        ws.execute("insert into flaw select * from new_flaw")
        _refuse(ws, rules, "new_flaw")
        next_number = apply_level(ws, rules, next_number=next_number, home_country=base.country)
    ws.drop("met", "new_flaw", "judged", "code_flaw", "code_value")
    return next_number - 1


def empty_snapshot(ws: Workspace, tables: Sequence[StoreTable] = (CONTACT, PROPERTY, SALE), prefix: str = "") -> None:
    """Make the temp tables of a base without contacts."""
    types = {"text": "varchar", "boolean": "boolean", "bigint": "bigint"}
    for table in tables:
        columns = ", ".join(f"{identifier(name)} {types[kind]}" for name, kind in table.columns)
        ws.execute(f"create or replace temp table {identifier(prefix + table.name)} ({columns})")


def _load(ws: Workspace, file: ImportFile, rules: ImportRules) -> None:
    """``line``: every data row with its line, its place and all 86 fields; ``misfit``: lines that do not fit."""
    columns = ", ".join(f"{identifier(code)} varchar" for code in FIELD_CODES)
    ws.execute(f"create or replace temp table line (row_no bigint, line_no bigint, {columns})")
    listing = ", ".join(identifier(code) for code in file.codes)
    read = ", ".join(
        "coalesce(\"OPERATION\", 'INSERT')" if code == "OPERATION" else identifier(code) for code in file.codes
    )
    for batch in file.batches():
        ws.connection.register("__import", pa.Table.from_batches([batch]))
        try:
            ws.execute(f"insert into line (row_no, line_no, {listing}) select {LINE}, {LINE}, {read} from __import")
        finally:
            ws.connection.unregister("__import")
    ws.put("misfit", pa.table({"line_no": pa.array(file.misfits if rules.answer("row_cells") else [], pa.int64())}))


def _refuse_foreign(ws: Workspace, file: ImportFile, base: Base) -> None:
    """A file whose every row names another institution or organization was made for another base."""
    for field, ours in (("INSTITUTION", base.institution), ("ORGANIZATION", base.organization)):
        if field == "ORGANIZATION" and ours == "*":
            continue
        given, same = ws.rows(
            f"select count({identifier(field)}), count(*) filter ({identifier(field)} = $ours) from line",
            {"ours": ours},
        )[0]
        if given and not same:
            raise SourceError(
                f"{file.path.name} is made for another {field.lower()} than {ours}: none of its rows names it",
                hint="Apply it to its own environment, or write it again with the right code.",
            )


def _refuse(ws: Workspace, rules: ImportRules, flaws: str = "flaw") -> None:
    names = [rule.name for rule in rules.rules if rule.outcome == "not_imported"] or [""]
    ws.execute(f"insert into refused select distinct row_no from {flaws} where rule in {in_list(names)}")


def _refuse_twice(ws: Workspace, rules: ImportRules) -> None:
    """A number inserted by a row before, which no row of the file drops again: known without looking at the base."""
    if not rules.answer("number_twice"):
        return
    ws.execute(
        """
insert into flaw
select row_no, 'CONTACT_NR', 'number_twice' from (
    select row_no, contact_nr from judged
    where operation = 'INSERT' and contact_nr is not null and row_no not in (select row_no from refused)
    qualify row_number() over (partition by contact_nr order by row_no) > 1
)
where contact_nr not in (select contact_nr from judged where operation = 'DROP' and contact_nr is not null)"""
    )


def _first_number(ws: Workspace, base: Base) -> int:
    """Above every number of the base and the file, as if the sequence had been raised beforehand (section 3.2)."""
    highest = ws.value(
        f"""
select max(nr) from (
    select try_cast(contact_nr as hugeint) as nr from contact
    union all select try_cast(contact_nr as hugeint) from judged where row_no not in (select row_no from refused)
) where nr < {LARGEST_IN_SEQUENCE:d}"""
    )
    return max(int(highest or 0), base.last_number) + 1


def _levelled(ws: Workspace) -> Iterator[int]:
    """Give ``judged`` its level column, refused rows left out; the levels in order."""
    rules = ", ".join(checks.rule_of(field) for field in checks.READ_FIELDS)
    kept = f"select * exclude ({rules}) from judged where row_no not in (select row_no from refused)"
    simple = ws.value(
        f"""
select count(contact_nr) = count(distinct contact_nr) and (count(*) filter (operation = 'INSERT') = count(*)
    or count(*) filter (operation = 'INSERT' and "OFFICIAL_NAME" is not null) = 0)
from ({kept})"""
    )
    if simple:
        ws.execute(f"create or replace temp table judged as select *, 1 as level from ({kept})")
    else:
        found = levels(_rows(ws, kept))
        ws.put("level", pa.table({"row_no": [row for row, _ in found], "level": [level for _, level in found]}))
        # in the order they are asked for: a level then touches few blocks of the table
        ws.execute(
            f"create or replace temp table judged as select kept.*, level.level from ({kept}) as kept "
            "join level using (row_no) order by level.level, row_no"
        )
    yield from [int(row[0]) for row in ws.rows("select distinct level from judged order by level")]


def _rows(ws: Workspace, kept: str) -> Iterator[Row]:
    cursor = ws.connection.execute(
        f"""
select kept.row_no, kept.contact_nr, kept.operation = 'INSERT',
    kept.operation = 'INSERT' and kept."OFFICIAL_NAME" is not null, kept."EMAIL1", contact."EMAIL1"
from ({kept}) as kept left join contact on contact.contact_nr = kept.contact_nr
order by kept.row_no"""
    )
    while block := cursor.fetchmany(20_000):
        for row_no, number, inserts, names, email, former in block:
            emails = tuple(text for text in (email, former) if text is not None and text != "=")
            yield Row(row_no, number, inserts, names, emails)


def _answers(ws: Workspace, file: ImportFile, rules: ImportRules, last_number: int) -> Answered:
    ws.put(
        "outcome_of",
        pa.table(
            {"rule": [rule.name for rule in rules.rules], "outcome": [rule.outcome for rule in rules.rules]},
        ),
    )
    order = " ".join(f"when {literal(code)} then {place:d}" for place, code in enumerate(FIELD_CODES))
    # a number that is none may be anything, a name even: it stays in the file
    digits = f"[0-9]{{1,{rules.lengths['CONTACT_NR']:d}}}"
    shown = f'if(regexp_full_match(line."CONTACT_NR", {literal(digits)}), line."CONTACT_NR", null)'
    about_file: list[tuple[str, str | None]] = [("encoding_guessed", None)] if file.layout.encoding == "cp1252" else []
    about_file += [("column_unknown", name) for name in file.layout.unknown]
    about_file += [("column_renamed", name) for name in file.layout.renamed]
    ws.put(
        "file_flaw",
        pa.table(
            {
                "rule": pa.array([rule for rule, _ in about_file], pa.string()),
                "field": pa.array([field for _, field in about_file], pa.string()),
                "line_no": pa.array([file.layout.header_line] * len(about_file), pa.int64()),
            }
        ),
    )
    ws.execute(
        f"""
create or replace temp table answer as
with told as (
    select distinct line.line_no, {shown} as contact_nr, flaw.field, flaw.rule, case flaw.field {order} end as place
    from flaw join line using (row_no)
    union all select line_no, null, null, 'row_cells', 0 from misfit
    union all select line_no, null, field, rule, 0 from file_flaw
)
select row_number() over (order by line_no, place, field, rule) as answer_no, line_no, contact_nr, field, rule, outcome
from told join outcome_of using (rule)"""
    )
    misfits = int(ws.value("select count(*) from misfit"))
    rows = int(ws.value("select count(*) from line")) + misfits
    refused = int(ws.value("select count(distinct row_no) from refused")) + misfits
    imported = int(ws.value("select count(*) from line where row_no not in (select row_no from refused)"))
    changed = int(
        ws.value(
            "select count(distinct line_no) from answer where outcome in ('dropped', 'truncated') "
            "and line_no not in (select line_no from answer where outcome = 'not_imported')"
        )
    )
    ws.drop("outcome_of", "file_flaw")
    return Answered(rows, imported, refused, changed, last_number)
