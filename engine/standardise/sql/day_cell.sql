-- One row per source, attribute and distinct date cell, with the text that is read: a time behind an ISO day is cut off.
-- Reads: intake.record.
-- Without the cut, a column of timestamps would be a million distinct values; with it, a few thousand days.
with cells as (
    select source, unnest(['birth_date', 'created_on', 'updated_on', 'last_order_on']) as attribute,
        unnest([
            std_birth_cell(birth_date, birth_year, birth_month, birth_day),
            created_date, updated_date, last_order_date
        ]) as raw
    from intake.record
)

select
    source,
    attribute,
    raw,
    case when regexp_matches(raw, '^\d{4}-\d\d-\d\d[T ]\d\d:') and not regexp_matches(raw, '[Tt ]2[0-3]:00(:00(\.0+)?)?[zZ]$') then left(raw, 10) else trim(raw) end as cell,
    count(*) as rows
from cells
where raw is not null
group by source, attribute, raw
