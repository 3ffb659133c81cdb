-- One row per telephone attribute, raw cell and country: how many records hold it.
-- Reads: intake.record, std_country.
-- '' stands for an unknown country, so that plain joins find it again.
with cells as (
    select
        unnest(['phone', 'mobile', 'fax']) as attribute,
        unnest([record.phone, record.mobile, record.fax]) as raw,
        coalesce(std_country.country, '') as country
    from intake.record as record
    join std_country using (record_id)
    where record.phone is not null or record.mobile is not null or record.fax is not null
)
select attribute, raw, country, count(*) as rows
from cells
where trim(raw) <> ''
group by attribute, raw, country
