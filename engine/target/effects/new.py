"""INSERT rows make contacts: individuals, structures, and structures with the relay of the same row (section 2)."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier
from engine.target.columns import ADDRESS, ADDRESS_TYPES, BLOCK, COMMON, SCALARS, STRUCTURE
from engine.workspace import Workspace

_NAME_LENGTH = 38


def insert_contacts(ws: Workspace, rules: ImportRules, next_number: int, home_country: str | None) -> int:
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
