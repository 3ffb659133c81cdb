"""The SELECTs that the delivery rules decide the shape of: one function each, text in, text out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.delivery import forms
from engine.delivery.forms import Cell
from engine.delivery.reasons import REASONS
from engine.rulebook.delivery import HOUSEHOLD, DeliveryRules, FieldRule
from engine.sql import identifier, literal
from engine.vocabulary import FIELD_CODES, KINDS
from engine.workspace import in_list

CHECKED = "delivery_checked"
"""Temp table: a row per contact with every field as it would be written, its reason, and what it was made of."""

ALONE = "delivery_alone"
"""Temp table like :data:`CHECKED`: relays with an address of their own, as if they had no structure."""


def checked_select(rules: DeliveryRules, *, alone: bool = False) -> str:
    """One row per golden contact: its fields in the import's form and the reasons beside them.

    A relay takes the fields of its structure's block from the structure's contact, so that the block is repeated
    exactly; where golden knows no such contact, from itself.

    Args:
        alone: only relays of :data:`CHECKED` with an address of their own, as if they had no structure.
    """
    borrowing = "where false" if alone else "where organisation is not null"
    those = f"where contact.contact_id in (select contact_id from {CHECKED} where own_address)" if alone else ""
    cells = {rule.name: field_cell(rule, rules) for rule in rules.fields}
    ready = "".join(
        f",\n        {cell.ready} as {forms.ready_of(name)}" for name, cell in cells.items() if cell.ready is not None
    )
    made = ",\n        ".join(column for rule in rules.fields for column in _made(rule, cells[rule.name]))
    told = ",\n    ".join(column for rule in rules.fields for column in _told(rule.name))
    attributes = sorted({rule.attribute for rule in rules.fields if rule.attribute and rule.of == "contact"})
    own = ",\n        ".join(
        f"{forms.one_line('contact.' + identifier(name))} as {identifier(name)}" for name in attributes
    )
    sites = ",\n        ".join(
        f"{forms.one_line(_of_structure(name))} as {identifier('site_' + name)}"
        for name in sorted(set(_site_attributes(rules)))
    )
    first, second = _name_lengths(rules)
    whole_town, town_length = _town_of(rules)
    # every step is a CTE of its own: an expression that stands twice in a CASE is computed twice
    return f"""
with structure as (
    select *
    from golden.contact
    {borrowing}
),

located as (
    select
        contact.contact_id,
        contact.contact_nr,
        contact.kind,
        structure.contact_id is not null as borrowed,
        structure.contact_nr as structure_nr,
        lower(concat_ws('|', contact.addr_line1, contact.postcode, contact.town)) as own_place,
        {own},
        {sites}
    from {_contacts(rules)} as contact
    -- one equality and nothing else: a further condition on the left side makes this a nested loop
    left join structure on structure.contact_id = if(contact.kind = 'relay', contact.structure_contact_id, null)
    {those}
),

laid as (
    select
        *,
        {_address_list(rules)} as lines,
        borrowed and own_place not in ('', lower(concat_ws('|', site_addr_line1, site_postcode, site_town)))
            as own_address,
        {forms.whole_words("nullif(site_organisation, '=')", first)} as name_1,
        {forms.town_part(whole_town, town_length)} as town_1
    from located
),

split_once as (
    select
        *,
        {forms.after("site_organisation", "name_1")} as name_rest_1,
        {forms.after(whole_town, "town_1")} as town_rest
    from laid
),

split_twice as (
    select *, {forms.whole_words("name_rest_1", second)} as name_2
    from split_once
),

ready as (
    select
        *,
        {forms.after("name_rest_1", "name_2")} as name_rest_2{ready}
    from split_twice
),

made as (
    select
        contact_id, contact_nr, kind, structure_nr, own_address,
        {made}
    from ready
)

select
    contact_id, contact_nr, kind, structure_nr, own_address,
    {told}
