-- One row per group that was neither split nor joined: all its known records were one contact, and no other group's were.
-- Reads: golden_known, golden_past (temp).
-- It keeps its id before anybody may claim it: such pairs never meet, so none has to be weighed against another.
with
bearer as (
    select known.cluster_no, past.current_id as contact_id
    from golden_known as known
    join golden_past as past using (ordinal)
),

whole as (
    select cluster_no, min(contact_id) as contact_id
    from bearer
    group by cluster_no
    having min(contact_id) = max(contact_id)
),

undivided as (
    select contact_id
    from bearer
    group by contact_id
    having min(cluster_no) = max(cluster_no)
)

select whole.cluster_no, whole.contact_id
from whole
semi join undivided using (contact_id)
