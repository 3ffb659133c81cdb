-- One row per ordinal: the contact it was in first and last, and whether it ever stood alone.
-- Reads: golden_registry, golden_ordinal (temp).
select
    known.ordinal,
    arg_min(registry.contact_id, registry.line) as first_id,
    arg_max(registry.contact_id, registry.line) as current_id,
    arg_max(registry.fingerprint, registry.line) as fingerprint,
    arg_min(registry.contact_id, registry.line) filter (where registry.alone) as alone_id
from golden_registry as registry
join golden_ordinal as known using (record_id)
where registry.contact_id is not null
group by known.ordinal