from made
"""


def _contacts(rules: DeliveryRules) -> str:
    """golden.contact, with the household of each where a field asks for it."""
    if not any(rule.attribute in HOUSEHOLD for rule in rules.fields):
        return "golden.contact"
    return (
        "(select contact.*, household, household_name "
        "from golden.contact as contact left join golden.household as home using (contact_id))"
    )


def _of_structure(name: str) -> str:
    column = identifier(name)
    return f"if(structure.contact_id is null, contact.{column}, structure.{column})"


def _name_lengths(rules: DeliveryRules) -> tuple[int, int]:
    """Lengths of ADDRESS_NAME1 and 2."""
    lengths = {rule.part: rule.max_length or 38 for rule in rules.fields if rule.form == "address_name"}
    return lengths.get(1, 38), lengths.get(2, 38)


def _town_of(rules: DeliveryRules) -> tuple[str, int]:
    """The column that TOWN is made of where it goes on in TOWN_COMPLEMENT, and how much TOWN takes."""
    for rule in rules.fields:
        if rule.form == "town" and rule.part == 1:
            return _column(rule), rule.max_length or forms.TOWN_TOTAL - 1
    return "cast(null as varchar)", forms.TOWN_TOTAL - 1


def _town_rest(rules: DeliveryRules) -> int:
    """Characters that TOWN_COMPLEMENT takes of a town, 0 where it carries none."""
    lengths = [rule.max_length or forms.TOWN_TOTAL for rule in rules.fields if rule.form == "town" and rule.part == 2]
    return max(lengths, default=0)


def _column(rule: FieldRule) -> str:
    assert rule.attribute is not None  # the model sees to it
    return identifier(("site_" if rule.of == "structure" else "") + rule.attribute)


def field_cell(rule: FieldRule, rules: DeliveryRules) -> Cell:
    """The SQL of one field over the columns of ``laid``."""
    if rule.form == "address_line":
        return forms.address_line(rule, "lines")
    if rule.form == "admin_number":
        prefix = "site_" if rule.of == "structure" else ""
        return forms.admin_number([(number, identifier(prefix + number.attribute)) for number in rules.admin_numbers])
    if rule.form == "town":
        return forms.town(rule, _column(rule), _town_rest(rules))
    return forms.FORMS[rule.form](rule, _column(rule))


def _made(rule: FieldRule, cell: Cell) -> Iterator[str]:
    own = [] if set(rule.kinds) == set(KINDS) else [f"kind in {in_list(rule.kinds)}"]
    heard = [*own, "not borrowed"] if rule.of == "structure" else own
    yield f"cast({_when(own, cell.value)} as varchar) as {identifier(rule.name)}"
    yield f"cast({_when(heard, cell.reason)} as varchar) as {identifier(reason_of(rule.name))}"
    yield f"{_when(own, cell.source)} as {identifier(_source_of(rule.name))}"


def _when(conditions: list[str], expression: str) -> str:
    return f"case when {' and '.join(conditions)} then {expression} end" if conditions else expression


def _told(field: str) -> Iterator[str]:
    value, source = identifier(field), identifier(_source_of(field))
    yield value
    yield identifier(reason_of(field))
    yield f"if({source} is null, null, coalesce({value} != {source}, false)) as {identifier(changed(field))}"


def _source_of(field: str) -> str:
    return f"{field} source"


def reason_of(field: str) -> str:
    """Name of the column with the reason of ``field``."""
    return f"{field} reason"


def changed(field: str) -> str:
    """Name of the column that tells whether a value is written otherwise than it stood; null = there was none."""
    return f"{field} changed"


def _site_attributes(rules: DeliveryRules) -> Iterator[str]:
    yield from ("organisation", "addr_line1", "postcode", "town")
    yield from rules.address_lines.attributes
    yield from (number.attribute for number in rules.admin_numbers)
    yield from (rule.attribute for rule in rules.fields if rule.of == "structure" and rule.attribute)


def _address_list(rules: DeliveryRules) -> str:
    """The filled address lines in order; one that an earlier line already holds is left out."""
    columns = [identifier("site_" + name) for name in rules.address_lines.attributes]
    items = [columns[0]]
    for place in range(1, len(columns)):
        earlier = f"lower(concat_ws(' ', {', '.join(columns[:place])}))"
        items.append(f"if(contains({earlier}, lower({columns[place]})), null, {columns[place]})")
    return f"list_filter([{', '.join(items)}], lambda line: line is not null)"


def operation_select(rules: DeliveryRules) -> str:
    """delivery.operation: structures, relays by structure, individuals, each by contact number."""
    made = {rule.name for rule in rules.fields}
    fixed = {
        "INSTITUTION": "$institution",
        "ORGANIZATION": "$organization",
        "OPERATION": "'INSERT'",
        "CONTACT_NR": "contact_nr",
    }
    used: dict[str, str] = {}
    for code in FIELD_CODES:
        used[code] = fixed.get(code) or (identifier(code) if code in made else "cast(null as varchar)")
    for code, earlier in (("EMAIL2", ["EMAIL1"]), ("EMAIL3", ["EMAIL1", "EMAIL2"])):
        same = " or ".join(f"{used[code]} = {used[other]}" for other in earlier)
        used[code] = f"if({same}, null, {used[code]})"
    columns = ",\n    ".join(f"{expression} as {identifier(code)}" for code, expression in used.items())
    return f"""
with numbered as (
    select
        contact_id as numbered_id,
        row_number() over (
            order by
                case kind when 'structure' then 1 when 'relay' then 2 else 3 end,
                if(kind = 'relay', lpad(coalesce(structure_nr, ''), 20, '0'), ''),
                lpad(contact_nr, 20, '0'),
                contact_id
        ) as row_no
    from {CHECKED}
    where contact_id not in (select contact_id from delivery.held)
)

