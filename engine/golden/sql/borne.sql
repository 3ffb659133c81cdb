-- One row per record of this extract that the registry knows: the contact it was in when it was last seen.
-- Reads: golden_fingerprint, golden_ordinal, golden_successor, golden_past (temp).
-- A record under a new key was in the contact of its old one.
with known as (
    select here.record_id, here.record_id as known_as from golden_fingerprint as here
    union all
    select record_id, same_as from golden_successor
)

select known.record_id, min(past.current_id) as contact_id
from known
join golden_ordinal as ordinal on ordinal.record_id = known.known_as
join golden_past as past using (ordinal)
group by known.record_id
