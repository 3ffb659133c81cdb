"""Rows meet the contact base: what the import says of a row once it knows the contact behind the number.

``met`` has a row per data row of a level, with its fields as they will be stored and the rules they broke.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target import phones
from engine.target.checks import READ_FIELDS, rule_of
from engine.target.columns import PERSON, PHONES, STRUCTURE
from engine.workspace import in_list

WRITING = ("INSERT", "UPDATE", "UPDATEACT")
"""Operations that read the fields of a row."""

REMOVING = ("INVALIDATE", "DELETE", "ANONYMIZE", "DROP")


def met_select(rules: ImportRules) -> str:
    """The rows of level ``$level`` beside their contact; ``$home_country`` is the institution's country."""
    country = 'coalesce(nullif(judged."COUNTRY", \'=\'), contact."M_COUNTRY", $home_country)'
    fields = ",\n    ".join(_field(rules, field) for field in READ_FIELDS)
    dialled = ", ".join(
        f"{phones.stored(rules.phones, identifier(field), 'base')} as {_stored(field)}" for field in PHONES
    )
    return f"""
with placed as (
    select
        judged.* exclude (level),
        contact.contact_nr is not null as known,
        contact.state as known_state,
        contact.modified as known_modified,
        contact."REMARK" as known_remark,
        sale.contact_nr is not null as has_sales,
        {phones.prefix_of(rules.phones, country)} as base,
        case
            when judged.operation != 'INSERT' then contact.kind
            when judged."OFFICIAL_NAME" is null then 'individual'
            when judged."FIRSTNAME" is null and judged."LASTNAME" is null then 'structure'
            else 'relay'
        end as kind
    from judged
    left join contact using (contact_nr)
    left join sale using (contact_nr)
    where judged.level = $level
),

-- a step of its own: an expression that stands twice is computed twice
dialled as (
    select *, {dialled}
    from placed
)

select
    row_no, line_no, operation, contact_nr, known, known_state, known_modified, has_sales, kind,
    {_ignored()} as ignored,
    {fields}
from dialled
"""


def _ignored() -> str:
    filled = " or ".join(f"{identifier(field)} is not null" for field in READ_FIELDS)
    return f"operation in {in_list(REMOVING)} and ({filled})"


def _field(rules: ImportRules, field: str) -> str:
    text, told = identifier(field), f"{field} met"
    wrong = _wrong_kind(field) if rules.answer("wrong_kind") else None
    kept = text
    cases: list[tuple[str, str]] = []
    if wrong is not None:
        cases.append((f"{text} is not null and {wrong}", "wrong_kind"))
    if field in PHONES:
        stored = _stored(field)
        long = f"length(regexp_replace({stored}, '[^0-9]', '', 'g')) > {rules.phones.max_digits:d}"
        kept = f"if({text} = '=', '=', {stored})"
        cases.append((f"{text} != '=' and {long}", "phone_length"))
        cases.append((f"{text} != '=' and {phones.foreign(text, 'base')}", "phone_prefix"))
    if field == "REMARK":
        joined = f"length(known_remark) + {len(rules.append_with):d} + length({text}) - 2 > {rules.lengths[field]:d}"
        cases.append((f"starts_with({text}, '||') and {joined}", "remark_full"))
    cases = [(broken, rule) for broken, rule in cases if rules.answer(rule)]
    dropped = [broken for broken, rule in cases if rules.answer(rule) in ("dropped", "not_imported")]
    value = f"if({' or '.join(f'coalesce({broken}, false)' for broken in dropped)}, null, {kept})" if dropped else kept
    when = " ".join(f"when {broken} then {literal(rule)}" for broken, rule in cases)
    writing = f"operation in {in_list(WRITING)}"
    rule = f"case when {writing} then case {when} end end" if when else "null"
    return f"{value} as {text}, cast({rule} as varchar) as {identifier(told)}"


def _stored(field: str) -> str:
    return identifier(f"{field} stored")


def _wrong_kind(field: str) -> str | None:
    if field in PERSON:
        return "kind = 'structure'"
    if field in STRUCTURE:
        # a relay's structure has a row of its own once it is there
        return "(kind = 'individual' or (kind = 'relay' and operation != 'INSERT'))"
    return None


def met_flaws(rules: ImportRules) -> str:
    """(row_no, field, rule) of the rows of ``met``: preconditions of the operation, and fields."""
    preconditions = (
        ("CONTACT_NR", "number_known", "operation = 'INSERT' and known"),
        ("CONTACT_NR", "number_unknown", "operation != 'INSERT' and not known"),
        ("CONTACT_NR", "contact_inactive", "operation = 'UPDATE' and known_state = 'invalid'"),
        ("CONTACT_NR", "contact_anonymised", f"operation in {in_list(WRITING)} and known_state = 'anonymised'"),
        ("CONTACT_NR", "has_sales", "operation in ('INVALIDATE', 'DROP') and has_sales"),
        ("CONTACT_NR", "modified_since", "operation = 'DROP' and known_modified"),
        ("OPERATION", "cells_ignored", "ignored"),
    )
    parts = [
        f"select row_no, {literal(field)} as field, {literal(rule)} as rule from met where {broken}"
        for field, rule, broken in preconditions
        if rules.answer(rule)
    ]
    told = ", ".join(identifier(f"{field} met") for field in READ_FIELDS)
    parts.append(
        "select row_no, left(column_name, length(column_name) - 4) as field, rule "
        f"from (unpivot (select row_no, {told} from met) on {told} into name column_name value rule)"
    )
    if rules.answer("wrong_kind"):
        parts.append(f"select row_no, column_name as field, 'wrong_kind' as rule from ({_code_kinds()})")
    return "\nunion all\n".join(parts)


def _code_kinds() -> str:
    return (
        "select code_value.row_no, code_value.column_name from code_value join met using (row_no) "
        f"where met.operation in {in_list(WRITING)} and {WRONG_CODE}"
    )


WRONG_CODE = (
    "((code_value.field = 'ADMIN_NUMBER' or coalesce(contact_type, '') = 'STRUCTURE') and (met.kind = 'individual' "
    "or (met.kind = 'relay' and met.operation != 'INSERT')) "
    "or (coalesce(contact_type, '') = 'INDIVIDUAL' and met.kind = 'structure'))"
)
"""SQL over code_value and met: an administrative number or criterion that this kind of contact cannot have."""


def dropped_columns(rules: ImportRules) -> Iterator[str]:
    """Names of the rule columns of ``judged``, to be left out once they are told."""
    yield from (rule_of(field) for field in READ_FIELDS)
