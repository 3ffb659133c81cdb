-- One row per contact: its identity, its kind and the groups its values are chosen over.
-- Reads: golden_member, golden_granted (temp).
with contact as (
    select
        member.cluster_no,
        record_id,
        granted.contact_id,
        kind,
        cluster_size as records,
        block_no,
        block_size
    from golden_member as member
    join golden_granted as granted using (cluster_no)
    where member.record_no = member.cluster_no
),

structure as (
    select block_no, min(contact_id) as contact_id
    from contact
    where kind = 'structure'
    group by block_no
)

select
    contact.*,
    case when contact.kind = 'relay' then structure.contact_id end as structure_contact_id
from contact
left join structure using (block_no)
