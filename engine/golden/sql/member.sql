-- One row per record: its number (in record_id order), its contact's group and the group it shares its structure with.
-- Reads: standardise.record, matching.cluster.
-- Groups are named by their smallest record number: no name depends on the order of the rows.
with numbered as (
    select
        record.record_id,
        record.source,
        record.line_no,
        cluster.kind,
        cluster.cluster_id,
        cluster.structure_cluster_id,
        row_number() over (order by record.record_id)::integer as record_no
    from standardise.record as record
    join matching.cluster as cluster using (record_id)
),

contact as (
    select
        cluster_id,
        min(record_no) as cluster_no,
        count(*)::integer as cluster_size,
        min(kind) as kind,
        min(structure_cluster_id) filter (where kind <> 'individual') as structure_cluster_id
    from numbered
    group by cluster_id
),

block as (
    select
        structure_cluster_id,
        min(cluster_no) as block_no,
        sum(cluster_size)::integer as block_size
    from contact
    where structure_cluster_id is not null
    group by structure_cluster_id
)

select
    numbered.record_no,
    numbered.record_id,
    numbered.source,
    numbered.line_no,
    contact.kind,
    contact.cluster_no,
    contact.cluster_size,
    -- a contact without a structure shares its block with nobody
    coalesce(block.block_no, contact.cluster_no) as block_no,
    coalesce(block.block_size, contact.cluster_size) as block_size
from numbered
join contact using (cluster_id)
left join block on block.structure_cluster_id = contact.structure_cluster_id
