-- One row per number somebody may still hold, in orders, memberships or on paper, and where it leads now.
-- Reads: standardise.record, golden_member, golden_numbered, golden_remembered, golden_state, golden_new_number (temp).
-- Both kinds: numbers the sources wrote, and numbers given before. It leads to one living contact, or to gone.
with
living as (
    select contact_id, number as contact_nr
    from golden_numbered
),

given_now as (
    select contact_id, number, origin
    from golden_remembered
    union
    select contact_id, number, origin
    from golden_new_number
),

of_source as (
    select distinct
        record.source,
        trim(record.contact_number) as old_number,
        numbered.contact_id,
        numbered.number as contact_nr,
        if(numbered.number = trim(record.contact_number), 'kept', 'replaced') as state,
        null::varchar as since
    from standardise.record as record
    join golden_member as member using (record_id)
    join golden_numbered as numbered using (cluster_no)
    where trim(record.contact_number) <> ''
),

of_target as (
    select
        null::varchar as source,
        given_now.number as old_number,
        if(state.state = 'gone', null, coalesce(state."into", given_now.contact_id)) as contact_id,
        state.state,
        state.since
    from given_now
    join golden_state as state using (contact_id)
)

select source, old_number, contact_id, contact_nr, state, since
from of_source
union all
select
    of_target.source,
    of_target.old_number,
    of_target.contact_id,
    living.contact_nr,
    case
        when of_target.state <> 'active' then of_target.state
        when living.contact_nr = of_target.old_number then 'kept'
        else 'replaced'
    end as state,
    of_target.since
from of_target
left join living using (contact_id)
-- what was given in this run and is borne says nothing that the contact does not say itself
where not (of_target.state = 'active' and living.contact_nr = of_target.old_number)
