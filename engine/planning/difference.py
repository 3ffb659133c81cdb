"""The difference between what golden wants and what the environment holds, as cells of import rows.

Only fields that the delivery rules write are compared: what people filled into other fields there is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.rulebook.delivery import DeliveryRules
from engine.rulebook.planning import PlanningRules
from engine.sql import identifier, literal
from engine.target.columns import ADDRESS, PHONES, SCALARS, STRUCTURE
from engine.vocabulary import CRITERIA, FIELD_CODES

DATA_FIELDS: tuple[str, ...] = tuple(
    code for code in FIELD_CODES if code not in ("INSTITUTION", "ORGANIZATION", "OPERATION", "CONTACT_NR", "ADDR_TYPE")
)
"""Fields that carry a contact's data."""


def change_select(delivery: DeliveryRules, rules: PlanningRules) -> str:
    """One row a contact of delivery.operation: what is there, and the cells of the row it would take.

    Columns: contact_id, wanted_no (its place among the INSERTs), contact_nr, kind, structure_nr, email (as stored),
    known, there_state, there_kind, there_structure_nr, there_email, there_login, and each field of :data:`DATA_FIELDS`.
    """
    cells = []
    for field, changed in _changes(delivery, rules, SCALARS).items():
        column = identifier(field)
        if field in CRITERIA and changed is None and field in _written(delivery):
            changed = f"criterion.{column}"
        cells.append(f"cast(if(there.contact_nr is null, wanted.{column}, {changed or 'null'}) as varchar) as {column}")
    listing = ",\n    ".join(cells)
    return f"""
select
    wanted.contact_id,
    wanted.row_no as wanted_no,
    expected.contact_nr,
    expected.kind,
    expected.structure_nr,
    expected."EMAIL1" as email,
    there.contact_nr is not null as known,
    there.state as there_state,
    there.kind as there_kind,
    there.structure_nr as there_structure_nr,
    there."EMAIL1" as there_email,
    {listing}
from delivery.operation as wanted
join expected_contact as expected on expected.contact_nr = wanted."CONTACT_NR"
left join there_contact as there on there.contact_nr = expected.contact_nr
left join plan_number as number on number.contact_nr = expected.contact_nr and number.place = 1
left join plan_criterion as criterion on criterion.contact_nr = expected.contact_nr
"""


def _written(delivery: DeliveryRules) -> set[str]:
    """Fields that the rules write: a code that they give to no value is nobody's to clear."""
    return {rule.name for rule in delivery.fields if rule.form != "code" or rule.codes or rule.otherwise}


def _changes(delivery: DeliveryRules, rules: PlanningRules, scalars: Sequence[str]) -> dict[str, str | None]:
    """The cell of each field where what is expected and what is there differ; None = the field is not compared."""
    written = _written(delivery)
    rests = {rule.name for rule in delivery.fields if rule.form == "town" and rule.part == 2}
    changes: dict[str, str | None] = dict.fromkeys(DATA_FIELDS)
    for field in DATA_FIELDS:
        column = identifier(field)
        if field == "ADMIN_NUMBER":
            changes[field] = "number.cell"
        elif field in written and field in scalars:
            changes[field] = _cell(
                field, rules, f"expected.{column} is distinct from there.{column}", f"expected.{column}"
            )
        elif field in written and field in ADDRESS:
            letters = rules.address_types
            unequal = " or ".join(_unequal(kind, field, rests) for kind in letters)
            changes[field] = _cell(field, rules, unequal, f"expected.{_of(letters[0], field)}")
    return changes


def _unequal(kind: str, field: str, rests: Collection[str]) -> str:
    """Whether an address field differs. The rest of a town that golden has none of is another's, until the town is."""
    test = f"expected.{_of(kind, field)} is distinct from there.{_of(kind, field)}"
    if field not in rests:
        return test
    town = _of(kind, "TOWN")
    return f"({test} and (expected.{_of(kind, field)} is not null or expected.{town} is distinct from there.{town}))"


def _of(kind: str, field: str) -> str:
    return identifier(f"{kind}_{field}")


