-- One row per contact_id ever given: what it is now.
-- Reads: golden_registry, golden_ordinal, golden_known, golden_past, golden_granted (temp).
-- Where the records of a former contact went to several, it is where its founder is, else the oldest of its bearers.
-- Nothing here may depend on who bears what before this run: the same extract again must have nothing to say.
with
said as (
    select
        contact_id,
        arg_max(state, line) as state,
        arg_max(coalesce("into", ''), line) as "into",
        arg_max(extract, line) as since
    from golden_registry
    where state is not null
    group by contact_id
),

born as (
    select contact_id, min(extract) as since
    from golden_registry
    where record_id is not null and contact_id is not null
    group by contact_id
),

ever as (
    select contact_id from born
    union
    select contact_id from golden_granted
),

went as (
    select distinct
        registry.contact_id,
        granted.contact_id as "into",
        known.ordinal,
        past.first_id = registry.contact_id as founder
    from golden_registry as registry
    join golden_ordinal as bearer using (record_id)
    join golden_known as known using (ordinal)
    join golden_past as past using (ordinal)
    join golden_granted as granted using (cluster_no)
    anti join golden_granted as alive on alive.contact_id = registry.contact_id
    where registry.contact_id is not null
),

where_to as (
    select contact_id, "into"
    from went
    qualify row_number() over (
        partition by contact_id
        order by founder desc, ordinal
    ) = 1
),

now as (
    select
        ever.contact_id,
        case
            when granted.contact_id is not null then 'active'
            when where_to."into" is not null then 'joined'
            else 'gone'
        end as state,
        where_to."into"
    from ever
    left join golden_granted as granted using (contact_id)
    left join where_to using (contact_id)
)

select
    now.contact_id,
    now.state,
    now."into",
    coalesce(said.state, if(born.contact_id is null, '', 'active')) as state_before,
    coalesce(said."into", '') as into_before,
    case
        when said.state is null and now.state = 'active' then coalesce(born.since, $extract)
        when said.state = now.state and said."into" = coalesce(now."into", '') then said.since
        else $extract
    end as since
from now
left join said using (contact_id)
left join born using (contact_id)
