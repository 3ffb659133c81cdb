"""Telephone numbers in E.164, each in the column it belongs to."""

from __future__ import annotations

import functools
from collections.abc import Sequence

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
    _read_plain(ws, book)
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
    ws.drop(
        "std_phone_use",
        "std_phone_text",
        "std_phone_digits",
        "std_phone_region",
        "std_phone_number",
        "std_phone_plain",
        "std_phone_read",
        "std_phone_cell",
    )


def _read(raw: str, country: str | None, rules: PhoneRules) -> PhoneCell:
    return read_phone_cell(raw, country, rules)


def _read_plain(ws: Workspace, book: RuleBook) -> None:
    """The cells that hold one valid number and nothing else, in a country whose plan is compiled: std_phone_plain.

    Columns: raw, country, number (E.164), kind. Everything left out is read by the library. The steps are tables of
    their own: DuckDB would copy one step's expression into every pattern of the next, gigabytes of plan.
    """
    phones = book.load("standardisation/phones.yml", Phones)
    dummies = book.load("standardisation/placeholders.yml", Placeholders).phone
    ws.execute(f"create or replace temp table std_phone_digits as {ws.statement('standardise', 'phone_digits')}")
    ws.execute(f"create or replace temp table std_phone_region as {region_sql(phones.fast)}")
    regions = [row[0] for row in ws.rows("select distinct region from std_phone_region order by region")]
    regions = [region for region in regions if region in phones.fast]
    if not regions:
        ws.execute(
            "create or replace temp table std_phone_plain as "
            "select raw, country, digits as number, digits as kind from std_phone_digits limit 0"
        )
        return
    ws.execute(
        "create or replace temp table std_phone_number as select *, "
        f"{by_region(regions, 'region', _significant)} as significant, "
        f"{by_region(regions, 'region', lambda region: literal(calling_code(region)))} as calling_code "
        f"from std_phone_region where region in {in_list(regions)} and not ({_overseas(phones)})"
    )
    dummy = " or ".join(
        [f"{form} in {in_list(dummies.null)}" for form in ("digits", "significant", "'0' || significant")]
        + [f"regexp_matches(digits, {literal(p)})" for p in (*dummies.regex, "0{6}$") if "\\1" not in p]
    )
    ws.execute(
        "create or replace temp table std_phone_plain as select raw, country, "
        "'+' || calling_code || significant as number, "
        f"{by_region(regions, 'region', lambda region: kind_sql(region, 'significant'))} as kind "
        "from std_phone_number "
        f"where not ({dummy}) and replace(significant, left(significant, 1), '') <> ''"
    )
    ws.execute("delete from std_phone_plain where kind is null")


def _overseas(phones: Phones) -> str:
    """Numbers dialled like national ones that belong to another plan: the library's reader knows which."""
    return (
        " or ".join(
            f"(not international and region = {literal(country)} and left(digits, 4) in {in_list(sorted(prefixes))})"
            for country, prefixes in sorted(phones.overseas.items())
        )
        or "false"
    )


def region_sql(regions: Sequence[str]) -> str:
    """The SELECT that adds ``region`` to std_phone_digits: by the calling code, else the row's country.

    Only where the digits may be one number of some plan.
    """
    codes = {calling_code(region): region for region in reversed(regions)}  # the first region of a code wins
    named = " ".join(
        f"when starts_with(digits, {literal(code)}) then {literal(region)}"
        for code, region in sorted(codes.items(), key=lambda item: (-len(item[0]), item[0]))
    )
    return (
        f"select *, case when not international then nullif(country, '') {named} end as region "
        "from std_phone_digits where length(digits) between 6 and 15"
    )


def _significant(region: str) -> str:
    code, prefix = calling_code(region), national_prefix(region)
    national = f"case when international then substr(digits, {len(code) + 1}) else digits end"
    return f"regexp_replace({national}, '^{prefix}', '')" if prefix else national


def _record_changes(ws: Workspace) -> None:
    ws.execute(
        "insert into standardise.value by name "
        "select attribute, country as context, raw, first_number as standard, reason, rows "
        "from std_phone_use join std_phone_cell using (raw, country)"
    )
    for attribute in ("phone", "mobile", "fax"):
        rows_in, changed, refused = ws.rows(
            "select coalesce(sum(rows), 0), coalesce(sum(rows) filter (where first_number <> raw), 0), "
            "coalesce(sum(rows) filter (where first_number is null), 0) "
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
