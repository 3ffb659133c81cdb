-- One row per record of this extract that the registry knows, by its own key or as the successor of another.
-- Reads: golden_member, golden_ordinal, golden_successor (temp).
-- Where the old key came back beside the new one, the old key is the record and the other a new one.
with found as (
    select member.cluster_no, member.record_no, member.record_id, known.ordinal, known.is_root
    from golden_member as member
    join golden_ordinal as known using (record_id)
    union all
    select member.cluster_no, member.record_no, member.record_id, known.ordinal, false
    from golden_member as member
    join golden_successor as successor using (record_id)
    join golden_ordinal as known on known.record_id = successor.same_as
)

select cluster_no, record_no, record_id, ordinal
from found
qualify row_number() over (partition by ordinal order by is_root desc, record_id) = 1
