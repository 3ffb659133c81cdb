-- One row per record that can be told from any other by what it says: a keyed hash of its identifying values.
-- Reads: standardise.record.
-- Keyed and nested, so that nobody without the project's key can try out names; null where nothing identifies.
with said as (
    select
        record_id,
        source,
        source_key is not null as has_key,
        len(emails) > 0 or len(phones) > 0 or (birth_date is not null and last_name is not null) as telling,
        concat_ws(
            '|',
            kind,
            coalesce(lower(strip_accents(first_name)), ''),
            coalesce(lower(strip_accents(last_name)), ''),
            coalesce(lower(strip_accents(organisation)), ''),
            coalesce(birth_date::varchar, ''),
            array_to_string(emails, ','),
            array_to_string(phones, ','),
            coalesce(siret, ''),
            coalesce(lower(strip_accents(addr_line1)), ''),
            coalesce(postcode, ''),
            coalesce(lower(strip_accents(town)), '')
        ) as text
    from standardise.record
)

select
    record_id,
    source,
    has_key,
    if(telling, sha256($key || sha256($key || text))[1:20], null) as fingerprint
from said
