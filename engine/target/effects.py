"""What the accepted rows of a level do to the contact base: contacts made, changed, emptied, gone.

``changed`` holds the new state of each contact a level touches, whole; DROP leaves only its number in ``gone``.
"""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target.columns import (
    ADDRESS,
    ADDRESS_TYPES,
    BLOCK,
    COMMON,
    CONTACT,
    EMAILS,
    FIELDS,
    PHONES,
    SCALARS,
    STRUCTURE,
)
from engine.target.meeting import WRONG_CODE
from engine.workspace import Workspace, in_list

_NAME_LENGTH = 38


def apply_level(ws: Workspace, rules: ImportRules, *, next_number: int, home_country: str | None) -> int:
    """Carry out the rows of ``met`` that are not in ``refused``.

    Args:
        next_number: the next contact number to give.
        home_country: country of the institution.

    Returns:
        The next contact number after it.
    """
    ws.execute(
        f"create or replace temp table changed as select 0::bigint as row_no, 0 as part, '' as operation, "
        f"{_empty_contact()} where false"
    )
    inserts = bool(ws.value("select count(*) from met where operation = 'INSERT'"))
    given = _insert(ws, rules, next_number, home_country) if inserts else 0
    if ws.value("select count(*) from met where operation != 'INSERT'"):
        ws.execute(_updated(rules))
        ws.execute(_removed(rules))
    _logins(ws, rules)
    _properties(ws)
    ws.execute(
        "create or replace temp table gone as select contact_nr from met where operation = 'DROP' and "
        "row_no not in (select row_no from refused)"
    )
    ws.execute("insert into touched select contact_nr from changed union select contact_nr from gone")
    for table in ("contact", "property"):
        ws.execute(f"delete from {table} where contact_nr in (select contact_nr from gone)")
    ws.execute("delete from contact where contact_nr in (select contact_nr from changed where operation != 'INSERT')")
    listing = ", ".join(identifier(name) for name in CONTACT.names)
    ws.execute(f"insert into contact ({listing}) select {listing} from changed")
    ws.drop("changed", "gone")
    return next_number + given


def _empty_contact() -> str:
    types = {"text": "varchar", "boolean": "boolean", "bigint": "bigint"}
    return ", ".join(f"null::{types[kind]} as {identifier(name)}" for name, kind in CONTACT.columns)


# -- new contacts ---------------------------------------------------------------------------------


def _insert(ws: Workspace, rules: ImportRules, next_number: int, home_country: str | None) -> int:
    """Fill ``changed`` with the contacts of INSERT rows; returns how many numbers were given."""
    ws.execute(
        f"""
create or replace temp table born as
select * replace ({", ".join(f"{expression} as {identifier(name)}" for name, expression in _defaults().items())}),
    cast(null as varchar) as block
from met where operation = 'INSERT' and row_no not in (select row_no from refused)""",
        {"home_country": home_country},
    )
    if ws.value("select count(*) from born where kind != 'individual'"):
        _find_structures(ws, rules)
    else:
        ws.execute(
            "create or replace temp table owner as "
            "select '' as block, '' as known_nr, 0::bigint as first_row where false"
        )
    structure_first = rules.given_number == "structure"
    makes = "born.kind = 'relay' and owner.known_nr is null and owner.first_row = born.row_no"
    ws.execute(
        f"""
create or replace temp table making as
select born.row_no, born.contact_nr, coalesce({makes}, false) as makes from born left join owner using (block)"""
    )
    # the number of a row goes to one of the two it makes, the other one is given
    ws.execute(
        f"""
create or replace temp table numbered as
with wanted as (
    select row_no, 0 as part from making where makes and {"contact_nr is null" if structure_first else "true"}
    union all
    select row_no, 1 as part from making where contact_nr is null {"or makes" if structure_first else ""}
)
select row_no, part, cast($next_number - 1 + row_number() over (order by row_no, part) as varchar) as nr from wanted""",
        {"next_number": next_number},
    )
    ws.execute(
        """
create or replace temp table parent as
with firsts as (
    select owner.block, owner.known_nr, first_born.row_no, first_born.contact_nr,
        if(first_born.kind = 'structure', 1, 0) as part
    from owner left join born as first_born on first_born.row_no = owner.first_row
)
select born.row_no, coalesce(firsts.known_nr, numbered.nr, firsts.contact_nr) as structure_nr
from born
join firsts using (block)
left join numbered on numbered.row_no = firsts.row_no and numbered.part = firsts.part
where born.kind = 'relay'"""
    )
    ws.execute(f"insert into changed by name {_new_structures()}")
    ws.execute(f"insert into changed by name {_new_contacts()}")
    given = int(ws.value("select count(*) from numbered"))
    ws.drop("born", "owner", "making", "numbered", "parent")
    return given


