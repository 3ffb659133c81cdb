-- One row per raw telephone cell and country: the numbers it holds.
-- Reads: std_phone_plain, std_phone_read.
-- Lines can only be landlines and mobiles only mobiles; a North American number is neither.
select
    raw,
    country,
    [number] as numbers,
    case when kind in ('fixed', 'other') then [number] else [] end as lines,
    case when kind = 'mobile' then [number] else [] end as mobiles,
    []::varchar[] as local,
    null::varchar as reason
from std_phone_plain
union all
select raw, coalesce(country_known, ''), numbers, lines, mobiles, local, reason from std_phone_read
