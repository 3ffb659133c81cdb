-- One row per raw post code, raw town and country: what each cell said of itself.
-- Reads: std_address_cell, std_town_read, std_postcode_read.
-- Each cell may hold the other one's value ("75007 PARIS"), used only where that one is empty.
with places as (
    select distinct cell.postcode as postcode_cell, cell.town as town_cell, cell.country from std_address_cell as cell
)
select
    places.postcode_cell,
    places.town_cell,
    places.country,
    code.postcode,
    code.key,
    code.candidate,
    code.reason as postcode_reason,
    case when places.town_cell = '' then code.town else town.town end as town,
    case when places.town_cell = '' then code.folded else town.folded end as place,
    town.alias,
    town.alias_folded,
    town.region,
    town.reason as town_reason
from places
left join std_town_read as town on town.raw = places.town_cell and town.written_for = places.country
left join std_postcode_read as code
    on code.raw = coalesce(nullif(places.postcode_cell, ''), town.code) and code.written_for = places.country
where places.postcode_cell <> '' or places.town_cell <> ''
