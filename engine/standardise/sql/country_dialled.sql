-- One row per record without a country and national number of its phone and mobile cells.
-- Reads: intake.record, std_country, std_country_row.
-- A row with a post code is left alone: its code should have told, and would contradict.
with cells as (
    select
        record.record_id,
        record.source,
        nullif(trim(record.language), '') as language,
        unnest([record.phone, record.mobile]) as number
    from intake.record as record
    join std_country on std_country.record_id = record.record_id
    join std_country_row as own on own.record_id = record.record_id
    where std_country.country is null
        and std_country.country_reason = 'country_unknown'
        and own.postcode = ''
        and own.country_reason is null
)
from cells
where regexp_matches(number, '[0-9]{2}') and not regexp_matches(number, '^\s*(\+|00)')