def _cell(field: str, rules: PlanningRules, unequal: str, stored: str) -> str:
    """A stored value written again is stored alike, but for phones: a national prefix is taken off each time."""
    column = f"wanted.{identifier(field)}"
    value = f"if({stored} is null, null, coalesce({column}, {stored}))" if field in PHONES else stored
    empty = "null" if field in rules.kept_when_empty else "'='"
    return f"case when {unequal} then coalesce({value}, {empty}) end"


SITE_FIELDS: tuple[str, ...] = tuple(field for field in STRUCTURE if field != "OFFICIAL_NAME")
"""Fields of a structure that may change without it being another one."""


def site_select(delivery: DeliveryRules, rules: PlanningRules) -> str:
    """plan_site: a row a structure that the import made for a relay of golden, which knows no contact for it.

    Its number was given by the environment and is read there. Where its relays disagree, or its name is another one, it
    may be another structure: ``held`` then says so, and a person decides.
    """
    changes = _changes(delivery, rules, SITE_FIELDS)
    cells = [f"cast({changed or 'null'} as varchar) as {identifier(field)}" for field, changed in changes.items()]
    listing = ",\n    ".join(cells)
    return f"""
select
    met.contact_nr,
    met.relay_nr,
    if(met.sites > 1 or expected."OFFICIAL_NAME" is distinct from there."OFFICIAL_NAME", 'structure_changed', null)
        as held,
    {listing}
from plan_met as met
join expected_contact as expected on expected.contact_nr = met.expected_nr
join there_contact as there on there.contact_nr = met.contact_nr
left join plan_site_number as number on number.contact_nr = met.contact_nr and number.place = 1
where there.state = 'active'
"""


def site_number_select(delivery: DeliveryRules) -> str:
    """plan_site_number: like plan_number, for the structures of plan_met."""
    order = " ".join(f"when {literal(number.name)} then {place}" for place, number in enumerate(delivery.admin_numbers))
    codes = "(" + ", ".join(literal(number.name) for number in delivery.admin_numbers) + ")"
    return f"""
with wanted as (
    select met.contact_nr, property.code, property.value
    from plan_met as met join expected_property as property on property.contact_nr = met.expected_nr
    where property.field = 'ADMIN_NUMBER' and property.code in {codes}
),

held as (
    select contact_nr, code, value
    from there_property
    where field = 'ADMIN_NUMBER' and code in {codes} and contact_nr in (select contact_nr from plan_met)
)

select contact_nr, code || '=' || coalesce(wanted.value, '') as cell,
    row_number() over (partition by contact_nr order by case code {order} end, code) as place
from wanted full join held using (contact_nr, code)
where wanted.value is distinct from held.value"""


def number_select(delivery: DeliveryRules) -> str:
    """plan_number: administrative numbers that differ (contact_nr, place, cell), in the order of the rules."""
    order = " ".join(f"when {literal(number.name)} then {place}" for place, number in enumerate(delivery.admin_numbers))
    return f"""
select contact_nr, code || '=' || coalesce(value, '') as cell,
    row_number() over (partition by contact_nr order by case code {order} end, code) as place
from ({_property_difference("ADMIN_NUMBER", [number.name for number in delivery.admin_numbers])})"""


def criterion_select(delivery: DeliveryRules) -> str:
    """plan_criterion: a row a contact with criteria that differ, each in the column the rules give it."""
    columns = {rule.criterion: rule.name for rule in delivery.fields if rule.form == "criterion"}
    cells = ", ".join(
        f"max(code || '=' || coalesce(value, '')) filter (code = {literal(code)}) as {identifier(field)}"
        for code, field in columns.items()
        if code is not None
    )
    codes = [code for code in columns if code is not None]
    listed = ", ".join(["contact_nr", *([cells] if cells else [])])
    return f"select {listed} from ({_property_difference('CRIT', codes)}) group by contact_nr"


def _property_difference(field: str, codes: list[str]) -> str:
    listed = "(" + ", ".join(literal(code) for code in codes or [""]) + ")"
    return f"""
select contact_nr, code, wanted.value as value
from (select * from expected_property where field = {literal(field)} and code in {listed}) as wanted
full join (
    select * from there_property
    where field = {literal(field)} and code in {listed} and contact_nr in (select contact_nr from expected_contact)
) as held using (contact_nr, code)
where wanted.value is distinct from held.value and contact_nr in (select contact_nr from there_contact)"""
