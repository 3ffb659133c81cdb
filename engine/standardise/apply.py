"""The stage: intake.record -> standardise.value and standardise.record."""

from __future__ import annotations

from datetime import date

from engine.ledger import StageReport
from engine.progress import Watcher
from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Placeholders
from engine.standardise.addresses import standardise_addresses
from engine.standardise.cleaning import clean_sql
from engine.standardise.columns import NO_ANSWERS, Answers
from engine.standardise.countries import resolve_countries
from engine.standardise.days import standardise_days
from engine.standardise.folding import fold_sql
from engine.standardise.frequency import guard_frequent_values, put_holders
from engine.standardise.mail import standardise_mail
from engine.standardise.numbers import standardise_numbers
from engine.standardise.persons import standardise_persons
from engine.standardise.phones import standardise_phones
from engine.standardise.placeholders import PlaceholderWords, placeholder_sql
from engine.tables import STANDARDISE_COLUMN, STANDARDISE_RECORD, STANDARDISE_VALUE
from engine.vocabulary import EXTRAS
from engine.workspace import Workspace

_MADE = (
    "std_country", "std_phone", "std_address", "std_person", "std_email", "std_day", "std_frequent",
    "std_frequent_value", "std_frequent_name", "std_website", "std_language", "std_siret", "std_siren", "std_vat",
    "std_identifier",
)  # fmt: skip


def apply(
    ws: Workspace,
    book: RuleBook,
    *,
    home_country: str | None,
    as_of: date,
    workers: int,
    watcher: Watcher,
    answers: Answers = NO_ANSWERS,
) -> StageReport:
    """Standardise every record: raw values stay beside the standard ones, each change and refusal has its reason.

    Args:
        ws: the workspace, with intake.record (and intake.mapping, whose headers tell the order of full names).
        book: the rules.
        home_country: ISO code for rows that say nothing of their country; None = no default.
        as_of: today; later birth dates and record dates are refused.
        workers: processes for values that a library must read, when there are many.
        watcher: told each step.
        answers: what a rehearsal decided about columns (standardise.column); these are not decided again.

    Returns:
        Records in and out (none is held: a value that cannot be used is emptied with a reason), notes on what was
        decided per column, and counts by kind.
    """
    ws.create(STANDARDISE_VALUE)
    ws.create(STANDARDISE_COLUMN)
    _make_macros(ws, PlaceholderWords.of(book.load("standardisation/placeholders.yml", Placeholders)))
    watcher.step("countries")
    resolve_countries(ws, book, home_country=home_country)
    watcher.step("names and organisations")
    notes = standardise_persons(ws, book, workers=workers, answers=answers)
    put_holders(ws)
    watcher.step("e-mails")
    standardise_mail(ws, book, workers=workers)
    watcher.step("phones")
    standardise_phones(ws, book, workers=workers)
    watcher.step("addresses")
    standardise_addresses(ws, book, workers=workers)
    watcher.step("dates and numbers")
    notes += standardise_days(ws, book, as_of=as_of, workers=workers, answers=answers)
    standardise_numbers(ws, book, workers=workers)
    notes += guard_frequent_values(ws, book)
    watcher.step("records")
    records = ws.build_from_file(STANDARDISE_RECORD)
    ws.drop(*_MADE)
    return StageReport(
        stage="standardise",
        unit="record",
        rows_in=ws.count("intake.record"),
        rows_out=records,
        notes=notes,
        figures=_figures(ws),
    )


def _make_macros(ws: Workspace, words: PlaceholderWords) -> None:
    """The expressions of the columns that are carried and not read, as DuckDB macros of this connection.

    ``std_kept_<attribute>``: remarks and states are cleaned, other texts also freed of placeholders, unmapped columns
    folded too. An empty column is taken as it is: a dozen compiled patterns would cost more than a small file's run.
    """
    cleaned = clean_sql("cell")
    is_placeholder = placeholder_sql("cleaned", words)
    ws.execute(f"create or replace temp macro std_cleaned(cell) as {cleaned}")
    ws.execute(f"create or replace temp macro std_is_placeholder(cleaned) as {is_placeholder}")
    said = "cell is not null and not std_is_placeholder(std_cleaned(cell))"
    bodies = {
        **dict.fromkeys(("remark", "status"), "case when cell is not null then std_cleaned(cell) end"),
        **dict.fromkeys(
            ("function", "department", "structure_type", "household_id", "parent_id"),
            f"case when {said} then std_cleaned(cell) end",
        ),
        **dict.fromkeys(EXTRAS, f"case when {said} then nullif({fold_sql('cell')}, '') end"),
    }
    counts = ws.rows(f"select {', '.join(f'count({name})' for name in bodies)} from intake.record")[0]
    for (name, body), filled in zip(bodies.items(), counts, strict=True):
        ws.execute(f"create or replace temp macro std_kept_{name}(cell) as {body if filled else 'cell'}")
    ws.execute(
        "create or replace temp macro std_birth_cell(full_date, y, m, d) as "
        "coalesce(full_date, case when y is not null and m is not null and d is not null "
        "then concat_ws('-', trim(y), lpad(trim(m), 2, '0'), lpad(trim(d), 2, '0')) end, y)"
    )


def _figures(ws: Workspace) -> dict[str, int | float | str]:
    kinds = ws.rows("select kind, count(*) from standardise.record group by kind order by kind")
    refused = ws.value(
        "select coalesce(sum(rows), 0)::bigint from standardise.value where standard is null and reason is not null"
    )
    return {**{f"{kind}s": rows for kind, rows in kinds}, "values_refused": int(refused)}
