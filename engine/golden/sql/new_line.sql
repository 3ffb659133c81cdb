-- One row per line that numbers.jsonl has to learn: first new keys, then records, sets, states, numbers.
-- Reads: golden_member, golden_granted, golden_successor, golden_fingerprint, golden_known, golden_past,
-- golden_ordinal, golden_state, golden_registry, golden_new_number (temp).
-- New records come in record_id order: their ordinals follow from the order of their lines.
with
base as (
    select count(*) filter (where is_root) as roots
    from golden_ordinal
),

borne as (
    select
        member.record_id,
        granted.contact_id,
        member.cluster_no,
        member.cluster_size,
        member.cluster_size = 1 as alone,
        fingerprint.fingerprint,
        known.ordinal,
        past.current_id,
        past.alone_id,
        past.fingerprint as fingerprint_before
    from golden_member as member
    join golden_granted as granted using (cluster_no)
    left join golden_fingerprint as fingerprint using (record_id)
    left join golden_known as known using (record_id)
    left join golden_past as past on past.ordinal = known.ordinal
),

told as (
    select *
    from borne
    where
        ordinal is null
        or current_id <> contact_id
        or (alone and alone_id is null)
        or (fingerprint is not null and fingerprint is distinct from fingerprint_before)
),

placed as (
    select
        record_id,
        cluster_no,
        cluster_size,
        contact_id,
        coalesce(ordinal, base.roots + row_number() over (partition by ordinal is null order by record_id)) as ordinal
    from borne, base
),

sets as (
    select
        contact_id,
        md5(string_agg(ordinal::varchar, ',' order by ordinal))[1:16] as set_hash
    from placed
    where cluster_size > 1
    group by cluster_no, contact_id
)

select
    1 as part,
    successor.record_id as place,
    json_object('record_id', successor.record_id, 'same_as', successor.same_as, 'extract', $extract)::varchar as line
from golden_successor as successor
anti join golden_ordinal as known using (record_id)
union all
select
    2,
    record_id,
    case
        when fingerprint is null
            then json_object('record_id', record_id, 'contact_id', contact_id, 'extract', $extract, 'alone', alone)
        else json_object(
            'record_id', record_id, 'contact_id', contact_id, 'extract', $extract, 'alone', alone,
            'fingerprint', fingerprint
        )
    end::varchar
from told
union all
select 3, contact_id, json_object('set', set_hash, 'contact_id', contact_id, 'extract', $extract)::varchar
from sets
anti join golden_registry as registry on registry."set" = sets.set_hash
union all
select
    4,
    contact_id,
    case
        when "into" is null then json_object('contact_id', contact_id, 'state', state, 'extract', $extract)
        else json_object('contact_id', contact_id, 'state', state, 'into', "into", 'extract', $extract)
    end::varchar
from golden_state
where (state_before <> '' and state <> state_before) or (state = 'joined' and into_before <> coalesce("into", ''))
union all
select
    5,
    contact_id || origin || number,
    json_object('contact_id', contact_id, 'number', number, 'origin', origin)::varchar
from golden_new_number
