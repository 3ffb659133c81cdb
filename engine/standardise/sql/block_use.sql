-- One row per record whose address must be taken apart: a block, or lines that may hold post code and town.
-- Reads: intake.record.
-- Lines are tried only where the row names neither post code nor town elsewhere, and more than a street stands in them.
with texts as (
    select
        record_id,
        case
            when trim(address_block) <> '' then address_block
            when coalesce(trim(postcode), '') = '' and coalesce(trim(town), '') = ''
                then concat_ws(chr(10), nullif(trim(coalesce(addr_line1, street)), ''), nullif(trim(addr_line2), ''), nullif(trim(addr_line3), ''))
        end as raw,
        trim(address_block) <> '' as is_block
    from intake.record
)
select record_id, raw, coalesce(is_block, false) as is_block
from texts
where raw <> '' and (
    is_block
    or regexp_matches(raw, '[,;\n]') and regexp_matches(raw, '[0-9]{4}|[A-Z][0-9]')
    -- without a comma: a code before a last word, or a state and a code, or a British code, at the end
    or regexp_matches(raw, '[0-9].*\s([A-Z]{1,3}-)?[0-9]{4,5}(\s?[A-Z]{2})?\s\pL[^0-9]*$')
    or regexp_matches(raw, '^[0-9P].*\s\pL{2,}\.?\s+[0-9]{5}(-[0-9]{4})?$')
    or regexp_matches(raw, '^[0-9].*\s([A-Z]{1,2}[0-9][A-Z0-9]?\s?[0-9][A-Z]{2}|[A-Z][0-9][A-Z]\s?[0-9][A-Z][0-9])$')
)
