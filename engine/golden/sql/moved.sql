-- One row per former key of a record that is here, and the key it has now, whenever it changed.
-- Reads: golden_fingerprint, golden_ordinal, golden_successor (temp).
-- Where the old key came back beside the new one, each speaks for itself.
with
present as (
    select fingerprint.record_id, known.ordinal, known.is_root
    from golden_fingerprint as fingerprint
    join golden_ordinal as known using (record_id)
    union all
    select successor.record_id, known.ordinal, false
    from golden_successor as successor
    join golden_ordinal as known on known.record_id = successor.same_as
),

bearer as (
    select ordinal, record_id
    from present
    qualify row_number() over (partition by ordinal order by is_root desc, record_id) = 1
)

select bearer.record_id, former.record_id as same_as
from bearer
join golden_ordinal as former using (ordinal)
anti join golden_fingerprint as here on here.record_id = former.record_id
where former.record_id <> bearer.record_id
