-- One row per record that has no partner among the extracts: new here, or vanished since.
-- Reads: golden_fingerprint, golden_ordinal, golden_successor (temp).
-- A vanished record stands under every key it ever had; the caller knows which of them it kept.
with
present as (
    select known.ordinal
    from golden_fingerprint
    join golden_ordinal as known using (record_id)
    union all
    select known.ordinal
    from golden_successor as successor
    join golden_ordinal as known on known.record_id = successor.same_as
)

select fingerprint.record_id, null::bigint as ordinal
from golden_fingerprint as fingerprint
anti join golden_ordinal as known using (record_id)
anti join golden_successor as successor using (record_id)
union all
select known.record_id, known.ordinal
from golden_ordinal as known
anti join present using (ordinal)