def _defaults() -> dict[str, str]:
    name = identifier("OFFICIAL_NAME")
    named = f"if(kind = 'individual', null, {name})"
    rest = f"substr({named}, {_NAME_LENGTH + 1}, {_NAME_LENGTH})"
    return {
        "TITLE": "if(kind = 'structure', null, coalesce(\"TITLE\", 'UNDEFINED'))",
        "REMARK": 'if(starts_with("REMARK", \'||\'), nullif(trim(substr("REMARK", 3)), \'\'), "REMARK")',
        "ADDRESS_NAME1": f"coalesce(\"ADDRESS_NAME1\", nullif(trim(left({named}, {_NAME_LENGTH})), ''))",
        "ADDRESS_NAME2": f"coalesce(\"ADDRESS_NAME2\", nullif(trim({rest}), ''))",
        "COUNTRY": 'coalesce("COUNTRY", $home_country)',
    }


def _find_structures(ws: Workspace, rules: ImportRules) -> None:
    """``owner``: for each identity of a structure, the contact that has it or the first row that makes it."""
    ws.execute(f"update born set block = {_block('')} where kind != 'individual'")
    ws.execute(
        f"""
create or replace temp table owner as
with wanted as (select block, min(row_no) as first_row from born where block is not null group by block),

known as (
    select block, min_by(contact_nr, lpad(contact_nr, 20, '0') || contact_nr) as known_nr
    from (select contact_nr, {_stored_block()} as block from contact where kind = 'structure')
    where block in (select block from wanted)
    group by block
)

select block, known.known_nr, wanted.first_row from wanted left join known using (block)"""
    )
    twice = (
        "select born.row_no from born join owner using (block) "
        "where born.kind = 'structure' and (owner.known_nr is not null or owner.first_row < born.row_no)"
    )
    answer = rules.answer("structure_twice")
    if answer:
        ws.execute(f"insert into flaw select row_no, 'OFFICIAL_NAME', 'structure_twice' from ({twice})")
    if answer == "not_imported":
        ws.execute(f"insert into refused {twice}")
        ws.execute("delete from born where row_no in (select row_no from refused)")


def _block(prefix: str) -> str:
    parts = ", ".join(f"coalesce({identifier(prefix + field)}, '')" for field in BLOCK)
    return f"concat_ws(chr(31), {parts})"


def _stored_block() -> str:
    """The identity of a stored structure: with its main address, or the first of the others that it has."""
    filled = {
        kind: f"coalesce({', '.join(identifier(f'{kind}_{field}') for field in ADDRESS)}) is not null"
        for kind in ADDRESS_TYPES
    }
    parts = []
    for field in BLOCK:
        if field in ADDRESS:
            cases = " ".join(f"when {filled[kind]} then {identifier(f'{kind}_{field}')}" for kind in ADDRESS_TYPES)
            parts.append(f"coalesce(case {cases} end, '')")
        else:
            parts.append(f"coalesce({identifier(field)}, '')")
    return f"concat_ws(chr(31), {', '.join(parts)})"


def _addresses() -> str:
    return ", ".join(
        f"if(contains(coalesce(nullif(\"ADDR_TYPE\", '='), 'MSB'), '{kind}'), {identifier(field)}, null) "
        f"as {identifier(f'{kind}_{field}')}"
        for kind in ADDRESS_TYPES
        for field in ADDRESS
    )


def _new_structures() -> str:
    """The structures that relay rows make: structure fields, language, address, phones and e-mails (section 2.1)."""
    shared = ", ".join(identifier(field) for field in (*STRUCTURE, *COMMON) if field != "REMARK")
    return f"""
select born.row_no, 0 as part, 'INSERT' as operation, coalesce(numbered.nr, born.contact_nr) as contact_nr,
    'structure' as kind, 'active' as state, false as login, false as modified, {shared}, {_addresses()}
from born join making using (row_no) left join numbered on numbered.row_no = born.row_no and numbered.part = 0
where making.makes"""


