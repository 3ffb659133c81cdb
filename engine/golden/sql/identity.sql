-- One row per contact: its identity, its kind and the groups its values are chosen over.
-- Reads: golden_member (temp).
-- The founder is the smallest record_id, so the id depends on who is in the contact and never on order or run.
with contact as (
    select
        record_no as cluster_no,
        record_id,
        'c' || md5($salt || record_id)[1:15] as contact_id,
        kind,
        cluster_size as records,
        block_no,
        block_size
    from golden_member
    where record_no = cluster_no
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
