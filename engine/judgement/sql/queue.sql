-- One row per question worth a person's minute, the one that changes most first.
-- Reads: matching.pair, matching.cluster, judgement_decided (temp).
-- Two kinds: "join?" of two clusters that the model would neither merge nor leave, by their strongest pair; "right?" of
-- a cluster that hangs together by a weak thread: the record whose best pair inside is the weakest of all.
-- changes = pairs of records that the answer decides; worth = changes x how open the question is (4 p (1 - p), 1 at .5).
with
placed as (
    select
        pair.*,
        l.cluster_id as cluster_l,
        r.cluster_id as cluster_r
    from matching.pair as pair
    join matching.cluster as l on l.record_id = pair.record_id_l
    join matching.cluster as r on r.record_id = pair.record_id_r
    anti join judgement_decided as decided
        on decided.record_id_l = pair.record_id_l and decided.record_id_r = pair.record_id_r
),
sizes as (
    select cluster_id, count(*) as records
    from matching.cluster
    group by cluster_id
),
joins as (
    select 'join' as asks, placed.*, a.records * b.records as changes
    from placed
    join sizes as a on a.cluster_id = placed.cluster_l
    join sizes as b on b.cluster_id = placed.cluster_r
    where cluster_l <> cluster_r and outcome in ('ask', 'merge')
    qualify row_number() over (
        partition by least(cluster_l, cluster_r), greatest(cluster_l, cluster_r)
        order by match_weight desc, record_id_l, record_id_r
    ) = 1
),
inside as (
    select record_id_l as record_id, placed.* from placed where cluster_l = cluster_r
    union all
    select record_id_r as record_id, placed.* from placed where cluster_l = cluster_r
),
threads as (
    select *
    from inside
    qualify row_number() over (partition by record_id order by match_weight desc, record_id_l, record_id_r) = 1
),
weakest as (
    select 'right' as asks, threads.* exclude (record_id), sizes.records - 1 as changes
    from threads
    join sizes on sizes.cluster_id = threads.cluster_l
    where threads.match_probability < $sure
    qualify row_number() over (partition by cluster_l order by match_weight, record_id_l, record_id_r) = 1
)
select
    asks,
    kind,
    record_id_l,
    record_id_r,
    match_weight,
    match_probability,
    evidence,
    changes::bigint as changes,
    changes * 4 * match_probability * (1 - match_probability) as worth
from (select * from joins union all by name select * from weakest)
order by worth desc, match_weight desc, record_id_l, record_id_r
limit $limit
