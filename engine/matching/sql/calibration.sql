-- One row per kind and bin of stated probability: pairs, what is stated of them, how many were joined.
-- Reads: matching.pair, matching.cluster; $bins are the lowest probabilities of the bins, ascending.
-- Identical records are no statement of the model. Sums are of whole billionths: no sum depends on its order.
with placed as (
    select
        p.kind,
        list_max(list_filter($bins, lambda b: b <= p.match_probability)) as bin,
        round(p.match_probability * 1e9)::hugeint as billionths,
        l.cluster_id = r.cluster_id as joined
    from matching.pair as p
    join matching.cluster as l on l.record_id = p.record_id_l
    join matching.cluster as r on r.record_id = p.record_id_r
    where p.match_weight < 60
)
select
    kind,
    bin,
    count(*) as pairs,
    round(sum(billionths) / count(*) / 1e9, 9) as stated,
    round(sum(billionths) / 1e9, 6)::double as expected,
    count(*) filter (joined) as joined
from placed
group by kind, bin
order by kind, bin
