-- One row per contact and criterion (or STRUCT_TYPE) that a list asks for and the environment does not hold yet.
-- Reads: planning.qualification, plan_main, plan_asked, there_contact, there_property (temp tables of this stage last).
-- Its values united and sorted, as the import stores them; column_no: one column of the file for each criterion.
with
wanted as (
    select
        contact_number as contact_nr,
        field,
        code,
        string_agg(distinct value, '|' order by value) as value,
        min(contact_type) as contact_type
    from planning.qualification
    group by contact_number, field, code
),

placed as (
    select
        wanted.*,
        coalesce(there.kind, main.kind) as kind,
        case
            when main.operation in ('INSERT', 'UPDATEACT') then 'active'
            else there.state
        end as state,
        if(wanted.field = 'CRIT', held.value, there."STRUCT_TYPE") as held_value
    from wanted
    left join there_contact as there using (contact_nr)
    left join plan_main as main using (contact_nr)
    left join there_property as held
        on
            held.contact_nr = wanted.contact_nr
            and held.field = wanted.field
            and held.code = wanted.code
    where wanted.contact_nr not in (select contact_nr from plan_asked)
)

select
    contact_nr,
    field,
    code,
    value,
    case
        when state is null then 'number_unknown'
        when state = 'anonymised' then 'anonymised_there'
        when state = 'invalid' then 'contact_inactive'
        when contact_type = 'STRUCTURE' and kind <> 'structure' then 'wrong_kind'
        when contact_type = 'INDIVIDUAL' and kind = 'structure' then 'wrong_kind'
    end as held,
    if(field = 'CRIT', dense_rank() over (partition by field order by code), null) as column_no
from placed
where held_value is distinct from value
