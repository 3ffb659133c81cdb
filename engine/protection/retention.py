"""Retention in SQL: which contacts a rule proposes, and which an exception keeps."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from datetime import date

import pyarrow as pa

from engine.rulebook.retention import RetentionException, RetentionRule, RetentionRules
from engine.sql import literal, text_list
from engine.workspace import Workspace, in_list

PROPOSAL = "protection_proposal"
"""Temp table: contact_id, contact_nr, kind, last_on, rule (null = none fits), excepted (null = nothing keeps it)."""


def propose(ws: Workspace, rules: RetentionRules, *, as_of: date, keep: Collection[str] = ()) -> None:
    """Make :data:`PROPOSAL`, a row per contact.

    Args:
        ws: what a run left: golden and standardised records, and the lines of the sources.
        rules: rules/retention.yml.
        as_of: the day years are counted back from.
        keep: contact numbers that are never proposed (exception ``keep_list``).
    """
    bulk = {"bulk_share": rules.bulk_days.share, "bulk_records": rules.bulk_days.records}
    ws.execute(
        f"create or replace temp table protection_activity as {ws.statement('protection', 'activity')}",
        bulk,
    )
    _except(ws, rules.exceptions, keep)
    cases = " ".join(f"when {_fits(rule, as_of)} then {literal(rule.name)}" for rule in rules.rules)
    ws.execute(
        f"""
        create or replace temp table {PROPOSAL} as
        select contact_id, contact_nr, kind,
            greatest(last_order_on, updated_on, created_on) as last_on,
            {f"case {cases} end" if cases else "null::varchar"} as rule,
            excepted.name as excepted
        from protection_activity left join protection_excepted as excepted using (contact_id)
        """
    )
    ws.drop("protection_activity", "protection_excepted")


def _fits(rule: RetentionRule, as_of: date) -> str:
    """SQL condition: known activity, all of it before the rule's day."""
    days = ", ".join(rule.activity)
    since = rule.no_activity_since or _years_before(as_of, rule.no_activity_years or 0)
    ordered = {"never": " and last_order_on is null", "ever": " and last_order_on is not null", "any": ""}[rule.orders]
    return f"kind in {in_list(rule.kinds)} and greatest({days}) < date {literal(since.isoformat())}{ordered}"


def _years_before(day: date, years: int) -> date:
    """The same day so many years before; the 28th for the 29th of February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _except(ws: Workspace, exceptions: Sequence[RetentionException], keep: Collection[str]) -> None:
    """Make protection_excepted: the first exception that keeps each contact, in the order of the rules."""
    ws.put("protection_keep", pa.table({"contact_nr": pa.array(sorted(keep), pa.string())}))
    parts = [
        "select contact_id, 0 as place, 'keep_list' as name from golden.contact "
        "semi join protection_keep using (contact_nr)"
    ]
    for place, exception in enumerate(exceptions, start=1):
        folded = text_list([_folded(column) for column in exception.columns])
        header = "regexp_replace(lower(strip_accents(header)), '[^a-z0-9]', '', 'g')"
        parts.append(
            f"""
            select distinct crosswalk.contact_id, {place} as place, {literal(exception.name)} as name
            from intake.line
            join (select source, position from intake.mapping where list_contains({folded}, {header})) using (source)
            join golden.crosswalk as crosswalk using (source, line_no)
            where {_says(exception)}
            """
        )
    ws.execute(
        "create or replace temp table protection_excepted as select contact_id, name from ("
        + " union all ".join(parts)
        + ") qualify row_number() over (partition by contact_id order by place) = 1"
    )
    ws.drop("protection_keep")


def _says(exception: RetentionException) -> str:
    cell = "trim(cells[position])"
    if exception.holds == "filled":
        return f"coalesce({cell}, '') <> ''"
    # 0, 0.00, 0,00 CHF, -, no: nothing is open
    nothing = r"[^1-9\pL]*(chf|eur|usd|gbp|fr)?[^1-9\pL]*"
    refused = "'no', 'non', 'nein', 'n', 'false', 'faux', 'falsch', 'falso', 'none', 'null'"
    return (
        f"coalesce({cell}, '') <> '' and not regexp_full_match(lower({cell}), {literal(nothing)}) "
        f"and lower({cell}) not in ({refused})"
    )


def _folded(header: str) -> str:
    plain = unicodedata.normalize("NFKD", header).lower()
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
