"""The SELECTs of planning.operation and planning.held: parts of rows with their cells, one builder that joins them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.planning.difference import DATA_FIELDS
from engine.rulebook.planning import PlanningRules
from engine.sql import identifier, literal
from engine.target.columns import ADDRESS
from engine.vocabulary import CRITERIA, FIELD_CODES


def main_select(rules: PlanningRules) -> str:
    """plan_main: plan_change with ``operation`` (null = nothing to do) and ``held`` (why it cannot be done)."""
    cells = ", ".join(identifier(field) for field in DATA_FIELDS)
    woken = literal(rules.invalid_there) if rules.invalid_there != "none" else "null"
    return f"""
with judged as (
    select
        *,
        case
            when not known then null
            when there_state = 'anonymised' then 'anonymised_there'
            when there_kind <> kind then 'kind_changed'
        end as held
    from plan_change
    where contact_nr not in (select contact_nr from plan_asked)
)

select
    *,
    case
        when held is not null then null
        when not known then 'INSERT'
        when there_state = 'invalid' then {woken}
        when coalesce({cells}) is not null then 'UPDATE'
    end as operation
from judged
"""


def operation_select(rules: PlanningRules) -> str:
    """planning.operation from the temp tables of the stage; binds ``$institution`` and ``$organization``."""
    own = {field: f"source.{identifier(field)}" for field in DATA_FIELDS}
    if rules.address_types != "MSB":
        address = ", ".join(f"source.{identifier(field)}" for field in ADDRESS)
        own["ADDR_TYPE"] = (
            f"if(source.operation <> 'INSERT' and coalesce({address}) is not null, "
            f"{literal(rules.address_types)}, null)"
        )
    everything = ", ".join(f"source.{identifier(field)}" for field in DATA_FIELDS)
    parts = [
        _part(
            "free",
            {"EMAIL1": "'='"},
            operation="'UPDATE'",
            reason="'gives_up_email'",
            contact="own.contact_id",
            origin="plan_freed as source left join golden.contact as own on own.contact_nr = source.contact_nr "
            "where (source.gives and source.takes) or source.removed",
        ),
        _part(
            "main",
            own,
            operation="source.operation",
            reason="case source.operation when 'INSERT' then 'new' when 'UPDATE' then 'changed' "
            "else 'invalid_there' end",
            contact="source.contact_id",
            rank="""case
            when freed.gives and not freed.takes then 0
            when source.operation <> 'INSERT' then if(source.kind = 'structure', 1, 2)
            when source.kind = 'structure' then 3
            when source.kind = 'relay' then 4
            else 5
        end""",
            # new ones in the order of the run's own import file: whoever comes first has the login in both
            group="if(source.operation = 'INSERT', cast(source.wanted_no as varchar), '')",
            origin="plan_main as source left join plan_freed as freed using (contact_nr) "
            "where source.operation is not null",
        ),
        _part(
            "main",
            {field: f"source.{identifier(field)}" for field in DATA_FIELDS},
            operation="'UPDATE'",
            reason="'changed'",
            contact="null",
            rank="1",
            origin=f"plan_site as source where source.held is null and coalesce({everything}) is not null",
        ),
        _part(
            "after",
            {"ADMIN_NUMBER": "number.cell"},
            operation="'UPDATE'",
            reason="'further_number'",
            contact="null",
            rank="number.place",
            origin="plan_site as source join plan_site_number as number using (contact_nr) "
            "where source.held is null and number.place > 1",
        ),
        _part(
            "after",
            {field: f"completing.{identifier(field)}" for field in DATA_FIELDS},
            operation="'UPDATE'",
            reason="if(completing.\"ADMIN_NUMBER\" is null, 'own_address', 'further_number')",
            contact="source.contact_id",
            rank="completing.row_no",
            origin="plan_main as source join delivery.after as completing using (contact_id) "
            "where source.operation = 'INSERT'",
        ),
        _part(
            "after",
            {"ADMIN_NUMBER": "number.cell"},
            operation="'UPDATE'",
            reason="'further_number'",
            contact="source.contact_id",
            rank="number.place",
            origin="plan_main as source join plan_number as number using (contact_nr) "
            "where source.operation in ('UPDATE', 'UPDATEACT') and number.place > 1",
        ),
        _part(
            "qualify",
            {"STRUCT_TYPE": "source.struct_type"}
            | {field: f"source.cells[{place}]" for place, field in enumerate(CRITERIA, start=1)},
            operation="'UPDATE'",
            reason="'qualified'",
            contact="own.contact_id",
            rank="if(source.kind = 'structure', 1, 2)",
            origin=f"({_QUALIFIED}) as source left join golden.contact as own on own.contact_nr = source.contact_nr",
        ),
        _part(
            "remove",
            {},
            operation="source.operation",
            reason="source.reason",
            contact="own.contact_id",
            rank="if(there.kind = 'structure', 2, 1)",
            origin="plan_fate as source join there_contact as there using (contact_nr) "
            "left join golden.contact as own on own.contact_nr = source.contact_nr where source.held is null",
        ),
    ]
    fields = ", ".join(f"if({identifier(field)} is null, null, {literal(field)})" for field in DATA_FIELDS)
    return f"""
