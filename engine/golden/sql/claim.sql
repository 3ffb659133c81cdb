-- One row per group of records and contact_id it may claim, with its place in the one total order.
-- Reads: golden_known, golden_granted, golden_past, golden_registry, golden_ordinal, golden_remembered (temp).
-- Whoever was neither split nor joined has kept its id already (unchanged.sql). Then, strongest first: these very records
-- bore it -> an undone merge; somebody here bears it now -> the target holds it; its number came from the source; the
-- founder; the oldest bearer.
with
open_group as (
    select known.*
    from golden_known as known
    anti join golden_granted using (cluster_no)
),

held as (
    select known.cluster_no, known.ordinal, past.first_id, past.current_id
    from open_group as known
    join golden_past as past using (ordinal)
),

size as (
    select
        cluster_no,
        count(*) as records,
        min(ordinal) as oldest,
        if(
            count(*) = 1,
            null,
            md5(string_agg(ordinal::varchar, ',' order by ordinal))[1:16]
        ) as set_hash,
        if(count(*) = 1, min(ordinal), null) as only_ordinal
    from open_group
    group by cluster_no
),

former_set as (
    select size.cluster_no, first_grant.contact_id
    from size
    join (
        select "set" as set_hash, arg_min(contact_id, line) as contact_id
        from golden_registry
        where "set" is not null
        group by "set"
    ) as first_grant using (set_hash)
    union all
    select size.cluster_no, past.alone_id
    from size
    join golden_past as past on past.ordinal = size.only_ordinal
    where past.alone_id is not null
),

claimed as (
    select distinct known.cluster_no, registry.contact_id
    from open_group as known
    join golden_ordinal as bearer using (ordinal)
    join golden_registry as registry on registry.record_id = bearer.record_id
    where registry.contact_id is not null
    union
    select cluster_no, contact_id
    from former_set
),

bearers as (
    select
        cluster_no,
        current_id as contact_id,
        count(*) as records,
        min(ordinal) as oldest
    from held
    group by cluster_no, current_id
),

founders as (
    select cluster_no, first_id as contact_id, min(ordinal) as oldest
    from held
    group by cluster_no, first_id
),

head as (
    select contact_id, bool_or(origin = 'source') as from_source
    from golden_remembered
    where origin <> 'alias'
    group by contact_id
)

select
    claimed.cluster_no,
    claimed.contact_id,
    row_number() over (
        order by
            (former_set.contact_id is not null) desc,
            (bearers.records is not null) desc,
            coalesce(head.from_source, false) desc,
            founders.oldest nulls last,
            bearers.oldest nulls last,
            claimed.contact_id,
            size.oldest
    ) as place
from claimed
join size using (cluster_no)
left join bearers using (cluster_no, contact_id)
left join founders using (cluster_no, contact_id)
left join former_set using (cluster_no, contact_id)
left join head using (contact_id)
anti join golden_granted as taken on taken.contact_id = claimed.contact_id
