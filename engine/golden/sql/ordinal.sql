-- One row per record_id the registry knows: its ordinal, which a new key shares with the record it stands for.
-- Reads: golden_registry (temp).
-- The order of first lines is the order of first sight, so "oldest" means smallest ordinal.
with seen as (
    select record_id, min(line) as line, min(same_as) as same_as
    from golden_registry
    where record_id is not null
    group by record_id
),

root as (
    select record_id, row_number() over (order by line) as ordinal
    from seen
    where same_as is null
)

select record_id, ordinal, true as is_root
from root
union all
select seen.record_id, root.ordinal, false
from seen
join root on root.record_id = seen.same_as
where seen.same_as is not null
