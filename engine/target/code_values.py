"""ADMIN_NUMBER and CRIT01 to CRIT50: ``CODE=value``, bare values under a CONFIG row's code, several values, clearing.

Source: section 1.5 and 1.6 of the format; what a bare ``=`` clears is inferred there.
"""

from __future__ import annotations

from engine.rulebook.import_rules import TYPE_FORMS, Criterion, ImportRules
from engine.sql import identifier, literal, text_list
from engine.vocabulary import CRITERIA
from engine.workspace import Workspace, in_list

COLUMNS: tuple[str, ...] = ("ADMIN_NUMBER", *CRITERIA)
_CODE = "[A-Za-z0-9_]{1,8}"


def read_code_values(ws: Workspace, rules: ImportRules) -> None:
    """Make the temp tables ``code_value`` and ``code_flaw`` from ``line`` and ``refused`` (row_no of refused rows).

    ``code_value``: (row_no, field CRIT or ADMIN_NUMBER, code, value, contact_type, column_name);
    value null = clear. One row a code of a data row: the values of several columns united.
    ``code_flaw``: (row_no, field, rule).
    """
    filled = ", ".join(f"count({identifier(column)})" for column in COLUMNS)
    counts = ws.rows(f"select {filled} from line")[0]
    used = [column for column, count in zip(COLUMNS, counts, strict=True) if count]
    listing = ", ".join(identifier(column) for column in used)
    cells = (
        f"select row_no, operation, column_name, trim(cell) as cell from (unpivot (select row_no, operation, {listing} "
        f"from line where row_no not in (select row_no from refused)) on {listing} into name column_name value cell)"
        if used
        else "select 0::bigint as row_no, '' as operation, '' as column_name, '' as cell where false"
    )
    ws.execute(f"create or replace temp table code_cell as {cells}")
    ws.execute("create or replace temp table code_read as " + _read(rules))
    ws.execute(
        "create or replace temp table code_flaw as select row_no, column_name as field, rule from code_read "
        f"where rule in {in_list([rule for rule in _RULES if rules.answer(rule)] or [''])}"
    )
    dropping = [rule for rule in _RULES if rules.answer(rule) in ("dropped", "not_imported")] or [""]
    # values split, each once, in alphabetical order: the same set gives the same text
    ws.execute(
        f"""
create or replace temp table code_value as
with kept as (
    select row_no, column_name, if(column_name = 'ADMIN_NUMBER', 'ADMIN_NUMBER', 'CRIT') as field, code, contact_type,
        unnest(if(values is null or len(values) = 0, [null], values)) as value
    from code_read
    where operation != 'CONFIG' and code is not null and (rule is null or rule not in {in_list(dropping)})
)
select row_no, field, code, string_agg(distinct value, '|' order by value) as value, min(contact_type) as contact_type,
    min(column_name) as column_name
from kept group by row_no, field, code"""
    )
    ws.drop("code_cell", "code_read")


_RULES = (
    "clear_without_code", "value_without_code", "code_form", "config_code", "admin_number_many", "criterion_undefined",
    "criterion_value",
)  # fmt: skip


def _not_taken(criterion: Criterion) -> str:
    """SQL: whether ``values`` has one that ``criterion`` does not take (:meth:`Criterion.takes`); "" = it takes all."""
    tests = [f"not list_has_all({text_list(criterion.values)}, values)"] if criterion.values else []
    if criterion.data_type in TYPE_FORMS:
        right = f"regexp_full_match(value, {literal(TYPE_FORMS[criterion.data_type])})"
        if criterion.data_type == "DATE":
            right += " and coalesce(try_strptime(value, '%d.%m.%Y'), try_strptime(value, '%Y-%m-%d')) is not null"
        tests.append(f"len(list_filter(values, lambda value: not ({right}))) > 0")
    return f"({' or '.join(tests)})" if tests else ""


def _read(rules: ImportRules) -> str:
    criteria = rules.defined.criteria
    numbers = rules.defined.admin_numbers
    undefined, strange, kind = "false", "false", "null::varchar"
    if criteria is not None:
        codes = in_list([criterion.name for criterion in criteria] or [""])
        undefined = f"(column_name != 'ADMIN_NUMBER' and code not in {codes})"
        told = {criterion.name: _not_taken(criterion) for criterion in criteria}
        closed = " ".join(f"when {literal(name)} then {broken}" for name, broken in told.items() if broken)
        strange = (
            f"(column_name != 'ADMIN_NUMBER' and values is not null and case code {closed} else false end)"
            if closed
            else "false"
        )
        kinds = " ".join(f"when {literal(c.name)} then {literal(c.contact_type)}" for c in criteria)
        kind = f"if(column_name = 'ADMIN_NUMBER', null, case code {kinds} end)" if kinds else "null::varchar"
    if numbers is not None:
        undefined = f"({undefined} or (column_name = 'ADMIN_NUMBER' and code not in {in_list(list(numbers) or [''])}))"
    # a code before = is known when it is defined, or has a code's form where nothing is told
    known = f"regexp_full_match(head, '{_CODE}')"
    return f"""
with configured as (
    select row_no, column_name, nullif(if(regexp_full_match(cell, '{_CODE}'), cell, ''), '') as code
    from code_cell where operation = 'CONFIG'
),

config_row as (select row_no from line where operation = 'CONFIG' and row_no not in (select row_no from refused)),

placed as (
    select code_cell.*, config.row_no as config_no
    from code_cell asof left join config_row as config on code_cell.row_no >= config.row_no
),

coded as (
    select placed.*, configured.code as default_code,
        strpos(cell, '=') as sign, left(cell, greatest(strpos(cell, '=') - 1, 0)) as head
    from placed left join configured
        on configured.row_no = placed.config_no and configured.column_name = placed.column_name
),

split as (
    select row_no, operation, column_name, cell, default_code, sign, head,
        case when cell = '=' then default_code when sign > 1 and (default_code is null or {known}) then head
            else default_code end as code,
        case when cell = '=' then null when sign > 1 and (default_code is null or {known}) then substr(cell, sign + 1)
            else cell end as text
    from coded
),

valued as (
    select *, list_filter(list_transform(string_split(text, '|'), lambda part: trim(part)), lambda part: part != '')
        as values
    from split
)

select row_no, operation, column_name, code, values, {kind} as contact_type,
    case
        when operation = 'CONFIG' then if(regexp_full_match(cell, '{_CODE}'), null, 'config_code')
        when cell = '=' and code is null then 'clear_without_code'
        when code is null then 'value_without_code'
        when not regexp_full_match(code, '{_CODE}') then 'code_form'
        when {undefined} then 'criterion_undefined'
        when column_name = 'ADMIN_NUMBER' and len(values) > 1 then 'admin_number_many'
        when {strange} then 'criterion_value'
    end as rule
from valued"""
