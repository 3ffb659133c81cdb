-- One row per group that no claim served: a contact_id founded by its smallest record_id.
-- Reads: golden_member, golden_granted, golden_registry (temp).
-- A founder's n-th contact gets the n-th id of its own that was never given: reproducible when the registry is lost.
with founder as (
    select member.cluster_no, member.record_id
    from golden_member as member
    anti join golden_granted using (cluster_no)
    where member.record_no = member.cluster_no
),

given as (
    select distinct contact_id
    from golden_registry
    where record_id is not null and contact_id is not null
),

tries as (
    select founder.cluster_no, founder.record_id, count(distinct registry.contact_id) as before
    from founder
    left join golden_registry as registry on registry.record_id = founder.record_id
    group by founder.cluster_no, founder.record_id
),

offered as (
    select
        cluster_no,
        unnest(range(before + 2)) as n,
        'c' || md5($salt || record_id || if(n = 0, '', '#' || n))[1:15] as contact_id
    from tries
)

select offered.cluster_no, arg_min(offered.contact_id, offered.n) as contact_id
from offered
anti join given using (contact_id)
group by offered.cluster_no
