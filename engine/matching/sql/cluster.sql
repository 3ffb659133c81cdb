-- One row per record of one kind: its cluster, and for structures and relays the cluster of their structure.
-- Reads: m_unit, m_label, m_structure_cluster, m_employed.
-- Clusters are named after their smallest record_id, so that a name depends on the members alone.
with structure_cluster as (
    select record_id, scl, min(record_id) over (partition by scl) as structure_cluster_id from m_structure_cluster
),
belongs as (
    select record_id, structure_cluster_id from structure_cluster
    union all
    select e.record_id, s.structure_cluster_id
    from m_employed as e
    join (select distinct scl, structure_cluster_id from structure_cluster) as s using (scl)
)
select
    u.record_id,
    u.kind,
    min(u.record_id) over (partition by l.label) as cluster_id,
    s.structure_cluster_id
from m_unit as u
join m_label as l using (unit)
left join belongs as s on s.record_id = u.record_id
where u.kind = $kind
