"""What a contact has besides its fields: a login, criteria, administrative numbers."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.target.meeting import WRONG_CODE
from engine.workspace import Workspace


def give_logins(ws: Workspace, rules: ImportRules) -> None:
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


def place_properties(ws: Workspace) -> None:
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