select
    row_no,
    contact_id,
    {columns}
from {CHECKED}
join numbered on numbered_id = contact_id
"""


ADDRESS_FIELDS = ("LINE1", "LINE2", "LINE3", "ZIPCODE", "TOWN", "TOWN_COMPLEMENT", "COUNTRY")


def after_select(rules: DeliveryRules) -> str:
    """delivery.after: own addresses of relays, then further administrative numbers of structures, by contact number.

    The own address replaces the structure's, which the creating row gave: what only the structure has is cleared.
    """
    written = [rule.name for rule in rules.fields if rule.name in ADDRESS_FIELDS]
    address = {
        name: f"coalesce(own.{identifier(name)}, if(given.{identifier(name)} is null, null, '='))" for name in written
    }
    parts = [_after(address, f"{ALONE} as own join {CHECKED} as given using (contact_id)", "1")]
    filled = {
        number.attribute: forms.one_line(f"contact.{identifier(number.attribute)}") for number in rules.admin_numbers
    }
    for place, number in enumerate(rules.admin_numbers):
        before = rules.admin_numbers[:place]
        implied = [filled[other.attribute] for other in before if number.attribute in other.implies]
        first = " and ".join(f"{filled[other.attribute]} is null" for other in before) or "true"
        said = " or ".join(f"{other} is not null" for other in implied) or "false"
        parts.append(
            _after(
                {"ADMIN_NUMBER": f"{literal(number.name + '=')} || {filled[number.attribute]}"},
                f"golden.contact as contact join {CHECKED} as given using (contact_id) "
                f"where contact.kind = 'structure' and {filled[number.attribute]} is not null "
                f"and not ({first}) and not ({said})",
                str(place + 2),
            )
        )
    joined = "\nunion all\n".join(parts)
    return f"""
with rows as (
{joined}
)

select row_number() over (order by step, lpad("CONTACT_NR", 20, '0'), contact_id) as row_no, * exclude (step)
from rows
where contact_id not in (select contact_id from delivery.held)
"""


def _after(cells: dict[str, str], origin: str, step: str) -> str:
    fixed = {
        "INSTITUTION": "$institution",
        "ORGANIZATION": "$organization",
        "OPERATION": "'UPDATE'",
        "CONTACT_NR": "given.contact_nr",
    }
    columns = ", ".join(
        f"cast({fixed.get(code) or cells.get(code, 'null')} as varchar) as {identifier(code)}" for code in FIELD_CODES
    )
    return f"select {step} as step, given.contact_id, {columns} from {origin}"


def protocol_select(rules: DeliveryRules) -> str:
    """One row, three counts a field in the order of the rules: values read, changed, dropped."""
    dropped = in_list([code for code, reason in REASONS.items() if reason.outcome == "dropped"])
    counts = ",\n    ".join(
        f"count({identifier(changed(name))}), "
        f"count(*) filter ({identifier(changed(name))}), "
        f"count(*) filter ({identifier(reason_of(name))} in {dropped})"
        for name in (rule.name for rule in rules.fields)
    )
    return f"select\n    {counts}\nfrom {CHECKED}\nwhere contact_id not in (select contact_id from delivery.held)"


def note_select(rules: DeliveryRules) -> str:
    """delivery.note: every field of a delivered contact that was dropped, truncated or doubted."""
    parts = [
        f"select contact_id, contact_nr, {literal(rule.name)} as field, {identifier(reason_of(rule.name))} as rule "
        f"from {CHECKED} where {identifier(reason_of(rule.name))} is not null"
        for rule in rules.fields
    ]
    parts.append(
        f"select contact_id, contact_nr, 'LINE1' as field, 'relay_address' as rule from {CHECKED} where own_address"
    )
    parts.append(
        "select contact_id, contact_nr, 'OFFICIAL_NAME' as field, 'imported_as_individual' as rule "
        f"from {CHECKED} where kind = 'relay' and \"OFFICIAL_NAME\" is null"
    )
    # the first row in the file with an address gets the login
    parts.append(
        "select contact_id, \"CONTACT_NR\" as contact_nr, 'EMAIL1' as field, 'no_login' as rule "
        'from delivery.operation where "EMAIL1" is not null '
        'qualify row_number() over (partition by "EMAIL1" order by row_no) > 1'
    )
    told = "\nunion all\n".join(parts)
    return f"""
with told as (
{told}
)

select told.contact_id, told.contact_nr, told.field, told.rule, reason.outcome, reason.sentence as reason
from told
join delivery_reason as reason on reason.code = told.rule
where told.contact_id not in (select contact_id from delivery.held)
"""
