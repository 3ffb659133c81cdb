"""Values that should identify and stand on implausibly many rows: they are displayed, and link nothing."""

from __future__ import annotations

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Placeholders
from engine.workspace import Workspace


def guard_frequent_values(ws: Workspace, book: RuleBook) -> tuple[str, ...]:
    """Find e-mails and phones that nobody's own: temp table std_frequent, one row per record that holds one.

    Reads std_person, std_email and std_phone. Columns: record_id, emails, emails_dropped, phones, phones_dropped.

    Returns:
        Sentences with counts, without the values.
    """
    rules = book.load("standardisation/placeholders.yml", Placeholders).frequent
    parameters: dict[str, object] = {
        "limit": max(rules.rows, int(rules.share * ws.count("intake.record"))),
        "names": rules.names,
        "names_share": rules.names_share,
    }
    notes: list[str] = []
    for attribute, singular, plural in (("email", "e-mail", "e-mails"), ("phone", "phone number", "phone numbers")):
        table = f"std_frequent_{attribute}"
        statement = ws.statement("standardise", f"frequent_{attribute}")
        ws.execute(f"create or replace temp table {table} as {statement}", parameters)
        values, rows = ws.rows(f"select count(*), coalesce(sum(rows), 0)::bigint from {table}")[0]
        if values:
            notes.append(
                f"{values} {singular if values == 1 else plural} on {rows} rows under many different names: "
                f"placeholders, they link no records."
            )
            ws.note_step(
                "standardise",
                "implausibly_frequent",
                from_column=attribute,
                to_column=f"{attribute}s",
                parameters=parameters,
                origin="standardisation/placeholders.yml",
                rows_in=rows,
                rows_refused=rows,
            )
    ws.execute(f"create or replace temp table std_frequent as {ws.statement('standardise', 'frequent_record')}")
    ws.drop("std_frequent_email", "std_frequent_phone")
    return tuple(notes)
