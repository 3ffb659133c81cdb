-- One row: what sampled records are duplicates of, summed: merged, likely, with all that is asked about; questions to a person.
-- Reads: sampled, matching.cluster, matching.pair.
-- A record of k is 1 - 1/k of a duplicate; joining another m records makes it 1 - 1/(k + m). Half a question is each side's.
with cluster as (
    select record_id, cluster_id, count(*) over (partition by cluster_id) as size
    from matching.cluster
),
asked as (
    select distinct on (a.cluster_id, b.cluster_id)
        a.cluster_id as cluster_id,
        b.size as other_size,
        pair.match_probability as probability
    from (
        select record_id_l as one, record_id_r as other, match_probability from matching.pair where outcome = 'ask'
        union all
        select record_id_r, record_id_l, match_probability from matching.pair where outcome = 'ask'
    ) as pair
    inner join cluster as a on a.record_id = pair.one
    inner join cluster as b on b.record_id = pair.other
    where a.cluster_id <> b.cluster_id
    order by a.cluster_id, b.cluster_id, pair.match_probability desc
),
joined as (
    select
        cluster_id,
        sum(other_size) as other_records,
        sum((probability * other_size)::decimal(18, 9))::double as expected_records,
        count(*) as questions
    from asked
    group by cluster_id
)
select
    coalesce(sum((1 - 1 / size)::decimal(18, 9)), 0)::double as merged,
    coalesce(sum((1 - 1 / (size + coalesce(expected_records, 0)))::decimal(18, 9)), 0)::double as likely,
    coalesce(sum((1 - 1 / (size + coalesce(other_records, 0)))::decimal(18, 9)), 0)::double as asked,
    coalesce(sum((questions / size / 2)::decimal(18, 9)), 0)::double as questions
from sampled
inner join cluster using (record_id)
left join joined using (cluster_id)
