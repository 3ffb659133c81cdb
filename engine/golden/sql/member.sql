-- One row per record: its number (in record_id order), its contact's group and the group it shares its structure with.
-- Reads: standardise.record, matching.cluster.
-- Groups are named by their smallest record number: no name depends on the order of the rows.
with numbered as (
    select
        record_id,
        source,
        line_no,
        row_number() over (order by record_id)::integer as record_no
    from standardise.record
),

clustered as (
    select
        numbered.record_no,
        numbered.record_id,
        numbered.source,
        numbered.line_no,
        cluster.kind,
        cluster.cluster_id,
        case when cluster.kind <> 'individual' then cluster.structure_cluster_id end as structure_cluster_id
    from numbered
    join matching.cluster as cluster using (record_id)
),

contact as (
    select
        cluster_id,
        min(record_no) as cluster_no,
        count(*)::integer as cluster_size,
        min(kind) as kind,
        -- a contact without a structure shares its block with nobody
        coalesce('s' || min(structure_cluster_id), 'c' || cluster_id) as block_id
    from clustered
    group by cluster_id
),

block as (
    select
        block_id,
        min(cluster_no) as block_no,
        sum(cluster_size)::integer as block_size
    from contact
    group by block_id
)

select
    clustered.record_no,
    clustered.record_id,
    clustered.source,
    clustered.line_no,
    contact.kind,
    contact.cluster_no,
    contact.cluster_size,
    block.block_no,
    block.block_size
from clustered
join contact using (cluster_id)
join block using (block_id)
