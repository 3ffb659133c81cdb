"""Telephone numbers in E.164, each in the column it belongs to."""

from __future__ import annotations

import functools

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Phones
from engine.rulebook.standardisation import Placeholders
from engine.sql import literal
from engine.standardise.distinct import run_distinct
from engine.standardise.numbering_plan import by_region, calling_code, kind_sql, national_prefix
from engine.standardise.phone_numbers import PhoneCell, PhoneRules, read_phone_cell
from engine.workspace import Workspace, in_list


def standardise_phones(ws: Workspace, book: RuleBook, *, workers: int) -> None:
    """Standardise phone, mobile and fax of intake.record: temp table std_phone, one row per record.

    Reads std_country. Columns: record_id, phone, mobile, fax (E.164 or null), phones, phone_reason, mobile_reason,
    fax_reason.

    ``phones`` holds every number of the phone and mobile columns that may link records, sorted: valid ones in
    E.164, and for those that could not be made international (no country, or not valid there) ``~`` with their
    significant digits: "212/730-5848" without a country is ``~2127305848``, the local "226 2649" is ``~2262649``.
    A ``~`` number links only to the same ``~`` number, never to an E.164 one.

    A landline in the mobile column and a mobile in the phone column change places (``swapped_columns``) unless the
    other column is taken; then they stay, with ``landline_in_mobile`` or ``mobile_in_phone``. Other reasons:
    ``placeholder``, ``invalid_phone``, ``country_unknown``, ``spreadsheet_exponent`` (6.12E+08: digits are lost),
    ``several_numbers``, ``same_as_mobile``.
    """
    ws.execute(f"create or replace temp table std_phone_use as {ws.statement('standardise', 'phone_use')}")
    ws.execute(f"create or replace temp table std_phone_plain as {plain_numbers_sql(book)}")
    ws.execute("delete from std_phone_plain where kind is null")
    run_distinct(
        ws,
        "std_phone_read",
        "select raw, nullif(country, '') as country_known from std_phone_use "
        "anti join std_phone_plain using (raw, country) group by raw, country order by raw, country",
        functools.partial(_read, rules=PhoneRules.of(book)),
        {"numbers": "texts", "lines": "texts", "mobiles": "texts", "local": "texts", "reason": "text"},
        workers=workers,
    )
    ws.execute(f"create or replace temp table std_phone_cell as {ws.statement('standardise', 'phone_cell')}")
    ws.execute(f"create or replace temp table std_phone as {ws.statement('standardise', 'phone')}")
    _record_changes(ws)
    ws.drop("std_phone_use", "std_phone_plain", "std_phone_read", "std_phone_cell")


def _read(raw: str, country: str | None, rules: PhoneRules) -> PhoneCell:
    return read_phone_cell(raw, country, rules)


def plain_numbers_sql(book: RuleBook) -> str:
    """The SELECT of the cells that hold one valid number and nothing else, in a country whose plan is compiled.

    Columns: raw, country, number (E.164), kind; kind is null where the plan refuses the number. That filter must stay
    a statement of its own: pushed into the CASE of two hundred patterns it costs the optimizer minutes and gigabytes.
    """
    phones = book.load("standardisation/phones.yml", Phones)
    dummies = book.load("standardisation/placeholders.yml", Placeholders).phone
    codes = {calling_code(region): region for region in reversed(phones.fast)}  # the first region of a code wins
    named = " ".join(
        f"when starts_with(digits, {literal(code)}) then {literal(region)}"
        for code, region in sorted(codes.items(), key=lambda item: (-len(item[0]), item[0]))
    )

    def significant(region: str) -> str:
        code, prefix = calling_code(region), national_prefix(region)
        national = f"case when international then substr(digits, {len(code) + 1}) else digits end"
        return f"regexp_replace({national}, '^{prefix}', '')" if prefix else national

    dummy = " or ".join(
        [f"{form} in {in_list(dummies.null)}" for form in ("digits", "significant", "'0' || significant")]
        + [f"regexp_matches(digits, {literal(p)})" for p in (*dummies.regex, "0{6}$") if "\\1" not in p]
    )
    return f"""
        with cells as (
            select distinct raw, country, regexp_replace(trim(raw), '^([0-9]{{6,}})[.,]0+$', '\\1') as text
            from std_phone_use
        ),
        plain as (
            select
                raw,
                country,
                starts_with(text, '+') or starts_with(text, '00') as international,
                regexp_replace(case when international then replace(text, '(0)', '') else text end, '[^0-9]', '', 'g')
                    as all_digits,
                case when starts_with(text, '00') then substr(all_digits, 3) else all_digits end as digits
            from cells
            where regexp_full_match(text, '\\+?[0-9][0-9 ().\\x{{a0}}\\x{{202f}}-]{{6,24}}')
        ),
        placed as (
            select *, case when international then case {named} end else nullif(country, '') end as region from plain
        ),
        numbers as (
            select *, {by_region(phones.fast, "region", significant)} as significant
            from placed
            where region in {in_list(phones.fast)}
        )
        select
            raw,
            country,
            '+' || {by_region(phones.fast, "region", lambda region: literal(calling_code(region)))} || significant
                as number,
            {by_region(phones.fast, "region", lambda region: kind_sql(region, "significant"))} as kind
        from numbers
        where not ({dummy}) and replace(significant, left(significant, 1), '') <> ''
    """


def _record_changes(ws: Workspace) -> None:
    ws.execute(
        "insert into standardise.value by name "
        "select attribute, country as context, raw, numbers[1] as standard, reason, rows "
        "from std_phone_use join std_phone_cell using (raw, country)"
    )
    for attribute in ("phone", "mobile", "fax"):
        rows_in, changed, refused = ws.rows(
            "select coalesce(sum(rows), 0), coalesce(sum(rows) filter (where numbers[1] <> raw), 0), "
            "coalesce(sum(rows) filter (where len(numbers) = 0), 0) "
            "from std_phone_use join std_phone_cell using (raw, country) where attribute = $attribute",
            {"attribute": attribute},
        )[0]
        if rows_in:
            ws.note_step(
                "standardise",
                "e164",
                from_column=attribute,
                to_column=attribute,
                origin="standardisation/phones.yml",
                rows_in=rows_in,
                rows_changed=changed,
                rows_refused=refused,
            )
