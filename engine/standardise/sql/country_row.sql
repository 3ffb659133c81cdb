-- One row per record: the country its own cells tell, and which cell told it.
-- Reads: std_place, std_country_cell, std_country_place, std_country_phone.
-- The column outranks the rest: it was typed on purpose; disagreement is noted, not corrected.
select
    record.record_id,
    record.source,
    coalesce(record.postcode, '') as postcode,
    coalesce(cell.country, place.country, phone.country) as country,
    case
        when cell.country is not null then 'column'
        when place.country is not null then place.told_by
        when phone.country is not null then 'phone'
    end as country_source,
    case
        when cell.country <> place.country and place.told_by = 'postcode' and part_of.part is null then 'country_doubtful'
        else cell.reason
    end as country_reason
from std_place as record
left join std_country_cell as cell on cell.raw = record.country
left join std_country_place as place
    on place.postcode = coalesce(record.postcode, '')
    and place.town = coalesce(record.town, '')
    and place.region = coalesce(record.region, '')
left join std_country_phone as phone on phone.record_id = record.record_id
left join std_part_of as part_of on part_of.part = place.country and part_of.whole = cell.country
