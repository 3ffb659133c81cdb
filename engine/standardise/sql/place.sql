-- One row per record: the place its cells name, still raw, address blocks taken apart.
-- Reads: intake.record, std_block_use, std_block.
-- Lines are replaced only by a block, or where post code and town were cut out of them.
select
    record.record_id,
    record.source,
    coalesce(nullif(trim(record.country), ''), block.country) as country,
    coalesce(nullif(trim(record.postcode), ''), block.postcode) as postcode,
    coalesce(nullif(trim(record.town), ''), block.town) as town,
    coalesce(nullif(trim(record.region), ''), block.region) as region,
    case
        when trim(record.address_block) <> '' then coalesce(block.lines, '')
        when block.postcode is not null or block.country is not null then coalesce(block.lines, '')
    end as lines
from intake.record as record
left join std_block_use as used on used.record_id = record.record_id
left join std_block as block on block.raw = used.raw
