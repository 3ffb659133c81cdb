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
select record_id, raw
from texts
where raw <> '' and (is_block or regexp_matches(raw, '[,;\n]') and regexp_matches(raw, '[0-9]{4}|[A-Z][0-9]'))
