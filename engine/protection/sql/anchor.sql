-- One row per record and exact value that may tell who it is: its kind and its keyed hash (HMAC-SHA-256 of kind|value).
-- Reads: protection_record (temp): the rows of standardise.record to look at.
-- A post code or town tells something only where nothing else does.
with
home as (
    select
        *,
        lower(strip_accents(regexp_replace(coalesce(street || house_number, addr_line1), '[^\pL\pN]', '', 'g'))) as street_said,
        len(emails) = 0 and len(phones) = 0 and birth_date is null and addr_line1 is null as says_little
    from protection_record
),

said as (
    select record_id, 'key' as kind, source || '|' || source_key as value
    from home
    union all
    select record_id, 'number', ltrim(trim(contact_number), '0')
    from home
    union all
    select record_id, 'birth', birth_date::varchar
    from home
    union all
    select record_id, 'identifier', coalesce(identifier, siret)
    from home
    union all
    select record_id, 'home', nullif(postcode, '') || '|' || nullif(street_said, '')
    from home
    union all
    select record_id, 'town', if(says_little, lower(strip_accents(coalesce(postcode, town))), null)
    from home
    union all
    select record_id, 'email', unnest(emails)
    from home
    union all
    select record_id, 'phone', unnest(phones)
    from home
)

select distinct
    record_id,
    kind || ':' || sha256($outer || unhex(sha256($inner || encode(kind || '|' || value))))[1:$hex::bigint] as anchor
from said
where value is not null and value <> ''
