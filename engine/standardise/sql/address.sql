-- One row per record: its address, trimmed, split columns joined.
-- Reads: intake.record, std_country.
-- The house number stands before the street where the source keeps them apart.
with lines as (
    select
        record_id,
        nullif(trim(house_number || coalesce(house_number_suffix, '')), '') as house_number,
        nullif(trim(street), '') as street,
        nullif(trim(addr_line1), '') as line1,
        nullif(trim(addr_line2), '') as line2,
        nullif(trim(addr_line3), '') as line3,
        nullif(trim(po_box), '') as po_box,
        nullif(trim(upper(postcode)), '') as postcode,
        nullif(trim(town), '') as town,
        nullif(trim(region), '') as region
    from intake.record
)
select
    record_id,
    trim(concat_ws(' ', house_number, coalesce(street, line1))) as addr_line1,
    case when street is not null and line1 is not null then line1 else line2 end as addr_line2,
    case when street is not null and line1 is not null then line2 else line3 end as addr_line3,
    coalesce(house_number, nullif(regexp_extract(line1, '^\d+'), '')) as house_number,
    coalesce(street, trim(regexp_replace(line1, '^\d+,?\s+', ''))) as street,
    po_box,
    null::varchar as unit,
    postcode,
    town,
    region,
    null::varchar as addr_line1_reason,
    null::varchar as postcode_reason,
    null::varchar as town_reason
from lines