with rows as (
{" union all ".join(parts)}
)

select
    row_number() over (
        order by
            part_no, rank, lpad(coalesce("group", ''), 20, '0'), lpad("CONTACT_NR", 20, '0'), "CONTACT_NR",
            "ADMIN_NUMBER"
    ) as row_no,
    list_filter([{fields}], lambda field: field is not null) as changed,
    * exclude (part_no, rank, "group")
from rows
"""


_PARTS = ("free", "main", "after", "qualify", "remove")

# a map becomes a list with a place for each of the 50 columns: one column of the file for each criterion
_QUALIFIED = f"""
select contact_nr, struct_type, kind,
    list_transform(range(1, {len(CRITERIA) + 1}), lambda place: by_column[place]) as cells
from (
    select contact_nr,
        max(value) filter (field = 'STRUCT_TYPE') as struct_type,
        coalesce(max(there.kind), '') as kind,
        map_from_entries(
            coalesce(
                list((column_no, code || '=' || value) order by column_no) filter (field = 'CRIT'),
                []::struct(column_no bigint, cell varchar)[]
            )
        ) as by_column
    from plan_qualified left join there_contact as there using (contact_nr)
    where held is null
    group by contact_nr
)"""


def _part(
    part: str,
    cells: Mapping[str, str],
    *,
    operation: str,
    reason: str,
    contact: str,
    origin: str,
    rank: str = "0",
    group: str = "''",
) -> str:
    fixed = {
        "INSTITUTION": "$institution",
        "ORGANIZATION": "$organization",
        "OPERATION": operation,
        "CONTACT_NR": "source.contact_nr",
    }
    columns = ",\n    ".join(
        f"cast({fixed.get(code) or cells.get(code, 'null')} as varchar) as {identifier(code)}" for code in FIELD_CODES
    )
    return f"""
select {_PARTS.index(part)} as part_no, {literal(part)} as part, cast({rank} as bigint) as rank,
    cast({group} as varchar) as "group", {contact} as contact_id, {reason} as reason,
    {columns}
from {origin}
"""


HELD_SELECT = """
select contact_nr, contact_id, 'UPDATE' as operation, held as reason, null as head_nr
from plan_main where held is not null
union all
select contact_nr, contact_id, 'UPDATE', 'structure_changed', null
from plan_main
where
    held is null and known and kind = 'relay' and structure_nr is distinct from there_structure_nr
    and structure_nr in (select contact_nr from golden.contact)
union all
select contact_nr, null, 'UPDATE', held, relay_nr
from plan_site where held is not null
union all
select source.contact_nr, own.contact_id, source.operation, source.held, source.head_nr
from plan_fate as source left join golden.contact as own on own.contact_nr = source.contact_nr
where source.held is not null
union all
select source.contact_nr, own.contact_id, 'UPDATE', min(source.held), null
from plan_qualified as source left join golden.contact as own on own.contact_nr = source.contact_nr
where source.held is not null
group by source.contact_nr, own.contact_id
union all
select refused.contact_nr, own.contact_id, 'INSERT', min(refused.rule), null
from expected_refused as refused join golden.contact as own on own.contact_nr = refused.contact_nr
where refused.contact_nr not in (select contact_nr from plan_asked)
group by refused.contact_nr, own.contact_id
"""
"""planning.held: what no file can bring about."""
