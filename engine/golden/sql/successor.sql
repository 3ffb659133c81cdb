-- One row per new record that is a vanished one under a new key: same source, same fingerprint.
-- Reads: golden_fingerprint, golden_ordinal, golden_past, golden_registry (temp).
-- The fingerprint must be unique among the vanished and among the new of that source: a guess between two is none.
with
now as (
    select fingerprint.record_id, fingerprint.source, fingerprint.fingerprint, known.ordinal
    from golden_fingerprint as fingerprint
    left join golden_ordinal as known using (record_id)
),

vanished as (
    select
        known.record_id,
        past.fingerprint,
        known.ordinal
    from golden_ordinal as known
    join golden_past as past using (ordinal)
    anti join (select ordinal from now where ordinal is not null) as present using (ordinal)
    where known.is_root and past.fingerprint is not null
),

fresh as (
    select record_id, source, fingerprint
    from now
    where ordinal is null and fingerprint is not null
),

pairs as (
    select
        fresh.record_id,
        fresh.source,
        vanished.record_id as same_as,
        count(*) over (partition by fresh.record_id) as vanished_alike,
        count(*) over (partition by vanished.record_id) as fresh_alike
    from fresh
    join vanished
        on vanished.fingerprint = fresh.fingerprint
        and starts_with(vanished.record_id, fresh.source || ':')
)

select record_id, source, same_as
from pairs
where vanished_alike = 1 and fresh_alike = 1