def _new_contacts() -> str:
    fields = []
    for field in SCALARS:
        own = f"if(kind = 'relay', null, {identifier(field)})" if field in STRUCTURE else identifier(field)
        fields.append(f"{own} as {identifier(field)}")
    return f"""
select born.row_no, 1 as part, 'INSERT' as operation, coalesce(numbered.nr, born.contact_nr) as contact_nr,
    kind, parent.structure_nr, 'active' as state, false as login, false as modified,
    {", ".join(fields)}, {_addresses()}
from born
left join numbered on numbered.row_no = born.row_no and numbered.part = 1
left join parent on parent.row_no = born.row_no"""


# -- changed contacts -----------------------------------------------------------------------------


def _accepted(operations: tuple[str, ...]) -> str:
    return f"met.operation in {in_list(operations)} and met.row_no not in (select row_no from refused)"


def _updated(rules: ImportRules) -> str:
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


def _removed(rules: ImportRules) -> str:
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


# -- logins and properties ------------------------------------------------------------------------


def _logins(ws: Workspace, rules: ImportRules) -> None:
    """EMAIL1 opens the ticket shop for the first contact that has it, for no later one (section 3.7)."""
    ws.execute(
        """
create or replace temp table claim as
select changed.row_no, changed.contact_nr, changed."EMAIL1" as email
from changed left join contact using (contact_nr)
where changed."EMAIL1" is not null and changed.part = 1 and changed.state = 'active'
    and (changed.operation = 'INSERT'
        or (changed.operation in ('UPDATE', 'UPDATEACT')
            and (contact."EMAIL1" is distinct from changed."EMAIL1"
                or (changed.operation = 'UPDATEACT' and not contact.login))))"""
    )
    # an address that a contact gives up in a row before is free
    ws.execute(
        """
create or replace temp table denied as
select row_no, contact_nr from claim
qualify row_number() over (partition by email order by row_no, contact_nr) > 1
union
select claim.row_no, claim.contact_nr
from claim
join contact as holder on holder."EMAIL1" = claim.email and holder.contact_nr != claim.contact_nr
left join changed as after on after.contact_nr = holder.contact_nr
left join met as dropped
    on dropped.contact_nr = holder.contact_nr and dropped.operation = 'DROP'
    and dropped.row_no not in (select row_no from refused)
where not coalesce(dropped.row_no < claim.row_no, false)
    and not coalesce(after.row_no < claim.row_no and after."EMAIL1" is distinct from claim.email, false)"""
    )
    ws.execute(
        """
create or replace temp table granted as
select contact_nr from claim where row_no not in (select row_no from denied)"""
    )
    ws.execute(
        """
update changed set login = contact_nr in (select contact_nr from granted)
where contact_nr in (select contact_nr from claim) or "EMAIL1" is null"""
    )
    if rules.answer("email_no_login"):
        ws.execute("insert into flaw select distinct row_no, 'EMAIL1', 'email_no_login' from denied")
    ws.drop("claim", "denied", "granted")


def _properties(ws: Workspace) -> None:
    """Criteria and administrative numbers: of a relay row's the structure's own go to the structure."""
    ws.execute(
        f"""
create or replace temp table placed as
select
    if(met.kind = 'relay' and (field = 'ADMIN_NUMBER' or contact_type = 'STRUCTURE'),
        changed.structure_nr, changed.contact_nr) as contact_nr,
    code_value.field, code_value.code, code_value.row_no, met.operation,
    if(met.operation = 'DELETE', null, code_value.value) as value
from code_value
join met using (row_no)
join changed on changed.row_no = met.row_no and changed.part = 1
where met.operation in ('INSERT', 'UPDATE', 'UPDATEACT', 'DELETE') and not {WRONG_CODE}"""
    )
    ws.execute(
        "delete from property where (contact_nr, field, code) in (select contact_nr, field, code from placed) or "
        "contact_nr in (select contact_nr from changed where operation = 'ANONYMIZE')"
    )
    # several rows of one structure may name the same number: the last one stands
    ws.execute(
        """
insert into property
select contact_nr, field, code, value from placed where value is not null and contact_nr is not null
qualify row_number() over (partition by contact_nr, field, code order by row_no desc) = 1"""
    )
    ws.execute("insert into touched select distinct contact_nr from placed where contact_nr is not null")
    ws.drop("placed")
