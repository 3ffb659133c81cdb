-- One row per cluster of one kind with two records or more: size, density, mean weight, weakest bridge.
-- Reads: m_unit, m_label (unit -> cluster), m_scored, m_bridge (label -> weakest bridge of clusters of three units and more).
-- In a cluster of two different records the one pair is the bridge.
with sized as (
    select l.label, count(*) as records, count(distinct l.unit) as units, min(u.record_id) as cluster_id
    from m_unit as u
    join m_label as l using (unit)
    where u.kind = $kind
    group by l.label
    having count(*) > 1
),
inside as (
    select
        l.label,
        count(*) filter (s.match_weight >= $merge) as agreeing,
        sum(round(s.match_weight * 1e6)::hugeint) / count(*) / 1e6 as mean_weight,
        min(s.match_weight) as lowest
    from m_scored as s
    join m_label as l on l.unit = s.unit_l
    join m_label as r on r.unit = s.unit_r and r.label = l.label
    group by l.label
),
measured as (
    select
        s.cluster_id,
        s.records,
        s.units,
        if(s.units < 2, 1.0, coalesce(i.agreeing, 0) / (s.units * (s.units - 1) / 2)) as density,
        round(i.mean_weight, 6) as mean_weight,
        coalesce(b.weight, i.lowest) as weakest_bridge
    from sized as s
    left join inside as i using (label)
    left join m_bridge as b using (label)
)
select
    cluster_id,
    $kind as kind,
    records,
    units as distinct_records,
    round(density, 6) as density,
    mean_weight,
    weakest_bridge,
    case when units > $large then 'large' when density < 0.5 then 'thin' else 'sound' end as verdict
from measured
