-- One row per distinct post code, town and region as written: the country they tell, and which of them told it.
-- Reads: std_place_cell, std_postcode_prefix, std_country_agreement, std_country_region.
-- A prefix counts only when the rest is a code of its country: "L1 8JQ" is Liverpool, not Luxembourg.
select
    cell.postcode,
    cell.town,
    cell.region,
    coalesce(prefix.country, cell.told, agreement.country, region.country) as country,
    case when coalesce(prefix.country, cell.told, agreement.country) is not null then 'postcode' else 'region' end as told_by
from std_place_cell as cell
left join std_postcode_prefix as prefix
    on prefix.prefix = cell.prefix and regexp_full_match(cell.rest, prefix.shape)
left join std_country_agreement as agreement on agreement.code = cell.code and agreement.place = cell.place
left join std_country_region as region on region.region_name = cell.region_name and region.code_text = cell.code_text
where coalesce(prefix.country, cell.told, agreement.country, region.country) is not null
