"""E-mails of every record: temp table std_email."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import EmailDomains, Placeholders
from engine.standardise.distinct import CHEAP_LIMIT, run_distinct
from engine.standardise.emails import PLAIN, EmailWords, domain_reason, is_disposable, standardise_emails
from engine.standardise.value_log import log_values
from engine.workspace import Workspace

_WORKING = (
    "std_mail_cell", "std_mail_domain", "std_mail_role", "std_mail_null", "std_mail_read", "std_mail_plain",
    "std_mail", "std_mail_record", "std_mail_class",
)  # fmt: skip

_CELLS = """
    select raw, count(*) as rows, lower(trim(raw)) as email,
        regexp_full_match(lower(trim(raw)), $plain) and length(raw) <= 200
        and not regexp_matches(lower(trim(raw)), '[^.@]{64}') as is_plain
    from (select unnest([email, email2]) as raw from intake.record)
    where raw is not null
    group by raw
"""


def standardise_mail(ws: Workspace, book: RuleBook, *, workers: int) -> None:
    """Read the cells of email and email2: temp table std_email, one row per record that has any.

    Columns: record_id, email, email2, emails (sorted, placeholders left out), email_class, email_reason,
    email2_reason.
    """
    words = EmailWords.of(
        book.load("standardisation/email_domains.yml", EmailDomains),
        book.load("standardisation/placeholders.yml", Placeholders),
    )
    ws.execute(f"create or replace temp table std_mail_cell as {_CELLS}", {"plain": PLAIN})
    run_distinct(
        ws,
        "std_mail_read",
        "select raw, rows from std_mail_cell where not is_plain order by raw",
        partial(_emails, words),
        {"emails": "texts", "reason": "text"},
        workers=workers,
        limit=CHEAP_LIMIT,
    )
    run_distinct(
        ws,
        "std_mail_domain",
        "select distinct regexp_replace(email, '^.*@', '') as domain from "
        "(select email from std_mail_cell where is_plain union all select unnest(emails) from std_mail_read) "
        "order by domain",
        partial(_domain, words),
        {"reason": "text", "is_disposable": "boolean", "is_free": "boolean"},
        workers=workers,
        limit=CHEAP_LIMIT,
    )
    roles = sorted(words.roles)
    ws.put("std_mail_role", pa.table({"role": roles, "whole_word": [role in words.roles_whole_word for role in roles]}))
    ws.put("std_mail_null", pa.table({"email": sorted(words.null)}))
    _make(ws, "std_mail_plain", words)
    ws.execute(
        "create or replace temp table std_mail as "
        "select raw, rows, emails, reason from std_mail_plain union all by name "
        "select raw, rows, emails, reason from std_mail_read"
    )
    _make(ws, "std_mail_record", words)
    _make(ws, "std_mail_class", words)
    ws.execute(
        "create or replace temp table std_email as select record_id, email, email2, emails, email_class, "
        "email_reason, email2_reason from std_mail_record left join std_mail_class using (email)"
    )
    log_values(ws, "email", "std_mail", standard="nullif(array_to_string(emails, '; '), '')", context="''",
               rules="email_domains.yml")  # fmt: skip
    ws.drop(*_WORKING)


def _make(ws: Workspace, target: str, words: EmailWords) -> None:
    statement = ws.statement("standardise", target.removeprefix("std_"))
    parameters: dict[str, object] = {
        "null_pattern": words.null_pattern,
        "suspect_pattern": words.suspect_pattern,
        "repeated_from": words.placeholders.repeated_from,
    }
    ws.execute(f"create or replace temp table {target} as {statement}", parameters)


def _emails(words: EmailWords, raw: str, _rows: int) -> tuple[object, ...]:
    found = standardise_emails(raw, words)
    return list(found.emails), found.reason


def _domain(words: EmailWords, domain: str) -> tuple[object, ...]:
    doubt = domain_reason(domain, words)
    return doubt, doubt != "domain_typo" and is_disposable(domain, words), domain in words.free
