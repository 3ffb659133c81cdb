"""Rows about contacts that are there: fields set and cleared; contacts made invalid, emptied, anonymised."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target.columns import (
    ADDRESS,
    ADDRESS_TYPES,
    EMAILS,
    FIELDS,
    PHONES,
    SCALARS,
)
from engine.workspace import in_list


def _accepted(operations: tuple[str, ...]) -> str:
    return f"met.operation in {in_list(operations)} and met.row_no not in (select row_no from refused)"


def updated_statement(rules: ImportRules) -> str:
    fields = []
    for field in SCALARS:
        new, old = f"met.{identifier(field)}", f"contact.{identifier(field)}"
        value = f"case when {new} is null then {old} when {new} = '=' then null else {new} end"
        if field == "REMARK":
            joined = f"concat_ws({literal(rules.append_with)}, {old}, nullif(trim(substr({new}, 3)), ''))"
            value = f"if(starts_with({new}, '||'), {joined}, {value})"
        fields.append(f"{value} as {identifier(field)}")
    for kind in ADDRESS_TYPES:
        for field in ADDRESS:
            new, old = f"met.{identifier(field)}", f"contact.{identifier(f'{kind}_{field}')}"
            meant = f"contains(coalesce(nullif(met.\"ADDR_TYPE\", '='), 'MSB'), '{kind}')"
            fields.append(
                f"case when {new} is null or not {meant} then {old} when {new} = '=' then null else {new} end "
                f"as {identifier(f'{kind}_{field}')}"
            )
    woken = "met.operation = 'UPDATEACT'"
    return f"""
insert into changed by name
select met.row_no, 1 as part, met.operation, contact.contact_nr, contact.kind, contact.structure_nr,
    if({woken}, 'active', contact.state) as state, if({woken}, null, contact.reason) as reason, contact.login,
    contact.modified or met.operation in {in_list(rules.modifies or ("",))} as modified,
    {", ".join(fields)}
from met join contact using (contact_nr) where {_accepted(("UPDATE", "UPDATEACT"))}"""


def removed_statement(rules: ImportRules) -> str:
    """INVALIDATE keeps every datum, DELETE takes addresses, phones and e-mails, ANONYMIZE all but what sales need."""
    fields = []
    address = {f"{kind}_{field}" for kind in ADDRESS_TYPES for field in ADDRESS}
    for field in FIELDS:
        value, column = "null", f"contact.{identifier(field)}"
        if field in ("FIRSTNAME", "LASTNAME"):
            value = f"if(contact.kind = 'structure', null, {literal(rules.anonymous_name)})"
        elif field == "OFFICIAL_NAME":
            value = f"if(contact.kind = 'structure', {literal(rules.anonymous_name)}, null)"
        elif field == "REMARK":
            value = literal(rules.anonymous_remark)
        erased = "when 'DELETE' then null " if field in address | {*PHONES, *EMAILS} else ""
        fields.append(
            f"case met.operation when 'ANONYMIZE' then {value} {erased}else {column} end as {identifier(field)}"
        )
    return f"""
insert into changed by name
select met.row_no, 1 as part, met.operation, contact.contact_nr, contact.kind, contact.structure_nr,
    case met.operation when 'ANONYMIZE' then 'anonymised'
        when 'INVALIDATE' then if(contact.state = 'anonymised', contact.state, 'invalid') else contact.state
    end as state,
    if(met.operation = 'DELETE', contact.reason, {literal(rules.invalid_reason)}) as reason, false as login,
    contact.modified or met.operation in {in_list(rules.modifies or ("",))} as modified,
    {", ".join(fields)}
from met join contact using (contact_nr) where {_accepted(("INVALIDATE", "DELETE", "ANONYMIZE"))}"""
